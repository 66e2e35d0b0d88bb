/** Cells that code defines, in the editor: which one is meant, what its binding says, and what cannot be read. */
import * as vscode from 'vscode';
import type { Binding, Reasons } from '../binding';
import { nameOf, type Fit } from '../codeCell';
import { layerGone, Problem } from '../errors';
import { l10n, told } from '../l10n';
import type { BindingField } from '../protocol';
import type { Subject } from '../session';
import { isRead, type CodeCell, type ReadCell, type UnreadCell } from '../source/cell/spec';
import type { Outline } from '../source/outline';
import { notebookOf, notebookOutline } from './notebooks';
import { outlineAt, outlineOf } from './outlines';
import { cellFields } from './ownCellFields';
import { baseName, label } from './plain';

/** What a link to a class says: a class in a notebook's cell is one of the notebook. */
export const cellLink = (document: vscode.TextDocument, { name }: CodeCell): { readonly uri: string; readonly cell: string } =>
  ({ uri: (notebookOf(document) ?? document).uri.toString(), cell: name });

/** The class of that name; where several have it, the last one counts, as it does when the code runs. */
export const cellNamed = ({ cells = [] }: Outline, name: string): CodeCell | undefined => cells.findLast(c => c.name === name);

/** Whether a link to the class leads to this one. */
export function isMeant(document: vscode.TextDocument, cell: CodeCell): boolean {
  const notebook = notebookOf(document);
  return cellNamed(notebook ? notebookOutline(notebook) : outlineOf(document), cell.name) === cell;
}

/** The class whose body the position is in. */
export function cellAt(document: vscode.TextDocument, position: vscode.Position): CodeCell | undefined {
  const offset = document.offsetAt(position);
  return outlineOf(document).cells?.findLast(({ body }) => body.from <= offset && offset <= body.to);
}

/** @throws Problem where it is gone or cannot be read */
export async function readCellOf(uri: vscode.Uri, name: string): Promise<ReadCell> {
  const cell = cellNamed((await outlineAt(uri)).outline, name);
  if (!cell) throw layerGone(name, baseName(uri));
  if (!isRead(cell)) throw new Problem(l10n('The equations of {0} cannot be read.', name), [whyNot(cell)], [{ id: 'reload', label: l10n('Try again') }]);
  return cell;
}

/** `Line 12: self.conv is a convolution; …` */
export const whyNot = (cell: UnreadCell): string => l10n('Line {0}: {1}.', cell.whyLine, told(cell.why));

/** Says why a class cannot be shown, and leads to the line. */
export async function tellWhyNot(document: vscode.TextDocument, cell: UnreadCell): Promise<void> {
  const go = l10n('Go to line {0}', cell.whyLine);
  const said = await vscode.window.showInformationMessage(`${l10n('The equations of {0} cannot be read.', cell.name)} ${label(whyNot(cell))}`, go);
  if (said !== go) return;
  const place = new vscode.Range(document.positionAt(cell.whySpan.from), document.positionAt(cell.whySpan.to));
  await vscode.window.showTextDocument(document, { selection: place });
}

/** The binding as lines to read and edit: sizes are those of the checkpoint where there is one. */
export function codeCellFields(binding: Binding, saved: Binding, reasons: Reasons, subject: Subject | undefined): BindingField[] {
  const why = (field: keyof Binding): string => (field in saved ? l10n('saved') : reasons[field] ?? '');
  const bound = typeof binding.checkpoint === 'string';
  const random = subject?.weights.description ?? l10n('random');
  return [
    { id: 'checkpoint', label: l10n('Checkpoint'), value: binding.checkpoint ?? random, why: bound ? why('checkpoint') : binding.checkpoint === null ? l10n('chosen by you') : l10n('no checkpoint fits') },
    ...(bound ? [{ id: 'prefix' as const, label: l10n('Tensors'), value: binding.stack || l10n('without a prefix'), why: why('stack') }] : []),
    ...cellFields(binding, subject).filter(f => !bound || f.id !== 'units' && f.id !== 'inputSize'),
  ];
}

/** Where in the checkpoint the cell is, if it is there several times. */
export async function pickFit(fits: readonly Fit[], cell: string): Promise<Pick<Binding, 'stack'> | undefined> {
  const items = fits.map(fit => ({ label: label(nameOf(fit) || l10n('without a prefix')), description: [...fit.sizes].map(([name, size]) => `${name} = ${size}`).join(', '), stack: nameOf(fit) }));
  const picked = await vscode.window.showQuickPick(items, { title: l10n('Which tensors are {0}?', label(cell)) });
  return picked && { stack: picked.stack };
}
