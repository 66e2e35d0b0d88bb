/** Export Report…: what the panel shows as one HTML file that works without VS Code, from disk. */
import * as vscode from 'vscode';
import { l10n } from '../l10n';
import { excerptOf, labelRows, shifted } from '../report/excerpt';
import { reportPage } from '../report/parts';
import { colorsOf } from './html';
import { labelsOf } from './labels';
import type { Panels } from './panels';
import { baseName, sentence } from './plain';

/** Asks for a place, and writes the report there. */
export async function exportReport(panels: Panels, context: vscode.ExtensionContext): Promise<void> {
  const panel = panels.active;
  const scene = panel?.session.scene;
  if (!panel || !scene) { void vscode.window.showInformationMessage(l10n('Nothing is shown that could be reported. Visualize a layer first.')); return; }
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const name = `${scene.model.replace(/[^\w.-]+/g, '_') || 'report'}.html`;
  const uri = await vscode.window.showSaveDialog({ title: l10n('Export report'), filters: { [l10n('Report')]: ['html'] }, ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, name) } : {}) });
  if (!uri) return;
  try {
    const text = await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title: l10n('Writing {0}', baseName(uri)) }, async () => {
      const { subject, from, to } = await excerptOf(panel.session, panel.viewState ?? { from: 0, to: scene.steps });
      const state = panel.viewState && shifted(panel.viewState, { from, to });
      const { labels } = panel.shown ? await labelsOf(panel.shown) : {};
      const read = (path: string): Thenable<Uint8Array> => vscode.workspace.fs.readFile(vscode.Uri.joinPath(context.extensionUri, path));
      return reportPage({ subject, ...(labels ? { labels: labelRows(labels, { from, to }) } : {}), ...(state ? { state } : {}), made: new Date().toISOString(), colors: colorsOf() }, async path => read(path), vscode.l10n.bundle && { id: vscode.env.language, texts: vscode.l10n.bundle });
    });
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
    const open = l10n('Open in browser');
    if (await vscode.window.showInformationMessage(sentence(l10n('{0}: {1} MB, everything in one file.', baseName(uri), (text.length / 2 ** 20).toFixed(1))), open) === open) await vscode.env.openExternal(uri);
  } catch (error) {
    void vscode.window.showErrorMessage(sentence(l10n('{0} could not be written. {1}', baseName(uri), error instanceof Error ? error.message : String(error))));
  }
}
