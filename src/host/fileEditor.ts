/** The editor of checkpoints and traces: readonly, and offered beside others' editors, never instead of them. */
import * as vscode from 'vscode';
import { alwaysOpen, endingOf } from './fileEditor/associations';
import { FileDocument } from './fileEditor/document';
import { attach } from './fileEditor/editor';
import { FILE_EDITOR } from './ids';
import type { Panels } from './panels';
import { l10n } from '../l10n';

/** A file, as its editors share it. */
export const openDocument = (uri: vscode.Uri, { workspaceState }: vscode.ExtensionContext): FileDocument => new FileDocument(uri, workspaceState);

/** Fills an editor on a document that `openDocument` made. */
export function attachEditor(document: vscode.CustomDocument, panel: vscode.WebviewPanel, { extensionUri }: vscode.ExtensionContext, panels: Panels): void {
  if (document instanceof FileDocument) attach(document, panel, extensionUri, panels);
}

/** Asks which files are to open here from now on: those like the given one, else the active one. */
export function alwaysOpenLike(uri?: unknown): Promise<boolean> {
  const file = uri instanceof vscode.Uri ? uri : activeFile();
  return alwaysOpen(file && endingOf(file));
}

/** The file given by the explorer, else that of the active editor, else one chosen. */
export async function openWith(uri?: unknown): Promise<void> {
  const file = uri instanceof vscode.Uri ? uri : activeFile() ?? (await vscode.window.showOpenDialog({ title: l10n('Open with Gatescope'), openLabel: l10n('Open') }))?.[0];
  if (file) await vscode.commands.executeCommand('vscode.openWith', file, FILE_EDITOR);
}

/** The file in the active tab, whatever shows it, where the editor can open it. */
function activeFile(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const uri = input instanceof vscode.TabInputCustom || input instanceof vscode.TabInputText ? input.uri : undefined;
  return uri && endingOf(uri) !== undefined ? uri : undefined;
}
