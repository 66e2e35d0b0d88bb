/** What one unit does: which tracks it follows, where it is largest, and which units move with it. */
import { rowR, type UnitRows } from './column';
import { shiftP, type ShiftTest } from './shifts';
import type { Track } from './tracks';

/**
 * Pearson's r of two series of the same length, in float64. Steps where either is not finite are left out.
 * NaN where fewer than 2 are left or one never changes (up to rounding).
 */
export function pearson(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const good = (t: number) => Number.isFinite(a[t]) && Number.isFinite(b[t]);
  let n = 0, sumA = 0, sumB = 0, largestA = 0, largestB = 0;
  for (let t = 0; t < a.length; t++) {
    if (!good(t)) continue;
    n++; sumA += a[t]!; sumB += b[t]!;
    largestA = Math.max(largestA, Math.abs(a[t]!)); largestB = Math.max(largestB, Math.abs(b[t]!));
  }
  const meanA = sumA / n, meanB = sumB / n;
  let ab = 0, aa = 0, bb = 0;
  for (let t = 0; t < a.length; t++) {
    if (!good(t)) continue;
    const x = a[t]! - meanA, y = b[t]! - meanB;
    ab += x * y; aa += x * x; bb += y * y;
  }
  const flat = (square: number, largest: number) => !(Math.sqrt(square) > 1e-12 * largest * Math.sqrt(n));
  return flat(aa, largestA) || flat(bb, largestB) ? NaN : Math.max(-1, Math.min(1, ab / Math.sqrt(aa * bb)));
}

/** How a unit goes with one track. */
export interface Follows {
  readonly track: string;
  readonly r: number;
  /** By circular shifts; absent where not tested. */
  readonly p?: number;
}

/** How many of the strongest tracks are tested for one unit. */
export const TESTED = 6;

/**
 * r of a unit's values [steps] with every track that varies, strongest first, and p for the six strongest where a test
 * (made from the same tracks in the same order) is given.
 */
export function follows(values: ArrayLike<number>, tracks: readonly Track[], test?: ShiftTest): Follows[] {
  return tracks
    .map((track, index) => ({ index, track: track.name, r: pearson(values, track.values) }))
    .filter(({ r }) => Number.isFinite(r))
    .sort((a, b) => Math.abs(b.r) - Math.abs(a.r) || a.index - b.index)
    .map(({ index, track, r }, place) => {
      const p = test && place < TESTED ? shiftP(test, index, values) : undefined;
      return p === undefined ? { track, r } : { track, r, p };
    });
}

/** The units most correlated with one, by |r|, at most `count`; none for a unit that never changes. */
export function movesWith(rows: UnitRows, unit: number, count = 4): { readonly unit: number; readonly r: number }[] {
  return Array.from({ length: rows.units }, (_, other) => ({ unit: other, r: other === unit ? 0 : rowR(rows, unit, other) }))
    .filter(({ r }) => r !== 0)
    .sort((a, b) => Math.abs(b.r) - Math.abs(a.r) || a.unit - b.unit)
    .slice(0, count)
    .map(({ unit: other, r }) => ({ unit: other, r: Math.max(-1, Math.min(1, r)) }));
}

/** A place where a unit is large: steps from `from`, the step of the peak, and the value and label at each step shown. */
export interface Context {
  readonly from: number;
  readonly peak: number;
  readonly values: readonly number[];
  readonly labels: readonly string[];
}

/** How many contexts, and the steps shown before and after each peak. */
export interface ContextSize { readonly count: number; readonly before: number; readonly after: number }

/** As cards show them. */
export const CONTEXTS: ContextSize = { count: 4, before: 18, after: 7 };

/**
 * Places where |value| is largest, largest first, the earlier one on a tie, with windows that never overlap. Steps that are not finite
 * and zeros make no peak. Labels are the given ones, or the step's number where there are none.
 */
export function strongestContexts(values: ArrayLike<number>, labels: readonly string[] | undefined, size: ContextSize = CONTEXTS): Context[] {
  const taken = new Uint8Array(values.length); // steps whose window would touch one already chosen
  const found: Context[] = [];
  while (found.length < size.count) {
    const peak = largest(values, taken);
    if (peak < 0) break;
    const from = Math.max(0, peak - size.before), to = Math.min(values.length, peak + size.after + 1);
    taken.fill(1, Math.max(0, from - size.after), to + size.before);
    found.push(windowOf(values, labels, from, to, peak));
  }
  return found;
}

function windowOf(values: ArrayLike<number>, labels: readonly string[] | undefined, from: number, to: number, peak: number): Context {
  const steps = Array.from({ length: to - from }, (_, k) => from + k);
  return { from, peak, values: steps.map(t => values[t] ?? NaN), labels: steps.map(t => labels?.[t] ?? String(t)) };
}

function largest(values: ArrayLike<number>, taken?: Uint8Array): number {
  let best = -1, most = 0;
  for (let t = 0; t < values.length; t++) {
    const v = Math.abs(values[t]!);
    if (v > most && v < Infinity && !taken?.[t]) { best = t; most = v; }
  }
  return best;
}

/** The largest finite |value|, 0 where there is none. */
export function scaleOf(values: ArrayLike<number>): number {
  const at = largest(values);
  return at < 0 ? 0 : Math.abs(values[at]!);
}
