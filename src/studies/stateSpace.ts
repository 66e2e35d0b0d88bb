/** Principal components of a state over the whole run. */
import type { Column } from '../analysis/column';
import { EXACT_UNITS, pca, type Pca } from '../analysis/pca';
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
  *answer(runs, { run: id, level, direction, signal }) {
    const run = runs.run(id), { recording } = run;
    const { signals } = directionOf(recording, level, direction);
    if (!signals.some(s => s.name === signal)) throw new Error(`There is no signal ${signal}; recorded are ${signals.map(s => s.name).join(', ')}.`);
    return yield* kept(run, `stateSpace ${level} ${direction} ${signal}`, () => spaceOf(run, { level, direction, signal }));
  },
};

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
