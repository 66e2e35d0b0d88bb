/** Similar places: the units that are on through the selected steps, and where else they are on together. */
import type { Asked, Data } from '../../data';
import type { SimilarAnswer } from '../../../src/questions/similar';
import { button, el, setAttributes, setText } from '../../dom';
import { l10n } from '../../l10n';
import { memoryOf, rowsOf, type State, type Store } from '../../state';
import { counted, fixed } from '../../words';
import { keepingFocus } from './card';
import { keep, keptOf, type Range } from './kept';
import { linePiece, textPiece } from './pieces';

const BEFORE = 16, AFTER = 18, MOST = 50;
const CHIPS = 14;

export interface SimilarFacts {
  readonly asked: Asked<SimilarAnswer> | undefined;
  readonly range: Range | undefined;
  /** The range was not selected by a person: the strongest place of the selected unit. */
  readonly proposed: boolean;
}

export class SimilarPanel {
  private readonly heading = el('h2', { id: 'units-similar', tabindex: -1 }, l10n('Where else are the same units on?'));
  private readonly claim = el('p', { class: 'unitsClaim' });
  private readonly slider = el('input', { type: 'range', min: 0, max: 1, step: 0.001, 'aria-label': l10n('threshold') });
  private readonly sliderWords = el('span', { class: 'number' });
  private readonly clear = button('link', () => { this.store.set({ range: undefined }); keep(this.store, { threshold: undefined }); }, {}, l10n('Let go of the selection'));
  private readonly control = el('div', { class: 'unitsControl' }, el('label', {}, el('span', {}), this.slider, this.sliderWords), this.clear);
  private readonly chips = el('ul', { class: 'unitsChips' });
  private readonly list = el('ol', { class: 'unitsSimilar' });
  readonly element = el('section', { class: 'unitsBlock', 'aria-labelledby': 'units-similar' }, this.heading, this.claim, this.control, this.chips, this.list,
    el('p', { class: 'note' }, l10n('Select steps with Shift+drag above, or Shift+[ and Shift+] around the crosshair. A unit is on where its memory is beyond the threshold, on the side of 0 that it has in the selection (LSTMVis’ search, arXiv 1606.07461).')));
  private drawnFor: readonly unknown[] = [];
  /** Some letters had not come yet. */
  private partial = false;

  constructor(private readonly store: Store, private readonly data: Data, private readonly go: (range: Range) => void) {
    this.slider.addEventListener('input', () => {
      const most = Number(this.slider.dataset['most'] ?? 1);
      keep(store, { threshold: Number(this.slider.value) * most });
    });
  }

  /** Scrolls here, and takes the focus along: Tab goes on from the heading. */
  reveal(): void {
    this.element.scrollIntoView({ block: 'start' });
    this.heading.focus({ preventScroll: true });
  }

  draw(state: State, { asked, range, proposed }: SimilarFacts): void {
    const answer = asked?.answer;
    this.clear.hidden = proposed && keptOf(state).threshold === undefined;
    this.control.hidden = this.chips.hidden = this.list.hidden = !answer;
    if (!range || !answer) {
      setText(this.claim, asked?.error ?? l10n('Nothing is selected yet.'));
      return;
    }
    const key = [answer, state.theme, state.selection.unit, proposed, this.partial ? state.arrived : 0];
    if (key.every((k, n) => this.drawnFor[n] === k)) return;
    [this.drawnFor, this.partial] = [key, false];
    this.claim.replaceChildren(...this.claimOf(state, answer, proposed));
    const { threshold, most, signal } = answer;
    setText(this.control.querySelector('label > span')!, l10n('on beyond |{0}|', signal));
    setText(this.sliderWords, fixed(threshold));
    this.slider.dataset['most'] = String(most);
    if (document.activeElement !== this.slider) this.slider.value = String(Math.min(1, threshold / most));
    setAttributes(this.slider, { 'aria-valuetext': fixed(threshold) });
    this.drawUnits(state, answer);
    keepingFocus(this.list, () => this.list.replaceChildren(...answer.places.map(place => this.place(state, answer, place))));
  }

