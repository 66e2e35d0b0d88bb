/** In which order units are drawn. Each function gives the unit of every row, [units], and the same one for the same numbers. */
import { cluster } from './cluster';
import { rowR, unitRows, type Column } from './column';
import { groupsOf, type Group } from './groups';
import { greedyLeafOrder, optimalLeafOrder } from './leafOrder';
import { descending } from './memory';
import type { Saturation } from './saturation';

/** 0, 1, 2 ... */
export function byIndex(units: number): Int32Array {
  return Int32Array.from({ length: units }, (_, unit) => unit);
}

/** Longest half-life first; equal ones by index, NaN last. By index where there are no half-lives (a vanilla RNN). */
export function byHalfLife(units: number, halfLives: ArrayLike<number> | undefined): Int32Array {
  const order = byIndex(units);
  if (!halfLives) return order;
  return order.sort((a, b) => descending(halfLives[a] ?? NaN, halfLives[b] ?? NaN) || a - b);
}

/** Most often saturated first: by the mean over gates of each unit's closed and open shares. By index where there are no gates. */
export function bySaturation(units: number, gates: readonly (readonly Saturation[])[]): Int32Array {
  const share = (unit: number): number => gates.reduce((sum, g) => sum + (g[unit]?.closed ?? 0) + (g[unit]?.open ?? 0), 0);
  const shares = Float64Array.from({ length: units }, (_, unit) => share(unit));
  return byIndex(units).sort((a, b) => descending(shares[a]!, shares[b]!) || a - b);
}

/** Most active first: by the standard deviation of the memory over the steps. NaN is left out; what never counts comes last. */
export function byActivity({ data, steps, units }: Column): Int32Array {
  const [sum, squares, count] = [new Float64Array(units), new Float64Array(units), new Float64Array(units)];
  for (let t = 0, k = 0; t < steps; t++) {
    for (let u = 0; u < units; u++, k++) {
      const v = data[k]!;
      if (v !== v) continue;
      sum[u]! += v;
      squares[u]! += v * v;
      count[u]!++;
    }
  }
  const variance = Float64Array.from(count, (n, u) => (n === 0 ? NaN : squares[u]! / n - (sum[u]! / n) ** 2));
  return byIndex(units).sort((a, b) => descending(variance[a]!, variance[b]!) || a - b);
}

/** At most so many evenly spaced steps decide the order. */
const STEPS = 1000;
/** Above it the exact leaf order, n³, would be felt. */
const EXACT = 640;

/**
 * Units that are active together side by side: distance 1 − Pearson's r over at most 1000 evenly spaced steps, average linkage, then the
 * optimal leaf order (Bar-Joseph et al. 2001, see ./leafOrder), or a greedy one above 640 units. Units that never change count as uncorrelated.
 */
export const byCoactivation = (column: Column): Int32Array => coactivation(column).order;

/** The order by co-activation, and the groups that follow one another in it; no groups where there is no order. */
export interface Coactivation { readonly order: Int32Array; readonly groups: readonly Group[] }

/** `byCoactivation` with the groups in which the same tree falls apart. */
export function coactivation(column: Column): Coactivation {
  const n = column.units;
  if (n < 3 || column.steps < 2) return { order: byIndex(n), groups: [] };
  const distance = distances(column);
  const tree = cluster(distance, n);
  const order = Int32Array.from((n <= EXACT ? optimalLeafOrder : greedyLeafOrder)(tree, distance, n));
  return { order, groups: groupsOf(tree, order, distance, n) };
}

/** 1 − r of all pairs, [units, units]. */
function distances(column: Column): Float64Array {
  const rows = unitRows(column, STEPS);
  const n = column.units;
  const d = new Float64Array(n * n);
  for (let a = 0; a < n; a++) {
    for (let b = 0; b < a; b++) d[a * n + b] = d[b * n + a] = 1 - rowR(rows, a, b);
  }
  return d;
}
