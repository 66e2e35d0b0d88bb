/** Draws a way through two components: lines from step to step in the colours of a value, axes, and what is selected. */
import { fitCanvas } from '../../dom';
import { unpack } from '../../ramps';
import { faded, type Theme } from '../../theme';
import type { SceneSignal } from '../../../src/protocol';

export interface Extent { readonly left: number; readonly right: number; readonly low: number; readonly high: number }
export interface Frame { readonly width: number; readonly height: number; readonly extent: Extent }

export const PAD = { left: 44, right: 12, top: 10, bottom: 32 } as const;

/** Points [n, components] as pixels of two of them, x and y in turn. */
export function placed(points: Float32Array, components: number, [a, b]: readonly [number, number], frame: Frame): Float32Array {
  const n = Math.floor(points.length / components), at = new Float32Array(2 * n);
  for (let k = 0; k < n; k++) {
    at[2 * k] = xAt(points[k * components + a]!, frame);
    at[2 * k + 1] = yAt(points[k * components + b]!, frame);
  }
  return at;
}

export const xAt = (v: number, { width, extent: { left, right } }: Frame): number => PAD.left + ((v - left) / (right - left)) * (width - PAD.left - PAD.right);
export const yAt = (v: number, { height, extent: { low, high } }: Frame): number => height - PAD.bottom - ((v - low) / (high - low)) * (height - PAD.top - PAD.bottom);

/** One scale for both axes, so that distances are what they are, and all points inside. */
export function extentOf(points: Float32Array, components: number, [a, b]: readonly [number, number], width: number, height: number): Extent {
  let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let k = 0; k < points.length; k += components) {
    const [x, y] = [points[k + a]!, points[k + b]!];
    left = Math.min(left, x); right = Math.max(right, x); low = Math.min(low, y); high = Math.max(high, y);
  }
  if (!(left <= right)) return { left: -1, right: 1, low: -1, high: 1 };
  const [w, h] = [Math.max(1, width - PAD.left - PAD.right), Math.max(1, height - PAD.top - PAD.bottom)];
  const each = 1.06 * Math.max((right - left) / w, (high - low) / h) || 1 / h; // units a pixel
  const [cx, cy] = [(left + right) / 2, (low + high) / 2];
  return { left: cx - (each * w) / 2, right: cx + (each * w) / 2, low: cy - (each * h) / 2, high: cy + (each * h) / 2 };
}

/** The place nearest to a pixel within reach; −1 where none is. */
export function nearest(at: Float32Array, x: number, y: number, reach = 18): number {
  let [found, best] = [-1, reach * reach];
  for (let k = 0; k < at.length / 2; k++) {
    const d = (at[2 * k]! - x) ** 2 + (at[2 * k + 1]! - y) ** 2;
    if (d < best) [found, best] = [k, d];
  }
  return found;
}

/** What colours say: a value from −1 to 1 (`signed`) or 0 to 1 a point. */
export interface Paint { readonly values: Float32Array; readonly hue: SceneSignal['hue']; readonly signed: boolean }

/** Colours are told apart in so many bins; each is one stroke. */
const BINS = 24;
/** With more points than this there are dots and no lines: lines would cover all. */
const LINES = 6000;

/** The way, under everything else. */
export function drawPath(context: CanvasRenderingContext2D, at: Float32Array, paint: Paint, theme: Theme): void {
  const n = at.length / 2, bins: number[][] = Array.from({ length: BINS }, () => []);
  for (let k = 0; k < n; k++) {
    const v = paint.values[k]!, place = paint.signed ? 0.5 + v / 2 : v;
    bins[Number.isFinite(place) ? Math.max(0, Math.min(BINS - 1, Math.floor(place * BINS))) : 0]!.push(k);
  }
  const size = n > 2000 ? 1.4 : n > 600 ? 1.9 : 2.4;
  context.lineWidth = n > 2000 ? 0.5 : 0.9;
  bins.forEach((ids, bin) => {
    if (ids.length === 0) return;
    context.strokeStyle = context.fillStyle = colourOf(paint, (bin + 0.5) / BINS, theme);
    if (n <= LINES) {
      context.globalAlpha = n > 600 ? 0.35 : 0.55;
      context.beginPath();
      for (const k of ids) if (k > 0) {
        context.moveTo(at[2 * k - 2]!, at[2 * k - 1]!);
        context.lineTo(at[2 * k]!, at[2 * k + 1]!);
      }
      context.stroke();
    }
    context.globalAlpha = 0.95;
    context.beginPath();
    for (const k of ids) {
      context.moveTo(at[2 * k]! + size, at[2 * k + 1]!);
      context.arc(at[2 * k]!, at[2 * k + 1]!, size, 0, 2 * Math.PI);
    }
    context.fill();
  });
  context.globalAlpha = 1;
}

/** The way of another run, under that which is looked at: grey, without colours of its own. */
export function drawShadow(context: CanvasRenderingContext2D, at: Float32Array, theme: Theme): void {
  const n = at.length / 2, size = n > 2000 ? 1 : 1.6;
  context.strokeStyle = context.fillStyle = theme.muted;
  context.globalAlpha = theme.highContrast ? 0.8 : 0.45;
  context.lineWidth = n > 2000 ? 0.5 : 0.9;
  context.beginPath();
  for (let k = 1; k < n && n <= LINES; k++) {
    context.moveTo(at[2 * k - 2]!, at[2 * k - 1]!);
    context.lineTo(at[2 * k]!, at[2 * k + 1]!);
  }
  context.stroke();
  for (let k = 0; k < n; k++) context.fillRect(at[2 * k]! - size, at[2 * k + 1]! - size, 2 * size, 2 * size);
  context.globalAlpha = 1;
}

