/** A polite live region: at most one sentence every half second, always the last one said. */
import { el } from './dom';

const APART = 500;

export class Live {
  readonly element = el('div', { class: 'hidden', 'aria-live': 'polite', role: 'status' });
  private waiting: string | undefined;
  private resting = false;

  say(words: string): void {
    if (this.resting) {
      this.waiting = words;
      return;
    }
    this.element.textContent = words;
    this.resting = true;
    window.setTimeout(() => this.rested(), APART);
  }

  private rested(): void {
    this.resting = false;
    const { waiting } = this;
    this.waiting = undefined;
    if (waiting !== undefined && waiting !== this.element.textContent) this.say(waiting);
  }
}
