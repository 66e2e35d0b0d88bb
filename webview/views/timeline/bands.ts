/** What an open row draws: the selected unit's line, and mean, middle half and extremes of all units. Pure. */
import type { Tile } from '../../../src/protocol';
import { placeOf } from '../../tiles';

/** The numbers of a column of a tile of bands, in this order. */
const BANDS = ['mean', 'low', 'high', 'min', 'max'] as const;

export interface Point { x: number; y: number }
export interface Curves { readonly unit: Point[]; readonly mean: Point[]; readonly low: Point[]; readonly high: Point[]; readonly min: Point[]; readonly max: Point[]; /** The unit's line in the run that was changed. */ readonly baseline?: Point[] }

/**
 * Points of the curves in steps, at the middle of each column. Where steps are pooled the unit's line runs through the least and the
 * greatest value of each column, so that no spike is lost.
 */
export function curves(lines: readonly Tile[], bands: readonly Tile[], unit: number): Curves {
  const made: Curves = { unit: [], mean: [], low: [], high: [], min: [], max: [] };
  for (const tile of lines) for (let k = 0; k < tile.columns; k++) addUnit(made.unit, tile, k, unit);
  for (const { from, bucket, columns, units, mean } of bands) {
    for (let k = 0; k < columns; k++) for (const [b, key] of BANDS.entries()) made[key].push({ x: from + (k + 0.5) * bucket, y: mean[k * units + b]! });
  }
  return made;
}

function addUnit(points: Point[], tile: Tile, column: number, unit: number): void {
  const [at, place] = [tile.from + column * tile.bucket, column * tile.units + placeOf(tile, unit)];
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
