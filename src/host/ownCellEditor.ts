/** A cell's document in its editor: read once a version, and shown where something is wrong with it. */
import * as vscode from 'vscode';
import type { Program } from '../core/program';
import { hasEnding } from '../binding';
import { CELL_LANGUAGE } from './ids';
import { CELL_ENDING } from '../ownCell';
import { readCell, type Fault } from '../ownCellText';

export const isCell = (document: vscode.TextDocument): boolean => document.languageId === CELL_LANGUAGE;

/** A cell's file, or a text that was never saved. */
export const isCellAt = (uri: vscode.Uri): boolean =>
  hasEnding(uri.path, [CELL_ENDING]) || vscode.workspace.textDocuments.some(d => d.uri.toString() === uri.toString() && isCell(d));

export interface ReadCell {
  readonly version: number;
  /** The last that could be read: names keep their meaning while a line is being typed. */
  readonly program?: Program | undefined;
  readonly fault?: Fault | undefined;
}

const known = new WeakMap<vscode.TextDocument, ReadCell>();

/** What the document says now. */
export function cellIn(document: vscode.TextDocument): ReadCell {
  const before = known.get(document);
  if (before?.version === document.version) return before;
  const read = readCell(document.getText());
  const made = { version: document.version, ...('fault' in read ? { program: before?.program, fault: read.fault } : { program: read.program }) };
  known.set(document, made);
  return made;
}

/** The name or sign at a fault; at a line's end its last character, so that there is something to underline. */
export function placeOf(document: vscode.TextDocument, { line, column }: Fault): vscode.Range {
  const at = document.validatePosition(new vscode.Position(line - 1, column - 1));
  const word = document.getWordRangeAtPosition(at);
  if (word && !word.isEmpty && word.start.isEqual(at)) return word;
  const end = document.lineAt(at.line).range.end;
  if (at.isBefore(end)) return new vscode.Range(at, at.translate(0, 1));
  return new vscode.Range(at.translate(0, at.character > 0 ? -1 : 0), at);
}

/** The cell's text, at what is wrong with it if anything is. */
export async function revealCell(uri: vscode.Uri): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri);
  const { fault } = cellIn(document);
  await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.One, ...(fault ? { selection: placeOf(document, fault) } : {}) });
}
