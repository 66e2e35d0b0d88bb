/** One panel: a webview, its worker and its session. What it shows is a Target; what the person does in it comes as `act`. */
import * as vscode from 'vscode';
import { asProblem, type Problem } from '../errors';
import { l10n } from '../l10n';
import { cellName } from '../ownCell';
import { beside, runtime, startWorker } from '../platform/node';
import { connect, type HostApi, type Note, type Progress, type Remote, type Selection, type ViewState, type WebviewApi } from '../protocol';
import type { RecorderApi, RecorderEvents } from '../recorder';
import { numbersOf, Session, type Subject } from '../session';
import type { Services } from '../throughModel';
import { colorsOf, page, webviewOptions } from './html';
import { cellsBeside, compareWith, prepareComparison } from './compare';
import { prepare, savedFields, type Prepared } from './prepare';
import { edit } from './edit';
import { labelsOf, NO_LABELS } from './labels';
import { stackWith } from './openFile';
import { revealInCode } from './reveal';
import { saveAs } from './saveAs';
import { runWork, type Status } from './status';
import { nameOf, referenceOf, titleOf, type Target } from './target';
import { mayRunGraph } from './trust';
import { watchFiles } from './watch';

export class Panel {
  private readonly worker: ReturnType<typeof startWorker>;
  private readonly view: Remote<WebviewApi>;
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly disposables: vscode.Disposable[] = [this.changed];
  readonly session: Session;
  private target: Target | undefined;
  private prepared: Prepared | undefined;
  private state: ViewState | undefined;
  private failure: Problem | undefined;
  private progress: Progress | undefined;
  private fileNotes: readonly Note[] = [];
  private bound = NO_LABELS;
  private loaded = false;
  private isPinned = false;
  /** Also record what each activation reads. */
  private preactivations = false;
  /** Which scene the webview has, so far as it was not loaded anew. */
  private sent = '';
  private turn = 0;
  selection: Selection | undefined;
  /** The scene, the selection or the pin changed. */
  readonly onDidChange = this.changed.event;

  constructor(readonly panel: vscode.WebviewPanel, private readonly context: vscode.ExtensionContext, private readonly status: Status) {
    const events: RecorderEvents = { progress: p => this.showProgress(p) };
    this.worker = startWorker(beside('worker.js'), error => this.fail(asProblem(error, l10n('The engine stopped.'))));
    this.session = new Session(connect<RecorderApi>(this.worker.port, events));
    panel.webview.options = webviewOptions(context.extensionUri);
    this.view = connect<WebviewApi>({
      post: message => { void panel.webview.postMessage(message); },
      listen: handler => { this.disposables.push(panel.webview.onDidReceiveMessage(handler)); },
    }, this.api());
    panel.webview.html = page(panel.webview, context.extensionUri, 'main');
    panel.onDidDispose(() => this.dispose(), undefined, this.disposables);
    panel.onDidChangeViewState(() => this.changed.fire(), undefined, this.disposables);
  }

  /** How the person looks at it: window, selection, view. */
  get viewState(): ViewState | undefined { return this.state; }
  get pinned(): boolean { return this.isPinned; }
  /** What it shows, or tries to. */
  get shown(): Target | undefined { return this.target; }

  /** Shows a target; the one before stays drawn until this one stands. `choose` asks for that field first, `view` is turned to. */
  async show(target: Target, choose?: string, view?: string): Promise<void> {
    const mine = ++this.turn;
    const reference = referenceOf(target);
    if (this.target && referenceOf(this.target) !== reference) this.state = undefined;
    this.target = target;
    this.panel.title = titleOf(target);
    this.state ??= this.context.workspaceState.get<ViewState>(stateKey(reference));
    try {
      if (choose !== undefined) await edit(target, choose);
      if (mine === this.turn) this.tell(undefined); // not while the person is asked
      this.prepared = target.kind === 'compare' ? await prepareComparison(target, this.context.extensionUri) : await prepare(target, this.services());
      if (mine !== this.turn) return;
      this.watch(this.prepared);
      this.bound = await labelsOf(target);
      if (mine !== this.turn) return;
      await this.session.open(withPreactivations(view === undefined ? this.prepared.subject : { ...this.prepared.subject, view }, this.preactivations));
      for (const subject of this.prepared.beside ?? []) await this.session.beside(`beside:${subject.model}`, subject);
      if (mine !== this.turn) return;
      this.failure = undefined;
      this.fileNotes = [];
    } catch (error) {
      if (mine !== this.turn) return;
      this.failure = asProblem(error, l10n('{0} cannot be shown.', this.panel.title));
    }
    this.settle();
    if (view !== undefined && !this.failure) this.command(`view:${view}`);
    this.changed.fire();
  }

  togglePin(): void {
    this.isPinned = !this.isPinned;
    if (this.loaded) void this.view.pinned(this.isPinned);
  }

  /** A command of the palette that the panel carries out itself, such as `showTable`. */
  command(id: string): void { if (this.loaded) void this.view.command(id); }

  select(selection: Partial<Selection>): void { if (this.loaded) void this.view.selected(selection); }

  private api(): HostApi {
    return {
      ready: async () => { this.loaded = true; this.sent = ''; this.replay(); },
      ...numbersOf(() => this.session),
      select: selection => { this.selection = selection; this.changed.fire(); },
      save: state => this.save(state),
      act: (id, value) => this.act(id, value),
      saveAs: (name, content, encoding) => saveAs(name, content, encoding),
      cells: async () => (this.target ? (await cellsBeside(this.target)).map(uri => ({ id: uri.toString(), name: cellName(uri.path) })) : []),
      binding: async () => this.failure && this.target ? savedFields(this.target) : this.prepared?.fields ?? [],
    };
  }

