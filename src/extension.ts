/** Starts Gatescope: one line a feature. */
import type * as vscode from 'vscode';
import { registerExport } from './host/exportTrace';
import { registerFileEditor } from './host/fileEditor';
import { registerHover } from './host/hover';
import { registerInspector } from './host/inspector';
import { registerLens } from './host/lens';
import { registerPanels } from './host/panels';
import { registerTree } from './host/tree';
import { registerVisualize } from './host/visualize';

export function activate(context: vscode.ExtensionContext): void {
  const panels = registerPanels(context);
  context.subscriptions.push(
    registerVisualize(panels),
    registerFileEditor(context, panels),
    registerExport(panels),
    registerHover(),
    registerLens(),
    registerTree(),
    registerInspector(context, panels),
  );
}
