/** Settings that count at once. */
import * as vscode from 'vscode';

/** Calls back, once for a change, when one of these settings of ours has another value. */
export function onSettings(names: readonly string[], changed: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration(event => { if (names.some(name => event.affectsConfiguration(`gatescope.${name}`))) changed(); });
}
