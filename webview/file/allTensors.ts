/** Every tensor of the file in a table that can be filtered; drawn a page at a time. */
import { button, el } from '../dom';
import { l10n } from '../l10n';
import { counted, grouped } from '../words';
import type { FileContext } from './context';
import { tensorTable } from './tensorTable';

const PAGE = 200;
const TYPING = 150;

/** `filter` is what was typed before; `typed` hears what is typed now. */
export function allTensors(context: FileContext, filter: string, typed: (filter: string) => void): HTMLElement {
  const table = el('div', {});
  const count = el('p', { class: 'note', role: 'status' });
  const more = button('link', () => { shown += PAGE; void load(); }, { hidden: true });
  const input = el('input', { type: 'search', placeholder: l10n('Name, type or shape'), 'aria-label': l10n('Filter tensors'), 'data-key': 'filter', spellcheck: 'false', value: filter });
  let shown = PAGE;
  let timer = 0;
  let turn = 0;
  input.addEventListener('input', () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => { shown = PAGE; typed(input.value); void load(); }, TYPING);
  });
  async function load(): Promise<void> {
    const mine = ++turn;
    const page = await context.host.tensors({ filter: input.value, count: shown }).catch(() => undefined);
    if (!page || mine !== turn) return;
    const all = page.matching === page.all ? counted(page.all, 'tensor') : l10n('{0} of {1}', grouped(page.matching), counted(page.all, 'tensor'));
    count.textContent = page.rows.length < page.matching ? l10n('{0}, the first {1} shown', all, grouped(page.rows.length)) : all;
    more.hidden = page.rows.length >= page.matching;
    more.textContent = l10n('Show {0} more', grouped(Math.min(PAGE, page.matching - page.rows.length)));
    table.replaceChildren(...(page.rows.length > 0 ? [tensorTable(context, page.rows, l10n('Tensors of the file'), true)] : []));
  }
  void load();
  return el('div', { class: 'allTensors' }, el('div', { class: 'filter' }, input, count), table, more);
}
