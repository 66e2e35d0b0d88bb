/** One unit's values across a plot, a pixel a column: least and greatest, from whatever tiles are there. */
import type { Data } from '../../data';
import { fitCanvas } from '../../dom';
import type { State } from '../../state';
import { faded, type Theme } from '../../theme';
import type { Tile } from '../../../src/protocol';
import { xOf, type Span } from '../timeline/layout';
import { bucketFor, coarsest } from '../../tiles';
import { shownTiles } from '../../whatIf/showing';

export interface Course { readonly low: Float32Array; readonly high: Float32Array }

/** [columns] of a unit over a span; NaN where nothing is known yet. Tiles are coarse first, so that finer ones write over them. */
export function courseOf(tiles: readonly Tile[], unit: number, span: Span, columns: number): Course {
  const low = new Float32Array(columns).fill(NaN), high = new Float32Array(columns).fill(NaN);
  const finest = tiles.reduce((least, t) => Math.min(least, t.bucket), Infinity);
  const written = new Float64Array(columns).fill(Infinity);
  for (const { from, bucket, columns: count, units, mean, min, max } of tiles) {
    for (let k = 0; k < count; k++) {
      const first = Math.max(0, Math.floor(xOf(span, columns, from + k * bucket)));
      const last = Math.min(columns, Math.max(first + 1, Math.floor(xOf(span, columns, from + (k + 1) * bucket))));
      if (xOf(span, columns, from + (k + 1) * bucket) <= 0) continue;
      const [a, b] = [(min ?? mean)[k * units + unit]!, (max ?? mean)[k * units + unit]!];
      for (let x = first; x < last; x++) {
        const renewed = written[x]! > bucket || !(low[x]! <= high[x]!);
        written[x] = Math.max(bucket, finest);
        low[x] = renewed ? a : Math.min(low[x]!, a);
        high[x] = renewed ? b : Math.max(high[x]!, b);
      }
    }
  }
  return { low, high };
}

/** Steps a column of a sparkline so wide. */
export const sparkBucket = (state: State, width: number): number => Math.min(bucketFor(state.to - state.from, Math.max(1, width)), coarsest(state.scene?.steps ?? 1));

/** A unit's course in the window at the finest tiles known down to `bucket`; its difference to the baseline where that is shown. */
export function windowCourse(data: Data, state: State, signal: string, unit: number, columns: number, bucket: number): Course {
  return courseOf(shownTiles(data, state, data.lane(state, signal), state, bucket), unit, state, columns);
}

/** Draws a course as a band that is at least a line thick, around a dotted 0; `most` is the value at the upper and lower edge. */
export function drawCourse(canvas: HTMLCanvasElement, width: number, height: number, { low, high }: Course, most: number, ink: string, theme: Theme): void {
  const context = fitCanvas(canvas, width, height);
  const y = (v: number): number => height / 2 - (Math.max(-1, Math.min(1, v / most)) * (height - 3)) / 2;
  context.fillStyle = faded(theme.foreground, theme.highContrast ? 0.6 : 0.22);
  context.fillRect(0, Math.round(height / 2), width, 1);
  context.fillStyle = ink;
  let before: readonly [number, number] | undefined;
  for (let x = 0; x < low.length; x++) {
    const [a, b] = [low[x]!, high[x]!];
    if (!Number.isFinite(a) || !Number.isFinite(b)) { before = undefined; continue; }
    let [top, bottom] = [y(b), y(a)];
    if (before) [top, bottom] = [Math.min(top, before[1]), Math.max(bottom, before[0])]; // joined to the column before
    context.fillRect((x * width) / low.length, top - 0.7, Math.max(1, width / low.length), bottom - top + 1.4);
    before = [y(b), y(a)];
  }
}

/** The edge of a course's plot: it is for shapes, so that each has its own scale, but not one that makes noise tall. */
export function mostOf({ low, high }: Course): number {
  let most = 0.1;
  for (let k = 0; k < low.length; k++) for (const v of [low[k]!, high[k]!]) if (Number.isFinite(v)) most = Math.max(most, Math.abs(v));
  return most;
}