  /** What was found, in numbers. */
  private claimOf(state: State, { from, to, units, places, stride }: SimilarAnswer, proposed: boolean): (Node | string)[] {
    const all = places.filter(p => p.shared === units.length).length, nearly = places.length - all;
    const where = to - from === 1 ? l10n('step {0}', from) : l10n('steps {0} to {1}', from, to - 1);
    const what = proposed ? l10n('{0}, where unit {1} is strongest', where, state.selection.unit) : where;
    const every = stride > 1 ? ` ${l10n('Only every {0}th step is looked at.', stride)}` : '';
    if (units.length === 0) return [l10n('No unit is on all through {0}: lower the threshold or select fewer steps.', what), every];
    const on = units.length === 1 ? l10n('Through {0}, 1 unit is on.', what) : l10n('Through {0}, {1} units are on.', what, units.length);
    const more = nearly > 0 ? ` ${l10n('Most of them are on at {0}.', counted(nearly, 'further place'))}` : '';
    const found = all === 0 ? l10n('All of them are on together nowhere else.') : l10n('All of them are on together at {0}.', counted(all, 'other place'));
    return [`${on} ${found}${more}${every}`];
  }

  private drawUnits(state: State, { units, signs }: SimilarAnswer): void {
    const chips = units.slice(0, CHIPS).map((unit, k) => el('li', {}, button(`unitsChip ${signs[k]! < 0 ? 'below' : ''}`, () => this.store.select({ unit }),
      { 'aria-pressed': unit === state.selection.unit ? 'true' : 'false', 'aria-label': l10n('unit {0}, {1} 0', unit, signs[k]! < 0 ? l10n('below') : l10n('above')) }, `${signs[k]! < 0 ? '−' : '+'} ${unit}`)));
    const more = units.length > CHIPS ? [el('li', { class: 'note' }, l10n('and {0} more', units.length - CHIPS))] : [];
    this.chips.className = `unitsChips hue-${memoryOf(rowsOf(state))?.hue ?? 'c'}`;
    keepingFocus(this.chips, () => this.chips.replaceChildren(...chips, ...more));
  }

  private place(state: State, { units, on, stride }: SimilarAnswer, { from, to, shared }: SimilarAnswer['places'][number]): HTMLElement {
    const text = state.scene?.input.axis === 'characters', steps = state.scene?.steps ?? 0;
    const room = stride > 1 ? stride * 4 : 0;
    const first = Math.max(0, from - (room || BEFORE)), last = Math.min(steps, Math.min(to + (room || AFTER), first + (stride > 1 ? 40 * stride : MOST)));
    const shown = Array.from({ length: Math.ceil((last - first) / stride) }, (_, k) => first + k * stride);
    const values = shown.map(t => (on[Math.floor(t / stride)] ?? 0) / units.length);
    const look = { hue: memoryOf(rowsOf(state))?.hue ?? 'c', scale: { kind: 'unit' } as const, theme: state.theme };
    const drawn = text && stride === 1 ? textPiece({ labels: shown.map(t => { const label = this.data.label(t); this.partial ||= label === undefined; return label ?? ' '; }), values, underlined: k => shown[k]! >= from && shown[k]! < to }, look)
      : linePiece(300, values, undefined, { from: (from - first) / stride, to: (to - first) / stride }, look);
    return el('li', {}, button('unitsPlace', () => this.go({ from, to }), { title: l10n('steps {0} to {1}: {2} of {3} units are on', from, to - 1, shared, units.length) },
      el('span', { class: 'unitsShared' }, l10n('{0} of {1}', shared, units.length)), drawn, el('span', { class: 'unitsAt' }, to - from === 1 ? `t ${from}` : `t ${from}–${to - 1}`)));
  }
}
