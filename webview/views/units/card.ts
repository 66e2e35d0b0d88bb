/** The card of the selected unit: what it follows, where it is strongest on either side of 0, and what is lost without it. */
import type { Asked } from '../../data';
import type { Piece, SilenceAnswer, UnitAnswer } from '../../../src/questions/units';
import { halfLife, saturation, section } from '../../card';
import { button, el, icon, setText, type Child } from '../../dom';
import { l10n, told } from '../../l10n';
import { memoryOf, rowsOf, type State } from '../../state';
import { fixed, percent, signed, spoken, trackWords, visible } from '../../words';
import type { Context } from '../view';
import { against, chanceText, type Known } from './columns';
import { linePiece, textPiece } from './pieces';

export interface CardFacts {
  readonly known: Known | undefined;
  readonly unit: Asked<UnitAnswer>;
  readonly silence: Asked<SilenceAnswer>;
  /** Units that are still to be measured; 0 where nobody asked for all. */
  readonly left: number;
  /** The network is large: it is run without the unit when a person asks for it. */
  readonly offered: boolean;
}

/** What the card can do. */
export interface CardActions {
  step(by: number): void;
  go(step: number): void;
  measure(): void;
  measureAll(): void;
  chooseLabels(): void;
}

const CHANCE = 0.05;
/** Letters before and after a step that is told. */
const BEFORE = 16, AFTER = 8;

export class UnitPanel {
  private readonly title = el('h2', {});
  private readonly sentence = el('p', { class: 'sentence' });
  private readonly body = el('div', { class: 'unitsSections' });
  readonly element: HTMLElement;
  private drawnFor: readonly unknown[] = [];
  /** Some letters had not come yet. */
  private partial = false;

  constructor(private readonly context: Context, private readonly actions: CardActions) {
    this.element = el('section', { class: 'unitsCard', 'aria-label': l10n('Selected unit') },
      el('header', {}, this.title,
        button('tool', () => actions.step(-1), { 'aria-label': l10n('Unit above'), title: l10n('Unit above (↑)') }, icon('chevron-up')),
        button('tool', () => actions.step(1), { 'aria-label': l10n('Unit below'), title: l10n('Unit below (↓)') }, icon('chevron-down'))),
      this.sentence, this.body);
  }

  draw(state: State, facts: CardFacts): void {
    const { card, selection, scene } = state;
    const own = card?.unit === selection.unit ? card : undefined;
    setText(this.title, l10n('Unit {0}', selection.unit));
    setText(this.sentence, scene?.weights.invented ? l10n('Invented weights: nothing here was learnt.') : own ? told(own.sentence) : '');
    const answer = facts.unit.answer?.unit === selection.unit ? facts.unit.answer : undefined;
    this.element.classList.toggle('waiting', !own || !answer);
    const key = [own, answer, facts.known?.table, facts.known?.base, facts.silence.answer, facts.silence.error, facts.left, facts.offered, state.theme, selection.unit, this.partial ? state.arrived : 0];
    if ((!own && !answer) || key.every((k, n) => k === this.drawnFor[n])) return;
    [this.drawnFor, this.partial] = [key, false];
    const sections = [
      ...(facts.known?.base ? [this.against(facts.known, selection.unit)] : []),
      ...(own ? [halfLife(own, state), saturation(own, rowsOf(state))] : []),
      ...(facts.known ? [this.follows(state, facts.known)] : []),
      ...(answer ? [this.inputs(state, answer)] : []),
      this.off(state, facts),
      ...(answer ? [this.pieces(state, answer, 1), this.pieces(state, answer, -1)] : []),
      ...(own ? [this.movesWith(state)] : []),
    ];
    keepingFocus(this.body, () => this.body.replaceChildren(...sections.filter(s => s !== undefined)));
  }

  /** What the unit was before the change, beside what it is. */
  private against(known: Known, unit: number): HTMLElement {
    const heads = ['', l10n('baseline'), l10n('changed'), l10n('difference')];
    const rows = against(known, unit).map(({ name, was, is, apart }) => el('tr', {}, el('th', { scope: 'row' }, name), ...[was, is, apart].map(text => el('td', { class: 'number' }, text))));
    return section(l10n('Against the baseline'), '', el('table', { class: 'unitsAgainst' }, el('thead', {}, el('tr', {}, ...heads.map(h => el('th', h ? { scope: 'col' } : { 'aria-hidden': 'true' }, h)))), el('tbody', {}, ...rows)));
  }

