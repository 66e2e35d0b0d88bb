/**
 * Visualize LSTM: the layer named by the caller (lens, hover, tree), else the one at the cursor, else the only one of the file,
 * else the person's choice; with no editor, a file.
 */
import * as vscode from 'vscode';
import { openable } from '../formats/index';
import { codeEndings } from '../source/endings';
import { keyOf, layerAt, layerName, languageOf, linkTo, outlineAt, outlineOf, type LayerKey } from './outlines';
import { notebookOf } from './notebooks';
import { openFile } from './openFile';
import { cellAt, cellLink, tellWhyNot, whyNot } from './codeCell';
import { isCell, isCellAt } from './ownCellEditor';
import type { Panels } from './panels';
import { baseName, label, sentence } from './plain';
import type { Target } from './target';
import { l10n } from '../l10n';
import { isRead, type CodeCell } from '../source/cell/spec';

interface Wish { readonly uri: string; readonly key?: LayerKey; readonly cell?: string; readonly choose?: string; readonly signal?: string; readonly view?: string }

/** Shows what is wished for, or what the cursor is on. */
export async function visualize(panels: Panels, wish: unknown): Promise<void> {
  // The context menus of editor and explorer hand over a Uri; links in hovers hand over what this file's Wish says.
  if (isWish(wish)) return show(panels, vscode.Uri.parse(wish.uri), wish);
  const editor = vscode.window.activeTextEditor;
  if (!editor) return openFile(panels, undefined);
  if (isCell(editor.document)) { await panels.show({ kind: 'cell', uri: editor.document.uri }); return; }
  if (!languageOf(editor.document)) return none(baseName(editor.document.uri));
  const { layers } = outlineOf(editor.document);
  const pointed = layerAt(editor.document, editor.selection.active);
  const cell = pointed ? undefined : await cellMeant(editor, layers.length === 0);
  if (cell) return showCell(panels, editor.document, cell);
  const spec = pointed ?? (layers.length === 1 ? layers[0] : undefined);
  const { uri } = notebookOf(editor.document) ?? editor.document;
  const key = spec ? linkTo(editor.document, spec).key : layers.length > 1 ? await pickLayer(uri) : undefined;
  if (layers.length === 0) return none(baseName(uri));
  if (key) await panels.show({ kind: 'code', uri, key });
}

/** The class that the cursor is in; where the file has no layer, its only class, or the person's choice. */
async function cellMeant({ document, selection }: vscode.TextEditor, noLayer: boolean): Promise<CodeCell | undefined> {
  const around = cellAt(document, selection.active);
  const cells = outlineOf(document).cells ?? [];
  if (around || !noLayer || cells.length < 2) return around ?? (noLayer ? cells[0] : undefined);
  const items = cells.map(cell => ({ label: label(cell.name), description: isRead(cell) ? l10n('line {0}', cell.line) : label(whyNot(cell)), cell }));
  return (await vscode.window.showQuickPick(items, { title: l10n('Which cell?'), placeHolder: l10n('The cursor is on none of them') }))?.cell;
}

async function showCell(panels: Panels, document: vscode.TextDocument, cell: CodeCell): Promise<void> {
  if (!isRead(cell)) return tellWhyNot(document, cell);
  const link = cellLink(document, cell);
  await panels.show({ kind: 'codeCell', uri: vscode.Uri.parse(link.uri), name: link.cell });
}

async function show(panels: Panels, uri: vscode.Uri, wish: Wish): Promise<void> {
  if (isCellAt(uri)) { await panels.show({ kind: 'cell', uri }, wish.choose); return; }
  if (typeof wish.cell === 'string') return showClass(panels, { kind: 'codeCell', uri, name: wish.cell }, wish);
  const key = wish.key ?? await pickLayer(uri);
  if (!key) return;
  const target: Target = { kind: 'code', uri, key };
  const panel = await panels.show(target, wish.choose, wish.view);
  if (wish.signal) panel.select({ signal: wish.signal });
}

async function showClass(panels: Panels, target: Target, { choose, view, signal }: Wish): Promise<void> {
  const panel = await panels.show(target, choose, view);
  if (signal) panel.select({ signal });
}

async function pickLayer(uri: vscode.Uri): Promise<LayerKey | undefined> {
  const { outline } = await outlineAt(uri);
  const items = outline.layers.map(spec => ({
    label: label(layerName(spec)),
    description: label([spec.cell?.toUpperCase() ?? l10n('chosen at run time'), spec.owner, l10n('line {0}', spec.line)].filter(Boolean).join(' · ')),
    key: keyOf(spec, outline.layers),
  }));
  return (await vscode.window.showQuickPick(items, { title: l10n('Which layer?'), placeHolder: l10n('The cursor is on none of them') }))?.key;
}

async function none(file: string): Promise<void> {
  const open = l10n('Open a checkpoint or trace…');
  const said = await vscode.window.showInformationMessage(sentence(
    l10n('No recurrent layer in {0}. Gatescope reads model code ({1}) with nn.LSTM, keras.layers.GRU and the like, and checkpoints and traces: {2}.', file, codeEndings.map(e => `.${e}`).join(', '), openable())), open);
  if (said === open) await vscode.commands.executeCommand('gatescope.openFile');
}

function isWish(value: unknown): value is Wish {
  return typeof value === 'object' && value !== null && !(value instanceof vscode.Uri) && typeof (value as Wish).uri === 'string';
}
