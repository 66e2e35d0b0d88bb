/** Export Trace…: what the panel shows as a trace, a table or NumPy arrays. */
import { open, rm } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { Change } from '../core/variations/change';
import { exporters } from '../formats/export';
import { l10n, term, thousands } from '../l10n';
import type { ViewState } from '../protocol';
import { exportSourceOf } from '../sessionExport';
import type { Panels } from './panels';
import { baseName, sentence } from './plain';

export const registerExport = (panels: Panels): vscode.Disposable =>
  vscode.commands.registerCommand('gatescope.exportTrace', () => exportTrace(panels));

async function exportTrace(panels: Panels): Promise<void> {
  const session = panels.active?.session;
  if (!session?.scene) { void vscode.window.showInformationMessage(l10n('Nothing is shown that could be exported. Visualize a layer first.')); return; }
  const report = { label: l10n('Report: the panel itself, in one file that works offline'), description: '.html', form: undefined };
  const picked = await vscode.window.showQuickPick([...exporters.map(e => ({ label: term(e.label), description: `.${e.extension}`, form: e })), report], { title: l10n('Export what is shown as') });
  if (picked === report) { await vscode.commands.executeCommand('gatescope.exportReport'); return; }
  const form = picked?.form;
  if (!form) return;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const name = `${session.scene.model.replace(/[^\w.-]+/g, '_') || 'trace'}.${form.id === 'trace' ? 'trace.' : ''}${form.extension}`;
  const uri = await vscode.window.showSaveDialog({ title: l10n('Export'), filters: { [term(form.label)]: [form.extension] }, ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, name) } : {}) });
  if (!uri) return;
  try {
    const changes = changesShown(panels.active?.viewState);
    const source = await exportSourceOf(session, changes);
    const done = await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title: l10n('Writing {0}', baseName(uri)), cancellable: true }, (_, token) => write(uri, form.write(source), token));
    if (done) void vscode.window.showInformationMessage(sentence(l10n('{0}: {1} steps of {2}.', baseName(uri), thousands(source.steps), source.levels.map(l => l.name).join(', '))
      + (changes.length > 0 ? ` ${l10n('These are the numbers with what was changed, not the baseline; the metadata says what that was.')}` : '')));
  } catch (error) {
    void vscode.window.showErrorMessage(sentence(l10n('{0} could not be written. {1}', baseName(uri), error instanceof Error ? error.message : String(error))));
  }
}

/** What if's changes while the panel shows them; the engine checks them again. */
function changesShown(state: ViewState | undefined): readonly Change[] {
  const kept = state?.own?.['whatIf'] as { readonly on?: unknown; readonly shown?: unknown; readonly changes?: unknown } | undefined;
  return kept?.on === true && kept.shown !== 'baseline' && Array.isArray(kept.changes) ? kept.changes as readonly Change[] : [];
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
