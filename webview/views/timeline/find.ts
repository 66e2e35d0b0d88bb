/** Finds a piece of text on the axis and goes there. */
import type { Data } from '../../data';
import { button, el, icon, setText } from '../../dom';
import { l10n } from '../../l10n';
import type { Store } from '../../state';
import { revealing } from './layout';

/** First steps at which the text begins, ignoring case. Characters are read as one text; other labels one by one. */
export function findText(labels: readonly string[], text: string, characters: boolean): number[] {
  const wanted = text.toLowerCase();
  if (wanted === '') return [];
  if (!characters) return labels.flatMap((label, step) => (label.toLowerCase().includes(wanted) ? [step] : []));
  const lower = labels.map(label => label.toLowerCase());
  const stepOf = lower.flatMap((label, step) => Array<number>(label.length).fill(step));
  const whole = lower.join('');
  const found: number[] = [];
  for (let at = whole.indexOf(wanted); at >= 0; at = whole.indexOf(wanted, at + 1)) found.push(stepOf[at] ?? 0);
  return found;
}

export class Find {
  private readonly input = el('input', { type: 'search', 'aria-label': l10n('Find on the axis'), placeholder: l10n('Find on the axis'), spellcheck: 'false' });
  private readonly count = el('span', { class: 'count', role: 'status' });
  readonly element = el('div', { class: 'find', hidden: true }, this.input, this.count);
  private found: readonly number[] = [];
  private at = -1;

  constructor(private readonly store: Store, private readonly data: Data) {
    const close = button('tool', () => this.close(), { 'aria-label': l10n('Close find'), title: l10n('Close (Esc)') }, icon('close'));
    this.element.append(close);
    this.input.addEventListener('input', () => void this.search());
    this.input.addEventListener('keydown', event => {
      if (event.key === 'Enter') this.go(event.shiftKey ? -1 : 1);
      else if (event.key === 'Escape') this.close();
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
  }

  open(): void {
    this.element.hidden = false;
    this.input.focus();
    this.input.select();
  }

  private close(): void {
    this.element.hidden = true;
    document.querySelector<HTMLElement>('.row.selected .heat')?.focus();
  }

  private async search(): Promise<void> {
    const text = this.input.value;
    const labels = await this.data.allLabels();
    if (text !== this.input.value) return;
    this.found = findText(labels, text, this.store.state.scene?.input.axis === 'characters');
    this.at = this.found.findIndex(step => step >= this.store.state.selection.step) - 1;
    if (this.found.length > 0 && this.at < -1) this.at = -1;
    if (text === '') setText(this.count, '');
    else if (this.found.length === 0) setText(this.count, l10n('not found'));
    else this.go(1);
  }

  private go(by: number): void {
    if (this.found.length === 0) return;
    this.at = (this.at + by + this.found.length) % this.found.length;
    const { from, to, scene } = this.store.state;
    const step = this.found[this.at] ?? 0;
    setText(this.count, l10n('{0} of {1}', this.at + 1, this.found.length));
    this.store.set({ held: true, ...revealing({ from, to }, step, scene?.steps ?? 1) });
    this.store.select({ step });
  }
}
