/** Keys of the units' view. A key is a name, what it does, and words for the list of keys. */
import { keysDialog } from '../../keys';
import { l10n } from '../../l10n';
import { growRange } from '../../range';
import { shownStep, type State, type Store } from '../../state';
import { panned, revealing, zoomed } from '../timeline/layout';

export interface KeyActions {
  /** Selects the unit so many rows further down in the table. */
  step(by: number): void;
  table(): void;
  help(): void;
  /** Goes to the places that are like the selected steps. */
  similar(): void;
  /** Forgets what is boxed; false where nothing is. */
  letGo(): boolean;
}

interface KeyRule {
  readonly keys: readonly string[];
  readonly shown: string;
  readonly words: string;
  /** False where the key has nothing to do. */
  press(store: Store, event: KeyboardEvent, actions: KeyActions): boolean | void;
}

const stepsOf = (state: State): number => state.scene?.steps ?? 1;

function goTo(store: Store, step: number): void {
  const { state } = store, to = Math.max(0, Math.min(stepsOf(state) - 1, step));
  store.set({ held: true, ...revealing(state, to, stepsOf(state)) });
  store.select({ step: to });
}
const walk = (store: Store, by: number, event: KeyboardEvent): void => goTo(store, shownStep(store.state) + by * (event.shiftKey ? 10 : 1));
const zoom = (store: Store, factor: number): void => store.set(zoomed(store.state, Math.max(store.state.from, Math.min(store.state.to, shownStep(store.state) + 0.5)), factor, stepsOf(store.state)));
const pan = (store: Store, share: number): void => store.set(panned(store.state, share * (store.state.to - store.state.from), stepsOf(store.state)));

export const RULES: readonly KeyRule[] = [
  { keys: ['ArrowLeft'], shown: '←', words: l10n('step back, by 10 with Shift'), press: (store, event) => walk(store, -1, event) },
  { keys: ['ArrowRight'], shown: '→', words: l10n('step on, by 10 with Shift'), press: (store, event) => walk(store, 1, event) },
  { keys: ['Home'], shown: 'Home', words: l10n('first step'), press: store => goTo(store, 0) },
  { keys: ['End'], shown: 'End', words: l10n('last step'), press: store => goTo(store, stepsOf(store.state) - 1) },
  { keys: ['ArrowUp', 'k'], shown: l10n('↑ or k'), words: l10n('unit above in the table'), press: (_s, _e, actions) => actions.step(-1) },
  { keys: ['ArrowDown', 'j'], shown: l10n('↓ or j'), words: l10n('unit below'), press: (_s, _e, actions) => actions.step(1) },
  { keys: ['{'], shown: 'Shift+[', words: l10n('select the step, or one more to the left'), press: store => growRange(store, -1) },
  { keys: ['}'], shown: 'Shift+]', words: l10n('select the step, or one more to the right (or Shift+drag)'), press: store => growRange(store, 1) },
  { keys: ['Enter'], shown: 'Enter', words: l10n('on a plot: go to the places that are like the selected steps'), press: (_s, event, actions) => (event.target instanceof HTMLCanvasElement ? actions.similar() : false) },
  { keys: ['+', '='], shown: '+', words: l10n('zoom in (or Ctrl+wheel)'), press: store => zoom(store, 1.5) },
  { keys: ['-', '_'], shown: '−', words: l10n('zoom out'), press: store => zoom(store, 1 / 1.5) },
  { keys: ['0'], shown: '0', words: l10n('whole sequence'), press: store => store.set({ from: 0, to: stepsOf(store.state) }) },
  { keys: ['['], shown: '[', words: l10n('pan left (or drag, Shift+wheel)'), press: store => pan(store, -0.25) },
  { keys: [']'], shown: ']', words: l10n('pan right'), press: store => pan(store, 0.25) },
  { keys: ['Escape'], shown: 'Esc', words: l10n('let go of the box, the selected steps, the step'), press: (store, _e, actions) => escape(store, actions) },
  { keys: ['t'], shown: 't', words: l10n('show as table, or as plots'), press: (_s, _e, actions) => actions.table() },
  { keys: ['?'], shown: '?', words: l10n('this list'), press: (_s, _e, actions) => actions.help() },
];

function escape(store: Store, actions: KeyActions): boolean {
  if (actions.letGo()) return true;
  if (store.state.range) { store.set({ range: undefined }); return true; }
  if (!store.state.held) return false;
  store.set({ held: false });
  return true;
}

/** Does what the key says; false where the key means nothing here and should pass on. */
export function pressKey(event: KeyboardEvent, store: Store, actions: KeyActions): boolean {
  const target = event.target instanceof HTMLElement ? event.target : undefined;
  if (event.ctrlKey || event.metaKey || event.altKey || target?.closest('input, select, textarea, dialog, [role=radiogroup], [role=tablist]')) return false;
  const rule = RULES.find(({ keys }) => keys.includes(event.key));
  return rule !== undefined && rule.press(store, event, actions) !== false;
}

/** The list of keys, as a dialog inside `host`. */
export const showKeys = (host: HTMLElement): void => keysDialog(host, RULES.map(({ shown, words }) => [shown, words]));