  private follows(state: State, { table }: Known): HTMLElement {
    const { unit } = state.selection, { tracks, all, allP, shifts } = table.follows;
    const rows = tracks.map((name, k) => ({ name, r: all[unit * tracks.length + k] ?? NaN, p: allP[unit * tracks.length + k] ?? NaN }))
      .filter(t => Number.isFinite(t.r)).sort((a, b) => Math.abs(b.r) - Math.abs(a.r));
    const test = shifts === 0 ? l10n('Not tested: {0}.', state.scene?.weights.invented ? l10n('nothing was learnt') : l10n('too few steps'))
      : l10n('p: {0} circular shifts, corrected for {1} units × {2} labels.', shifts, table.units, tracks.length);
    const words = tracks.length === 0 ? l10n('The input has no labels: bring some, one row a step.') : test + (table.stride > 1 ? ` ${l10n('From every {0}th step.', table.stride)}` : '');
    return section(l10n('Follows'), l10n('r with {0}', table.signal), bars(rows, state, trackWords), el('p', { class: 'note' }, words, ' ',
      button('link unitsInline', () => this.actions.chooseLabels(), {}, l10n('Labels from a CSV…'))));
  }

  private inputs(state: State, { inputs, inputsTested, shifts, signal }: UnitAnswer): HTMLElement | undefined {
    if (inputs.length === 0) return undefined;
    const text = state.scene?.input.axis === 'characters';
    const what = text ? l10n('character read') : l10n('input');
    const rows = inputs.map(i => ({ name: i.name, r: i.r, p: i.p ?? NaN }));
    const words = shifts === 0 ? '' : l10n('The strongest of {0}; p corrected for so many.', inputsTested);
    return section(text ? l10n('Characters') : l10n('Inputs'), l10n('r of {0} with each {1}', signal, what), bars(rows, state, name => (text ? `${visible(name)}` : name), name => (text ? spoken(name) : name)), el('p', { class: 'note' }, words));
  }

  private off(state: State, { silence, left, offered }: CardFacts): HTMLElement {
    const { answer, error } = silence, effect = answer?.effects.find(e => e.unit === state.selection.unit);
    const head = (...content: readonly (HTMLElement | undefined)[]): HTMLElement => section(l10n('Switched off'), l10n('nobody hears its output h'), ...content);
    const refused = error ?? (answer?.refused && told(answer.refused));
    if (refused !== undefined) return head(el('p', { class: 'note' }, refused));
    if (offered && !effect) return head(el('p', {}, button('link unitsInline', () => this.actions.measure(), {}, l10n('Run the network without it'))));
    if (!answer || !effect) return head(el('p', { class: 'note', 'aria-busy': 'true' }, l10n('Running the network without it…')));
    const bits = answer.measure === 'bits';
    const sentence = bits
      ? l10n('The next character surprises by {0} bits a character ({1} → {2}).', signed(effect.change, 3), fixed(answer.base), fixed(answer.base + effect.change))
      : l10n('The layer’s output changes by {0} of its size.', percent(effect.change));
    const text = state.scene?.input.axis === 'characters';
    const places = effect.places.slice(0, 3).map(({ step, change }) => el('li', {}, button('unitsPlace', () => this.actions.go(step), { title: l10n('step {0}', step) },
      el('span', { class: 'number' }, bits ? signed(change, 1) : percent(change)), text ? this.snippet(step) : undefined, el('span', { class: text ? 'hidden' : '' }, l10n('step {0}', step)))));
    const scene = state.scene, all = answer.steps < (scene?.steps ?? 0) ? l10n('Over the first {0} steps.', answer.steps) : '';
    const more = left > 0 ? el('span', { role: 'status' }, l10n('Measuring; {0} units left.', left))
      : answer.effects.length < (rowsOf(state).find(s => s.name === 'h')?.units ?? 0) ? button('link unitsInline', () => this.actions.measureAll(), {}, l10n('Measure every unit')) : undefined;
    return head(el('p', {}, sentence), places.length > 0 ? el('p', { class: 'note' }, bits ? l10n('Missed most at, bits:') : l10n('Changes most at:')) : undefined, el('ol', { class: 'unitsPlaces' }, ...places),
      el('p', { class: 'note' }, l10n('Weights that read it are zero; what it keeps for itself goes on.'), ' ', all, ' ', more));
  }

