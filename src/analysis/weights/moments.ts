/** What a tensor's numbers are like, and how they are spread; in pieces, since a tensor can hold a hundred million. */
import type { Progress } from '../../core/pace';

/** Over the finite values; NaN where there are none. */
export interface Moments {
  /** Of all values, finite or not. */
  readonly count: number;
  readonly mean: number;
  /** Of the values themselves (divided by n). */
  readonly std: number;
  readonly min: number;
  readonly max: number;
  /** Share of values that are exactly 0. */
  readonly zeros: number;
  /** Square root of the sum of squares. */
  readonly norm: number;
  /** The first value that is NaN or infinite, and how many there are. */
  readonly notFinite?: { readonly at: number; readonly value: string; readonly count: number };
}

/** Values between two looks at the clock. */
const CHUNK = 65536;

/** Moments in two passes, so that the spread of numbers far from 0 is right too. */
export function* moments(data: Float32Array): Generator<Progress, Moments> {
  let [finite, sum, squares, zeros, strange, first] = [0, 0, 0, 0, 0, -1];
  let [min, max] = [Infinity, -Infinity];
  for (let from = 0; from < data.length; from += CHUNK) {
    for (let k = from; k < Math.min(data.length, from + CHUNK); k++) {
      const v = data[k]!;
      if (v - v !== 0) { // NaN or infinite
        if (strange++ === 0) first = k;
        continue;
      }
      finite++;
      sum += v;
      squares += v * v;
      if (v === 0) zeros++;
      if (v < min) min = v;
      if (v > max) max = v;
    }
    yield { done: from / 2, total: data.length, what: 'Weights' };
  }
  const mean = finite > 0 ? sum / finite : NaN;
  const variance = yield* spread(data, mean);
  return {
    count: data.length, mean, std: Math.sqrt(variance / finite), min: finite > 0 ? min : NaN, max: finite > 0 ? max : NaN,
    zeros: data.length > 0 ? zeros / data.length : NaN, norm: finite > 0 ? Math.sqrt(squares) : NaN,
    ...(strange > 0 && { notFinite: { at: first, value: String(data[first]), count: strange } }),
  };
}

/** Sum of squared distances from the mean. */
function* spread(data: Float32Array, mean: number): Generator<Progress, number> {
  let sum = 0;
  for (let from = 0; from < data.length; from += CHUNK) {
    for (let k = from; k < Math.min(data.length, from + CHUNK); k++) {
      const d = data[k]! - mean;
      if (d - d === 0) sum += d * d;
    }
    yield { done: (data.length + from) / 2, total: data.length, what: 'Weights' };
  }
  return sum;
}

/** Counts in equally wide bins over [low, high]; both ends belong to it, and values outside or not finite are left out. */
export function* histogram(data: Float32Array, bins: number, low: number, high: number): Generator<Progress, number[]> {
  const counts = new Array<number>(bins).fill(0);
  const [from, to] = low < high ? [low, high] : [low - 0.5, low + 0.5];
  const edge = (k: number): number => from + (k * (to - from)) / bins;
  for (let at = 0; at < data.length; at += CHUNK) {
    for (let k = at; k < Math.min(data.length, at + CHUNK); k++) {
      const v = data[k]!;
      if (!(v >= from && v <= to)) continue;
      let bin = Math.min(bins - 1, Math.floor(((v - from) / (to - from)) * bins));
      // Division rounds: the edges decide.
      if (v < edge(bin)) bin--;
      else if (bin < bins - 1 && v >= edge(bin + 1)) bin++;
      counts[bin]!++;
    }
    yield { done: at, total: data.length, what: 'Histogram' };
  }
  return counts;
}
