/** What an open row says of all units at once: mean, middle half and extremes of each of its columns. */
import type { Storey } from './timeline';

/** The numbers of a row, in this order: mean, quartiles, least and greatest. */
export const BANDS = ['mean', 'low', 'high', 'min', 'max'] as const;

/** [rows, 5] of rows [first, end) of a storey. Values that are not finite are left out; NaN where nothing is left. */
export function bandsOf({ mean, min, max }: Pick<Storey, 'mean' | 'min' | 'max'>, first: number, end: number, units: number): Float32Array {
  const bands = new Float32Array((end - first) * BANDS.length).fill(NaN);
  const row = new Float32Array(units), bins = new Int32Array(BINS), few = new Float32Array(units);
  for (let r = first, at = 0; r < end; r++, at += BANDS.length) {
    let [count, sum, least, greatest, low, high] = [0, 0, Infinity, -Infinity, Infinity, -Infinity];
    for (let u = r * units; u < (r + 1) * units; u++) {
      const value = mean[u]!, below = min[u]!, above = max[u]!;
      if (isFinite(value)) {
        row[count++] = value;
        sum += value;
        if (value < low) low = value;
        if (value > high) high = value;
      }
      if (below < least && isFinite(below)) least = below;
      if (above > greatest && isFinite(above)) greatest = above;
    }
    if (count === 0) continue;
    const quartiles = quartilesOf(row.subarray(0, count), low, high, bins, few);
    bands.set([sum / count, quartiles[0], quartiles[1], orNothing(least), orNothing(greatest)], at);
  }
  return bands;
}

/** Fewer passes than sorting: values are counted into bins of one width, and only those of the bins where the quartiles lie are looked at closely. */
const BINS = 64;

function quartilesOf(values: Float32Array, low: number, high: number, bins: Int32Array, few: Float32Array): readonly [number, number] {
  const count = values.length, across = (BINS - 1) / (high - low);
  if (!(low < high) || !Number.isFinite(across)) return [quantile(values, count, 0.25), quantile(values, count, 0.75)];
  bins.fill(0);
  for (let k = 0; k < count; k++) bins[((values[k]! - low) * across) | 0]!++;
  /** Interpolated, as `quantile` does it. */
  const at = (share: number): number => {
    const place = share * (count - 1), rank = Math.floor(place);
    let bin = 0, before = 0;
    while (before + bins[bin]! <= rank) before += bins[bin++]!;
    let last = bin, taken = bins[bin]!;
    while (before + taken <= rank + 1 && last + 1 < BINS) taken += bins[++last]!; // the next greater one may be in another bin
    let n = 0;
    for (let k = 0; k < count; k++) {
      const own = ((values[k]! - low) * across) | 0;
      if (own >= bin && own <= last) few[n++] = values[k]!;
    }
    return between(few, n, rank - before, place - rank);
  };
  return [at(0.25), at(0.75)];
}

const orNothing = (value: number): number => (Number.isFinite(value) ? value : NaN);

/** Interpolated quantile of the first `count` values, which it reorders. */
export function quantile(values: Float32Array, count: number, share: number): number {
  const place = share * (count - 1), low = Math.floor(place);
  return between(values, count, low, place - low);
}

/** So far on the way from the k-th smallest of the first `count` values to the next. */
function between(values: Float32Array, count: number, k: number, share: number): number {
  const a = select(values, count, k);
  if (share === 0) return a;
  let b = Infinity;
  for (let i = k + 1; i < count; i++) if (values[i]! < b) b = values[i]!;
  return a + (b - a) * share;
}

/** The k-th smallest of the first `count` values (Hoare's quickselect); what lies behind it is not smaller. */
function select(values: Float32Array, count: number, k: number): number {
  let [left, right] = [0, count - 1];
  while (left < right) {
    const pivot = values[(left + right) >> 1]!;
    let [i, j] = [left, right];
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i > j) break;
      const kept = values[i]!;
      values[i++] = values[j]!;
      values[j--] = kept;
    }
    if (k <= j) right = j;
    else if (k >= i) left = i;
    else break;
  }
  return values[k]!;
}
