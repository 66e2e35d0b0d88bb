/** All signals of a layer in one step: one unit, and what all of them do. */
import type { MomentAnswer } from '../../questions/compare';
import { directionOf, placeOf } from '../run';
import type { Study } from '../study';

export const moment: Study<'moment'> = {
  name: 'moment',
  *answer(runs, { run, level, direction, unit, step }) {
    const { recording } = runs.run(run);
    const own = directionOf(recording, level, direction);
    const earlier = own.direction === 'reverse' ? step + 1 : step - 1;
    const signals: Record<string, MomentAnswer['signals'][string]> = {};
    for (const signal of own.signals) {
      if (signal.name === 'x') continue;
      const place = placeOf(level, direction, signal);
      const row = yield* recording.reading(place, step, step + 1);
      const past = earlier < 0 || earlier >= recording.steps ? undefined : (yield* recording.reading(place, earlier, earlier + 1)).slice();
      signals[signal.name] = { ...over(row), ...one(row[unit], past?.[unit]), ...(past ? { sizeBefore: over(past).size } : {}) };
    }
    return { signals };
  },
};

const one = (now: number | undefined, before: number | undefined): { readonly now?: number; readonly before?: number } =>
  ({ ...(now === undefined ? {} : { now }), ...(before === undefined ? {} : { before }) });

function over(row: Float32Array): { readonly mean: number; readonly size: number; readonly open: number } {
  let [mean, size, open] = [0, 0, 0];
  for (const v of row) [mean, size, open] = [mean + v, size + Math.abs(v), open + Number(v > 0.5)];
  const n = Math.max(1, row.length);
  return { mean: mean / n, size: size / n, open: open / n };
}
