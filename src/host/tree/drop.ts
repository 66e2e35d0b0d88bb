/** Files that are dropped on a list are opened: model code at its layer, anything else as a checkpoint or trace. */
import * as vscode from 'vscode';
import { languageOfFile } from '../../source/endings';
import type { Line } from './line';

const URIS = 'text/uri-list';

/** For a tree view. */
export const dropped: vscode.TreeDragAndDropController<Line> = {
  dropMimeTypes: [URIS, 'files'],
  dragMimeTypes: [],
  handleDrop: async (_, data) => { await openAll(urisIn(await data.get(URIS)?.asString() ?? '')); },
};

/** Addresses in a list of them, one a line; lines with `#` are comments. */
export const urisIn = (list: string): vscode.Uri[] =>
  list.split(/\r?\n/).map(l => l.trim()).filter(l => l !== '' && !l.startsWith('#')).map(l => vscode.Uri.parse(l));

/** One after another, since each may ask something. */
export async function openAll(uris: readonly vscode.Uri[]): Promise<void> {
  for (const uri of uris) {
    if (languageOfFile(uri.path)) await vscode.commands.executeCommand('gatescope.visualize', { uri: uri.toString() });
    else await vscode.commands.executeCommand('gatescope.openFile', uri);
  }
}
