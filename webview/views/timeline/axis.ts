/** The shared axis: tick numbers or dates, the characters, the followed feature and the surprise of each character. */
import type { Scene } from '../../../src/protocol';
import { l10n } from '../../l10n';
import { faded, type Theme } from '../../theme';
import { isMark, seconds, visible } from '../../words';
import { ticks, xOf, type Span } from './layout';

/** Heights of the axis' parts, CSS pixels from its top. */
export const AXIS = { ticks: 18, text: 20, feature: 4, surprise: 18 } as const;
/** Bits that fill the surprise bar. */
const FULL_SURPRISE = 10;
/** Below this many pixels a step no character can be read. */
export const READABLE = 4.6;

/** Label of a step, undefined while unknown. */
export interface Labels { readonly scene: Scene; readonly label: (step: number) => string | undefined }

export interface AxisData extends Labels {
  readonly track: Float32Array | undefined;
  readonly surprise: Float32Array | undefined;
}

/** Height of the axis for a scene. */
export function axisHeight(scene: Scene): number {
  const text = scene.input.axis === 'characters' ? AXIS.text + AXIS.feature : scene.tracks.length > 0 ? AXIS.feature : 0;
  return AXIS.ticks + text + (scene.surprise ? AXIS.surprise : 0);
}

export function drawAxis(context: CanvasRenderingContext2D, data: AxisData, theme: Theme, span: Span, width: number): void {
  drawTicks(context, data, theme, span, width);
  let top: number = AXIS.ticks;
  if (data.scene.input.axis === 'characters') {
    drawCharacters(context, data, theme, span, width, top);
    top += AXIS.text;
  }
  if (data.track) drawFeature(context, data.track, theme, span, width, top - 1);
  if (data.surprise) drawSurprise(context, data.surprise, theme, span, width, top + AXIS.feature);
}

/** Text of a tick: the date where the input has dates, else the step. */
function tickText({ scene, label }: Labels, step: number): string {
  if (scene.input.rate) return seconds(step / scene.input.rate);
  return scene.input.axis === 'time' ? label(step) ?? String(step) : String(step);
}

export const tickFont = (theme: Theme): string => `10px ${theme.font}`;

/** Where the ticks' texts are, from their left to their right edge; the context has the ticks' font. */
export function tickBoxes(context: CanvasRenderingContext2D, data: Labels, span: Span, width: number): { readonly step: number; readonly text: string; readonly from: number; readonly to: number }[] {
  const gap = data.scene.input.axis === 'time' ? 110 : 72;
  return ticksOf(data.scene.input.rate, span, width, gap).map(step => {
    const text = tickText(data, step);
    const half = context.measureText(text).width / 2;
    const middle = Math.max(half, Math.min(width - half, xOf(span, width, step + 0.5)));
    return { step, text, from: middle - half, to: middle + half };
  });
}

/** Steps at round numbers, or at round seconds. */
function ticksOf(rate: number | undefined, { from, to }: Span, width: number, gap: number): number[] {
  if (!rate) return ticks({ from, to }, width, gap);
  return ticks({ from: from / rate, to: to / rate }, width, gap, 0.001).map(s => s * rate);
}

function drawTicks(context: CanvasRenderingContext2D, data: AxisData, theme: Theme, span: Span, width: number): void {
  context.font = tickFont(theme);
  context.textBaseline = 'alphabetic';
  context.textAlign = 'left';
  for (const { step, text, from } of tickBoxes(context, data, span, width)) {
    context.fillStyle = theme.muted;
    context.fillText(text, from, 11);
    context.fillStyle = faded(theme.foreground, 0.35);
    context.fillRect(Math.round(xOf(span, width, step + 0.5)), 14, 1, 3);
  }
}

function drawCharacters(context: CanvasRenderingContext2D, data: AxisData, theme: Theme, span: Span, width: number, top: number): void {
  const cell = width / (span.to - span.from);
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  if (cell < READABLE) {
    context.font = `11px ${theme.font}`;
    context.fillStyle = theme.muted;
    context.fillText(l10n('zoom in to read the characters'), width / 2, top + AXIS.text / 2);
    return;
  }
  context.font = `${Math.min(12, cell / 0.62)}px ${theme.editorFont}`;
  for (let step = Math.max(0, Math.floor(span.from)); step < Math.min(data.scene.steps, span.to); step++) {
    const label = data.label(step);
    if (label === undefined) continue;
    context.fillStyle = isMark(label) ? faded(theme.foreground, theme.highContrast ? 0.75 : 0.45) : theme.foreground;
    context.fillText(visible(label), xOf(span, width, step + 0.5), top + AXIS.text / 2, Math.max(cell, 7));
  }
}

function drawFeature(context: CanvasRenderingContext2D, track: Float32Array, theme: Theme, span: Span, width: number, top: number): void {
  context.fillStyle = theme.foreground;
  for (const { from, to } of runs(track, span)) {
    const left = Math.max(0, xOf(span, width, from));
    context.fillRect(left, top, Math.max(1, Math.min(width, xOf(span, width, to)) - left), 2);
  }
}

function drawSurprise(context: CanvasRenderingContext2D, bits: Float32Array, theme: Theme, span: Span, width: number, top: number): void {
  const cell = width / (span.to - span.from);
  const gap = cell > 4 ? 1.5 : 0;
  context.fillStyle = faded(theme.foreground, theme.highContrast ? 0.8 : 0.45);
  const height = AXIS.surprise - 4;
  const stride = Math.max(1, Math.floor(1 / cell));
  for (let step = Math.max(0, Math.floor(span.from)); step < Math.min(bits.length, span.to); step += stride) {
    const value = greatest(bits, step, stride);
    if (!Number.isFinite(value)) continue;
    const tall = Math.min(1, value / FULL_SURPRISE) * height;
    context.fillRect(xOf(span, width, step) + gap / 2, top + height - tall, Math.max(1, cell * stride - gap), tall);
  }
}

function greatest(values: Float32Array, from: number, count: number): number {
  let found = -Infinity;
  for (let k = from; k < Math.min(values.length, from + count); k++) if (values[k]! > found) found = values[k]!;
  return found;
}

/** Runs of steps where a 0/1 track is on, within the span. */
export function runs(track: Float32Array, span: Span): Span[] {
  const found: Span[] = [];
  const last = Math.min(track.length, Math.ceil(span.to));
  for (let step = Math.max(0, Math.floor(span.from)); step < last; step++) {
    if (track[step]! <= 0.5) continue;
    const from = step;
    while (step < last && track[step]! > 0.5) step++;
    found.push({ from, to: step });
  }
  return found;
}
