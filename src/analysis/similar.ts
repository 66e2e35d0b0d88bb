/**
 * Where else the same units are on together: LSTMVis' search (Strobelt et al., arXiv 1606.07461). A unit is on where its memory lies beyond
 * a threshold, on the side of 0 where it is in the selected range.
 */
import { Meter, type Progress } from '../core/pace';
import type { Column } from './column';

/** Rows [from, to) of a column. */
export interface Range { readonly from: number; readonly to: number }

/** A place where at least `shared` of the units are on at every step. */
export interface SimilarPlace extends Range { readonly shared: number }

export interface Similar {
  /** Units that are on all through the range, by their largest least |value| there. */
  readonly units: readonly number[];
  /** The side of 0 of each: 1 or −1. */
  readonly signs: readonly number[];
  /** Best first. */
  readonly places: readonly SimilarPlace[];
  /** At every row: how many of the units are on. */
  readonly on: Uint16Array;
}

/** At least this share of the units has to be on. */
export const NEARLY = 0.6;

/**
 * The units that are on all through a range, and up to `count` other places, with most of them on first, then those of nearly the same
 * length, then in the order of the text. A place is a longest run of rows in which so many units are on; it is at least half as long as the range.
 */
export function* similarPlaces(column: Column, range: Range, threshold: number, count = 12): Generator<Progress, Similar> {
  const chosen = onThrough(column, range, threshold);
  const units = chosen.map(c => c.unit), signs = chosen.map(c => c.sign);
  const on = new Uint16Array(column.steps);
  const meter = new Meter(column.steps);
  for (let t = 0; t < column.steps; t++) {
    let sum = 0;
    for (let k = 0; k < units.length; k++) if (signs[k]! * column.data[t * column.units + units[k]!]! > threshold) sum++;
    on[t] = sum;
    if ((t & 255) === 255) {
      const done = meter.step('Similar places', 256);
      if (done) { yield done; meter.resume(); }
    }
  }
  return { units, signs, on, places: ranked(on, units.length, range, count) };
}

/** A threshold beyond which `count` units are on all through the range, or as many as can be; 0 where none can. */
export function thresholdFor(column: Column, range: Range, count: number): number {
  const chosen = onThrough(column, range, 0);
  return 0.999 * (chosen[Math.min(count, chosen.length) - 1]?.least ?? 0);
}

/** Units beyond the threshold, on one side of 0, at every row of the range; the clearest first. */
function onThrough({ data, units }: Column, { from, to }: Range, threshold: number): { unit: number; sign: number; least: number }[] {
  const found: { unit: number; sign: number; least: number }[] = [];
  for (let unit = 0; unit < units && to > from; unit++) {
    const sign = Math.sign(data[from * units + unit]!);
    let least = Infinity;
    for (let t = from; t < to && least > threshold; t++) {
      const v = sign * data[t * units + unit]!;
      least = v > threshold ? Math.min(least, v) : -Infinity; // not NaN either
    }
    if (least > threshold) found.push({ unit, sign, least });
  }
  return found.sort((a, b) => b.least - a.least || a.unit - b.unit);
}

/** Lowers what is asked for, unit by unit, until there are enough places that touch neither the range nor one another. */
function ranked(on: Uint16Array, units: number, range: Range, count: number): SimilarPlace[] {
  const length = range.to - range.from, shortest = Math.ceil(length / 2);
  const taken: Range[] = [range];
  const places: SimilarPlace[] = [];
  for (let shared = units; shared >= Math.max(1, Math.ceil(NEARLY * units)) && places.length < count; shared--) {
    const runs = runsOf(on, shared).filter(r => r.to - r.from >= shortest && !taken.some(t => r.from < t.to && t.from < r.to));
    runs.sort((a, b) => Math.abs(a.to - a.from - length) - Math.abs(b.to - b.from - length) || a.from - b.from);
    for (const run of runs.slice(0, count - places.length)) {
      taken.push(run);
      places.push({ ...run, shared });
    }
  }
  return places;
}

/** Longest runs of rows with at least so many on. */
function runsOf(on: Uint16Array, least: number): Range[] {
  const runs: Range[] = [];
  for (let t = 0; t < on.length; t++) {
    if (on[t]! < least) continue;
    const from = t;
    while (t < on.length && on[t]! >= least) t++;
    runs.push({ from, to: t });
  }
  return runs;
}
