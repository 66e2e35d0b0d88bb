/** Keys of this view. */
import { keysDialog } from '../../keys';
import { l10n } from '../../l10n';
import type { Store } from '../../state';
import { neighbour } from '../timeline/layout';
import { goToStep } from './goTo';

interface Rule { readonly keys: readonly string[]; readonly shown: string; readonly words: string; press(store: Store, event: KeyboardEvent): void }

const walk = (store: Store, by: number, event: KeyboardEvent): void => goToStep(store, store.state.selection.step + by * (event.shiftKey ? 10 : 1));
const changeUnit = (store: Store, by: number): void => store.select({ unit: neighbour(store.state.units, store.state.selection.unit, by) });

const RULES: readonly Rule[] = [
  { keys: ['ArrowLeft'], shown: '←', words: l10n('step back, by 10 with Shift: the loss and the memory’s start move'), press: (store, event) => walk(store, -1, event) },
  { keys: ['ArrowRight'], shown: '→', words: l10n('step on, by 10 with Shift'), press: (store, event) => walk(store, 1, event) },
  { keys: ['Home'], shown: 'Home', words: l10n('first step'), press: store => goToStep(store, 0) },
  { keys: ['End'], shown: 'End', words: l10n('last step'), press: store => goToStep(store, (store.state.scene?.steps ?? 1) - 1) },
  { keys: ['ArrowUp', 'k'], shown: l10n('↑ or k'), words: l10n('unit before, in the shown order'), press: store => changeUnit(store, -1) },
  { keys: ['ArrowDown', 'j'], shown: l10n('↓ or j'), words: l10n('unit after'), press: store => changeUnit(store, 1) },
  { keys: ['t'], shown: 't', words: l10n('show as tables, or as plots'), press: store => store.set({ table: !store.state.table }) },
];

/** Does what the key says; false where it means nothing here. */
export function pressKey(event: KeyboardEvent, store: Store, help: () => void): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const target = event.target instanceof HTMLElement ? event.target : undefined;
  if (target?.closest('input, select, textarea, dialog, [role=radiogroup], [role=tablist], .tableHost, .gradient-weights')) return false;
  if (event.key === '?') { help(); return true; }
  const rule = RULES.find(({ keys }) => keys.includes(event.key));
  rule?.press(store, event);
  return rule !== undefined;
}

/** Opens the list of keys as a dialog inside `host`. */
export const showKeys = (host: HTMLElement): void => keysDialog(host, RULES.map(({ shown, words }) => [shown, words]),
  l10n('A click on a dot or a row selects its unit, on a character its step, on a curve of the first chart the lag to remember.'));
