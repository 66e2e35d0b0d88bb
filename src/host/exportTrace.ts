/** Export Trace…: what the panel shows as a trace, a table or NumPy arrays. */
import * as vscode from 'vscode';
import type { Change } from '../core/variations/change';
import { exporters } from '../formats/export';
import { changesThatFit } from '../fitting';
import { l10n, term, thousands } from '../l10n';
import { writeInPieces } from '../platform/node';
import type { Range, Scene, ViewState } from '../protocol';
import { exportSourceOf } from '../sessionExport';
import type { Panels } from './panels';
import { baseName, sentence } from './plain';

/** Asks for a form, steps and a place, and writes them there. */
export async function exportTrace(panels: Panels): Promise<void> {
  const session = panels.active?.session;
  if (!session?.scene) { void vscode.window.showInformationMessage(l10n('Nothing is shown that could be exported. Visualize a layer first.')); return; }
  const report = { label: l10n('Report: the panel itself, in one file that works offline'), description: '.html', form: undefined };
  const picked = await vscode.window.showQuickPick([...exporters.map(e => ({ label: term(e.label), description: `.${e.extension}`, form: e })), report], { title: l10n('Export what is shown as') });
  if (picked === report) { await vscode.commands.executeCommand('gatescope.exportReport'); return; }
  const form = picked?.form;
  if (!form) return;
  const range = await askRange(panels.active?.viewState?.range, session.scene.steps);
  if (range === undefined) return;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const name = `${session.scene.model.replace(/[^\w.-]+/g, '_') || 'trace'}.${form.id === 'trace' ? 'trace.' : ''}${form.extension}`;
  const uri = await vscode.window.showSaveDialog({ title: l10n('Export'), filters: { [term(form.label)]: [form.extension] }, ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, name) } : {}) });
  if (!uri) return;
  try {
    const changes = changesShown(panels.active?.viewState, session.scene);
    const source = await exportSourceOf(session, changes, range === 'all' ? undefined : range);
    const done = await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title: l10n('Writing {0}', baseName(uri)), cancellable: true }, (_, token) => write(uri, form.write(source), token));
    if (done) void vscode.window.showInformationMessage(sentence(l10n('{0}: {1} steps of {2}.', baseName(uri), thousands(source.steps), source.levels.map(l => l.name).join(', '))
      + (changes.length > 0 ? ` ${l10n('These are the numbers with what was changed, not the baseline; the metadata says what that was.')}` : '')));
  } catch (error) {
    void vscode.window.showErrorMessage(sentence(l10n('{0} could not be written. {1}', baseName(uri), error instanceof Error ? error.message : String(error))));
  }
}

/** Where steps are selected: only these, or all? Undefined where the person stops. */
async function askRange(range: Range | undefined, steps: number): Promise<Range | 'all' | undefined> {
  if (!range || !(range.from >= 0 && range.to > range.from && range.to <= steps)) return 'all';
  const some = { label: l10n('The selected steps, {0} to {1}', range.from, range.to - 1), range: { from: range.from, to: range.to } };
  const all = { label: l10n('All {0} steps', thousands(steps)), range: 'all' as const };
  return (await vscode.window.showQuickPick([some, all], { title: l10n('Which steps?') }))?.range;
}

/** What if's changes while the panel shows them: those that fit the scene, as the panel has it. */
function changesShown(state: ViewState | undefined, scene: Scene): readonly Change[] {
  const kept = state?.own?.['whatIf'] as { readonly on?: unknown; readonly shown?: unknown; readonly changes?: unknown } | undefined;
  return kept?.on === true && kept.shown !== 'baseline' ? changesThatFit(kept.changes, scene) : [];
}

/** Local files in pieces as they come; others at once, since that is all a workspace's file system takes. False where it was stopped. */
async function write(uri: vscode.Uri, pieces: AsyncGenerator<Uint8Array>, token: vscode.CancellationToken): Promise<boolean> {
  if (uri.scheme === 'file') return writeInPieces(uri.fsPath, pieces, () => token.isCancellationRequested);
  const all: Uint8Array[] = [];
  for await (const piece of pieces) { if (token.isCancellationRequested) return false; all.push(piece); }
  await vscode.workspace.fs.writeFile(uri, joined(all));
  return true;
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, p) => sum + p.length, 0));
  let at = 0;
  for (const piece of pieces) { whole.set(piece, at); at += piece.length; }
  return whole;
}
