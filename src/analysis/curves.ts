/** Curves of many numbers a step, reduced to what a screen can show. */
import type { Curve } from '../core/sequence';

/** The curve without its numbers: name and extremes. */
export function extentOf({ name, perStep, data }: Curve): { readonly name: string; readonly perStep: number; readonly low: number; readonly high: number } {
  let [low, high] = [Infinity, -Infinity];
  for (const v of data) {
    if (v < low) low = v;
    if (v > high) high = v;
  }
  return low <= high ? { name, perStep, low, high } : { name, perStep, low: 0, high: 0 };
}

/** Least and greatest of each of `columns` equal parts of steps [from, to), which may be fractional; NaN where there is nothing. */
export function windowOfCurve({ perStep, data }: Curve, from: number, to: number, columns: number): { readonly min: Float32Array; readonly max: Float32Array } {
  const count = Math.max(0, Math.min(Math.floor(columns), MOST_COLUMNS));
  const min = new Float32Array(count).fill(NaN), max = new Float32Array(count).fill(NaN);
  const wide = ((to - from) * perStep) / count;
  for (let k = 0; k < count; k++) {
    const first = Math.max(0, Math.floor(from * perStep + k * wide));
    // At least the number that the column lies in.
    const last = Math.min(data.length, Math.max(first + 1, Math.floor(from * perStep + (k + 1) * wide)));
    for (let i = first; i < last; i++) {
      const v = data[i]!;
      if (!(min[k]! <= v)) min[k] = v;
      if (!(max[k]! >= v)) max[k] = v;
    }
  }
  return { min, max };
}

/** No screen is wider. */
const MOST_COLUMNS = 16384;
