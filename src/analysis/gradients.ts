/**
 * How gradients change with their distance from the loss. Distance d is d steps earlier in the layer's direction; arrays over distances
 * begin with 0, the step of the loss.
 */

type Numbers = Float64Array | Float32Array;

/** Rows [count, size] in the order of distances: row 0 is step `at`, and one further is a step earlier, or later for a reverse layer. */
export function byDistance(rows: Numbers, size: number, at: number, reverse: boolean, count: number): Float64Array {
  const out = new Float64Array(count * size);
  for (let d = 0; d < count; d++) {
    const t = reverse ? at + d : at - d;
    for (let k = 0; k < size; k++) out[d * size + k] = rows[t * size + k]!;
  }
  return out;
}

/** Euclidean norm of every row [rows, size]; scaled by the largest number, since squares of what has vanished would be 0. */
export function rowNorms(rows: Numbers, size: number): Float64Array {
  return Float64Array.from({ length: rows.length / size }, (_, r) => norm(rows.subarray(r * size, (r + 1) * size)));
}

function norm(row: Numbers): number {
  let most = 0;
  for (const v of row) {
    if (v !== v) return NaN;
    most = Math.max(most, Math.abs(v));
  }
  if (most === 0 || most === Infinity) return most;
  let sum = 0;
  for (const v of row) sum += (v / most) ** 2;
  return most * Math.sqrt(sum);
}

/**
 * What arrives at each distance by the keep gates alone: the norm over units of d ⊙ k_0 ⊙ k_1 ... ⊙ k_(d-1), where `start` [units] is the
 * gradient at the loss's step and `keep` [distances, units] the keep factors by distance (row 0 is the step of the loss).
 */
export function directPath(start: Numbers, keep: Numbers, count: number): Float64Array {
  const units = start.length;
  const now = Float64Array.from(start);
  const out = new Float64Array(count);
  for (let d = 0; d < count; d++) {
    out[d] = norm(now);
    for (let u = 0; u < units; u++) now[u]! *= keep[d * units + u]!;
  }
  return out;
}

/** Median and middle half of many curves, at every place where at least half of them go. */
export function spreadOf(curves: readonly Float64Array[]): { readonly median: Float64Array; readonly low: Float64Array; readonly high: Float64Array } {
  const lengths = curves.map(c => c.length).sort((a, b) => b - a);
  const count = lengths[Math.max(0, Math.ceil(lengths.length / 2) - 1)] ?? 0;
  const [median, low, high] = [new Float64Array(count), new Float64Array(count), new Float64Array(count)];
  for (let d = 0; d < count; d++) {
    const values = Float64Array.from(curves.flatMap(c => d < c.length && !Number.isNaN(c[d]!) ? [c[d]!] : [])).sort();
    [low[d], median[d], high[d]] = [quantile(values, 0.25), quantile(values, 0.5), quantile(values, 0.75)];
  }
  return { median, low, high };
}

/** Between neighbours, in proportion; NaN of nothing. */
export function quantile(sorted: Numbers, share: number): number {
  const at = (sorted.length - 1) * share;
  const [a, b] = [sorted[Math.floor(at)] ?? NaN, sorted[Math.ceil(at)] ?? NaN];
  return a === b ? a : a + (at - Math.floor(at)) * (b - a);
}

/** Below this a gradient is of no use to float32 arithmetic: next to what else is added, it is rounding. */
export const VANISHED = 1e-6;
const SMALLER = 1e-2;
const LARGER = 10;

/**
 * What becomes of a gradient. Vanishes: less than a hundredth is left at the end; told where it first falls under a millionth, or else
 * at the end. Explodes: ten times its size or more at the end; told at its largest. Holds: all between. Broken: not finite somewhere.
 */
export function fateOf(curve: Float64Array): { readonly kind: 'vanishes' | 'explodes' | 'holds' | 'broken'; readonly ratio: number; readonly distance: number } {
  const broken = curve.findIndex(v => !Number.isFinite(v));
  if (broken >= 0) return { kind: 'broken', ratio: NaN, distance: broken };
  const first = curve[0] ?? NaN;
  const ratio = curve.map(v => (first > 0 ? v / first : 0));
  const last = Math.max(0, curve.length - 1);
  const end = ratio[last] ?? NaN;
  if (first > 0 && end >= LARGER) {
    const distance = ratio.indexOf(ratio.reduce((a, b) => Math.max(a, b), 0));
    return { kind: 'explodes', ratio: ratio[distance]!, distance };
  }
  if (end < SMALLER || !(first > 0)) {
    const gone = ratio.findIndex(v => v < VANISHED);
    const distance = gone < 0 ? last : gone;
    return { kind: 'vanishes', ratio: ratio[distance] ?? NaN, distance };
  }
  return { kind: 'holds', ratio: end, distance: last };
}

/** The least share of a gradient, or of a memory, that counts as something. */
export const REACHES = 0.01;

/** Up to which distance at least `share` of the first value is there without a break; −1 where there is nothing at all. */
export function reachOf(curve: ArrayLike<number>, share = REACHES): number {
  const first = curve[0] ?? NaN;
  if (!(first > 0)) return -1;
  let d = 0;
  while (d + 1 < curve.length && curve[d + 1]! >= share * first) d++;
  return d;
}

/** A curve leads by this factor before it counts, so that rounding makes no crossings. */
const LEAD = 1.05;

/** Distances from which on the other of two curves is the larger one; `first`: whether it is the first of them. */
export function crossings(a: Float64Array, b: Float64Array): { readonly distance: number; readonly first: boolean }[] {
  const found: { distance: number; first: boolean }[] = [];
  let leader: boolean | undefined;
  for (let d = 0; d < Math.min(a.length, b.length); d++) {
    const now = a[d]! > LEAD * b[d]! ? true : b[d]! > LEAD * a[d]! ? false : undefined;
    if (now === undefined || now === leader) continue;
    if (leader !== undefined) found.push({ distance: d, first: now });
    leader = now;
  }
  return found;
}

/** Places of the `count` largest columns of rows [rows, size] by their greatest |value|, the largest first. */
export function strongestColumns(rows: Numbers, size: number, count: number): number[] {
  const most = new Float64Array(size);
  for (let k = 0; k < rows.length; k++) most[k % size] = Math.max(most[k % size]!, Math.abs(rows[k]!));
  return Array.from(most.keys()).filter(k => most[k]! > 0).sort((a, b) => most[b]! - most[a]!).slice(0, count);
}
