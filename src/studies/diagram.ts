/** A cell's equations as plain data. */
import { bendsOf } from '../analysis/activations';
import { splittable } from '../analysis/contributions';
import { programOf } from '../core/programs';
import { cellOf } from './cellVectors';
import type { Study } from './study';

export const diagram: Study<'diagram'> = {
  name: 'diagram',
  // eslint-disable-next-line require-yield -- it takes no time
  *answer(runs, { run, level, direction }) {
    const { statements } = programOf(cellOf(runs.run(run), level, direction));
    return { statements, activations: bendsOf(statements), splits: splittable(statements) };
  },
};