/** A line from a place of one run to the other's at the same step, with a square there. */
export function drawPair(canvas: HTMLCanvasElement, at: Float32Array, was: Float32Array, k: number, theme: Theme): void {
  const context = canvas.getContext('2d');
  if (!context || k < 0 || k >= Math.min(at.length, was.length) / 2) return;
  const [x, y] = [was[2 * k]!, was[2 * k + 1]!];
  for (const [ink, width] of [[theme.background, 4], [theme.foreground, 1.5]] as const) {
    context.strokeStyle = ink;
    context.lineWidth = width;
    context.beginPath();
    context.moveTo(at[2 * k]!, at[2 * k + 1]!);
    context.lineTo(x, y);
    context.stroke();
    context.strokeRect(x - 4, y - 4, 8, 8);
  }
}

/** A colour of the scale at a place from 0 to 1: never so dark (or pale) that it cannot be seen on the background. */
export function colourOf({ hue, signed }: Paint, place: number, theme: Theme): string {
  const ramp = theme.ramp(hue, signed ? 'signed' : 'unit', true);
  const away = signed ? Math.sign(place - 0.5) * Math.max(0.14, Math.abs(place - 0.5)) + 0.5 : 0.25 + 0.75 * place;
  return `rgb(${unpack(ramp[Math.round(255 * Math.max(0, Math.min(1, away)))] ?? 0).join(' ')})`;
}

/** Axes through what is drawn, with few numbers and the words of both components. */
export function drawAxes(canvas: HTMLCanvasElement, frame: Frame, xWords: string, yWords: string, theme: Theme): CanvasRenderingContext2D {
  const context = fitCanvas(canvas, frame.width, frame.height);
  const { left, right, low, high } = frame.extent;
  const grid = faded(theme.foreground, theme.highContrast ? 0.5 : 0.12);
  const bottom = frame.height - PAD.bottom;
  context.font = `10px ${theme.font}`;
  context.lineWidth = 1;
  for (const v of round(left, right, 6)) {
    const x = Math.round(xAt(v, frame)) + 0.5;
    context.fillStyle = grid;
    context.fillRect(x, PAD.top, v === 0 ? 1 : 0.5, bottom - PAD.top);
    context.fillStyle = theme.muted;
    context.textAlign = 'center';
    context.fillText(written(v), x, bottom + 13);
  }
  for (const v of round(low, high, 5)) {
    const y = Math.round(yAt(v, frame)) + 0.5;
    context.fillStyle = grid;
    context.fillRect(PAD.left, y, frame.width - PAD.left - PAD.right, v === 0 ? 1 : 0.5);
    context.fillStyle = theme.muted;
    context.textAlign = 'right';
    context.fillText(written(v), PAD.left - 5, y + 3);
  }
  context.font = `11px ${theme.font}`;
  context.textAlign = 'center';
  context.fillText(within(context, xWords, frame.width - PAD.left - PAD.right), (PAD.left + frame.width - PAD.right) / 2, frame.height - 5);
  context.save();
  context.translate(11, (PAD.top + bottom) / 2);
  context.rotate(-Math.PI / 2);
  context.fillText(within(context, yWords, bottom - PAD.top), 0, 0);
  context.restore();
  context.textAlign = 'left';
  return context;
}

/** Of words that commas part, as many as there is room for. */
function within(context: CanvasRenderingContext2D, words: string, room: number): string {
  const parts = words.split(', ');
  while (parts.length > 2 && context.measureText(parts.join(', ')).width > room) parts.splice(-2, 2, '…');
  return parts.join(', ');
}

/** About `count` round numbers inside. */
export function round(low: number, high: number, count: number): number[] {
  const least = (high - low) / count, power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].map(m => m * power).find(s => s >= least) ?? power;
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.max(0, Math.floor(high / step) - first + 1) }, (_, k) => Number(((first + k) * step).toPrecision(12)));
}
const written = (v: number): string => String(Object.is(v, -0) ? 0 : v).replace('-', '−');

/** Rings, the box and the ring of the crosshair: what moves. */
export function drawMarked(canvas: HTMLCanvasElement, frame: Frame, at: Float32Array, marked: (k: number) => boolean, current: number, box: readonly [number, number, number, number] | undefined, theme: Theme): void {
  const context = fitCanvas(canvas, frame.width, frame.height);
  context.strokeStyle = theme.foreground;
  context.lineWidth = 1.2;
  context.beginPath();
  for (let k = 0; k < at.length / 2; k++) {
    if (!marked(k)) continue;
    context.moveTo(at[2 * k]! + 3.6, at[2 * k + 1]!);
    context.arc(at[2 * k]!, at[2 * k + 1]!, 3.6, 0, 2 * Math.PI);
  }
  context.stroke();
  if (box) {
    context.setLineDash([4, 3]);
    context.strokeRect(Math.min(box[0], box[2]), Math.min(box[1], box[3]), Math.abs(box[2] - box[0]), Math.abs(box[3] - box[1]));
    context.setLineDash([]);
  }
  if (current < 0 || current >= at.length / 2) return;
  context.lineWidth = 2.5;
  context.beginPath();
  context.arc(at[2 * current]!, at[2 * current + 1]!, 7, 0, 2 * Math.PI);
  context.strokeStyle = theme.background;
  context.lineWidth = 5;
  context.stroke();
  context.strokeStyle = theme.focus;
  context.lineWidth = 2.5;
  context.stroke();
}
