/** Starts Gatescope: one line a feature. */
import * as vscode from 'vscode';
import { registerCompare } from './host/compare';
import { registerReport } from './host/exportReport';
import { registerExport } from './host/exportTrace';
import { registerFileEditor } from './host/fileEditor';
import { registerHover } from './host/hover';
import { registerInspector } from './host/inspector';
import { registerLens } from './host/lens';
import { registerOwnCell } from './host/ownCell';
import { registerPanels } from './host/panels';
import { registerTree } from './host/tree';
import { registerVisualize } from './host/visualize';
import { useTexts } from './l10n';

export function activate(context: vscode.ExtensionContext): void {
  // In English there is no bundle.
  useTexts((vscode.l10n.bundle ?? {}));
  const panels = registerPanels(context);
  context.subscriptions.push(
    registerVisualize(panels),
    registerCompare(context, panels),
    registerOwnCell(panels),
    registerFileEditor(context, panels),
    registerExport(panels),
    registerReport(panels, context),
    registerHover(),
    registerLens(),
    registerTree(),
    registerInspector(context, panels),
  );
}
