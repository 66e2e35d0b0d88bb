/** The unit card: what one unit does, over the whole sequence. */
import type { SceneSignal, UnitCard } from '../src/protocol';
import { button, el, icon, setText } from './dom';
import { l10n, term, told } from './l10n';
import { entry, unpack, type Rgb } from './ramps';
import { RangeSection } from './rangeSection';
import { directionOf, levelOf, rowsOf, type State } from './state';
import { neighbour } from './views/timeline/layout';
import type { Context } from './views/view';
import { counted, fixed, ordinal, percent, signed, trackWords, visible } from './words';

/** Correlations beyond this chance are drawn faint. */
const CHANCE = 0.05;

export class Card {
  private readonly title = el('h2', {});
  private readonly sentence = el('p', { class: 'sentence' });
  private readonly body = el('div', { class: 'sections' });
  private readonly range: RangeSection;
  readonly element: HTMLElement;

  constructor(private readonly context: Context) {
    this.range = new RangeSection(context.data);
    const step = (by: number): void => {
      const { store } = context;
      store.select({ unit: neighbour(store.state.units, store.state.selection.unit, by) });
    };
    this.element = el('aside', { class: 'card', 'aria-label': l10n('Selected unit') },
      el('header', {}, this.title,
        button('tool', () => step(-1), { 'aria-label': l10n('Unit above'), title: l10n('Unit above (↑)') }, icon('chevron-up')),
        button('tool', () => step(1), { 'aria-label': l10n('Unit below'), title: l10n('Unit below (↓)') }, icon('chevron-down'))),
      this.sentence, this.range.element, this.body);
  }

  /** What the unit does in the selected steps; asked and drawn as it comes. */
  drawRange(state: State): void { this.range.draw(state); }

  draw(state: State): void {
    const { card, selection, scene } = state;
    setText(this.title, l10n('Unit {0}', selection.unit));
    const current = card && card.unit === selection.unit;
    this.element.classList.toggle('waiting', !current);
    if (!current) {
      if (!card) this.sentence.textContent = '';
      return;
    }
    const invented = Boolean(scene?.weights.invented);
    setText(this.sentence, invented ? l10n('Invented weights: nothing here was learnt.') : told(card.sentence));
    this.body.replaceChildren(...[halfLife(card, state), saturation(card, rowsOf(state)), this.follows(card, state, invented), contexts(card, state), this.movesWith(card)].filter(s => s !== undefined));
  }

