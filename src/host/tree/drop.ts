/** Files that are dropped are opened: model code at its layer, anything else as a checkpoint or trace (JSON may be either). */
import * as vscode from 'vscode';
import { languageOfFile } from '../../source/endings';

/** Addresses in a list of them, one a line; lines with `#` are comments. */
export const urisIn = (list: string): vscode.Uri[] =>
  list.split(/\r?\n/).map(l => l.trim()).filter(l => l !== '' && !l.startsWith('#')).map(l => vscode.Uri.parse(l));

/** One after another, since each may ask something. */
export async function openAll(uris: readonly vscode.Uri[]): Promise<void> {
  for (const uri of uris) {
    const language = languageOfFile(uri.path);
    if (language && language !== 'json') await vscode.commands.executeCommand('gatescope.visualize', { uri: uri.toString() });
    else await vscode.commands.executeCommand('gatescope.openFile', uri);
  }
}
