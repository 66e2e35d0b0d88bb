/** Classes that are cells, in the list Models: what their equations have, or why they cannot be read; a click opens the code. */
import * as vscode from 'vscode';
import type { Binding } from '../../binding';
import { fitsIn, nameOf, whyFit, type Fit } from '../../codeCell';
import { parse } from '../../core/equations';
import { l10n } from '../../l10n';
import { isRead, type CodeCell, type ReadCell } from '../../source/cell/spec';
import { whyNot } from '../codeCell';
import { line, type Line } from './line';
import type { CodeFile, Found } from './scan';
import { signalLines } from './signals';

export interface Cell { readonly file: CodeFile; readonly cell: CodeCell; readonly bound: Binding | undefined }

/** The cells of a file; of several of one name the last, which holds when the code runs. */
export function cellsOf(file: CodeFile, { bindings }: Found): Cell[] {
  const saved = bindings.get(file.folder.toString());
  return file.cells.filter((c, k) => !file.cells.slice(k + 1).some(later => later.name === c.name))
    .map(cell => ({ file, cell, bound: saved?.get(`${file.path}#${cell.name}`) }));
}

/** `more` are the lines of layers that stand in the class. */
export function cellLine(own: Cell, found: Found, more: () => readonly Line[]): Line {
  const { file, cell, bound } = own;
  const uri = file.uri.toString(), id = `${uri}#${cell.name}`;
  const star = isRead(cell) && typeof bound?.checkpoint === 'string' ? '★' : undefined;
  const words = isRead(cell) ? countWords(cell) : [whyNot(cell)];
  const description = [l10n('cell'), ...words, star].filter(Boolean).join(' · ');
  const tooltip = [
    l10n('{0}, line {1}', cell.name, cell.line), isRead(cell) ? cell.equations : whyNot(cell),
    ...(star ? [l10n('★ bound to {0}', bound?.checkpoint ?? '')] : []),
  ].join('\n');
  const made = line(id, cell.name, isRead(cell) ? 'circuit-board' : 'circle-slash', {
    description, tooltip, contextValue: isRead(cell) ? 'gatescope.codeCell' : 'gatescope.unreadCell',
    command: openAt(file, isRead(cell) ? cell.line : cell.whyLine),
  }, () => [...(isRead(cell) ? [...signalLines(id, cell.equations, { uri, cell: cell.name }), ...fitLines(own, cell, found)] : []), ...more()]);
  return { ...made, uri, cell: cell.name };
}

function countWords({ states, equations }: ReadCell): string[] {
  const gates = parse(equations).signals.filter(s => s.kind === 'gate').length;
  const few = states.length === 1 ? l10n('1 state') : l10n('{0} states', states.length);
  return gates === 0 ? [few] : [few, gates === 1 ? l10n('1 gate') : l10n('{0} gates', gates)];
}

/** Lines of a notebook's file are not those of its cells. */
const openAt = ({ uri, path }: CodeFile, at: number): vscode.Command =>
  ({ title: l10n('Open'), command: 'vscode.open', arguments: path.endsWith('.ipynb') ? [uri] : [uri, { selection: new vscode.Range(at - 1, 0, at - 1, 0) }] });

/** Checkpoints of the same folder that hold the cell. */
function fitLines({ file, bound }: Cell, cell: ReadCell, { data }: Found): Line[] {
  if (cell.tensors.length === 0) return [];
  const fits = data.filter(f => f.folder.toString() === file.folder.toString())
    .flatMap(({ path, opened }) => (typeof opened === 'object' && opened.kind === 'checkpoint' ? fitsIn(cell, opened.tensors).map(fit => ({ path, fit })) : []));
  const isBound = (path: string, fit: Fit): boolean => bound?.checkpoint === path && (bound.stack === undefined || bound.stack === nameOf(fit));
  return fits.map(({ path, fit }) => fitLine(file, cell, path, fit, isBound(path, fit), fits.length));
}

function fitLine({ uri }: CodeFile, cell: ReadCell, path: string, fit: Fit, isBound: boolean, several: number): Line {
  const prefix = nameOf(fit), words = isBound ? l10n('★ bound') : whyFit(cell, fit);
  const label = [path.slice(path.lastIndexOf('/') + 1), prefix].filter(Boolean).join(' · ');
  const choice = isBound || several === 1 ? {} : { choose: 'checkpoint' };
  return line(`${uri.toString()}#${cell.name}/${path}#${prefix}`, label, isBound ? 'star-full' : 'check', {
    description: words, tooltip: `${path}\n${words}`,
    command: { title: l10n('Visualize'), command: 'gatescope.visualize', arguments: [{ uri: uri.toString(), cell: cell.name, ...choice }] },
  });
}
