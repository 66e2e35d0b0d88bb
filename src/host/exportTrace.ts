/** Export Trace…: what the panel shows as a trace, a table or NumPy arrays. */
import { open, rm } from 'node:fs/promises';
import * as vscode from 'vscode';
import { exporters } from '../formats/export';
import { exportSourceOf } from '../sessionExport';
import type { Panels } from './panels';
import { baseName, sentence } from './plain';

export const registerExport = (panels: Panels): vscode.Disposable =>
  vscode.commands.registerCommand('gatescope.exportTrace', () => exportTrace(panels));

async function exportTrace(panels: Panels): Promise<void> {
  const session = panels.active?.session;
  if (!session?.scene) { void vscode.window.showInformationMessage('Nothing is shown that could be exported. Visualize a layer first.'); return; }
  const form = (await vscode.window.showQuickPick(exporters.map(e => ({ label: e.label, description: `.${e.extension}`, form: e })), { title: 'Export what is shown as' }))?.form;
  if (!form) return;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const name = `${session.scene.model.replace(/[^\w.-]+/g, '_') || 'trace'}.${form.id === 'trace' ? 'trace.' : ''}${form.extension}`;
  const uri = await vscode.window.showSaveDialog({ title: 'Export', filters: { [form.label]: [form.extension] }, ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, name) } : {}) });
  if (!uri) return;
  try {
    const source = await exportSourceOf(session);
    const done = await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title: `Writing ${baseName(uri)}`, cancellable: true }, (_, token) => write(uri, form.write(source), token));
    if (done) void vscode.window.showInformationMessage(sentence(`${baseName(uri)}: ${source.steps.toLocaleString('en')} steps of ${source.levels.map(l => l.name).join(', ')}.`));
  } catch (error) {
    void vscode.window.showErrorMessage(sentence(`${baseName(uri)} could not be written. ${error instanceof Error ? error.message : String(error)}`));
  }
}

/** Local files in pieces as they come; others at once, since that is all a workspace's file system takes. False where it was stopped. */
async function write(uri: vscode.Uri, pieces: AsyncGenerator<Uint8Array>, token: vscode.CancellationToken): Promise<boolean> {
  if (uri.scheme !== 'file') {
    const all: Uint8Array[] = [];
    for await (const piece of pieces) { if (token.isCancellationRequested) return false; all.push(piece); }
    await vscode.workspace.fs.writeFile(uri, Buffer.concat(all));
    return true;
  }
  const file = await open(uri.fsPath, 'w');
  let whole = false;
  try {
    for await (const piece of pieces) {
      if (token.isCancellationRequested) return false;
      await file.writeFile(piece);
    }
    whole = true;
    return true;
  } finally {
    await file.close();
    if (!whole) await rm(uri.fsPath, { force: true }); // half of a recording is none
  }
}