  /** The text before and at a step. */
  private snippet(step: number): HTMLElement {
    const { data } = this.context;
    const part = (from: number, to: number): string => Array.from({ length: Math.max(0, to - from) }, (_, k) => this.letter(data.label(from + k))).join('');
    return el('span', { class: 'unitsQuote' }, part(Math.max(0, step - BEFORE), step), el('mark', {}, part(step, step + 1)), part(step + 1, Math.min(this.context.store.state.scene?.steps ?? 0, step + 1 + AFTER)));
  }

  private letter(label: string | undefined): string {
    if (label === undefined) this.partial = true;
    return label === undefined ? '…' : visible(label);
  }

  private pieces(state: State, answer: UnitAnswer, sign: 1 | -1): HTMLElement | undefined {
    const pieces = sign > 0 ? answer.high : answer.low;
    if (pieces.length === 0) return undefined;
    const text = state.scene?.input.axis === 'characters', hue = memoryOf(rowsOf(state))?.hue ?? 'c';
    const look = { hue, theme: state.theme, scale: { kind: 'signed', max: answer.scale > 0 ? answer.scale : 1 } as const };
    const drawn = (piece: Piece): Child => text ? textPiece({ labels: piece.labels, values: piece.values, underlined: k => piece.from + k === piece.peak }, look)
      : linePiece(236, piece.values, piece.line, { from: piece.peak - piece.from, to: piece.peak - piece.from + 1 }, look);
    const items = pieces.map(p => {
      const value = fixed(p.values[p.peak - p.from] ?? NaN);
      return el('li', {}, button('unitsPlace', () => this.actions.go(p.peak), { title: l10n('step {0}: {1} = {2}', p.peak, answer.signal, value) }, drawn(p), el('span', { class: 'hidden' }, l10n('step {0}: {1} = {2}', p.peak, answer.signal, value))));
    });
    const aside = text || !answer.line ? l10n('colour: {0}, to ±{1}', answer.signal, fixed(answer.scale, 1)) : l10n('line: {0}; colour: {1}', trackWords(answer.line), answer.signal);
    return section(sign > 0 ? l10n('Highest') : l10n('Lowest'), aside, el('ol', { class: 'unitsPieces' }, ...items));
  }

  private movesWith({ card }: State): HTMLElement | undefined {
    if (!card || card.movesWith.length === 0) return undefined;
    const { store } = this.context;
    const items = card.movesWith.map(({ unit, r }) => el('li', {}, button('link', () => store.select({ unit }), { 'aria-label': l10n('unit {0}, r {1}', unit, signed(r)) }, String(unit)), ` ${signed(r)}`));
    return section(l10n('Moves with'), l10n('r of {0} with {0}', card.contextSignal), el('ul', { class: 'movesWith' }, ...items));
  }
}

/** Draws anew, and puts the focus back on the button in the same place. */
export function keepingFocus(host: HTMLElement, draw: () => void): void {
  const place = Array.from(host.querySelectorAll('button')).findIndex(b => b === document.activeElement);
  draw();
  if (place < 0) return;
  const buttons = host.querySelectorAll('button');
  buttons[Math.min(place, buttons.length - 1)]?.focus();
}

/** Bars around 0; faint where r may be chance. */
function bars(rows: readonly { readonly name: string; readonly r: number; readonly p: number }[], state: State, shown: (name: string) => string, said = shown): HTMLElement {
  const hue = memoryOf(rowsOf(state))?.hue ?? 'c';
  return el('ul', { class: 'follows unitsFollows' }, ...rows.map(({ name, r, p }) => {
    const bar = el('span', { class: `correlation ${r < 0 ? 'below' : `above hue-${hue}`}` }, el('i'));
    (bar.firstElementChild as HTMLElement).style.width = `${Math.min(1, Math.abs(r)) * 50}%`;
    return el('li', { class: p <= CHANCE ? '' : 'weak' },
      el('span', { class: 'track' }, el('span', { 'aria-hidden': said(name) === shown(name) ? undefined : 'true' }, shown(name)), said(name) === shown(name) ? undefined : el('span', { class: 'hidden' }, said(name))),
      bar, el('b', {}, signed(r)), el('span', { class: 'unitsP' }, chanceText(p) === '' ? '' : `p ${chanceText(p)}`));
  }));
}
