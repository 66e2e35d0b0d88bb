/** Principal components of a state over the whole run. */
import type { Column } from '../analysis/column';
import { EXACT_UNITS, pca, type Pca } from '../analysis/pca';
import type { StateSpaceAnswer } from '../questions/stateSpace';
import { columnOf, directionOf } from './run';
import type { Study } from './study';

/** Numbers that are looked at: with more, the steps are thinned. */
const NUMBERS = 8e6;
const POINTS = 20_000;
const LOADINGS = 3;

export const stateSpace: Study<'stateSpace'> = {
  name: 'stateSpace',
  *answer(runs, { run: id, level, direction, signal }) {
    const run = runs.run(id), { recording } = run;
    const key = `stateSpace ${level} ${direction} ${signal}`;
    const known = run.kept.get(key) as StateSpaceAnswer | undefined;
    if (known) return known;
    const { signals } = directionOf(recording, level, direction);
    if (!signals.some(s => s.name === signal)) throw new Error(`There is no signal ${signal}; recorded are ${signals.map(s => s.name).join(', ')}.`);
    const column = columnOf(recording, { level, direction, signal });
    const each = Math.max(1, Math.ceil(column.steps / Math.min(POINTS, NUMBERS / column.units)));
    const found = yield* pca(thinned(column, each));
    const made: StateSpaceAnswer = {
      signal, every: each * recording.stride, components: found.components, points: found.points, shares: Array.from(found.shares),
      loadings: Array.from({ length: found.components }, (_, c) => loadings(found, c, column.units)), exact: column.units <= EXACT_UNITS,
    };
    run.kept.set(key, made);
    return made;
  },
};

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
