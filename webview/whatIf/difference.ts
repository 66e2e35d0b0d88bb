/** Tiles of two runs, subtracted: changed minus baseline, column by column and unit by unit. */
import type { Tile } from '../../src/protocol';

const known = new WeakMap<Tile, WeakMap<Tile, Tile>>();

/** Changed minus baseline, of two tiles of the same steps; made once a pair. Means of pooled steps: a difference of extremes would say nothing. */
export function subtracted(changed: Tile, baseline: Tile): Tile {
  const own = known.get(changed) ?? new WeakMap<Tile, Tile>();
  known.set(changed, own);
  const made = own.get(baseline) ?? subtract(changed, baseline);
  own.set(baseline, made);
  return made;
}

function subtract({ min: _min, max: _max, ...changed }: Tile, baseline: Tile): Tile {
  const columns = Math.min(changed.columns, baseline.columns);
  const mean = new Float32Array(columns * changed.units);
  for (let k = 0; k < mean.length; k++) mean[k] = changed.mean[k]! - baseline.mean[k]!;
  return { ...changed, columns, mean };
}

/** Of tiles over the same window, those that both runs have. */
export function differences(changed: readonly Tile[], baseline: readonly Tile[]): Tile[] {
  return changed.flatMap(tile => {
    const other = baseline.find(t => t.from === tile.from && t.bucket === tile.bucket && t.units === tile.units);
    return other ? [subtracted(tile, other)] : [];
  });
}
