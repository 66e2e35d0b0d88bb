/**
 * Which track each of many units follows best, and whether that could be chance. With many units and tracks some pair always goes together;
 * so the test compares every |r| with the largest |r| of any unit with any track under the same circular shift (max-T: Westfall & Young
 * 1993), which holds the chance of one false claim among all of them at p. The shifts keep the rhythm of both (see ./shifts).
 */
import { Meter, type Progress } from '../core/pace';
import { standardise, unitRows, type Column } from './column';
import type { Track } from './tracks';

export interface Selectivity {
  /** By unit: index of the track with the largest |r|; −1 where the unit or all tracks never change. */
  readonly track: Int32Array;
  /** By unit: r with that track, at the steps looked at for finding it; NaN where there is none. */
  readonly r: Float64Array;
  /** By unit: corrected for all units and tracks; NaN where not tested. */
  readonly p: Float64Array;
  /** By unit and track, [units, tracks], r at the steps looked at. */
  readonly all: Float64Array;
  /** By unit and track, [units, tracks]: as p. */
  readonly allP: Float64Array;
  /** Circular shifts that were drawn; 0 where nothing was tested. */
  readonly shifts: number;
  /** One step in so many was looked at. */
  readonly stride: number;
}

export interface SelectivityOptions {
  /** Circular shifts: 400 by default; 0 tests nothing. */
  readonly count?: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Multiply-adds that it may take: with more the steps are thinned. */
  readonly work?: number;
}

/** Fewer steps than this say nothing. */
const LEAST = 8;

/** r of every unit of a column with every track, and the corrected test. Yields every few milliseconds. */
export function* selectivity(memory: Column, tracks: readonly Track[], { count = 400, random, work = 5e8 }: SelectivityOptions): Generator<Progress, Selectivity> {
  const { units } = memory, kinds = tracks.length;
  const limit = Math.max(64, Math.floor(work / Math.max(1, (count + 1) * units * kinds)));
  const rows = unitRows(memory, limit);
  const { length: n, stride } = rows;
  const turned = tracks.map(track => twice(track.values, n, stride));
  const shifts = n < LEAST || count === 0 ? [] : distinct(n - 1, count, random);
  const all = new Float64Array(units * kinds);
  const largest = new Float64Array(shifts.length);
  const meter = new Meter(units);
  for (let u = 0; u < units; u++) {
    const x = rows.data.subarray(u * n, (u + 1) * n);
    for (let k = 0; k < kinds; k++) {
      all[u * kinds + k] = dot(x, turned[k]!, 0);
      for (let s = 0; s < shifts.length; s++) largest[s] = Math.max(largest[s]!, Math.abs(dot(x, turned[k]!, shifts[s]!)));
    }
    const done = meter.step('Selectivity');
    if (done) { yield done; meter.resume(); }
  }
  const ordered = largest.sort();
  const allP = all.map(r => shifts.length === 0 || r === 0 ? NaN : (1 + atLeast(ordered, Math.abs(r) * (1 - 1e-6))) / (1 + shifts.length));
  const track = Int32Array.from({ length: units }, (_, u) => best(all, u * kinds, kinds));
  const of = (values: Float64Array): Float64Array => Float64Array.from(track, (k, u) => k < 0 ? NaN : values[u * kinds + k]!);
  return { track, r: of(all), p: of(allP), all, allP, shifts: shifts.length, stride };
}

/** A track at the steps looked at, of mean 0 and length 1, twice in a row, so that a shift needs no modulo. */
function twice(values: ArrayLike<number>, n: number, stride: number): Float64Array {
  const row = Float64Array.from({ length: n }, (_, k) => values[k * stride] ?? NaN);
  standardise(row);
  const both = new Float64Array(2 * n);
  both.set(row);
  both.set(row, n);
  return both;
}

function dot(x: Float32Array, track: Float64Array, shift: number): number {
  let even = 0, odd = 0; // two sums: an addition need not wait for the one before
  let k = 0;
  for (; k + 1 < x.length; k += 2) {
    even += x[k]! * track[shift + k]!;
    odd += x[k + 1]! * track[shift + k + 1]!;
  }
  return even + odd + (k < x.length ? x[k]! * track[shift + k]! : 0);
}

/** At most `count` different whole numbers from 1 to `most` (Floyd's sampling). */
function distinct(most: number, count: number, random: () => number): number[] {
  if (most <= count) return Array.from({ length: most }, (_, k) => k + 1);
  const drawn = new Set<number>();
  for (let top = most - count + 1; top <= most; top++) {
    const one = 1 + Math.floor(random() * top);
    drawn.add(drawn.has(one) ? top : one);
  }
  return [...drawn];
}

/** How many of ascending numbers are at least so large. */
function atLeast(ascending: Float64Array, value: number): number {
  let low = 0, high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! < value) low = middle + 1; else high = middle;
  }
  return ascending.length - low;
}

function best(all: Float64Array, from: number, count: number): number {
  let found = -1, most = 0;
  for (let k = 0; k < count; k++) {
    const size = Math.abs(all[from + k]!);
    if (size > most) [found, most] = [k, size];
  }
  return found;
}
