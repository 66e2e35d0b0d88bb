/** A chart with its claim above it, or the table of the same numbers in its place; or words that say why there is neither. */
import type { Asked } from '../../data';
import { el, setText } from '../../dom';
import { Plot, type Hit, type PlotSpec } from '../../plot/plot';
import type { State } from '../../state';
import { specTable } from './table';
import { l10n } from '../../l10n';

/** One chart of this view. */
export class Figure {
  private readonly claim = el('p', { class: 'gradient-claim' });
  private readonly words = el('p', { class: 'gradient-words', hidden: true });
  private readonly tableHost = el('div', { hidden: true });
  readonly plot: Plot;
  readonly element: HTMLElement;
  private tabled: PlotSpec | undefined;

  constructor(clicked?: (hit: Hit) => void, pointed?: (hit: Hit | undefined) => void) {
    this.plot = new Plot(pointed, clicked);
    this.element = el('div', { class: 'gradient-figure' }, this.claim, this.words, this.plot.element, this.tableHost);
  }

  /** `tabled` makes the table where the spec does not hold all that it should. */
  draw(spec: PlotSpec, state: State, tabled = specTable): void {
    this.words.hidden = true;
    this.claim.hidden = state.table; // it is the table's caption
    setText(this.claim, spec.claim);
    this.plot.element.hidden = state.table;
    this.tableHost.hidden = !state.table;
    if (!state.table) {
      this.plot.draw(spec, state.theme);
      return;
    }
    if (this.tabled === spec) return;
    this.tabled = spec;
    this.tableHost.replaceChildren(tabled(spec));
  }

  /** Why nothing is drawn. */
  say(words: string, waiting = false): void {
    this.claim.hidden = this.plot.element.hidden = this.tableHost.hidden = true;
    this.words.hidden = false;
    this.words.classList.toggle('gradient-waiting', waiting);
    setText(this.words, words);
  }

  /** True where there is an answer; says what is missing otherwise. */
  has<T>(asked: Asked<T>): asked is Asked<T> & { readonly answer: T } {
    this.element.classList.toggle('gradient-late', asked.late);
    if (asked.answer !== undefined && asked.error === undefined) return true;
    this.say(asked.error ?? l10n('Working it out…'), asked.error === undefined);
    return false;
  }

  dispose(): void { this.plot.dispose(); }
}
