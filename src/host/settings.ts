/** Settings that count at once. */
import * as vscode from 'vscode';

/** Calls back when a setting of ours has another value. */
export function onSetting(name: string, changed: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration(event => { if (event.affectsConfiguration(`gatescope.${name}`)) changed(); });
}
