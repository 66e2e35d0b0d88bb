/** What an open row says of all units at once: mean, middle half and extremes of each of its columns. */
import type { Storey } from './timeline';

/** The numbers of a row, in this order: mean, quartiles, least and greatest. */
export const BANDS = ['mean', 'low', 'high', 'min', 'max'] as const;

/** [rows, 5] of rows [first, end) of a storey. Values that are not finite are left out; NaN where nothing is left. */
export function bandsOf({ mean, min, max }: Pick<Storey, 'mean' | 'min' | 'max'>, first: number, end: number, units: number): Float32Array {
  const bands = new Float32Array((end - first) * BANDS.length).fill(NaN);
  const row = new Float32Array(units);
  for (let r = first, at = 0; r < end; r++, at += BANDS.length) {
    let [count, sum, least, greatest] = [0, 0, Infinity, -Infinity];
    for (let u = r * units; u < (r + 1) * units; u++) {
      const [value, low, high] = [mean[u]!, min[u]!, max[u]!];
      if (Number.isFinite(value)) { row[count++] = value; sum += value; }
      if (Number.isFinite(low) && low < least) least = low;
      if (Number.isFinite(high) && high > greatest) greatest = high;
    }
    if (count === 0) continue;
    bands.set([sum / count, quantile(row, count, 0.25), quantile(row, count, 0.75), orNothing(least), orNothing(greatest)], at);
  }
  return bands;
}

const orNothing = (value: number): number => (Number.isFinite(value) ? value : NaN);

/** Interpolated quantile of the first `count` values, which it reorders. */
export function quantile(values: Float32Array, count: number, share: number): number {
  const place = share * (count - 1);
  const low = Math.floor(place);
  const a = select(values, count, low);
  if (place === low) return a;
  let b = Infinity;
  for (let k = low + 1; k < count; k++) if (values[k]! < b) b = values[k]!;
  return a + (b - a) * (place - low);
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
