/** How far the colours of each column reach. Untrained states are small: on the scale of trained ones beside them nothing of them is seen. Pure. */
import type { Tile } from '../../../src/protocol';
import type { CompareColumn } from '../../../src/questions/compare';

/** So many times larger, the other group's scale leaves a group in the dark. */
const MUCH = 2;

const largest = (columns: readonly CompareColumn[]): number => Math.max(0, ...columns.map(c => c.scale));

/** Where trained and untrained columns reach differently far: the largest value of each group. */
export function apart(columns: readonly CompareColumn[]): { readonly trained: number; readonly untrained: number } | undefined {
  const [trained, untrained] = [largest(columns.filter(c => !c.invented)), largest(columns.filter(c => c.invented))];
  return trained > 0 && untrained > 0 && Math.max(trained, untrained) > MUCH * Math.min(trained, untrained) ? { trained, untrained } : undefined;
}

/** The largest value that each column's colours show: of all columns, or of those that are trained, or untrained, as it is. */
export function scalesOf(columns: readonly CompareColumn[], one: boolean): readonly number[] {
  const groups = one ? undefined : apart(columns);
  return columns.map(c => (!groups ? largest(columns) || 1 : c.invented ? groups.untrained : groups.trained));
}

/** A difference's colours reach so far that this share of what differs lies beyond: one stray value would leave all others in the dark. */
const BEYOND = 0.02;
const BINS = 1000;

/** How far the colours of a difference reach, to a thousandth of its largest value. */
export function reachOf(tiles: readonly Tile[]): number {
  const sizes = function* (): Generator<number> { for (const { mean } of tiles) for (const v of mean) if (v !== 0 && Number.isFinite(v)) yield Math.abs(v); };
  let most = 0, count = 0;
  for (const size of sizes()) { most = Math.max(most, size); count++; }
  const bins = new Uint32Array(BINS);
  for (const size of sizes()) bins[Math.min(BINS - 1, Math.floor((size / most) * BINS))]!++;
  let [last, rest] = [BINS - 1, Math.floor(BEYOND * count)];
  while (last > 0 && rest >= bins[last]!) rest -= bins[last--]!;
  return (most * (last + 1)) / BINS || 1;
}
