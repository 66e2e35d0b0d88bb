/** Windows of a changed run that come with its answer: what is asked for, and the tiles that come of it. Pure. */
import type { Tile } from '../../src/protocol';
import type { Scale } from '../../src/shades';
import type { SeenWindow, WhatIfAnswer } from '../../src/questions/whatIf';
import { requestOf, shaded, type TileKey } from '../tiles';
import { apart } from './showing';

/** What is asked for a tile of a run that has no name yet. */
export function windowOf(key: TileKey, steps: number, scale: Scale | undefined, minus: boolean): SeenWindow {
  const { run: _run, revision: _revision, ...window } = requestOf(key, 0, steps);
  return { ...window, ...(scale && { scale }), ...(minus && { apart: true }) };
}

/** The tiles that came; `same` finds the baseline's for a window of a signal that did not change. */
export function tilesOf({ run, windows = [], bytes }: WhatIfAnswer, seen: readonly SeenWindow[], revision: number, same: (k: number) => Tile | undefined): Tile[] {
  return windows.flatMap((came, k): Tile[] => {
    const window = seen[k];
    if (!window || run === undefined || !bytes) return [];
    if (came === 'same') {
      const tile = same(k);
      return tile ? [{ ...tile, run }] : [];
    }
    const { at, numbers, ...where } = came;
    const { level, direction, signal, part, scale } = window;
    const count = came.columns * came.units;
    const tile = { ...where, revision, run: window.apart ? apart(run) : run, level, direction, signal, ...(part && { part }) };
    if (numbers === 'entries') return scale ? [shaded(tile, { scale, entries: bytes.subarray(at, at + count) })] : [];
    const plane = (n: number): Float32Array => new Float32Array(bytes.slice(at + 4 * n * count, at + 4 * (n + 1) * count).buffer);
    return [{ ...tile, mean: plane(0), ...(numbers === 'extremes' && { min: plane(1), max: plane(2) }) }];
  });
}
