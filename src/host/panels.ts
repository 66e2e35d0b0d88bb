/** All panels: which one a new target goes to, and which one the side panel follows. */
import * as vscode from 'vscode';
import { readBundlesThrough } from '../platform/node';
import { PANEL } from './ids';
import { rememberRuns } from './lastRuns';
import { followCells } from './ownCell';
import { Panel } from './panel';
import { onSettings } from './settings';
import type { Status } from './status';
import { parseReference, type Target } from './target';

export class Panels implements vscode.Disposable {
  private readonly panels: Panel[] = [];
  private readonly changed = new vscode.EventEmitter<Panel | undefined>();
  /** The followed panel, its scene or its selection changed. */
  readonly onDidChange = this.changed.event;
  private followed: Panel | undefined;

  constructor(private readonly context: vscode.ExtensionContext, private readonly status: Status) {}

  get active(): Panel | undefined { return this.followed; }

  /** In the panel that is not pinned, else in a new one beside the editor. */
  async show(target: Target, choose?: string, view?: string): Promise<Panel> {
    const panel = this.panels.find(p => !p.pinned) ?? this.adopt(vscode.window.createWebviewPanel(
      PANEL, 'Gatescope', { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true }, {}));
    panel.panel.reveal(undefined, true);
    this.follow(panel);
    await panel.show(target, choose, view);
    return panel;
  }

  /** Shows again, in every panel, what was read from a file whose text is another now. */
  async again(kind: Target['kind'], uri: string): Promise<void> {
    const showing = this.panels.flatMap(panel => (panel.shown?.kind === kind && panel.shown.uri.toString() === uri ? [{ panel, target: panel.shown }] : []));
    await Promise.all(showing.map(({ panel, target }) => panel.show(target)));
  }

  /** A panel that VS Code brought back after a reload; what it showed is in the webview's own state. */
  async restore(webview: vscode.WebviewPanel, state: unknown): Promise<void> {
    const target = parseReference((state as { reference?: unknown } | undefined)?.reference);
    if (!target) { webview.dispose(); return; }
    const panel = this.adopt(webview);
    this.follow(panel);
    await panel.show(target);
  }

  /** Brings the followed panel to the front. */
  reveal(): void { this.followed?.panel.reveal(); }

  /** In other colours, since the setting changed. */
  recolor(): void { for (const panel of this.panels) panel.recolor(); }

  /** Runs everything again, since a setting that runs depend on changed. */
  async rerun(): Promise<void> {
    await Promise.all(this.panels.map(async panel => { if (panel.shown) await panel.show(panel.shown); }));
  }

  private adopt(webview: vscode.WebviewPanel): Panel {
    webview.iconPath = vscode.Uri.joinPath(this.context.extensionUri, 'media', 'icon.svg');
    const panel = new Panel(webview, this.context, this.status);
    this.panels.push(panel);
    panel.onDidChange(() => { if (webview.active || this.followed === panel) this.follow(panel); });
    webview.onDidDispose(() => {
      this.panels.splice(this.panels.indexOf(panel), 1);
      this.follow(this.panels.at(-1));
    });
    return panel;
  }

  private follow(panel: Panel | undefined): void {
    this.followed = panel;
    void vscode.commands.executeCommand('setContext', 'gatescope.panelOpen', panel !== undefined);
    this.changed.fire(panel);
  }

  dispose(): void {
    for (const panel of [...this.panels]) panel.panel.dispose();
    this.changed.dispose();
  }
}

/** Panels, none at first, that follow the settings. */
export function makePanels(context: vscode.ExtensionContext, status: Status): Panels {
  readBundlesThrough(path => vscode.workspace.fs.readFile(vscode.Uri.joinPath(context.extensionUri, 'dist', path)));
  const panels = new Panels(context, status);
  context.subscriptions.push(
    rememberRuns(panels), followCells(panels),
    onSettings(['colors'], () => { panels.recolor(); }),
    onSettings(['maximumSteps', 'memory', 'seed'], () => { void panels.rerun(); }),
  );
  return panels;
}
