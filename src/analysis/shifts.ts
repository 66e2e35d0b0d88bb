/**
 * Permutation test by circular shifts: turning the track against the unit keeps the rhythm of both and breaks what ties them, which
 * shuffling would not (values of neighbouring steps are alike, and would make every r look significant).
 * p = (1 + shifts with |r| at least as large) / (1 + shifts), Phipson & Smyth 2010. The shifts are drawn once and serve every unit.
 */
import { saying, type Said } from '../core/said';
import { standardise } from './column';
import type { Track } from './tracks';

/** What all units share: the shifts, the steps looked at and each track's mean and norm there at every shift. */
export interface ShiftTest {
  readonly steps: number;
  /** Every so many steps one is looked at. */
  readonly stride: number;
  /** shifts[0] is 0: as observed. */
  readonly shifts: Int32Array;
  readonly tracks: readonly ShiftedTrack[];
}

interface ShiftedTrack {
  /** The track twice in a row, so that a shift needs no modulo; [2 steps] */
  readonly twice: Float64Array;
  /** Norm of the centred track on the steps looked at, by shift; its mean drops out against a centred unit. */
  readonly norms: Float64Array;
}

/** Multiply-adds a unit's test may take: some 5 to 10 ms. */
const WORK = 5e6;

/**
 * Draws `count` different shifts of 1 to steps − 1 by `random` (uniform in [0, 1)), or takes them all where there are no more.
 * At most `tested` tracks will be asked of one unit: with that many the steps are thinned to bound the time.
 */
export function shiftTest(tracks: readonly Track[], steps: number, options: { readonly count: number; readonly random: () => number; readonly tested: number; readonly work?: number }): ShiftTest {
  const shifts = Int32Array.from([0, ...drawShifts(steps, options.count, options.random)]);
  const cost = shifts.length * steps * Math.max(1, Math.min(tracks.length, options.tested));
  const stride = Math.max(1, Math.ceil(cost / (options.work ?? WORK)));
  return { steps, stride, shifts, tracks: tracks.map(track => shifted(track.values, steps, shifts, stride)) };
}

function drawShifts(steps: number, count: number, random: () => number): number[] {
  const all = Math.max(0, steps - 1);
  if (all <= count) return Array.from({ length: all }, (_, k) => k + 1);
  const drawn = new Set<number>(); // Floyd's sampling: every subset equally likely, and it ends
  for (let top = all - count + 1; top <= all; top++) {
    const one = 1 + Math.floor(random() * top);
    drawn.add(drawn.has(one) ? top : one);
  }
  return [...drawn];
}

function shifted(values: Float32Array, steps: number, shifts: Int32Array, stride: number): ShiftedTrack {
  const flat = filled(values, steps);
  const twice = new Float64Array(2 * steps);
  twice.set(flat);
  twice.set(flat, steps);
  const norms = Float64Array.from(shifts, shift => {
    let n = 0, sum = 0, square = 0;
    for (let t = shift; t < steps + shift; t += stride) { const v = twice[t]!; n++; sum += v; square += v * v; }
    const rest = square - sum * sum / n;
    return rest > 1e-12 * square ? Math.sqrt(rest) : 0; // 0: the track does not change on these steps
  });
  return { twice, norms };
}

/** Centred, with the mean where a value is not finite. Centring keeps the sums above exact enough. */
function filled(values: ArrayLike<number>, steps: number): Float64Array {
  let n = 0, sum = 0;
  for (let t = 0; t < steps; t++) { const v = values[t] ?? NaN; if (Number.isFinite(v)) { n++; sum += v; } }
  const mean = n > 0 ? sum / n : 0;
  return Float64Array.from({ length: steps }, (_, t) => { const v = values[t] ?? NaN; return Number.isFinite(v) ? v - mean : 0; });
}

/** p of a unit's values [steps] against track number `track`; undefined with fewer than 8 steps, or where either never changes on the steps looked at. */
export function shiftP(test: ShiftTest, track: number, values: ArrayLike<number>): number | undefined {
  const { steps, stride, shifts } = test;
  const { twice, norms } = test.tracks[track] ?? { twice: undefined, norms: undefined };
  if (!twice || !norms || steps < 8) return undefined;
  const x = thinned(values, steps, stride);
  if (!(norms[0]! > 0) || x.every(v => v === 0)) return undefined;
  let seen = 0, asLarge = 0;
  for (let k = 0; k < shifts.length; k++) {
    const norm = norms[k]!;
    const r = norm > 0 ? Math.abs(dot(x, twice, shifts[k]!, stride)) / norm : 0;
    if (k === 0) seen = r * (1 - 1e-9); // equal up to rounding is as large
    else if (r >= seen) asLarge++;
  }
  return (1 + asLarge) / shifts.length;
}

function thinned(values: ArrayLike<number>, steps: number, stride: number): Float64Array {
  const some = Float64Array.from({ length: Math.ceil(steps / stride) }, (_, j) => values[j * stride] ?? NaN);
  standardise(some);
  return some;
}

function dot(x: Float64Array, twice: Float64Array, shift: number, stride: number): number {
  let even = 0, odd = 0; // two sums: an addition need not wait for the one before
  let j = 0, t = shift;
  for (; j + 1 < x.length; j += 2, t += 2 * stride) {
    even += x[j]! * twice[t]!;
    odd += x[j + 1]! * twice[t + stride]!;
  }
  return even + odd + (j < x.length ? x[j]! * twice[t]! : 0);
}

/** `400 circular shifts`, with what was left out of the steps. */
export function describeTest({ shifts, stride }: ShiftTest): Said {
  return stride > 1 ? saying('{0} circular shifts, one step in {1}', shifts.length - 1, stride) : saying('{0} circular shifts', shifts.length - 1);
}