  /** Sends all there is to show: after the webview loaded, came back from a hidden tab, or when anything changed. */
  private replay(): void {
    if (!this.loaded) return;
    this.sendScene();
    void this.view.failed(this.failure && { title: this.failure.title, lines: this.failure.lines, actions: this.failure.actions });
    void this.view.progress(this.progress);
    void this.view.pinned(this.isPinned);
    this.recolor();
  }

  /** The heatmaps' colours, as the settings have them now. */
  recolor(): void { this.command(`colors:${colorsOf()}`); }

  /** Once: the same scene again would draw all rows anew. */
  private sendScene(): void {
    const { scene } = this.session;
    const key = `${scene?.revision} ${scene?.beside?.map(b => b.run).join(' ')} ${[...this.fileNotes, ...this.bound.notes].map(n => n.text).join(' ')} ${this.bound.labels?.text ?? ''}`;
    if (!scene || key === this.sent) return;
    this.sent = key;
    void this.view.scene({ ...scene, notes: [...this.fileNotes, ...this.bound.notes, ...scene.notes], ...(this.bound.labels ? { labels: this.bound.labels } : {}) }, this.state);
  }

  /** The engine has nothing to do. */
  private settle(): void {
    this.progress = undefined;
    this.status.set(this, undefined);
    this.replay();
  }

  private tell(progress: Progress | undefined): void {
    if (this.target) this.status.set(this, runWork(this.target.kind === 'compare' ? this.panel.title : nameOf(this.target), progress));
  }

  private showProgress(progress: Progress): void {
    this.progress = progress;
    this.tell(progress);
    if (this.loaded) void this.view.progress(progress);
  }

  private fail(problem: Problem): void {
    this.status.set(this, undefined);
    this.failure = problem;
    this.replay();
  }

  private save(state: ViewState): void {
    this.state = state;
    if (this.target) void this.context.workspaceState.update(stateKey(referenceOf(this.target)), state);
  }

  private async act(id: string, value?: string): Promise<void> {
    if (id === 'open') { await vscode.commands.executeCommand('gatescope.openFile'); return; }
    if (id === 'copyText') { await vscode.env.clipboard.writeText(value ?? ''); return; }
    if (id === 'export') { await vscode.commands.executeCommand('gatescope.exportTrace'); return; }
    if (!this.target) return;
    switch (id) {
      case 'cancel': this.stopping?.abort(); this.session.cancel(); return;
      case 'pin': this.togglePin(); this.changed.fire(); return;
      case 'reveal': await revealInCode(this.target); return;
      case 'preactivations': this.preactivations = value === 'true'; await this.show(this.target); return;
      case 'reload': await this.show(this.target); return;
      case 'binding': this.command('binding'); return;
      case 'compareWith': if (await compareWith(this.target, this.session, value)) this.settle(); else this.status.set(this, undefined); return;
      default: if (id.startsWith('show:')) await this.showLayer(this.target, id.slice('show:'.length));
        else if (this.target.kind === 'compare') void vscode.window.showInformationMessage(l10n('These are the examples that Gatescope comes with. Open a checkpoint or a layer in code to choose weights and input.'));
        else if (id === 'edit:labels') { if (await edit(this.target, id)) await this.relabel(this.target); }
        else if (await edit(this.target, id, value, this.prepared?.subject.doubts)) await this.show(this.target);
    }
  }

  /** Nothing has to be run again for other labels. */
  private async relabel(target: Target): Promise<void> {
    const { fields } = this.prepared ?? {};
    const [bound, saved] = await Promise.all([labelsOf(target), savedFields(target)]);
    if (target !== this.target) return;
    this.bound = bound;
    const now = saved.find(f => f.id === 'labels');
    if (this.prepared && fields && now) this.prepared = { ...this.prepared, fields: fields.map(f => (f.id === 'labels' ? now : f)) };
    this.replay();
  }

  /** Another layer of the file that is shown, or that the shown layer is bound to. */
  private async showLayer({ uri }: Target, layer: string): Promise<void> {
    const stack = await stackWith(uri, layer).catch(() => undefined);
    if (stack !== undefined) await this.show({ kind: 'checkpoint', uri, stack });
  }

  /** For what stands before the layer: it is run in this window's own process, asked first where the folder is not trusted. */
  private services(): Services {
    this.stopping?.abort();
    const stopping = this.stopping = new AbortController();
    return {
      runtimes: () => runtime(stopping.signal),
      mayRun: mayRunGraph,
      progress: ({ done, what }) => this.showProgress({ done, total: 1, what }),
      signal: stopping.signal,
    };
  }
  private stopping: AbortController | undefined;

  private watch(prepared: Prepared): void {
    this.watcher?.dispose();
    this.watcher = watchFiles(prepared.files, name => {
      this.fileNotes = [{ severity: 'warning', text: l10n('{0} changed on disk since it was read.', name), actions: [{ id: 'reload', label: l10n('Reload') }] }];
      this.replay();
    });
  }
  private watcher: vscode.Disposable | undefined;

  private dispose(): void {
    this.turn++;
    this.status.set(this, undefined);
    this.stopping?.abort();
    this.watcher?.dispose();
    void this.worker.stop();
    vscode.Disposable.from(...this.disposables).dispose();
  }
}

function withPreactivations(subject: Subject, preactivations: boolean): Subject {
  return subject.content.kind === 'run' ? { ...subject, content: { ...subject.content, preactivations } } : subject;
}

const stateKey = (reference: string): string => `view:${reference}`;
