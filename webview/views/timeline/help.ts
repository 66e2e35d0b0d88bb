/** The timeline's keys, as a list; other views with an axis of steps have some of them. */
import { keysDialog } from '../../keys';
import { l10n } from '../../l10n';
import { RULES } from './keyboard';

/** Opens the list inside `host`, `without` the keys that mean nothing there. */
export function showKeys(host: HTMLElement, without: readonly string[] = []): void {
  const shown = RULES.flatMap(({ shown: key, words }) => (key === undefined || without.includes(key) ? [] : [[key, words] as const]));
  keysDialog(host, shown, l10n('Click pins a step and selects the unit under the pointer; drag pans.'));
}
