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
import { isCell, isCellAt } from './ownCellEditor';
import type { Panels } from './panels';
import { baseName, label, sentence } from './plain';
import type { Target } from './target';
import { l10n } from '../l10n';

interface Wish { readonly uri: string; readonly key?: LayerKey; readonly cell?: string; readonly choose?: string; readonly signal?: string; readonly view?: string }

export function registerVisualize(panels: Panels): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.commands.registerCommand('gatescope.visualize', (wish?: unknown) => visualize(panels, wish)),
    vscode.commands.registerCommand('gatescope.openFile', (uri?: unknown) => openFile(panels, uri)),
  );
}

async function visualize(panels: Panels, wish: unknown): Promise<void> {
  // The context menus of editor and explorer hand over a Uri; links in hovers hand over what this file's Wish says.
  if (isWish(wish)) return show(panels, vscode.Uri.parse(wish.uri), wish);
  const editor = vscode.window.activeTextEditor;
  if (!editor) return openFile(panels, undefined);
  if (isCell(editor.document)) { await panels.show({ kind: 'cell', uri: editor.document.uri }); return; }
  if (!languageOf(editor.document)) return none(baseName(editor.document.uri));
  const layers = outlineOf(editor.document).layers;
  const spec = layerAt(editor.document, editor.selection.active) ?? (layers.length === 1 ? layers[0] : undefined);
  const { uri } = notebookOf(editor.document) ?? editor.document;
  const key = spec ? linkTo(editor.document, spec).key : layers.length > 1 ? await pickLayer(uri) : undefined;
  if (layers.length === 0) return none(baseName(uri));
  if (key) await panels.show({ kind: 'code', uri, key });
}

async function show(panels: Panels, uri: vscode.Uri, wish: Wish): Promise<void> {
  if (isCellAt(uri)) { await panels.show({ kind: 'cell', uri }, wish.choose); return; }
  if (typeof wish.cell === 'string') { await panels.show({ kind: 'codeCell', uri, name: wish.cell }, wish.choose); return; }
  const key = wish.key ?? await pickLayer(uri);
  if (!key) return;
  const target: Target = { kind: 'code', uri, key };
  const panel = await panels.show(target, wish.choose, wish.view);
  if (wish.signal) panel.select({ signal: wish.signal });
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
