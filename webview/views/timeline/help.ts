/** The list of keys. */
import { button, el } from '../../dom';
import { RULES } from './keyboard';

/** Opens the list as a dialog inside `host`. */
export function showKeys(host: HTMLElement): void {
  const shown = RULES.filter(rule => rule.shown);
  const dialog = el('dialog', { class: 'keys', 'aria-label': 'Keys' },
    el('h2', {}, 'Keys'),
    el('dl', {}, ...shown.flatMap(rule => [el('dt', {}, el('kbd', {}, rule.shown ?? '')), el('dd', {}, rule.words)])),
    el('p', { class: 'note' }, 'Click pins a step and selects the unit under the pointer; drag pans.'),
    button('button', () => dialog.close(), { autofocus: true }, 'Close'));
  dialog.addEventListener('close', () => dialog.remove());
  host.append(dialog);
  dialog.showModal();
}
