/** Tensors as rows: name, type, shape, size, and a button that copies the name. */
import type { FileTensor } from '../../src/fileProtocol';
import { button, el, icon } from '../dom';
import { l10n } from '../l10n';
import { visible } from '../words';
import type { FileContext } from './context';
import { shapeText } from './gates';

/** Names of files are drawn with unseen characters made visible, and copied as they are. */
const drawn = (name: string): string => name === '' ? l10n('(no name)') : name.length > 1 ? name.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, '␣') : visible(name);

/** `usedBy`: with a column that says which layer a tensor belongs to. */
export function tensorTable(context: FileContext, tensors: readonly FileTensor[], caption: string, usedBy: boolean): HTMLTableElement {
  const titles = [l10n('type'), l10n('shape'), l10n('size')];
  return el('table', { class: 'tensors' }, el('caption', { class: 'hidden' }, caption),
    el('thead', {}, el('tr', {}, el('th', { scope: 'col', class: 'text' }, l10n('tensor')), ...titles.map(t => el('th', { scope: 'col' }, t)), ...(usedBy ? [el('th', { scope: 'col', class: 'text' }, l10n('layer'))] : []))),
    el('tbody', {}, ...tensors.map(tensor => row(context, tensor, usedBy))));
}

function row(context: FileContext, { name, dtype, shape, size, usedBy }: FileTensor, users: boolean): HTMLTableRowElement {
  const copy = button('tool copy', () => {
    context.act('copy', name);
    context.live.say(l10n('Copied {0}', drawn(name)));
  }, { 'aria-label': l10n('Copy tensor name {0}', drawn(name)), title: l10n('Copy tensor name') }, icon('copy'));
  return el('tr', {},
    el('th', { scope: 'row', class: 'text' }, el('span', { class: 'named' }, el('code', {}, drawn(name)), copy)),
    el('td', {}, dtype || '–'), el('td', { class: 'number' }, dtype === '' ? l10n('computed') : shapeText(shape)), el('td', { class: 'number' }, size === undefined ? '–' : sizeText(size)),
    ...(users ? [el('td', { class: 'text' }, usedBy.map(drawn).join(', '))] : []));
}

/** `16.2 kB` */
export function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, bytes > 0 ? Math.floor(Math.log10(bytes) / 3) : 0);
  const value = bytes / 1000 ** power;
  return `${power === 0 ? value : value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ${units[power]}`;
}

export { drawn };
