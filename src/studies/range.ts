/** Statistics of a unit over selected steps, for every signal. */
import { spanStats } from '../analysis/span';
import type { RangeAnswer } from '../questions/range';
import { columnOf, directionOf, placeOf } from './run';
import type { Study } from './study';

export const range: Study<'range'> = {
  name: 'range',
  *answer(runs, { run: id, level, direction, unit, from, to }) {
    const { recording } = runs.run(id), { stride, steps } = recording;
    const first = Math.max(0, Math.min(Math.ceil(steps / stride) - 1, Math.floor(from / stride)));
    const last = Math.max(first + 1, Math.ceil(Math.min(steps, to) / stride));
    const signals: RangeAnswer['signals'][number][] = [];
    for (const signal of directionOf(recording, level, direction).signals) {
      if (signal.name === 'x' || unit >= signal.units) continue;
      signals.push({ name: signal.name, ...spanStats(columnOf(recording, placeOf(level, direction, signal)), unit, first, last) });
      yield { done: signals.length, total: 0, what: 'steps' };
    }
    return { unit, from: first * stride, to: Math.min(steps, last * stride), stride, signals } satisfies RangeAnswer;
  },
};
