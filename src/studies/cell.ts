/** One unit in one step. */
import { partValues } from '../analysis/expressions';
import { programOf } from '../core/programs';
import type { CellAnswer } from '../questions/cell';
import { cellOf, earlierThan, freeOf, heldSignals, ranAt, vectorsOf } from './cellVectors';
import { directionOf } from './run';
import type { Study } from './study';

export const cell: Study<'cell'> = {
  name: 'cell',
  *answer(runs, { run: id, level, direction, unit, step }) {
    const run = runs.run(id);
    const own = directionOf(run.recording, level, direction);
    const known = run.job ?? run.levels[level]?.cell;
    const vectors = yield* vectorsOf(run, level, direction, step);
    const earlier = earlierThan(own.direction, step);
    const before = earlier < 0 || earlier >= run.recording.steps ? undefined : yield* vectorsOf(run, level, direction, earlier);
    const values: Record<string, CellAnswer['values'][string]> = {};
    for (const [name, numbers] of vectors.now) {
      const [now, last] = [numbers[unit], before?.now.get(name)?.[unit]];
      if (now !== undefined) values[name] = { now, ...(last === undefined ? {} : { before: last }) };
    }
    const states = [...vectors.before].flatMap(([name, v]) => (unit < v.length ? [[name, v[unit]!] as const] : []));
    const { statements } = known ? programOf(cellOf(run, level, direction)) : { statements: [] };
    const parts = ranAt(run, level, direction, step) ? partValues(statements, vectors, unit) : {};
    const held = heldSignals(run, level, direction, unit, step).map(name => [name, { at: vectors.now.get(name)?.[unit] ?? NaN, free: freeOf(statements, name, unit, vectors) }] as const);
    return { values, before: Object.fromEntries(states), parts, ...(held.length > 0 && { held: Object.fromEntries(held) }) };
  },
};
