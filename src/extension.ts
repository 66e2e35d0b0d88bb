/** Starts Gatescope: one line a feature. */
import * as vscode from 'vscode';
import { apiOf, type GatescopeApi } from './host/api';
import { registerCompare } from './host/compare';
import { registerDiagnostics } from './host/diagnostics';
import { registerReport } from './host/exportReport';
import { registerExport } from './host/exportTrace';
import { registerFileEditor } from './host/fileEditor';
import { registerHover } from './host/hover';
import { registerImports } from './host/imports';
import { registerInlayHints } from './host/inlay';
import { registerInspector } from './host/inspector';
import { registerLastRuns } from './host/lastRuns';
import { registerLens } from './host/lens';
import { registerLog } from './host/log';
import { registerOwnCell } from './host/ownCell';
import { registerPanels } from './host/panels';
import { registerQuickFixes } from './host/quickFixes';
import { registerTree } from './host/tree';
import { registerVisualize } from './host/visualize';
import { useTexts } from './l10n';
import { readBundlesThrough } from './platform/node';

export function activate(context: vscode.ExtensionContext): GatescopeApi {
  // In English there is no bundle.
  useTexts((vscode.l10n.bundle ?? {}));
  readBundlesThrough(path => vscode.workspace.fs.readFile(vscode.Uri.joinPath(context.extensionUri, 'dist', path)));
  const panels = registerPanels(context);
  const tree = registerTree();
  context.subscriptions.push(
    registerLog(),
    registerVisualize(panels),
    registerCompare(context, panels),
    registerOwnCell(panels),
    registerFileEditor(context, panels),
    registerExport(panels),
    registerReport(panels, context),
    registerHover(),
    registerImports(),
    registerLens(),
    registerInlayHints(),
    registerLastRuns(panels),
    registerDiagnostics(context),
    registerQuickFixes(context),
    tree,
    registerInspector(context, panels),
  );
  return apiOf(panels, tree);
}
