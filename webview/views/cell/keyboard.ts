/** Keys of the cell view: steps, units in the shown order, and gates by their letters. */
import { l10n } from '../../l10n';
import type { Store } from '../../state';
import { neighbour } from '../timeline/layout';

export interface KeyActions {
  /** Signals whose letters are keys. */
  readonly gates: readonly string[];
  choose(signal: string): void;
  help(): void;
}

/** The keys and what they do, for the list of keys. */
export const keysShown = (): readonly (readonly [keys: string, words: string])[] => [
  ['← →', l10n('step back and on, by 10 with Shift')], ['Home End', l10n('first and last step')], ['↑ ↓', l10n('unit above and below, in the order of the timeline')],
  ['f i g o', l10n('the gate or candidate of that letter, as the equations call it')], ['t', l10n('show as tables, or as drawings')], ['?', l10n('this list')],
];

/** Goes to a step and stays there. */
export function goTo(store: Store, step: number): void {
  const last = (store.state.scene?.steps ?? 1) - 1;
  store.set({ held: true });
  store.select({ step: Math.max(0, Math.min(last, step)) });
}

/** Does what the key says; false where it means nothing here. */
export function pressKey(event: KeyboardEvent, store: Store, { gates, choose, help }: KeyActions): boolean {
  const { state } = store;
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  if (event.target instanceof Element && event.target.closest('input, select, textarea, dialog, [role=radiogroup], [role=tablist]')) return false;
  const by = event.shiftKey ? 10 : 1, { step, unit } = state.selection;
  const turn = (to: number): void => store.select({ unit: neighbour(state.units, unit, to) });
  const rules: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => goTo(store, step - by), ArrowRight: () => goTo(store, step + by), Home: () => goTo(store, 0), End: () => goTo(store, Infinity),
    ArrowUp: () => turn(-1), ArrowDown: () => turn(1), k: () => turn(-1), j: () => turn(1),
    t: () => store.set({ table: !state.table }), '?': help,
  };
  const gate = gates.find(g => g === event.key);
  if (gate !== undefined) choose(gate);
  else if (Object.hasOwn(rules, event.key)) rules[event.key]!();
  else return false;
  return true;
}
