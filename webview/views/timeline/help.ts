/** The list of keys. */
import { button, el } from '../../dom';
import { RULES } from './keyboard';
import { l10n } from '../../l10n';

/** Opens the list as a dialog inside `host`. */
export function showKeys(host: HTMLElement): void {
  const shown = RULES.filter(rule => rule.shown);
  const dialog = el('dialog', { class: 'keys', 'aria-label': l10n('Keys') },
    el('h2', {}, l10n('Keys')),
    el('dl', {}, ...shown.flatMap(rule => [el('dt', {}, el('kbd', {}, rule.shown ?? '')), el('dd', {}, rule.words)])),
    el('p', { class: 'note' }, l10n('Click pins a step and selects the unit under the pointer; drag pans.')),
    button('button', () => dialog.close(), { autofocus: true }, l10n('Close')));
  dialog.addEventListener('close', () => dialog.remove());
  host.append(dialog);
  dialog.showModal();
}
