/** Less than all units of a window: some of them, the lines that they share on a screen, or what is said of all of them together. */
import { bandsOf, BANDS } from './bands';
import type { Signal, Storey } from './timeline';

export type Part =
  /** Units [first, end). */
  | { readonly kind: 'units'; readonly first: number; readonly end: number }
  /** Means of `pool` units each, in this order; in that of their index where it is an order of others. */
  | { readonly kind: 'lines'; readonly order: Int32Array; readonly pool: number }
  /** Five numbers a row, see `BANDS`. */
  | { readonly kind: 'bands' };

/** What of a window is wanted where it is not all of it. */
export interface Look {
  readonly part?: Part | undefined;
  /** Least and greatest beside the mean, of what is more than one step; true by default. Lines and bands have none. */
  readonly extremes?: boolean | undefined;
}

/** Rows of a storey as they are asked for, `units` numbers a row. */
export interface Narrowed { readonly units: number; readonly mean: Float32Array; readonly min?: Float32Array; readonly max?: Float32Array }

/** Rows [first, end) of a storey of `units`, each of more than one step if `pooled`. */
export function narrowed(storey: Storey, first: number, end: number, units: number, pooled: boolean, { part, extremes = true }: Look): Narrowed {
  if (part?.kind === 'lines') return { units: Math.ceil(units / part.pool), mean: linesOf(storey.mean, first, end, units, part.order, part.pool) };
  if (part?.kind === 'bands') return { units: BANDS.length, mean: bandsOf(storey, first, end, units) };
  const from = part ? Math.min(units, Math.max(0, part.first)) : 0, to = part ? Math.max(from, Math.min(units, part.end)) : units;
  const rows = (all: Signal): Float32Array => columnsOf(all, first, end, units, from, to);
  return { units: to - from, mean: rows(storey.mean), ...(pooled && extremes && { min: rows(storey.min), max: rows(storey.max) }) };
}

/** Units [from, to) of rows [first, end). */
export function columnsOf(all: Signal, first: number, end: number, units: number, from: number, to: number): Float32Array {
  if (to - from === units) return Float32Array.from(all.subarray(first * units, end * units));
  const taken = new Float32Array((end - first) * (to - from));
  for (let row = first, k = 0; row < end; row++) for (let u = from; u < to; u++) taken[k++] = all[row * units + u]!;
  return taken;
}

/** Added up in the order's own order, so that a line is the same wherever it is made. */
function linesOf(mean: Signal, first: number, end: number, units: number, order: Int32Array, pool: number): Float32Array {
  const at = order.length === units ? order : Int32Array.from({ length: units }, (_, u) => u);
  const lines = new Float32Array((end - first) * Math.ceil(units / pool));
  for (let row = first, k = 0; row < end; row++) {
    for (let line = 0; line < units; line += pool) {
      const last = Math.min(line + pool, units);
      let sum = 0;
      for (let u = line; u < last; u++) sum += mean[row * units + at[u]!]!;
      lines[k++] = sum / (last - line);
    }
  }
  return lines;
}
