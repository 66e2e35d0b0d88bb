/** One file that editors show: opened by its headers, read again when it changes on disk, with what the person decided about it. */
import * as vscode from 'vscode';
import { Cancelled, drive, type Progress } from '../../core/pace';
import type { FileStats, FileView } from '../../fileProtocol';
import { decided, fileView, levelStats } from '../../fileView';
import type { Answers, Checkpoint, Trace } from '../../formats/format';
import { open } from '../../formats/index';
import { asProblem, Problem } from '../../errors';
import { bytesOf } from '../folders';
import { baseName } from '../plain';
import { DELAYS, withPatience } from './reopen';
import { l10n, thousands } from '../../l10n';

/** Beyond so many bytes, a file that is not local is read only after the person said so. */
const ASK_FROM = 50 * 2 ** 20;
/** Writers write in many pieces. */
const DEBOUNCE = 200;
/** A file that changed so recently, in milliseconds, may be still written. */
const RECENT = 10_000;

interface Opened { readonly content: Checkpoint | Trace; readonly size: number; readonly revision: number }

export class FileDocument implements vscode.CustomDocument {
  private readonly changed = new vscode.EventEmitter<void>();
  /** The view, the note or the problem changed. */
  readonly onDidChange = this.changed.event;
  private opened: Opened | undefined;
  /** Of the revision at hand: an editor in a hidden tab forgets, and asks again. */
  private readonly known = new Map<string, FileStats>();
  private made: FileView | undefined;
  private decisions: ReadonlyMap<string, Answers>;
  private turn = 0;
  private revision = 0;
  private readonly watcher: vscode.Disposable;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private allowed = false;
  private readonly running = new Map<string, AbortController>();
  /** Statistics are worked out one after another, so that a file of many levels does not take the whole host. */
  private queue: Promise<unknown> = Promise.resolve();
  note: string | undefined;
  problem: Problem | undefined;

  constructor(readonly uri: vscode.Uri, private readonly memory: vscode.Memento) {
    this.decisions = new Map(Object.entries(memory.get<Record<string, Answers>>(memoryKey(uri)) ?? {}));
    this.watcher = this.watch();
    void this.load();
  }

  get content(): Checkpoint | Trace | undefined { return this.opened?.content; }

  get view(): FileView | undefined {
    const { opened } = this;
    if (opened && this.made?.revision !== opened.revision) this.made = fileView(opened.content, { ...opened, name: baseName(this.uri), decisions: this.decisions });
    return this.made;
  }

  /** What the person decided about a stack. */
  answersOf(stack: string): Answers { return this.decisions.get(stack) ?? {}; }

  /** Opens the file by its headers; what was shown before stays until then. `allowed`: also a large one that is not local. */
  async load(allowed = false): Promise<void> {
    const mine = ++this.turn;
    this.allowed ||= allowed;
    try {
      const patience = { delays: await this.delays(), wait: pause, stopped: () => mine !== this.turn, failed: () => this.tell(l10n('The file is being written, or is not whole. It is tried again…')) };
      const found = await withPatience(() => this.attempt(), patience);
      if (!found) return;
      this.renew(found);
      this.problem = undefined;
    } catch (error) {
      if (mine !== this.turn) return;
      this.problem = error instanceof Problem ? error : cannotShow(baseName(this.uri), error);
    }
    this.tell(undefined);
  }

  /** Answers a doubt; kept with the workspace. */
  async decide(stack: string, doubt: string, option: string): Promise<void> {
    this.decisions = new Map([...this.decisions, [stack, { ...this.answersOf(stack), [doubt]: option }]]);
    await this.memory.update(memoryKey(this.uri), Object.fromEntries(this.decisions));
    if (this.opened) this.renew(this.opened);
    this.changed.fire();
  }

