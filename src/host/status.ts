/** The status bar's item: there while an engine runs or the workspace is looked through, and gone otherwise. */
import type * as vscode from 'vscode';
import { l10n, thousands, told } from '../l10n';
import type { Progress } from '../protocol';
import { label } from './plain';

/** Work under way, as the item says it. */
export interface Work {
  readonly text: string;
  readonly tooltip: string;
  /** What a click does. */
  readonly command: vscode.Command;
}

/** An engine at work for a panel; a click reveals it. */
export function runWork(name: string, progress: Progress | undefined): Work {
  const share = progress && progress.total > 1 ? ` ${percent(progress.done, progress.total)}` : '';
  return {
    text: `$(loading~spin) ${label(name)}${share}`,
    tooltip: progress ? `Gatescope: ${told(progress.what)}` : 'Gatescope',
    command: { title: 'Gatescope', command: 'gatescope.reveal' },
  };
}

/** The look through the workspace; a click opens the list that it fills. */
export function scanWork(looked: number, total: number): Work {
  return {
    text: `$(loading~spin) Gatescope${total === 0 ? '' : ` ${percent(looked, total)}`}`,
    tooltip: total === 0 ? l10n('Looking for files…') : l10n('Looking through files: {0} of {1}', thousands(looked), thousands(total)),
    command: { title: 'Gatescope', command: 'gatescope.models.focus' },
  };
}

const percent = (done: number, total: number): string => `${Math.min(99, Math.floor(100 * done / total))}%`;

/** The part of VS Code's item that is used. */
export type Item = Pick<vscode.StatusBarItem, 'text' | 'tooltip' | 'command' | 'show' | 'hide' | 'dispose'>;

/** Work that is done sooner is not worth a blink, in milliseconds. */
const DELAY = 250;

/** What is under way, by who works; the item shows what began last. */
export class Status {
  private readonly works = new Map<object, Work>();
  private item: Item | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private shown = false;

  constructor(private readonly make: () => Item, private readonly delay = DELAY) {}

  /** What the item says, or will say in a moment; undefined while nothing is done. */
  get work(): Work | undefined { return [...this.works.values()].at(-1); }

  /** Says what `who` does now; undefined: nothing any more. */
  set(who: object, work: Work | undefined): void {
    if (work) this.works.set(who, work);
    else if (!this.works.delete(who)) return;
    if (this.works.size === 0) this.hide();
    else if (this.shown) this.draw();
    else this.timer ??= setTimeout(() => { this.draw(); }, this.delay);
  }

  private draw(): void {
    const { work } = this;
    if (!work) return;
    this.shown = true;
    this.item ??= this.make();
    Object.assign(this.item, work);
    this.item.show();
  }

  private hide(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.shown = false;
    this.item?.hide();
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.item?.dispose();
  }
}
