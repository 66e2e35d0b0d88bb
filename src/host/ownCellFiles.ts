/** Where the cells of a workspace folder are kept. */
import * as vscode from 'vscode';
import { hasEnding } from '../binding';
import { CELL_ENDING } from '../ownCell';

export const cellsOf = (folder: vscode.Uri): vscode.Uri => vscode.Uri.joinPath(folder, '.gatescope', 'cells');

/** The cells of a workspace folder, by name. */
export async function ownCells(folder: vscode.Uri): Promise<vscode.Uri[]> {
  const entries = await vscode.workspace.fs.readDirectory(cellsOf(folder)).then(found => found, () => []); // there is no such folder yet
  return entries.filter(([name, type]) => type === vscode.FileType.File && hasEnding(name, [CELL_ENDING])).map(([name]) => vscode.Uri.joinPath(cellsOf(folder), name)).sort((a, b) => (a.path < b.path ? -1 : 1));
}
