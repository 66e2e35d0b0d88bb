/** A choice of a few, side by side. */
import { button, el } from '../../dom';

/** One of the few. */
export interface Option { readonly id: string; readonly label: string }

/** Radio buttons that look like one control; hidden where there is nothing to choose. */
export class Segments {
  readonly element: HTMLElement;
  private drawn = '';

  constructor(label: string, private readonly choose: (id: string) => void) {
    this.element = el('div', { class: 'segments', role: 'radiogroup', 'aria-label': label });
    this.element.addEventListener('keydown', event => this.arrow(event));
  }

  draw(options: readonly Option[], chosen: string): void {
    const key = JSON.stringify([options, chosen]);
    if (key === this.drawn) return;
    this.drawn = key;
    const focused = this.element.contains(document.activeElement);
    this.element.hidden = options.length < 2;
    this.element.replaceChildren(...options.map(({ id, label }) => {
      const on = id === chosen;
      return button('segment', () => this.choose(id), { role: 'radio', 'aria-checked': String(on), tabindex: on ? 0 : -1 }, label);
    }));
    if (focused) this.element.querySelector<HTMLElement>('[aria-checked=true]')?.focus();
  }

  private arrow(event: KeyboardEvent): void {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (by === undefined) return;
    const all = [...this.element.querySelectorAll<HTMLElement>('[role=radio]')];
    const at = all.findIndex(s => s.getAttribute('aria-checked') === 'true');
    all[(at + by + all.length) % all.length]?.click();
    event.preventDefault();
    event.stopPropagation();
  }
}
