/** Places where nearly the same units are on as in a range that was chosen. */
import { similarPlaces, thresholdFor } from '../analysis/similar';
import type { SimilarAnswer } from '../questions/similar';
import { columnOf, directionOf, memoryOf, placeOf } from './run';
import type { Study } from './study';

/** So many units are on at the threshold that is proposed: a tenth of all, within these. */
const FEWEST = 3, MOST = 8;

export const similar: Study<'similar'> = {
  name: 'similar',
  *answer(runs, { run: id, level, direction, from, to, threshold: wanted }) {
    const { recording } = runs.run(id), { stride, steps } = recording;
    const memory = memoryOf(directionOf(recording, level, direction));
    const column = columnOf(recording, placeOf(level, direction, memory));
    const most = Number.isFinite(memory.stats.p98) && memory.stats.p98 > 0 ? memory.stats.p98 : 1;
    const first = Math.max(0, Math.min(column.steps - 1, Math.floor(from / stride)));
    const range = { from: first, to: Math.max(first + 1, Math.min(column.steps, Math.ceil(to / stride))) };
    const threshold = wanted ?? Math.min(most / 2, thresholdFor(column, range, Math.max(FEWEST, Math.min(MOST, Math.round(column.units / 10)))));
    const found = yield* similarPlaces(column, range, threshold);
    const end = (row: number): number => Math.min(steps, row * stride);
    return {
      signal: memory.name, stride, from: range.from * stride, to: end(range.to), threshold, most,
      units: found.units, signs: found.signs, on: found.on,
      places: found.places.map(p => ({ from: p.from * stride, to: end(p.to), shared: p.shared })),
    } satisfies SimilarAnswer;
  },
};
