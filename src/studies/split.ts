/** Why was this gate open? */
import { split as splitOf } from '../analysis/contributions';
import { programOf } from '../core/programs';
import { cellOf, freeOf, heldSignals, ranAt, vectorsOf } from './cellVectors';
import { layerOf } from './run';
import type { Study } from './study';

export const split: Study<'split'> = {
  name: 'split',
  *answer(runs, { run: id, level, direction, unit, step, signal }) {
    const run = runs.run(id);
    layerOf(run, level, direction);
    if (!ranAt(run, level, direction, step)) throw new Error('This step does not count: the input is masked or has ended, and nothing was computed.');
    const { statements } = programOf(cellOf(run, level, direction));
    const vectors = yield* vectorsOf(run, level, direction, step);
    const recorded = vectors.now.get(signal)?.[unit] ?? NaN;
    const made = splitOf(statements, signal, unit, vectors);
    if (!heldSignals(run, level, direction, unit, step).includes(signal)) return { ...made, value: recorded };
    return { ...made, value: freeOf(statements, signal, unit, vectors), heldAt: recorded };
  },
};
