/** What moves with the pointer, on one canvas over axis and rows: the crosshair, its step, and the selected unit of each row. */
import { el, fitCanvas } from '../../dom';
import { drawBand, selected } from '../../range';
import { shownStep, type State } from '../../state';
import { faded } from '../../theme';
import { seconds } from '../../words';
import { xOf } from '../timeline/layout';
import type { HiddenRow } from './row';

/** Room left of the plots for the marks of units (see compare.css). */
const MARGIN = 12;

export class Hair {
  readonly canvas = el('canvas', { class: 'cmp-hair', 'aria-hidden': 'true' });

  constructor(private readonly container: HTMLElement, private readonly axis: HTMLCanvasElement, private readonly rows: readonly HiddenRow[]) {}

  draw(state: State): void {
    const base = this.container.getBoundingClientRect();
    const first = this.axis.getBoundingClientRect();
    const left = first.left - base.left;
    this.canvas.style.left = `${left - MARGIN}px`;
    const context = fitCanvas(this.canvas, state.plotWidth + 2 * MARGIN, base.height);
    const x = MARGIN + xOf(state, state.plotWidth, shownStep(state) + 0.5);
    const seen = x >= MARGIN && x <= MARGIN + state.plotWidth;
    const top = first.top - base.top;
    for (const row of this.rows) {
      const box = row.canvas.getBoundingClientRect();
      drawBand(context, state.theme, selected(state), step => xOf(state, state.plotWidth, step), state.plotWidth, MARGIN, { top: box.top - base.top, height: box.height, veil: false });
      if (seen) this.line(context, state, x, box.top - base.top, box.height);
      this.mark(context, state, row, box.top - base.top);
    }
    if (seen) this.step(context, state, x, top);
  }

  private line(context: CanvasRenderingContext2D, { theme, held }: State, x: number, top: number, height: number): void {
    context.fillStyle = faded(theme.background, 0.45);
    context.fillRect(Math.round(x) - 1, top, 3, height);
    context.fillStyle = held || theme.highContrast ? theme.foreground : faded(theme.foreground, 0.7);
    context.fillRect(Math.round(x), top, 1, height);
  }

  private mark(context: CanvasRenderingContext2D, { theme }: State, { order, unit, lines }: HiddenRow, top: number): void {
    const place = order.indexOf(unit);
    if (place < 0) return;
    const y = top + (Math.floor(place / lines.pool) + 0.5) * lines.line;
    context.fillStyle = theme.foreground;
    context.beginPath();
    context.moveTo(MARGIN - 2, y);
    context.lineTo(MARGIN - 8, y - 4);
    context.lineTo(MARGIN - 8, y + 4);
    context.fill();
  }

  private step(context: CanvasRenderingContext2D, { theme, held, scene, plotWidth, ...state }: State, x: number, top: number): void {
    const step = shownStep({ theme, held, scene, plotWidth, ...state });
    const rate = scene?.input.rate;
    const text = rate ? `t ${step} · ${seconds(step / rate, 3)}` : `t ${step}`;
    context.font = `600 11px ${theme.font}`;
    context.textAlign = 'center';
    const half = context.measureText(text).width / 2 + 4;
    const middle = Math.max(half, Math.min(plotWidth + 2 * MARGIN - half, x));
    context.fillStyle = held ? theme.foreground : theme.background;
    context.fillRect(middle - half, top, 2 * half, 15);
    context.fillStyle = held ? theme.background : theme.foreground;
    context.fillText(text, middle, top + 11.5);
  }
}
