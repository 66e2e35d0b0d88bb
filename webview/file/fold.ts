/** A heading that opens and closes what is below it, and remembers. */
import { button, el, icon, setAttributes, type Child } from '../dom';
import type { FileContext } from './context';

export interface Fold {
  readonly element: HTMLElement;
  readonly body: HTMLElement;
  readonly open: boolean;
}

let last = 0;

/** `opened` is called when the body is first to be seen, also at once. */
export function fold(context: FileContext, key: string, first: boolean, tag: 'h2' | 'h3', heading: readonly Child[], opened: (body: HTMLElement) => void): Fold {
  const open = context.isOpen(key, first);
  const id = `fold${++last}`;
  const body = el('div', { class: 'foldBody', id, hidden: !open });
  const arrow = icon(open ? 'chevron-down' : 'chevron-right');
  let filled = open;
  const toggle = button('fold', () => {
    const now = body.hidden !== false;
    body.hidden = !now;
    setAttributes(toggle, { 'aria-expanded': String(now) });
    arrow.className = icon(now ? 'chevron-down' : 'chevron-right').className;
    context.setOpen(key, now);
    if (now && !filled) opened(body);
    filled ||= now;
  }, { 'aria-expanded': String(open), 'aria-controls': id, 'data-key': key }, arrow, ...heading);
  if (open) opened(body);
  return { element: el('div', { class: 'foldBox' }, el(tag, {}, toggle), body), body, open };
}
