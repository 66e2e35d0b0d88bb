/** Turns pixels of a drawn row back into values, through the colour table that the panel's probe gives. */
import type { DrawnRow } from '../../webview/probe';
import type { Rgb } from '../../webview/ramps';

/** Canvas pixel (device pixels) in the middle of a unit's cell at a step; undefined where it is outside the window. */
export function pixelOf(row: DrawnRow, unit: number, step: number): { readonly x: number; readonly y: number } | undefined {
  const place = row.order.indexOf(unit);
  const column = row.bucket * (Math.floor(step / row.bucket) + 0.5);
  const x = ((column - row.from) / (row.to - row.from)) * row.rect.width;
  if (place < 0 || x < 0 || x >= row.rect.width) return undefined;
  return { x: Math.floor(x * row.ratio), y: Math.floor((row.tops[Math.floor(place / row.pool)]! + row.lineHeight / 2) * row.ratio) };
}

/** Entry of the row's ramp nearest to a colour, and how far it is (largest difference of a channel). */
export function nearest(row: DrawnRow, colour: Rgb): { readonly entry: number; readonly off: number } {
  const off = row.ramp.map(c => Math.max(...c.map((v, k) => Math.abs(v - colour[k]!))));
  const entry = off.indexOf(Math.min(...off));
  return { entry, off: off[entry]! };
}

/** The value that an entry stands for; the ends stand for all beyond them. */
export function valueOf({ scale }: DrawnRow, entry: number): number {
  if (scale.kind === 'unit') return entry / 255;
  const at = (entry / 127.5 - 1) * scale.max;
  return scale.kind === 'tanh' ? Math.atanh(Math.max(-1, Math.min(1, at))) : at;
}
