/**
 * How long a unit remembers, by its keep factor k (an LSTM's f; a GRU's z or 1 − z, see ./keep).
 * One step leaves k of the state, so steps s+1 to t leave the product; the half-life is the steps after which that product, at the
 * sequence's geometric mean, is one half. Odd values: a step that is NaN is left out; k = 0 even once makes the product, and so the
 * half-life, 0; k = 1 throughout makes it infinite; growth (mean ln k ≥ 0) is infinite too; the sign of k does not matter.
 */
import type { Column } from './column';
import type { Keep } from './keep';

/** The keep factor of a unit at every step, [steps], from the column of the signal that plays it. */
export function keepValues({ data, steps, units }: Column, keep: Keep, unit: number): Float64Array {
  const values = new Float64Array(steps);
  for (let t = 0, k = unit; t < steps; t++, k += units) {
    const v = data[k] ?? NaN;
    values[t] = keep.invert ? 1 - v : v;
  }
  return values;
}

/** ln(1/2) / mean(ln k), in steps: agrees with the retention, which ln(mean k) does not. NaN where no step counts. */
export function halfLife(keep: ArrayLike<number>): number {
  let sum = 0, count = 0;
  for (let t = 0; t < keep.length; t++) {
    const v = Math.abs(keep[t] ?? NaN);
    if (v === v) { sum += Math.log(v); count++; }
  }
  return fromLogs(sum, count);
}

/** The half-life of a keep factor whose `count` logarithms add up to `sum`. */
export function fromLogs(sum: number, count: number): number {
  if (count === 0) return NaN;
  return sum >= 0 ? Infinity : -Math.LN2 / (sum / count);
}

/** Half-life of every unit, [units]; goes through the column once, step by step, as it lies in memory. */
export function halfLives({ data, steps, units }: Column, keep: Keep): Float64Array {
  const sums = new Float64Array(units), counts = new Uint32Array(units);
  for (let t = 0, k = 0; t < steps; t++) {
    for (let u = 0; u < units; u++, k++) {
      const v = Math.abs(keep.invert ? 1 - data[k]! : data[k]!);
      if (v === v) { sums[u]! += Math.log(v); counts[u]!++; }
    }
  }
  return sums.map((sum, u) => fromLogs(sum, counts[u]!));
}

/** 1/(1 − mean k), in steps (Tallec & Ollivier 2018, arXiv 1804.11188); infinite where the mean is 1 or more, NaN where no step counts. */
export function timeConstant(keep: ArrayLike<number>): number {
  let sum = 0, count = 0;
  for (let t = 0; t < keep.length; t++) {
    const v = keep[t] ?? NaN;
    if (v === v) { sum += v; count++; }
  }
  if (count === 0) return NaN;
  return sum >= count ? Infinity : 1 / (1 - sum / count);
}

/** What is left at step t of the state after step s: the product of k over s+1 to t; 1 for t = s, NaN for steps out of range or t < s. */
export function retention(keep: ArrayLike<number>, s: number, t: number): number {
  if (t < s || s < -1 || t >= keep.length) return NaN;
  let product = 1;
  for (let k = s + 1; k <= t; k++) product *= keep[k] ?? NaN;
  return product;
}

/** Runs of steps in which at least half stays (k ≥ 0.5): how many, and their median and longest length; 0 where there are none. */
export interface Runs {
  readonly count: number;
  readonly median: number;
  readonly longest: number;
}

/** The runs of a keep factor [steps]. NaN ends a run; a run cut by either end of the sequence counts with the length seen. */
export function keepRuns(keep: ArrayLike<number>): Runs {
  const lengths: number[] = [];
  let run = 0;
  for (let t = 0; t <= keep.length; t++) {
    if (t < keep.length && (keep[t] ?? NaN) >= 0.5) run++;
    else if (run > 0) { lengths.push(run); run = 0; }
  }
  lengths.sort((a, b) => a - b);
  return { count: lengths.length, median: median(lengths), longest: lengths.at(-1) ?? 0 };
}

function median(sorted: readonly number[]): number {
  const half = sorted.length / 2;
  const high = sorted[Math.floor(half)] ?? 0;
  return Number.isInteger(half) ? ((sorted[half - 1] ?? high) + high) / 2 : high;
}

/** Rank of each value, 1 = largest; equal ones share the better rank, NaN comes after all others. */
export function ranks(values: ArrayLike<number>): Int32Array {
  const order = Array.from({ length: values.length }, (_, k) => k).sort((a, b) => descending(values[a] ?? NaN, values[b] ?? NaN));
  const result = new Int32Array(values.length);
  order.forEach((k, place) => {
    const before = order[place - 1];
    result[k] = before !== undefined && Object.is(values[before], values[k]) ? result[before] ?? place + 1 : place + 1;
  });
  return result;
}

/** Compares for a sort: largest first, NaN last. */
export function descending(a: number, b: number): number {
  if (a !== a || b !== b) return Number(a !== a) - Number(b !== b);
  return a === b ? 0 : a > b ? -1 : 1;
}
