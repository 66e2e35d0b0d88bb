/** Above each recurrent layer: Visualize, Compare, and its parameters. */
import * as vscode from 'vscode';
import { l10n, thousands } from '../l10n';
import { linkTo, outlineOf } from './outlines';
import { cellLink, isMeant, whyNot } from './codeCell';
import { isRead, type CodeCell } from '../source/cell/spec';

/** All lenses of a document. */
export function provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
  if (!vscode.workspace.getConfiguration('gatescope', document).get<boolean>('codeLens', true)) return [];
  const { layers, cells = [] } = outlineOf(document);
  return [...cells.flatMap(cell => cellLens(cell, document)), ...layers.flatMap(spec => {
    const range = new vscode.Range(document.positionAt(spec.callee.from), document.positionAt(spec.callee.to));
    const link = linkTo(document, spec);
    const total = spec.parameters;
    return [
      { title: `$(pulse) ${l10n('Visualize')}`, tooltip: l10n('Every gate and state at every timestep'), command: 'gatescope.visualize', arguments: [link] },
      { title: l10n('Compare'), tooltip: l10n('Beside RNN, LSTM and GRU on the same input'), command: 'gatescope.visualize', arguments: [{ ...link, view: 'compare' }] },
      { title: total === null ? l10n('parameters not known') : l10n('{0} parameters', thousands(total)), command: '' },
    ].map(command => new vscode.CodeLens(range, command));
  })];
}

/** Above a class that is a cell: its equations, or why they cannot be read. */
function cellLens(cell: CodeCell, document: vscode.TextDocument): vscode.CodeLens[] {
  const range = new vscode.Range(document.positionAt(cell.span.from), document.positionAt(cell.span.to));
  if (!isRead(cell)) return [new vscode.CodeLens(range, { title: l10n('Cell equations not read: line {0}', cell.whyLine), tooltip: whyNot(cell), command: 'gatescope.goToLine', arguments: [document.uri.toString(), cell.whyLine] })];
  if (!isMeant(document, cell)) return []; // a class of the same name follows
  return [
    { title: `$(pulse) ${l10n('Visualize')}`, tooltip: cell.equations, command: 'gatescope.visualize', arguments: [cellLink(document, cell)] },
    { title: l10n('Cell equations: {0}', cell.equations.split('\n').length), tooltip: cell.equations, command: '' },
  ].map(command => new vscode.CodeLens(range, command));
}
