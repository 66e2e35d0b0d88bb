/** Your own cell: a text of equations in `.gatescope/cells`, shown while it is typed. */
import * as vscode from 'vscode';
import { cellById } from '../core/cells/index';
import { l10n } from '../l10n';
import { cellName } from '../ownCell';
import { nameFault, newCellText } from '../ownCellText';
import { cellsOf, ownCells } from './ownCellFiles';
import * as typing from './ownCellTyping';
import type { Panels } from './panels';
import { sentence } from './plain';

/** Milliseconds after the last letter until the panel runs the cell anew. */
const PAUSE = 300;

/** Says what is wrong with cells from now on; answers what can be asked of them. */
export function beginCells(panels: () => Promise<Panels>): vscode.Disposable & typeof typing & { newCell(): Promise<void> } {
  const faults = typing.showFaults();
  return { ...typing, newCell: async () => newCell(await panels()), dispose: () => { faults.dispose(); } };
}

/** Panels show what is typed, and what changes on disk. */
export function followCells(panels: Panels): vscode.Disposable {
  const again = (uri: vscode.Uri): void => { void panels.again('cell', uri.toString()); };
  const watcher = vscode.workspace.createFileSystemWatcher('**/*.cell');
  // A document that is open tells by itself; the others change on disk alone.
  const changed = (uri: vscode.Uri): void => { if (!vscode.workspace.textDocuments.some(d => d.uri.toString() === uri.toString())) again(uri); };
  return vscode.Disposable.from(
    watcher, watcher.onDidChange(changed), watcher.onDidCreate(changed),
    typing.whenTyped(PAUSE, document => again(document.uri)),
  );
}

async function newCell(panels: Panels): Promise<void> {
  const folder = await chosenFolder();
  if (!folder) return;
  const taken = (await ownCells(folder)).map(uri => cellName(uri.path));
  const name = (await vscode.window.showInputBox({
    title: l10n('New cell'), prompt: l10n('A name for it. It is saved in .gatescope/cells and begins as an LSTM.'), value: freeName(taken), validateInput: value => nameFault(value, taken),
  }))?.trim();
  if (name === undefined || nameFault(name, taken) !== undefined) return;
  const uri = vscode.Uri.joinPath(cellsOf(folder), `${name}.cell`);
  try {
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(newCellText(name, cellById('lstm').equations)));
  } catch (error) {
    void vscode.window.showErrorMessage(sentence(l10n('{0} could not be written. {1}', `${name}.cell`, error instanceof Error ? error.message : String(error))));
    return;
  }
  await vscode.window.showTextDocument(uri, { viewColumn: vscode.ViewColumn.One, preview: false });
  await panels.show({ kind: 'cell', uri });
}

/** `myCell`, or with a number behind it. */
function freeName(taken: readonly string[]): string {
  for (let k = 1; ; k++) {
    const name = k === 1 ? 'myCell' : `myCell${k}`;
    if (nameFault(name, taken) === undefined) return name;
  }
}

async function chosenFolder(): Promise<vscode.Uri | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length > 1) return (await vscode.window.showWorkspaceFolderPick())?.uri;
  if (folders.length === 0) void vscode.window.showInformationMessage(l10n('Open a folder first: a cell is saved in its .gatescope/cells.'));
  return folders[0]?.uri;
}
