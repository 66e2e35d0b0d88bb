/** Recorded signals at every resolution: a pyramid of min, max and mean, cut into tiles for the screen. NaN stays visible. */

import { columnsOf, narrowed, type Look } from './narrow';
import { poolMeans, poolPairs } from './poolPairs';

export type Signal = Float32Array | Float64Array;

/** A signal pooled by so many steps a row. */
export interface Storey {
  readonly rows: number;
  /** [rows, units] each; all the same where a row is one step. */
  readonly mean: Signal;
  readonly min: Signal;
  readonly max: Signal;
}

/** A storey that was pooled. */
export interface PooledStorey extends Storey { readonly mean: Float32Array; readonly min: Float32Array; readonly max: Float32Array }

/** A signal and its halvings from rows of FINEST steps up, which take two fifths of its memory; finer ones are pooled from it when they are asked for. */
export interface Pyramid {
  readonly steps: number;
  readonly units: number;
  /** [steps, units] */
  readonly signal: Signal;
  /** Storey k pools FINEST * 2^k steps. */
  readonly storeys: readonly Storey[];
}

/** A window: column k covers steps from + k*bucket up to from + (k+1)*bucket. */
export interface TileData {
  /** The asked-for window, widened to whole buckets; `to` at most the signal's end. */
  readonly from: number;
  readonly to: number;
  /** Steps a column, a power of two. */
  readonly bucket: number;
  readonly columns: number;
  /** Numbers a column: of units, or of what was asked for instead. */
  readonly units: number;
  /** [columns, units] */
  readonly mean: Float32Array;
  /** [columns, units]; absent where bucket is 1, or nobody asked. */
  readonly min?: Float32Array;
  readonly max?: Float32Array;
}

export const FINEST = 16;
/** Steps that are pooled at a time, so that the storeys on the way to FINEST need no memory. */
const PIECE = 2 ** 12;

/** Pools a signal [steps, units] by powers of two until one row is left. */
export function pyramid(signal: Signal, steps: number, units: number): Pyramid {
  const lowest = emptyStorey(Math.ceil(steps / FINEST), units);
  for (let from = 0; from < steps; from += PIECE) {
    const count = Math.min(PIECE, steps - from);
    const rows = pooled(single(signal.subarray(from * units, (from + count) * units), count), 1, FINEST, count, units);
    putRows(lowest, from / FINEST, rows, 0, rows.rows, units);
  }
  return { steps, units, signal, storeys: storeysFrom(lowest, FINEST, steps, units) };
}

/** A storey of zeros. */
export function emptyStorey(rows: number, units: number): PooledStorey {
  return { rows, mean: new Float32Array(rows * units), min: new Float32Array(rows * units), max: new Float32Array(rows * units) };
}

/** Copies rows [first, end) of one storey into another, from row `at` on. */
export function putRows(to: Storey, at: number, from: Storey, first: number, end: number, units: number): void {
  for (const name of ['mean', 'min', 'max'] as const) to[name].set(from[name].subarray(first * units, end * units), at * units);
}

/** A signal as the lowest storey: each row is its own mean, least and largest. */
export function single(signal: Signal, steps: number): Storey {
  return { rows: steps, mean: signal, min: signal, max: signal };
}

/** A storey whose rows cover `bucket` steps, and all above it. */
export function storeysFrom(lowest: Storey, bucket: number, steps: number, units: number): Storey[] {
  const storeys = [lowest];
  for (let below = lowest, b = bucket; below.rows > 1; b *= 2) {
    below = halved(below, steps, b, units);
    storeys.push(below);
  }
  return storeys;
}

/** Pools on from rows of `from` steps to rows of `to` steps, both powers of two. The result is that of pooling in the whole signal where the rows begin at a multiple of `to`. */
export function pooled(rows: Storey, from: number, to: number, steps: number, units: number): Storey {
  let storey = rows;
  for (let b = from; b < to; b *= 2) storey = halved(storey, steps, b, units);
  return storey;
}

/** `bucket` is what a row of `below` covers. */
function halved(below: Storey, steps: number, bucket: number, units: number): PooledStorey {
  return halvedInto(emptyStorey(Math.ceil(below.rows / 2), units), below, steps, bucket, units);
}

