/** The output channel "Gatescope": what was done and how long it took, for whoever looks. It exists from the first line on. */
import * as vscode from 'vscode';

let channel: vscode.LogOutputChannel | undefined;

/** The channel; its level is the person's. */
export const log = (): vscode.LogOutputChannel => channel ??= vscode.window.createOutputChannel('Gatescope', { log: true });

/** Ends it with the extension. */
export const registerLog = (): vscode.Disposable => new vscode.Disposable(() => { channel?.dispose(); channel = undefined; });
