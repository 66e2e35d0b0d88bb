/** The statistics of one level: asked for when they come into view, shown as they are worked out, kept while newer ones come. */
import type { FileDirection, FileStats } from '../../src/fileProtocol';
import type { Note, Progress } from '../../src/protocol';
import { button, el, icon, setAttributes } from '../dom';
import { l10n, term, told } from '../l10n';
import { percent, severityWords } from '../words';
import type { FileContext } from './context';
import { gateTable } from './gates';
import { spectra } from './spectrum';

/** What the host calls the thing that was stopped. */
const STOPPED = /^Stopped/;
/** Shorter waits show no bar. */
const PATIENCE = 300;

/** Where a level's statistics are, whatever page they are drawn on. */
export class Statistics {
  private stats: FileStats | undefined;
  private asked: { readonly revision: number; readonly exact: boolean } | undefined;
  private failure: string | undefined;
  private late = false;
  private timer = 0;
  private readonly bar = el('div', { class: 'meter', role: 'progressbar', 'aria-label': l10n('Statistics of the weights'), 'aria-valuemin': 0, 'aria-valuemax': 100 }, el('i'));
  private readonly what = el('span', {}, l10n('Reading weights…'));
  private readonly waiting: HTMLElement;
  private readonly shown = el('div', { class: 'shown' });
  private readonly said = el('div', {});
  readonly element: HTMLElement;

  constructor(private readonly context: FileContext, private readonly stack: string, private readonly level: number, private readonly name: string) {
    const cancel = button('link', () => { context.host.stop(stack, level).catch(() => undefined); }, {}, l10n('Cancel'));
    this.waiting = el('div', { class: 'progress', hidden: true }, this.bar, this.what, cancel);
    this.element = el('section', { class: 'statistics', 'aria-label': l10n('Weights of {0}', name) }, this.said, this.waiting, this.shown);
  }

  /** Asks for those of this revision, unless they are there or on their way. */
  want(revision: number, exact = false): void {
    if (this.asked?.revision === revision && this.asked.exact === exact) return;
    void this.ask({ revision, exact });
  }

  progress({ done, total, what }: Progress): void {
    const share = total > 0 ? Math.min(1, done / total) : 0;
    this.what.textContent = `${told(what)} ${percent(share)}`;
    setAttributes(this.bar, { 'aria-valuenow': Math.round(100 * share), 'aria-valuetext': this.what.textContent });
    (this.bar.firstElementChild as HTMLElement).style.width = `${100 * share}%`;
  }

  private async ask(asked: { readonly revision: number; readonly exact: boolean }): Promise<void> {
    this.asked = asked;
    this.failure = undefined;
    this.busy(true);
    try {
      const stats = await this.context.host.statistics(this.stack, this.level, asked.exact);
      if (this.asked !== asked) return;
      if (stats.revision === asked.revision) this.stats = stats;
    } catch (error) {
      if (this.asked !== asked) return;
      this.failure = error instanceof Error ? error.message : String(error);
    }
    this.busy(false);
    this.draw(asked.revision);
  }

  private busy(busy: boolean): void {
    window.clearTimeout(this.timer);
    this.late = false;
    this.waiting.hidden = true;
    setAttributes(this.element, { 'aria-busy': busy ? 'true' : undefined });
    if (busy) this.timer = window.setTimeout(() => { this.late = true; this.waiting.hidden = !this.late; }, PATIENCE);
  }

  private draw(revision: number): void {
    const { failure, stats } = this;
    const again = button('link', () => { this.asked = undefined; this.want(revision); }, {}, l10n('Work them out'));
    if (failure !== undefined) this.said.replaceChildren(STOPPED.test(failure) ? el('p', { class: 'note' }, `${l10n('Statistics were stopped.')} `, again) : noteLine({ severity: 'error', text: failure }));
    else this.said.replaceChildren();
    if (stats) this.shown.replaceChildren(...stats.directions.flatMap(d => this.direction(d, stats.directions.length > 1)), ...this.exactness(stats));
  }

  private direction(found: FileDirection, several: boolean): HTMLElement[] {
    const name = several ? `${this.name}, ${term(found.direction)}` : this.name;
    const chart = spectra(found.blocks, name);
    return [
      ...(several ? [el('h4', {}, found.direction === 'reverse' ? l10n('Reverse direction') : l10n('Forward direction'))] : []),
      ...(found.remarks.length > 0 ? [el('div', { class: 'notes' }, ...found.remarks.map(noteLine))] : []),
      gateTable(found.blocks, l10n('Weights of {0} by gate. Histograms of one role share their scale.', name)),
      ...(chart ? [el('h4', {}, l10n('Recurrent kernels: what one step does to a state')), chart] : []),
    ];
  }

  private exactness(stats: FileStats): HTMLElement[] {
    if (!stats.directions.some(d => d.blocks.some(b => b.spectrum?.estimated))) return [];
    const exact = stats.canBeExact ? [button('link', () => { this.want(stats.revision, true); }, {}, l10n('Compute exactly'))] : [];
    return [el('p', { class: 'note' }, `${l10n('Spectra of so large kernels are estimated, from below.')} `, ...exact)];
  }
}

/** One line with its icon; the severity is said to those who do not see it. */
export function noteLine({ severity, text }: Note): HTMLElement {
  return el('p', { class: `note ${severity}` }, icon(severity), el('span', {}, el('span', { class: 'hidden' }, `${severityWords(severity)}: `), text));
}
