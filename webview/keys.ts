/** The list of keys: those of the view that is shown, and those that every view has. */
import { button, el } from './dom';
import { l10n } from './l10n';

/** What is pressed, and what it does. */
export type KeyWords = readonly (readonly [shown: string, words: string])[];

const EVERYWHERE: KeyWords = [
  ['1 … 5', l10n('a view, by its place among the tabs')], ['w', l10n('what if: gates as knobs; in other views, changed or not')], ['Ctrl+Z', l10n('take a change back, with Shift make it again')],
  ['p', l10n('play: walk through the steps, and stop')], ['t', l10n('show as table, or as plots')], ['?', l10n('this list')], ['← →', l10n('another choice, in a group of choices or in the tabs')], ['Esc', l10n('close what is open')],
];

/** Opens the list as a dialog inside `host`. Keys that every view has are said once. */
export function keysDialog(host: HTMLElement, own: KeyWords, note?: string): void {
  const common = new Set(['t', '?', 'w']);
  const list = (keys: KeyWords): HTMLElement => el('dl', {}, ...keys.flatMap(([shown, words]) => [el('dt', {}, el('kbd', {}, shown)), el('dd', {}, words)]));
  const dialog = el('dialog', { class: 'keys', 'aria-label': l10n('Keys'), tabindex: -1 },
    el('h2', {}, l10n('Keys of this view')), list(own.filter(([shown]) => !common.has(shown))), note === undefined ? undefined : el('p', { class: 'note' }, note),
    el('h2', {}, l10n('Keys of every view')), list(EVERYWHERE),
    button('button', () => dialog.close(), {}, l10n('Close')));
  dialog.addEventListener('close', () => dialog.remove());
  host.append(dialog);
  dialog.showModal();
  dialog.focus(); // on the button at its end it would begin scrolled down
  dialog.scrollTop = 0;
}
