/** A curve on the shared axis that is no signal of the layer: the waveform that the model heard, the probability that it gave. */
import type { SceneCurve } from '../../../src/protocol';
import type { CurvePart, Data } from '../../data';
import { el, fitCanvas, setAttributes, setText } from '../../dom';
import { l10n } from '../../l10n';
import { shownStep, type State } from '../../state';
import { faded } from '../../theme';
import { fixed, trackWords } from '../../words';
import { xOf } from './layout';

const HEIGHT = 40;
const ROOM = 3;

export class CurveRow {
  readonly canvas = el('canvas', { class: 'strip curve', role: 'img' });
  readonly root: HTMLElement;
  private readonly value = el('span', { class: 'value' });
  private readonly low: number;
  private readonly high: number;

  constructor(readonly curve: SceneCurve, private readonly data: Data) {
    [this.low, this.high] = reachOf(curve);
    const head = el('div', { class: 'head' },
      el('div', { class: 'title' }, el('span', { class: 'name' }, el('span', { class: 'label', title: trackWords(curve.name) }, trackWords(curve.name))), this.value),
      el('p', { class: 'stats' }, el('span', {}, l10n('{0} to {1}', fixed(curve.low), fixed(curve.high)))));
    this.root = el('div', { class: 'row input curve hue-x' }, head, el('div', { class: 'plot' }, this.canvas));
    this.canvas.dataset['curve'] = curve.name;
  }

  draw(state: State): void {
    const { plotWidth: width, theme } = state;
    const context = fitCanvas(this.canvas, width, HEIGHT);
    context.fillStyle = faded(theme.foreground, 0.25);
    context.fillRect(0, Math.round(this.yOf(Math.max(0, this.low))), width, 1);
    const part = this.data.curve(state, this.curve);
    if (part) this.trace(context, part, state);
    setAttributes(this.canvas, { 'aria-label': l10n('{0}, steps {1} to {2}; whole sequence from {3} to {4}', trackWords(this.curve.name), Math.ceil(state.from), Math.floor(state.to) - 1, fixed(this.curve.low), fixed(this.curve.high)) });
  }

  /** Writes the value at the crosshair, or the extremes of the many that a step has. */
  read(state: State): void {
    const found = this.data.curveAt(this.curve, shownStep(state));
    setText(this.value, !found ? '' : this.curve.perStep === 1 ? fixed(found[1]) : `±${fixed(Math.max(Math.abs(found[0]), Math.abs(found[1])))}`);
    this.value.title = this.curve.perStep === 1 ? '' : l10n('the loudest of the {0} samples of this step', this.curve.perStep);
  }

  private readonly yOf = (v: number): number => ROOM + (HEIGHT - 2 * ROOM) * (1 - (v - this.low) / (this.high - this.low));

  /** A band from the least to the greatest where a pixel has many numbers, a line where it has not. */
  private trace(context: CanvasRenderingContext2D, part: CurvePart, state: State): void {
    const { plotWidth: width, theme } = state;
    const wide = (part.to - part.from) / part.min.length;
    const xAt = (k: number): number => xOf(state, width, part.from + (k + 0.5) * wide);
    const pixels = (wide / (state.to - state.from)) * width;
    context.fillStyle = theme.ink.x;
    context.strokeStyle = theme.ink.x;
    context.lineWidth = 1.25;
    context.beginPath();
    for (let k = 0; k < part.min.length; k++) {
      const [x, top, bottom] = [xAt(k), this.yOf(part.max[k]!), this.yOf(part.min[k]!)];
      if (!(bottom >= top)) continue;
      if (pixels < 1.5 && this.curve.perStep > 1) context.fillRect(x - pixels / 2, top, Math.max(pixels, 0.7), Math.max(1, bottom - top));
      else context.lineTo(x, (top + bottom) / 2);
    }
    context.stroke();
  }
}

/** From 0 to 1 for what is a probability, as far down as up for what swings about 0. */
function reachOf({ low, high }: SceneCurve): [number, number] {
  if (low >= 0 && high <= 1) return [0, 1];
  if (low >= 0) return [0, high];
  const most = Math.max(-low, high);
  return most > 0 ? [-most, most] : [-1, 1];
}
