/** What moves with the pointer, on one canvas over all plots: crosshair, its step and character, the selected unit's marks. */
import { el, fitCanvas } from '../../dom';
import { drawBand, selected } from '../../range';
import { shownStep, type State } from '../../state';
import { faded, type Theme } from '../../theme';
import { edgesOf } from '../../whatIf/showing';
import { seconds, visible } from '../../words';
import { AXIS, READABLE, tickBoxes, tickFont } from './axis';
import { topOf, xOf, type Span } from './layout';
import type { SignalRow } from './row';

/** The canvas begins so many pixels left of the plots, for the marks of the selected unit (see style.css). */
const MARGIN = 12;

interface Box { readonly left: number; readonly top: number; readonly height: number }

export interface Stage {
  readonly container: HTMLElement;
  readonly axis: HTMLCanvasElement;
  readonly overview: HTMLCanvasElement;
  /** Canvases that the crosshair crosses without marking anything. */
  readonly strips: readonly HTMLCanvasElement[];
  readonly rows: readonly SignalRow[];
}

export class Overlay {
  readonly canvas = el('canvas', { class: 'overlay', 'aria-hidden': 'true' });
  private boxes: Map<Element, Box> | undefined;
  private size = { width: 0, height: 0 };

  constructor(private readonly stage: Stage, private readonly label: (step: number) => string | undefined) {}

  /** Places are measured once, until something was laid out anew. */
  forget(): void { this.boxes = undefined; }

  draw(state: State): void {
    const boxes = this.measured();
    const context = fitCanvas(this.canvas, this.size.width, this.size.height);
    const step = shownStep(state);
    const { plotWidth: width, theme, scene } = state;
    if (!scene) return;
    const x = xOf(state, width, step + 0.5);
    const seen = x >= 0 && x <= width;
    this.markRange(context, state, boxes);
    for (const edge of edgesOf(state)) this.markEdge(context, theme, boxes, xOf(state, width, edge), width);
    for (const row of this.stage.rows) {
      const box = boxes.get(row.canvas);
      if (!box) continue;
      if (seen) hair(context, theme, box.left + x, box.top, box.height, state.held);
      this.markUnit(context, theme, box, row, state);
      if (seen && state.open.includes(row.signal.name)) this.markLine(context, theme, boxes.get(row.chartCanvas), row, state, x);
    }
    const overview = boxes.get(this.stage.overview);
    if (overview) hair(context, theme, overview.left + xOf({ from: 0, to: scene.steps }, width, step + 0.5), overview.top - 1, overview.height + 2, state.held);
    for (const strip of seen ? this.stage.strips.flatMap(s => boxes.get(s) ?? []) : []) hair(context, theme, strip.left + x, strip.top, strip.height, state.held);
    if (seen) this.markStep(context, state, boxes.get(this.stage.axis), x, step);
  }

  /** The selected steps, in every strip: their edges, and a veil where no colours lie under it. */
  private markRange(context: CanvasRenderingContext2D, state: State, boxes: Map<Element, Box>): void {
    const range = selected(state);
    const { plotWidth: width, theme, scene } = state;
    if (!range || !scene) return;
    const { axis, overview, strips, rows } = this.stage;
    const band = (canvas: Element, veil: boolean, span: Span = state): void => {
      const box = boxes.get(canvas);
      if (box && box.height > 0) drawBand(context, theme, range, step => xOf(span, width, step), width, box.left, { ...box, veil });
    };
    band(overview, false, { from: 0, to: scene.steps });
    band(axis, true);
    for (const strip of strips) band(strip, true);
    for (const row of rows) { band(row.canvas, false); band(row.chartCanvas, true); }
  }

  /** A dotted line where a change begins or ends. */
  private markEdge(context: CanvasRenderingContext2D, theme: Theme, boxes: Map<Element, Box>, x: number, width: number): void {
    if (x < 0 || x > width) return;
    context.save();
    context.strokeStyle = theme.foreground;
    context.setLineDash([2, 3]);
    for (const row of this.stage.rows) {
      const box = boxes.get(row.canvas);
      if (!box) continue;
      context.beginPath();
      context.moveTo(box.left + Math.round(x) + 0.5, box.top);
      context.lineTo(box.left + Math.round(x) + 0.5, box.top + box.height);
      context.stroke();
    }
    context.restore();
  }

  private measured(): Map<Element, Box> {
    if (this.boxes) return this.boxes;
    const base = this.stage.container.getBoundingClientRect();
    this.size = { width: base.width + MARGIN, height: base.height };
    const { axis, overview, strips, rows } = this.stage;
    const canvases = [axis, overview, ...strips, ...rows.flatMap(row => [row.canvas, row.chartCanvas])];
    this.boxes = new Map(canvases.map(canvas => {
      const { left, top, height } = canvas.getBoundingClientRect();
      return [canvas, { left: left - base.left + MARGIN, top: top - base.top, height }];
    }));
    return this.boxes;
  }

