/** Groups of units by co-activation, as the order of units has them. */
import { coactivation, type Coactivation } from '../analysis/order';
import type { GroupsAnswer } from '../questions/groups';
import { columnOf, directionOf, memoryOf, placeOf, type Run } from './run';
import type { Study } from './study';

export const groups: Study<'groups'> = {
  name: 'groups',
  *answer(runs, { run: id, level, direction }) {
    yield { done: 0, total: 1, what: 'steps' };
    return { level, direction, groups: coactivationOf(runs.run(id), level, direction).groups } satisfies GroupsAnswer;
  },
};

/** Order and groups of a run, worked out once. */
export function coactivationOf(run: Run, level: number, direction: number): Coactivation {
  const key = `coactivation ${level} ${direction}`;
  const known = run.kept.get(key) as Coactivation | undefined;
  const made = known ?? coactivation(columnOf(run.recording, placeOf(level, direction, memoryOf(directionOf(run.recording, level, direction)))));
  run.kept.set(key, made);
  return made;
}