  /** @throws Cancelled, FormatError */
  statistics(stack: string, level: number, exact: boolean, onProgress: (p: Progress) => void): Promise<FileStats> {
    const key = `${stack}/${level}`;
    this.running.get(key)?.abort();
    const stop = new AbortController();
    this.running.set(key, stop);
    const work = this.queue.catch(() => undefined).then(() => this.work(stack, level, exact, stop.signal, onProgress));
    this.queue = work;
    return work.finally(() => { if (this.running.get(key) === stop) this.running.delete(key); });
  }

  stop(stack: string, level: number): void { this.running.get(`${stack}/${level}`)?.abort(); }

  private async work(stack: string, level: number, exact: boolean, signal: AbortSignal, onProgress: (p: Progress) => void): Promise<FileStats> {
    const { opened } = this;
    const found = opened?.content.kind === 'checkpoint' ? opened.content.stacks.find(s => s.name === stack) : undefined;
    const ref = found && decided(found, this.answersOf(stack)).levels[level];
    if (!opened || !ref) throw new Error(l10n('There is no such layer in {0} now.', baseName(this.uri)));
    const key = `${stack}/${level}/${exact}`;
    const before = this.known.get(key);
    if (before) return before;
    if (signal.aborted) throw new Cancelled(); // nothing is read for those who left
    const stats = await drive(levelStats(await ref.load(), opened.revision, exact), { signal, onProgress });
    if (opened === this.opened) this.known.set(key, stats);
    return stats;
  }

  /** Other numbers from here on. */
  private renew({ content, size }: Pick<Opened, 'content' | 'size'>): void {
    this.stopAll();
    this.known.clear();
    this.opened = { content, size, revision: ++this.revision };
  }

  private async attempt(): Promise<{ readonly content: Checkpoint | Trace; readonly size: number }> {
    if (this.uri.scheme !== 'file' && !this.allowed) {
      const { size } = await vscode.workspace.fs.stat(this.uri);
      if (size > ASK_FROM) throw largeFile(baseName(this.uri), size);
    }
    const bytes = await bytesOf(this.uri);
    return { content: await open(bytes), size: bytes.size };
  }

  /** None where the file has been as it is for a while: then it is not being written, but broken. */
  private async delays(): Promise<readonly number[]> {
    try {
      return Date.now() - (await vscode.workspace.fs.stat(this.uri)).mtime < RECENT ? DELAYS : [];
    } catch {
      return this.opened ? DELAYS : []; // some writers remove the old file first
    }
  }

  private tell(note: string | undefined): void {
    this.note = note;
    this.changed.fire();
  }

  private watch(): vscode.Disposable {
    const name = baseName(this.uri).replace(/[[\]{}*?!]/g, '?');
    const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(vscode.Uri.joinPath(this.uri, '..'), name));
    const again = (at: vscode.Uri): void => {
      if (at.path !== this.uri.path) return;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => void this.load(), DEBOUNCE);
    };
    return vscode.Disposable.from(watcher, watcher.onDidChange(again), watcher.onDidCreate(again), watcher.onDidDelete(again));
  }

  private stopAll(): void {
    for (const stop of this.running.values()) stop.abort();
    this.running.clear();
  }

  dispose(): void {
    this.turn++;
    clearTimeout(this.timer);
    this.stopAll();
    this.watcher.dispose();
    this.changed.dispose();
  }
}

const memoryKey = (uri: vscode.Uri): string => `file:${uri.toString()}`;

const pause = (ms: number): Promise<void> => new Promise(resolve => { setTimeout(resolve, ms); });

function cannotShow(name: string, error: unknown): Problem {
  const { lines } = asProblem(error, name);
  return new Problem(l10n('{0} cannot be shown.', name), lines, [{ id: 'reload', label: l10n('Try again') }, { id: 'otherEditor', label: l10n('Open with another editor…') }]);
}

function largeFile(name: string, size: number): Problem {
  const megabytes = thousands(Math.round(size / 2 ** 20));
  return new Problem(l10n('{0} is {1} MB, and not on this machine.', name, megabytes), [l10n('It has to be read whole through the workspace\'s file system before anything of it can be shown.')], [{ id: 'read', label: l10n('Read {0} MB', megabytes) }]);
}