  /** A triangle at the left edge, at the line of the selected unit. */
  private markUnit(context: CanvasRenderingContext2D, theme: Theme, box: Box, row: SignalRow, state: State): void {
    const place = row.order(state).indexOf(state.selection.unit);
    if (place < 0) return;
    const y = box.top + topOf(row.lines, Math.floor(place / row.lines.pool)) + row.lines.line / 2;
    context.fillStyle = theme.foreground;
    context.beginPath();
    context.moveTo(box.left - 2, y);
    context.lineTo(box.left - 8, y - 4);
    context.lineTo(box.left - 8, y + 4);
    context.fill();
  }

  private markLine(context: CanvasRenderingContext2D, theme: Theme, box: Box | undefined, row: SignalRow, state: State, x: number): void {
    if (!box || !row.chart) return;
    hair(context, theme, box.left + x, box.top, box.height, state.held);
    const value = row.read(state);
    const y = value === undefined ? NaN : row.chart.yOf(value);
    if (!Number.isFinite(y)) return;
    context.beginPath();
    context.arc(box.left + x, box.top + Math.max(3, Math.min(box.height - 3, y)), 3.5, 0, 2 * Math.PI);
    context.fillStyle = theme.ink[row.signal.hue];
    context.strokeStyle = theme.background;
    context.lineWidth = 1.5;
    context.fill();
    context.stroke();
  }

  /** `t 174` among the ticks, and the character on its ground. */
  private markStep(context: CanvasRenderingContext2D, state: State, box: Box | undefined, x: number, step: number): void {
    if (!box || !state.scene) return;
    const { theme, plotWidth } = state;
    const label = this.label(step);
    const { axis, rate } = state.scene.input;
    const moment = rate ? seconds(step / rate, 3) : axis === 'time' ? label : undefined;
    const text = moment ? `t ${step} · ${moment}` : `t ${step}`;
    context.font = `600 11px ${theme.font}`;
    context.textAlign = 'center';
    context.textBaseline = 'alphabetic';
    const half = context.measureText(text).width / 2 + 4;
    const middle = box.left + Math.max(half, Math.min(plotWidth - half, x));
    this.hideTicks(context, state, box, middle - half, middle + half);
    context.fillStyle = theme.foreground;
    if (state.held) context.fillRect(middle - half, box.top, 2 * half, 15); // pinned: a plate
    if (state.held) context.fillStyle = theme.background;
    context.font = `600 11px ${theme.font}`;
    context.fillText(text, middle, box.top + 11.5);
    const cell = plotWidth / (state.to - state.from);
    if (state.scene.input.axis === 'characters' && cell >= READABLE) this.markCharacter(context, state, box, x, cell, label);
    hair(context, theme, box.left + x, box.top + AXIS.ticks + (state.scene.input.axis === 'characters' ? AXIS.text : 0), Math.max(0, box.height - AXIS.ticks - AXIS.text), state.held);
  }

  /** Covers the numbers of the axis that the step's own would cut. */
  private hideTicks(context: CanvasRenderingContext2D, state: State, box: Box, left: number, right: number): void {
    const { theme, plotWidth, scene } = state;
    if (!scene) return;
    context.font = tickFont(theme);
    context.fillStyle = theme.background;
    context.fillRect(left, box.top, right - left, 14);
    for (const { from, to } of tickBoxes(context, { scene, label: this.label }, state, plotWidth)) {
      if (box.left + to > left && box.left + from < right) context.fillRect(box.left + from - 1, box.top, to - from + 2, 14);
    }
  }

  private markCharacter(context: CanvasRenderingContext2D, { theme }: State, box: Box, x: number, cell: number, label: string | undefined): void {
    const wide = Math.max(cell, 8);
    context.fillStyle = theme.foreground;
    context.fillRect(box.left + x - wide / 2, box.top + AXIS.ticks + 1, wide, AXIS.text - 3);
    context.fillStyle = theme.background;
    context.font = `${Math.min(12, wide / 0.62)}px ${theme.editorFont}`;
    context.textBaseline = 'middle';
    context.fillText(visible(label ?? ''), box.left + x, box.top + AXIS.ticks + AXIS.text / 2);
  }
}

/** A line that shows on any colour: held ones are full, passing ones lighter. */
function hair(context: CanvasRenderingContext2D, theme: Theme, x: number, top: number, height: number, held: boolean): void {
  const left = Math.round(x);
  context.fillStyle = faded(theme.background, 0.45);
  context.fillRect(left - 1, top, 3, height);
  context.fillStyle = held || theme.highContrast ? theme.foreground : faded(theme.foreground, 0.7);
  context.fillRect(left, top, 1, height);
}
