/** The Inspector view: the selected unit at the selected step, following the panel. */
import * as vscode from 'vscode';
import { l10n } from '../l10n';
import { connect, type HostApi, type Remote, type WebviewApi } from '../protocol';
import { numbersOf } from '../session';
import { page, webviewOptions } from './html';
import type { Panels } from './panels';
import { openAll, urisIn } from './tree/drop';

/** Fills the view, and keeps it up to date until it is closed. */
export function resolveInspector(view: vscode.WebviewView, context: vscode.ExtensionContext, panels: Panels): void {
  const { webview } = view;
  webview.options = webviewOptions(context.extensionUri);
  const disposables: vscode.Disposable[] = [];
  let loaded = false;
  let shown = -1;
  const session = (): NonNullable<Panels['active']>['session'] => {
    if (!panels.active) throw new Error(l10n('Nothing is shown.'));
    return panels.active.session;
  };
  const api: HostApi = {
    ready: async () => { loaded = true; shown = -1; follow(); },
    ...numbersOf(session),
    saveAs: async () => false, cells: async () => [],
    select: selection => panels.active?.select(selection),
    save: () => undefined,
    act: async (id, value) => {
      if (id === 'show') panels.active?.panel.reveal();
      if (id === 'open') await vscode.commands.executeCommand('gatescope.openFile');
      if (id === 'drop') await openAll(urisIn(value ?? ''));
    },
    binding: async () => [],
  };
  const remote: Remote<WebviewApi> = connect<WebviewApi>({
    post: message => { void webview.postMessage(message); },
    listen: handler => { disposables.push(webview.onDidReceiveMessage(handler)); },
  }, api);
  const follow = (): void => {
    const scene = panels.active?.session.scene;
    if (!loaded) return;
    if (scene && scene.revision !== shown) { shown = scene.revision; void remote.scene(scene); }
    if (!scene && shown !== 0) { shown = 0; void remote.failed(undefined); }
    if (scene) void remote.selected(panels.active?.selection ?? {}); // before anything is selected: the first unit and step
  };
  disposables.push(panels.onDidChange(follow));
  view.onDidDispose(() => vscode.Disposable.from(...disposables).dispose());
  webview.html = page(webview, context.extensionUri, 'inspector');
}
