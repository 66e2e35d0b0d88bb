/** Keys of the timeline. A key is a name, what it does, and words for the list of keys. */
import { l10n } from '../../l10n';
import { growRange, selected } from '../../range';
import { shownStep, type State, type Store } from '../../state';
import { fitted, neighbour, panned, revealing, zoomed } from './layout';

export interface KeyActions {
  toggleRow(signal: string): void;
  find(): void;
  table(): void;
  help(): void;
  copy(): void;
  /** Shows the sequence so many further on; false where there is none. */
  sequence?(by: number): boolean;
}

interface KeyRule {
  readonly keys: readonly string[];
  readonly words: string;
  /** Shown in the list of keys; absent where another rule speaks for it. */
  readonly shown?: string;
  /** False where the key has nothing to do. */
  press(store: Store, event: KeyboardEvent, actions: KeyActions): boolean | void;
}

const steps = (state: State): number => state.scene?.steps ?? 1;

function goTo(store: Store, step: number): void {
  const { state } = store;
  const to = Math.max(0, Math.min(steps(state) - 1, step));
  store.set({ held: true, ...revealing({ from: state.from, to: state.to }, to, steps(state)) });
  store.select({ step: to });
}
const walk = (store: Store, by: number, event: KeyboardEvent): void => goTo(store, shownStep(store.state) + by * (event.shiftKey ? 10 : 1));
const changeUnit = (store: Store, by: number): void => store.select({ unit: neighbour(store.state.units, store.state.selection.unit, by) });
const zoom = (store: Store, factor: number): void => {
  const { state } = store;
  const step = shownStep(state) + 0.5;
  const anchor = step >= state.from && step <= state.to ? step : (state.from + state.to) / 2;
  store.set(zoomed(state, anchor, factor, steps(state)));
};
const pan = (store: Store, share: number): void => store.set(panned(store.state, share * (store.state.to - store.state.from), steps(store.state)));

/** Shows the selected steps over the whole width; false where there are none. */
export function zoomToRange(store: Store): boolean {
  const range = selected(store.state);
  if (range) store.set(fitted(range, steps(store.state)));
  return range !== undefined;
}

function letGo(store: Store): boolean {
  const { range, held } = store.state;
  store.set(range ? { range: undefined } : { held: false });
  return range !== undefined || held;
}

export const RULES: readonly KeyRule[] = [
  { keys: ['ArrowLeft'], words: l10n('step back, by 10 with Shift'), shown: '←', press: (store, event) => walk(store, -1, event) },
  { keys: ['ArrowRight'], words: l10n('step on, by 10 with Shift'), shown: '→', press: (store, event) => walk(store, 1, event) },
  { keys: ['Home'], words: l10n('first step'), shown: 'Home', press: store => goTo(store, 0) },
  { keys: ['End'], words: l10n('last step'), shown: 'End', press: store => goTo(store, steps(store.state) - 1) },
  { keys: ['ArrowUp', 'k'], words: l10n('unit above, in the shown order'), shown: l10n('↑ or k'), press: store => changeUnit(store, -1) },
  { keys: ['ArrowDown', 'j'], words: l10n('unit below'), shown: l10n('↓ or j'), press: store => changeUnit(store, 1) },
  { keys: ['+', '='], words: l10n('zoom in (or Ctrl+wheel)'), shown: '+', press: store => zoom(store, 1.5) },
  { keys: ['-', '_'], words: l10n('zoom out'), shown: '−', press: store => zoom(store, 1 / 1.5) },
  { keys: ['0'], words: l10n('whole sequence'), shown: '0', press: store => store.set({ from: 0, to: steps(store.state) }) },
  { keys: ['['], words: l10n('pan left (or drag, Shift+wheel)'), shown: '[', press: store => pan(store, -0.25) },
  { keys: [']'], words: l10n('pan right'), shown: ']', press: store => pan(store, 0.25) },
  { keys: ['{'], words: l10n('select the step, or one more to the left'), shown: 'Shift+[', press: store => growRange(store, -1) },
  { keys: ['}'], words: l10n('select the step, or one more to the right (or Shift+drag)'), shown: 'Shift+]', press: store => growRange(store, 1) },
  { keys: ['z'], words: l10n('zoom to the selected steps'), shown: 'z', press: zoomToRange },
  { keys: [','], words: l10n('the sequence before, where there are several'), shown: ',', press: (_store, _event, actions) => actions.sequence?.(-1) ?? false },
  { keys: ['.'], words: l10n('the next sequence'), shown: '.', press: (_store, _event, actions) => actions.sequence?.(1) ?? false },
  { keys: ['Enter'], words: l10n('open or close the focused row'), shown: 'Enter', press: (store, _event, actions) => actions.toggleRow(store.state.selection.signal) },
  { keys: ['Escape'], words: l10n('let go of the selected steps, of the step'), shown: 'Esc', press: letGo },
  { keys: ['/'], words: l10n('find text or a label on the axis'), shown: '/', press: (_store, _event, actions) => actions.find() },
  { keys: ['t'], words: l10n('show as table, or as plots'), shown: 't', press: (_store, _event, actions) => actions.table() },
  { keys: [], words: l10n('what if: gates as knobs (Ctrl+Z takes back)'), shown: 'w', press: () => undefined }, // the bar hears it, in any view
  { keys: ['?'], words: l10n('this list'), shown: '?', press: (_store, _event, actions) => actions.help() },
];

/** Keys by which one moves inside a group of choices, and chooses. */
const GROUP = /^(Arrow\w+|Home|End|Enter| )$/;

/** Does what the key says; false where the key means nothing here and should pass on. */
export function pressKey(event: KeyboardEvent, store: Store, actions: KeyActions): boolean {
  const target = event.target instanceof HTMLElement ? event.target : undefined;
  const onPlot = target?.classList.contains('heat') ?? false;
  if ((event.ctrlKey || event.metaKey) && event.key === 'c' && onPlot && String(getSelection()) === '') {
    actions.copy();
    return true;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  if (target?.closest('input, select, textarea, dialog')) return false;
  if (GROUP.test(event.key) && target?.closest('[role=radiogroup], [role=tablist]')) return false;
  if (event.key === 'Enter' && !onPlot) return false;
  const rule = RULES.find(({ keys }) => keys.includes(event.key));
  return rule !== undefined && rule.press(store, event, actions) !== false;
}
