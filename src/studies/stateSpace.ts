/** Principal components of a state over the whole run. */
import type { Column } from '../analysis/column';
import { EXACT_UNITS, pca, placedIn, type Pca } from '../analysis/pca';
import type { Progress } from '../core/pace';
import type { Place } from '../core/recording/recording';
import type { StateSpaceAnswer } from '../questions/stateSpace';
import { columnOf, directionOf, kept, type Run } from './run';
import type { Study } from './study';

/** Numbers that are looked at: with more, the steps are thinned. */
const NUMBERS = 8e6;
const POINTS = 20_000;
const LOADINGS = 3;

export const stateSpace: Study<'stateSpace'> = {
  name: 'stateSpace',
  *answer(runs, { run: id, level, direction, signal, against }) {
    const run = runs.run(id), place = { level, direction, signal };
    for (const one of [run, ...(against === undefined ? [] : [runs.run(against)])]) {
      const { signals } = directionOf(one.recording, level, direction);
      if (!signals.some(s => s.name === signal)) throw new Error(`There is no signal ${signal}; recorded are ${signals.map(s => s.name).join(', ')}.`);
    }
    const base = against === undefined ? undefined : runs.run(against), key = `stateSpace ${level} ${direction} ${signal}`;
    const found = base ? yield* kept(run, `${key} against ${against} ${base.revision}`, () => besideOf(run, base, place)) : yield* kept(run, key, () => spaceOf(run, place));
    return { ...found, points: found.points.slice() }; // what is sent is gone
  },
};

/** A run in the directions of another one. @throws Error where they are not of the same steps and units */
function* besideOf(run: Run, base: Run, place: Place): Generator<Progress, StateSpaceAnswer> {
  const space = yield* spaceOf(base, place);
  const [own, other] = [run, base].map(r => thinnedFor(columnOf(r.recording, place)));
  if (own!.data.length !== other!.data.length || own!.units !== other!.units) throw new Error('The two runs are not of the same steps and units, so that they have no common state space.');
  const found = yield* kept(base, spaceKey(place), () => pca(other!));
  return { ...space, points: yield* placedIn(own!, found), apart: { points: space.points, distance: distances(own!, other!), size: sizeOf(other!, found.mean) } };
}

/** Euclidean, row by row. */
function distances({ data, steps, units }: Column, { data: other }: Column): Float32Array {
  const found = new Float32Array(steps);
  for (let t = 0, k = 0; t < steps; t++) {
    let sum = 0;
    for (let u = 0; u < units; u++, k++) sum += (data[k]! - other[k]!) ** 2;
    found[t] = Math.sqrt(sum);
  }
  return found;
}

/** Root mean square distance from the mean. */
function sizeOf({ data, steps, units }: Column, mean: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < data.length; k++) {
    const v = data[k]! - mean[k % units]!;
    if (Number.isFinite(v)) sum += v * v;
  }
  return Math.sqrt(sum / Math.max(1, steps));
}

/** Where the directions of a state are kept. */
export const spaceKey = ({ level, direction, signal }: Place): string => `pca ${level} ${direction} ${signal}`;

function* spaceOf(run: Run, place: Place): Generator<Progress, StateSpaceAnswer> {
  const { recording } = run, column = columnOf(recording, place);
  const each = thinning(column);
  const found = yield* kept(run, spaceKey(place), () => pca(thinnedFor(column)));
  return {
    signal: place.signal, every: each * recording.stride, components: found.components, points: found.points, shares: Array.from(found.shares),
    loadings: Array.from({ length: found.components }, (_, c) => loadings(found, c, column.units)), exact: column.units <= EXACT_UNITS,
  };
}

const thinning = ({ steps, units }: Column): number => Math.max(1, Math.ceil(steps / Math.min(POINTS, NUMBERS / units)));

/** The steps that are looked at. */
export const thinnedFor = (column: Column): Column => thinned(column, thinning(column));

function thinned({ data, steps, units }: Column, each: number): Column {
  if (each === 1) return { data, steps, units };
  const count = Math.ceil(steps / each), some = new Float32Array(count * units);
  for (let k = 0; k < count; k++) some.set(data.subarray(k * each * units, (k * each + 1) * units), k * units);
  return { data: some, steps: count, units };
}

function loadings({ directions }: Pca, component: number, units: number): { unit: number; weight: number }[] {
  const row = directions.subarray(component * units, (component + 1) * units);
  return Array.from(row.keys()).sort((a, b) => Math.abs(row[b]!) - Math.abs(row[a]!) || a - b).slice(0, LOADINGS).map(unit => ({ unit, weight: row[unit]! }));
}
