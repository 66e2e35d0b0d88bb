/** What an open row draws: the selected unit's line, and mean, middle half and extremes over all units. Pure. */
import type { Tile } from '../../../src/protocol';

/** Over all units, one number a column. */
export interface Bands {
  readonly mean: Float32Array;
  readonly low: Float32Array;
  readonly high: Float32Array;
  readonly min: Float32Array;
  readonly max: Float32Array;
}

const known = new WeakMap<Tile, Bands>();

/** Mean, quartiles and extremes of a tile's columns, computed once a tile. Values that are not finite are left out. */
export function bandsOf(tile: Tile): Bands {
  const made = known.get(tile) ?? measure(tile);
  known.set(tile, made);
  return made;
}

function measure({ columns, units, mean, min, max }: Tile): Bands {
  const empty = (): Float32Array => new Float32Array(columns).fill(NaN);
  const bands = { mean: empty(), low: empty(), high: empty(), min: empty(), max: empty() };
  const column = new Float32Array(units);
  for (let k = 0; k < columns; k++) {
    let [count, sum] = [0, 0];
    for (let u = k * units; u < (k + 1) * units; u++) {
      const value = mean[u]!;
      if (Number.isFinite(value)) { column[count++] = value; sum += value; }
    }
    if (count === 0) continue;
    bands.mean[k] = sum / count;
    bands.low[k] = quantile(column, count, 0.25);
    bands.high[k] = quantile(column, count, 0.75);
    bands.min[k] = extreme(min ?? mean, k * units, units, Math.min);
    bands.max[k] = extreme(max ?? mean, k * units, units, Math.max);
  }
  return bands;
}

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

function extreme(values: Float32Array, from: number, count: number, pick: (a: number, b: number) => number): number {
  let found = NaN;
  for (let k = from; k < from + count; k++) {
    const value = values[k]!;
    if (Number.isFinite(value)) found = Number.isNaN(found) ? value : pick(found, value);
  }
  return found;
}

export interface Point { x: number; y: number }
export interface Curves { readonly unit: Point[]; readonly mean: Point[]; readonly low: Point[]; readonly high: Point[]; readonly min: Point[]; readonly max: Point[]; /** The unit's line in the run that was changed. */ readonly baseline?: Point[] }

/**
 * Points of the curves in steps, at the middle of each column. Where steps are pooled the unit's line runs through the least and the
 * greatest value of each column, so that no spike is lost.
 */
export function curves(tiles: readonly Tile[], unit: number): Curves {
  const made: Curves = { unit: [], mean: [], low: [], high: [], min: [], max: [] };
  for (const tile of tiles) {
    const bands = bandsOf(tile);
    for (let k = 0; k < tile.columns; k++) {
      const x = tile.from + (k + 0.5) * tile.bucket;
      for (const key of ['mean', 'low', 'high', 'min', 'max'] as const) made[key].push({ x, y: bands[key][k]! });
      addUnit(made.unit, tile, k, unit);
    }
  }
  return made;
}

function addUnit(points: Point[], tile: Tile, column: number, unit: number): void {
  const [at, place] = [tile.from + column * tile.bucket, column * tile.units + unit];
  if (!tile.min || !tile.max) {
    points.push({ x: at + tile.bucket / 2, y: tile.mean[place]! });
    return;
  }
  const [low, high] = [tile.min[place]!, tile.max[place]!];
  const rising = (points.at(-1)?.y ?? low) <= (low + high) / 2;
  points.push({ x: at + tile.bucket / 4, y: rising ? low : high }, { x: at + (3 * tile.bucket) / 4, y: rising ? high : low });
}

/** Room above the greatest value, as a factor. */
export const ROOM = 1.12;

/** Half height of a symmetric axis that holds the unit's line with a little room. */
export function reach(points: readonly Point[], least = 1e-3): number {
  let most = least;
  for (const { y } of points) if (Number.isFinite(y)) most = Math.max(most, Math.abs(y));
  return most * ROOM;
}
