/** The table of all units: how long each remembers, how often its gates are shut or open, and what it follows best. */
import { unitValues, type Column } from '../analysis/column';
import { keepName, keepOf } from '../analysis/keep';
import { halfLives } from '../analysis/memory';
import { gateSaturation, type Saturation } from '../analysis/saturation';
import { selectivity } from '../analysis/selectivity';
import { varying, type Track } from '../analysis/tracks';
import { pearson } from '../analysis/units';
import { Meter, type Progress } from '../core/pace';
import { random } from '../core/random';
import type { UnitsAnswer } from '../questions/units';
import { labelsOf } from './labels';
import { columnOf, directionOf, gatesOf, kept, memoryOf, placeOf, type Run } from './run';
import type { Study } from './study';

export const units: Study<'units'> = {
  name: 'units',
  *answer(runs, { run: id, level, direction, labels }) {
    const run = runs.run(id);
    return yield* kept(run, `units ${level} ${direction} ${labels}`, () => table(run, level, direction));
  },
};

function* table(run: Run, level: number, direction: number): Generator<Progress, UnitsAnswer> {
  const { recording } = run;
  const own = directionOf(recording, level, direction), memory = memoryOf(own);
  const column = columnOf(recording, placeOf(level, direction, memory));
  yield { done: 0, total: 1, what: 'Units' };
  return {
    signal: memory.name, units: column.units, stride: recording.stride,
    ...halfLifeOf(run, level, direction),
    saturation: yield* saturationOf(run, level, direction),
    activity: deviations(column),
    follows: yield* followsOf(run, column),
  };
}

function halfLifeOf(run: Run, level: number, direction: number): Pick<UnitsAnswer, 'halfLife'> {
  const cell = run.levels[level]?.cell, keep = cell && keepOf(cell.equations);
  const signal = keep && directionOf(run.recording, level, direction).signals.find(s => s.name === keep.signal);
  if (!keep || !signal) return {};
  const counted = run.facts[level]?.[direction]?.keep?.halfLives;
  const steps = counted ? Float64Array.from(counted) : halfLives(columnOf(run.recording, placeOf(level, direction, signal)), keep);
  return { halfLife: { gate: keepName(keep), steps } };
}

function* saturationOf(run: Run, level: number, direction: number): Generator<Progress, UnitsAnswer['saturation']> {
  const { signals } = directionOf(run.recording, level, direction);
  const shares = (gate: string, of: readonly Saturation[]): UnitsAnswer['saturation'][number] =>
    ({ gate, closed: Float32Array.from(of, s => s.closed), open: Float32Array.from(of, s => s.open) });
  const counted = run.facts[level]?.[direction]?.saturation;
  if (counted) return counted.map(({ signal, units: each }) => shares(signal, each));
  const gates = new Set(gatesOf(run.levels[level]?.cell, signals.map(s => s.name)));
  const found: UnitsAnswer['saturation'][number][] = [];
  for (const signal of signals.filter(s => gates.has(s.name))) {
    found.push(shares(signal.name, gateSaturation(columnOf(run.recording, placeOf(level, direction, signal))).units));
    yield { done: 0, total: 1, what: 'Units' };
  }
  return found;
}

/** Standard deviation of each unit, of what is finite. */
export function deviations({ data, steps, units: count }: Column): Float32Array {
  const n = new Float64Array(count), mean = new Float64Array(count), square = new Float64Array(count);
  for (let t = 0, k = 0; t < steps; t++) for (let u = 0; u < count; u++, k++) {
    const v = data[k]!;
    if (!Number.isFinite(v)) continue;
    const d = v - mean[u]!;
    mean[u]! += d / ++n[u]!;
    square[u]! += d * (v - mean[u]!);
  }
  return Float32Array.from(square, (s, u) => n[u]! > 0 ? Math.sqrt(s / n[u]!) : NaN);
}

/** The run's own tracks and the labels that were brought, at the steps that are known. */
export function tracksOf(run: Run): Track[] {
  const { stride } = run.recording;
  const every = (t: Track): Track => stride === 1 ? t : { ...t, values: t.values.filter((_, k) => k % stride === 0) };
  return varying([...run.tracks, ...labelsOf(run)].map(every));
}

function* followsOf(run: Run, column: Column): Generator<Progress, UnitsAnswer['follows']> {
  const tracks = tracksOf(run);
  const source = random(run.job?.seed ?? 1);
  const found = yield* selectivity(column, tracks, { random: () => source.uniform(), ...(run.job?.invented ? { count: 0 } : {}) });
  const r = Float64Array.from(found.r), all = Float64Array.from(found.all);
  const meter = new Meter(column.units);
  for (let u = 0; u < column.units && found.stride > 1; u++) { // said of all steps, also where the test looked at some
    const values = unitValues(column, u);
    tracks.forEach((track, k) => { all[u * tracks.length + k] = pearson(values, track.values); });
    r[u] = all[u * tracks.length + found.track[u]!] ?? NaN;
    const done = meter.step('Units');
    if (done) { yield done; meter.resume(); }
  }
  return { tracks: tracks.map(t => t.name), track: found.track, r, p: found.p, all, allP: found.allP, shifts: found.shifts, every: found.stride * run.recording.stride };
}
