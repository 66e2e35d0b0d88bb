/** The editor of checkpoints and traces: readonly, and offered beside others' editors, never instead of them. */
import * as vscode from 'vscode';
import { alwaysOpen, endingOf, fileEditor } from './fileEditor/associations';
import { FileDocument } from './fileEditor/document';
import { attach } from './fileEditor/editor';
import type { Panels } from './panels';
import { l10n } from '../l10n';

export function registerFileEditor(context: vscode.ExtensionContext, panels: Panels): vscode.Disposable {
  const provider: vscode.CustomReadonlyEditorProvider<FileDocument> = {
    openCustomDocument: uri => new FileDocument(uri, context.workspaceState),
    resolveCustomEditor: (document, panel) => attach(document, panel, context.extensionUri, panels),
  };
  return vscode.Disposable.from(
    vscode.window.registerCustomEditorProvider(fileEditor, provider, { supportsMultipleEditorsPerDocument: true }),
    vscode.commands.registerCommand('gatescope.openWith', openWith),
    vscode.commands.registerCommand('gatescope.alwaysOpen', (uri?: unknown) => {
      const file = uri instanceof vscode.Uri ? uri : activeFile();
      return alwaysOpen(file && endingOf(file));
    }),
  );
}

/** The file given by the explorer, else that of the active editor, else one chosen. */
async function openWith(uri?: unknown): Promise<void> {
  const file = uri instanceof vscode.Uri ? uri : activeFile() ?? (await vscode.window.showOpenDialog({ title: l10n('Open with Gatescope'), openLabel: l10n('Open') }))?.[0];
  if (file) await vscode.commands.executeCommand('vscode.openWith', file, fileEditor);
}

/** The file in the active tab, whatever shows it, where the editor can open it. */
function activeFile(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const uri = input instanceof vscode.TabInputCustom || input instanceof vscode.TabInputText ? input.uri : undefined;
  return uri && endingOf(uri) !== undefined ? uri : undefined;
}
