/** One knob: its name, a slider, the number that it stands at. */
import { el, setAttributes, setText } from '../dom';

export interface KnobLook {
  readonly label: string;
  readonly low: number;
  readonly high: number;
  readonly step: number;
  readonly value: number;
  /** The number as read. */
  readonly text: string;
  /** Somebody turned it; else it merely follows the numbers. */
  readonly turned: boolean;
}

export class Knob {
  readonly slider = el('input', { type: 'range' });
  private readonly name = el('span', { class: 'knobName' });
  private readonly number = el('output', { class: 'knobValue' });
  readonly element: HTMLElement;

  /** `turn` is called for each number on the way, `settle` once it is let go. */
  constructor(kind: string, turn: (value: number) => void, settle: () => void) {
    this.slider.dataset['knob'] = kind;
    this.element = el('label', { class: 'knob' }, this.name, this.slider, this.number);
    this.slider.addEventListener('input', () => turn(Number(this.slider.value)));
    this.slider.addEventListener('change', settle);
  }

  draw({ label, low, high, step, value, text, turned }: KnobLook): void {
    setText(this.name, label);
    setText(this.number, text);
    setAttributes(this.slider, { min: low, max: high, step, 'aria-valuetext': text });
    const shown = String(value);
    if (this.slider.value !== shown && Number.isFinite(value)) this.slider.value = shown;
    this.element.classList.toggle('turned', turned);
  }
}