function halvedInto(storey: PooledStorey, below: Storey, steps: number, bucket: number, units: number, extremes = true): PooledStorey {
  const { rows } = storey, whole = Math.floor(steps / (2 * bucket));
  if (extremes) poolPairs(below, storey, whole, units);
  else poolMeans(below.mean, storey.mean, whole, units);
  if (whole < rows) poolLast(below, storey, rows - 1, Math.max(0, steps - (2 * rows - 1) * bucket) / bucket, units);
  return storey;
}

/** The last row, of one row or of two of which the later is only so full. */
function poolLast({ mean, min, max }: Storey, to: Storey, r: number, full: number, units: number): void {
  const share = full / (1 + full);
  for (let u = 0, k = r * units, i = 2 * r * units, j = full > 0 ? i + units : i; u < units; u++, k++, i++, j++) {
    to.mean[k] = mean[i]! * (1 - share) + mean[j]! * share;
    to.min[k] = Math.min(min[i]!, min[j]!);
    to.max[k] = Math.max(max[i]!, max[j]!);
  }
}

/** What a request for columns comes to: rows [first, end) of the storey of `bucket` steps. */
export interface Cut { readonly bucket: number; readonly first: number; readonly end: number }

/** Steps [from, to) in at most `columns` columns, at the finest resolution that fits. */
export function cutOf(steps: number, from: number, to: number, columns: number): Cut {
  const first = Math.max(0, Math.min(steps, Math.floor(from)));
  const end = Math.max(first, Math.min(steps, Math.ceil(to)));
  const most = Math.max(1, Math.floor(columns));
  let bucket = 1;
  while (bucket < steps && Math.ceil(end / bucket) - Math.floor(first / bucket) > most) bucket *= 2;
  return { bucket, first: Math.floor(first / bucket), end: Math.ceil(end / bucket) };
}

/** Rows of a storey as a tile. `at` is the row of the whole signal's storey that `storey` begins with. */
export function tileOf(storey: Storey, { bucket, first, end }: Cut, at: number, steps: number, units: number, look: Look = {}): TileData {
  return { from: first * bucket, to: Math.min(steps, end * bucket), bucket, columns: end - first, ...narrowed(storey, first - at, end - at, units, bucket > 1, look) };
}

/** Steps [from, to) in at most `columns` columns, at the finest resolution that fits. */
export function tile({ steps, units, signal, storeys }: Pyramid, from: number, to: number, columns: number, look: Look = {}): TileData {
  const cut = cutOf(steps, from, to, columns);
  return cut.bucket >= FINEST ? tileOf(storeys[Math.log2(cut.bucket / FINEST)]!, cut, 0, steps, units, look) : tileFrom(signal, steps, units, cut, look);
}

/** A tile without a pyramid, from the steps themselves: no more of them is pooled than is looked at. */
export function tileFrom(signal: Signal, steps: number, units: number, cut: Cut, look: Look = {}): TileData {
  const [first, end] = [cut.first * cut.bucket, Math.min(steps, cut.end * cut.bucket)];
  const { part, extremes = true } = look;
  if (part?.kind === 'units') {
    const from = Math.min(units, Math.max(0, part.first)), to = Math.max(from, Math.min(units, part.end)), own = to - from;
    return tileOf(pooledWindow(columnsOf(signal, first, end, units, from, to), end - first, own, cut.bucket, extremes), cut, cut.first, steps, own, { extremes });
  }
  const rows = signal.subarray(first * units, end * units);
  return tileOf(pooledWindow(rows, end - first, units, cut.bucket, part ? part.kind === 'bands' : extremes), cut, cut.first, steps, units, look);
}

/** Pooled in one storey that serves every tile: what is read of it is copied. */
function pooledWindow(signal: Signal, steps: number, units: number, bucket: number, extremes: boolean): Storey {
  let below = single(signal, steps);
  for (let b = 1; b < bucket; b *= 2) {
    const rows = Math.ceil(below.rows / 2);
    if (spare.mean.length < rows * units) spare = emptyStorey(rows, units);
    below = halvedInto({ ...spare, rows }, below, steps, b, units, extremes); // from the second time on in its own place: rows lie ahead of where they are written
  }
  return below;
}

let spare = emptyStorey(0, 0);
