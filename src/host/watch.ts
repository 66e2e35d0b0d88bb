/** Tells when one of a few files is written again or removed. */
import * as vscode from 'vscode';
import { baseName } from './plain';

export function watchFiles(files: readonly vscode.Uri[], changed: (name: string) => void): vscode.Disposable {
  return vscode.Disposable.from(...files.map(uri => {
    const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(vscode.Uri.joinPath(uri, '..'), globOf(baseName(uri))));
    const tell = (at: vscode.Uri): void => { if (at.path === uri.path) changed(baseName(uri)); };
    watcher.onDidChange(tell);
    watcher.onDidCreate(tell);
    return watcher;
  }));
}

/** A file name as a glob that matches only it. */
const globOf = (name: string): string => name.replace(/[[\]{}*?!]/g, '?');
