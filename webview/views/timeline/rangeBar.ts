/** What is selected, in words and numbers, and what can be done with it: a line under the axis, near the selected steps. */
import type { Data } from '../../data';
import { button, el, setText } from '../../dom';
import { l10n } from '../../l10n';
import { selected } from '../../range';
import { rowsOf, type State, type Store } from '../../state';
import { counted, fixed, seconds, signed } from '../../words';
import { seekSimilar } from '../units/sought';
import { zoomToRange } from './keyboard';
import { xOf } from './layout';

export class RangeBar {
  private readonly words = el('b', {});
  private readonly numbers = el('span', { class: 'rangeNumbers' });
  private readonly chip: HTMLElement;
  readonly root: HTMLElement;

  constructor(store: Store, private readonly data: Data) {
    this.chip = el('div', { class: 'rangeChip', role: 'group', 'aria-label': l10n('Selected steps') }, this.words, this.numbers, el('span', { class: 'rangeActions' },
      button('link', () => zoomToRange(store), { title: l10n('Zoom to the selected steps (z)') }, l10n('Zoom')),
      button('link', () => seekSimilar(store), { title: l10n('Where else are the same units on? Shown in Units') }, l10n('Find similar')),
      button('link', () => store.set({ range: undefined }), { title: l10n('Let go of the selection (Esc)') }, l10n('Clear'))));
    this.root = el('div', { class: 'row rangeRow', hidden: true }, el('div', { class: 'head' }), el('div', { class: 'plot' }, this.chip));
  }

  /** Answers whether it came or went, so that everything below has moved. */
  draw(state: State): boolean {
    const range = selected(state), was = this.root.hidden !== false;
    this.root.hidden = !range;
    if (!range) return !was;
    setText(this.words, range.to - range.from === 1 ? l10n('step {0}', range.from) : l10n('steps {0}–{1}', range.from, range.to - 1));
    setText(this.numbers, this.facts(state).join(' · '));
    const middle = (xOf(state, state.plotWidth, range.from) + xOf(state, state.plotWidth, range.to)) / 2, wide = this.chip.offsetWidth;
    this.chip.style.marginLeft = `${Math.round(Math.max(0, Math.min(state.plotWidth - wide, middle - wide / 2)))}px`;
    return was;
  }

  /** How long, and how far the selected signal of the unit goes from the first step to the last. */
  private facts(state: State): string[] {
    const { from, to } = state.range ?? { from: 0, to: 0 }, { unit } = state.selection, { rate } = state.scene?.input ?? {};
    const signal = rowsOf(state).find(s => s.name === state.selection.signal);
    const [first, last] = [from, to - 1].map(step => (signal ? this.data.value(state, signal.name, unit, step) : undefined));
    const about = (first?.bucket ?? 1) > 1 || (last?.bucket ?? 1) > 1 ? '≈' : '';
    return [
      ...(to - from > 1 ? [counted(to - from, 'step')] : []),
      ...(rate ? [seconds((to - from) / rate, 3)] : []),
      ...(signal && first && last && to - from > 1 ? [l10n('Δ{0} of unit {1}: {2}', signal.name, unit, about + signed(last.value - first.value))] : []),
      ...(signal && first && to - from === 1 ? [l10n('{0} of unit {1}: {2}', signal.name, unit, about + fixed(first.value))] : []),
    ];
  }
}
