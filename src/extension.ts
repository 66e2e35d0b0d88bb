/** Starts Gatescope. */
import * as vscode from 'vscode';

export function activate(context: vscode.ExtensionContext): void {
  context.subscriptions.push(vscode.commands.registerCommand('gatescope.visualize', () =>
    vscode.window.showInformationMessage('There is nothing to show yet.')));
}
