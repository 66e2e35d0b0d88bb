/** Names from files and code, made inert where VS Code would read markup in them. */
import type * as vscode from 'vscode';

/** For quick picks and status bars, which draw `$(icon)`. */
export const label = (text: string): string => text.replaceAll('$(', '\\$(');

/** For notifications, which turn `[text](link)` into links that can run commands: a zero-width space parts the brackets. */
export const sentence = (text: string): string => text.replaceAll('](', ']\u200b(');

/** The last part of a path. */
export const baseName = (uri: vscode.Uri): string => uri.path.slice(uri.path.lastIndexOf('/') + 1);