  private follows(card: UnitCard, state: State, invented: boolean): HTMLElement | undefined {
    if (card.follows.length === 0) return undefined;
    const hue = rowsOf(state).find(s => s.name === card.contextSignal)?.hue ?? 'c';
    const rows = card.follows.map(({ track, r, p }) => {
      const weak = invented || p === undefined || p > CHANCE;
      const bar = el('span', { class: `correlation ${r < 0 ? 'below' : `above hue-${hue}`}` }, el('i'));
      const mark = bar.firstElementChild as HTMLElement;
      mark.style.width = `${Math.min(1, Math.abs(r)) * 50}%`;
      return el('li', { class: weak ? 'weak' : '', title: p === undefined ? l10n('not tested') : p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}` }, el('span', { class: 'track', title: trackWords(track) }, trackWords(track)), bar, el('b', {}, signed(r)));
    });
    return section(l10n('Follows'), l10n('r with {0}', card.contextSignal), el('ul', { class: 'follows' }, ...rows), el('p', { class: 'note' }, invented ? l10n('not tested: nothing was learnt') : told(card.test)));
  }

  private movesWith(card: UnitCard): HTMLElement | undefined {
    if (card.movesWith.length === 0) return undefined;
    const { store } = this.context;
    const items = card.movesWith.map(({ unit, r }) => el('li', {}, button('link', () => store.select({ unit }), { 'aria-label': l10n('unit {0}, r {1}', unit, signed(r)) }, String(unit)), ` ${signed(r)}`));
    return section(l10n('Moves with'), l10n('r of {0} with {0}', card.contextSignal), el('ul', { class: 'movesWith' }, ...items));
  }
}

/** A part of the card: heading, what its numbers are, and its content. */
export function section(title: string, aside: string, ...content: readonly (HTMLElement | undefined)[]): HTMLElement {
  return el('section', {}, el('div', { class: 'heading' }, el('h3', {}, title), el('span', { class: 'note' }, aside)), ...content);
}

/** A tick for each unit on a log axis, this one tall, and the runs for which its gate holds. */
export function halfLife(card: UnitCard, state: State): HTMLElement | undefined {
  const { halfLife: life } = card;
  if (!life) return undefined;
  const all = life.all.filter(v => Number.isFinite(v) && v > 0);
  const [low, high] = [Math.log(Math.min(life.steps || 1, ...all, 0.5)), Math.log(Math.max(life.steps, ...all, 10))];
  const share = (steps: number): string => `${Math.max(0, Math.min(1, (Math.log(Math.max(steps, 1e-3)) - low) / (high - low || 1))) * 100}%`;
  const tick = (steps: number, kind: string): HTMLElement => { const made = el('i', { class: kind }); made.style.left = share(steps); return made; };
  const numbers = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000].filter(n => Math.log(n) >= low && Math.log(n) <= high);
  const shown = numbers.length > 7 ? numbers.filter(n => String(n).startsWith('1')) : numbers;
  const marks = shown.map(n => { const made = el('span', {}, String(n)); made.style.left = share(n); return made; });
  const units = levelOf(state)?.units ?? life.all.length;
  const words = l10n('half-life {0} steps, {1} longest of {2}', fixed(life.steps, 1), ordinal(life.rank), units);
  return section(lifeWords(life.steps), life.rank === 1 ? l10n('longest of {0}', units) : l10n('{0} longest of {1}', ordinal(life.rank), units),
    el('div', { class: `halfLife hue-${keepHue(state, life.signal)}`, role: 'img', 'aria-label': words }, el('div', { class: 'ticks' }, ...all.map(v => tick(v, 'unit')), tick(life.steps, 'unit this')), el('div', { class: 'numbers' }, ...marks)),
    el('p', { class: 'note' }, l10n('Here it holds ({0} ≥ 0.5) for {1}, {2} at most.', life.signal, counted(life.runMedian, 'step'), life.runLongest)));
}

function lifeWords(steps: number): string {
  if (Number.isNaN(steps)) return l10n('Half-life unknown');
  return Number.isFinite(steps) ? l10n('Half-life {0} steps', fixed(steps, steps < 100 ? 1 : 0)) : l10n('Half-life unbounded');
}
/** Half-lives take the memory's hue; for cells without c that of h. */
const keepHue = (state: State, signal: string): string => (directionOf(state)?.signals.some(s => s.hue === 'c' && s.kind === 'state') ? 'c' : rowsOf(state).find(s => s.name === signal)?.hue ?? 'h');

/** A bar a gate: empty where closed, pale between, full where open. */
export function saturation(card: UnitCard, signals: readonly SceneSignal[]): HTMLElement | undefined {
  if (card.saturation.length === 0) return undefined;
  const bars = card.saturation.map(({ signal, closed, open }) => {
    const gate = signals.find(s => s.name === signal);
    const parts = [el('i', { class: 'closed' }), el('i', { class: 'between' }), el('i', { class: 'open' })];
    [closed, Math.max(0, 1 - closed - open), open].forEach((share, k) => { const part = parts[k]; if (part) part.style.flexGrow = String(share); if (part && share < 0.004) part.hidden = true; });
    const words = Math.max(closed, open) < 0.005 ? '0%' : closed > open ? l10n('{0} closed', percent(closed)) : l10n('{0} open', percent(open));
    return el('li', { class: `hue-${gate?.hue ?? 'x'}` }, el('span', { class: 'letter' }, signal), el('span', { class: 'gate' }, gate ? term(gate.label) : ''), el('span', {}, words),
      el('span', { class: 'shares', role: 'img', 'aria-label': l10n('{0} closed, {1} open', percent(closed), percent(open)) }, ...parts));
  });
  return section(l10n('Gate saturation'), l10n('closed < 0.1 · open > 0.9'), el('ul', { class: 'saturation' }, ...bars));
}

/** Places where the memory is largest, its values as colour behind the labels. */
function contexts(card: UnitCard, state: State): HTMLElement | undefined {
  if (card.contexts.length === 0) return undefined;
  const hue = rowsOf(state).find(s => s.name === card.contextSignal)?.hue ?? 'c';
  const scale = { kind: 'signed', max: card.contextScale > 0 ? card.contextScale : 1 } as const;
  const ramp = state.theme.ramp(hue, 'signed', true);
  const text = state.scene?.input.axis === 'characters';
  const lines = card.contexts.map(({ from, peak, values, labels }) => el('li', { title: l10n('from step {0}, greatest at {1}', from, peak) }, ...values.map((value, k) => {
    const colour = unpack(ramp[entry(scale, value)] ?? 0);
    const made = el('span', { class: from + k === peak ? 'cell peak' : 'cell' }, text ? visible(labels[k] ?? ' ') : ' ');
    made.style.backgroundColor = `rgb(${colour.join(' ')})`;
    made.style.color = ink(colour);
    return made;
  })));
  return section(l10n('Strongest contexts'), l10n('colour: {0}, to ±{1}', card.contextSignal, fixed(card.contextScale, 1)), el('ol', { class: text ? 'contexts' : 'contexts blank' }, ...lines));
}

/** Black or white, whichever reads better on the colour (WCAG luminance). */
function ink(colour: Rgb): string {
  const [r, g, b] = colour.map(v => { const c = v / 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; });
  return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0) > 0.179 ? '#000000' : '#ffffff';
}
