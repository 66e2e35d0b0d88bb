/** A few steps as a piece of text, or of a line where the input is no text, with a value a step as colour behind. */
import type { SceneSignal } from '../../../src/protocol';
import { el, fitCanvas } from '../../dom';
import { entry, unpack, type Rgb, type Scale } from '../../ramps';
import { faded, type Theme } from '../../theme';
import { visible } from '../../words';

export interface PieceLook { readonly hue: SceneSignal['hue']; readonly scale: Scale; readonly theme: Theme }

/** `underlined`: these steps of it. */
export interface TextPiece { readonly labels: readonly string[]; readonly values: readonly number[]; readonly underlined: (k: number) => boolean }

/** Letters, each on the colour of its value. */
export function textPiece({ labels, values, underlined }: TextPiece, { hue, scale, theme }: PieceLook): HTMLElement {
  const ramp = theme.ramp(hue, scale.kind, true);
  return el('span', { class: 'unitsText' }, ...values.map((value, k) => {
    const colour = unpack(ramp[entry(scale, value)] ?? 0);
    const made = el('span', { class: underlined(k) ? 'cell peak' : 'cell' }, visible(labels[k] ?? ' '));
    made.style.backgroundColor = `rgb(${colour.join(' ')})`;
    made.style.color = inkOn(colour);
    return made;
  }));
}

const HEIGHT = 22;

/** Columns in the colours of values, those of `marked` underlined, and over them a line from its least to its greatest. */
export function linePiece(width: number, values: readonly number[], line: { readonly min: readonly number[]; readonly max: readonly number[] } | undefined, marked: { readonly from: number; readonly to: number }, { hue, scale, theme }: PieceLook): HTMLCanvasElement {
  const canvas = el('canvas', { 'aria-hidden': 'true' });
  const context = fitCanvas(canvas, width, HEIGHT), ramp = theme.ramp(hue, scale.kind, true);
  const wide = width / Math.max(1, values.length);
  values.forEach((value, k) => {
    context.fillStyle = faded(hex(unpack(ramp[entry(scale, value)] ?? 0)), 0.75);
    context.fillRect(k * wide, 0, wide + 0.5, HEIGHT);
  });
  context.fillStyle = theme.foreground;
  context.fillRect(marked.from * wide, HEIGHT - 2, Math.max(2, (marked.to - marked.from) * wide), 2);
  if (!line || line.min.length === 0) return canvas;
  const low = Math.min(...line.min.filter(Number.isFinite)), high = Math.max(...line.max.filter(Number.isFinite));
  const y = (v: number): number => 3 + (HEIGHT - 8) * (1 - (v - low) / (high - low || 1));
  context.strokeStyle = theme.foreground;
  context.lineWidth = 1.25;
  context.beginPath();
  const each = width / line.min.length;
  line.min.forEach((v, k) => {
    context.lineTo((k + 0.5) * each, y(v));
    if (line.max[k] !== v) context.lineTo((k + 0.5) * each, y(line.max[k]!));
  });
  context.stroke();
  return canvas;
}

const hex = (colour: Rgb): string => `#${colour.map(v => v.toString(16).padStart(2, '0')).join('')}`;

/** Black or white, whichever reads better on the colour (WCAG luminance). */
function inkOn(colour: Rgb): string {
  const [r, g, b] = colour.map(v => { const c = v / 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; });
  return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0) > 0.179 ? '#000000' : '#ffffff';
}
