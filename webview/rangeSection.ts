/** The unit card's part on the selected steps: each signal's mean there, beside its mean in all other steps. */
import type { RangeAnswer } from '../src/questions/range';
import type { Data } from './data';
import { el } from './dom';
import { l10n, term } from './l10n';
import { selected, type Range } from './range';
import { rowsOf, type State } from './state';
import { fixed, signed } from './words';

/** Departures of so many standard deviations are in full ink. */
const CLEAR = 1;

export class RangeSection {
  readonly element = el('section', { class: 'rangeSection', hidden: true });
  private drawnFor: readonly unknown[] = [];

  constructor(private readonly data: Data) {}

  draw(state: State): void {
    const range = selected(state);
    this.element.hidden = !range;
    if (!range) { this.drawnFor = []; return; }
    const { level, direction, unit } = state.selection;
    const { answer } = this.data.ask('range', { run: state.run, level, direction, unit, from: range.from, to: range.to });
    const key = [answer, range.from, range.to, unit, state.surprise];
    if (answer?.unit !== unit || key.every((k, n) => k === this.drawnFor[n])) return;
    this.drawnFor = key;
    this.element.replaceChildren(...content(state, range, answer));
  }
}

function content(state: State, range: Range, { signals, stride }: RangeAnswer): HTMLElement[] {
  const rows = signals.flatMap(s => {
    const shown = rowsOf(state).find(r => r.name === s.name);
    if (!shown) return [];
    const apart = s.mean - s.elsewhere, clear = Math.abs(apart) > CLEAR * s.deviation;
    return [el('tr', { class: `hue-${shown.hue}`, title: l10n('{0}: from {1} to {2} in these steps', term(shown.label), fixed(s.min), fixed(s.max)) },
      el('th', { scope: 'row', class: 'letter', title: term(shown.label) }, s.name), el('td', {}, fixed(s.mean)), el('td', {}, fixed(s.elsewhere)), el('td', { class: clear ? 'clear' : '' }, signed(apart)))];
  });
  const heads = [l10n('mean'), l10n('here'), l10n('elsewhere'), l10n('difference')].map(h => el('th', { scope: 'col' }, h));
  const bits = bitsIn(state, range);
  return [
    el('div', { class: 'heading' }, el('h3', {}, l10n('Selected steps')), el('span', { class: 'note' }, range.to - range.from === 1 ? l10n('step {0}', range.from) : l10n('steps {0}–{1}', range.from, range.to - 1))),
    el('table', { class: 'rangeTable' }, el('thead', {}, el('tr', {}, ...heads)), el('tbody', {}, ...rows)),
    ...(bits ? [el('p', { class: 'note' }, l10n('Surprise: {0} bits a step here, {1} elsewhere.', fixed(bits[0]), fixed(bits[1])))] : []),
    ...(stride > 1 ? [el('p', { class: 'note' }, l10n('From one step in {0}.', stride))] : []),
  ];
}

/** Mean surprise in the steps and in all others, in bits. */
function bitsIn({ surprise }: State, { from, to }: Range): readonly [number, number] | undefined {
  const mean = (inside: boolean): number => {
    const found = Array.from(surprise ?? []).filter((v, t) => Number.isFinite(v) && (t >= from && t < to) === inside);
    return found.reduce((a, b) => a + b, 0) / found.length;
  };
  return surprise && Number.isFinite(mean(true)) ? [mean(true), mean(false)] : undefined;
}
