/** Where two runs of one layer part: all signals that both recorded, window by window. */
import { parting } from '../../analysis/divergence';
import { directionOf, placeOf } from '../run';
import type { Study } from '../study';

const WINDOW = 1024;

export const divergence: Study<'divergence'> = {
  name: 'divergence',
  *answer(runs, { run, other, level, direction, tolerance }) {
    const [a, b] = [runs.run(run).recording, runs.run(other).recording];
    const [own, theirs] = [directionOf(a, level, direction), directionOf(b, level, direction)];
    const shared = own.signals.filter(s => theirs.signals.some(t => t.name === s.name && t.units === s.units));
    if (shared.every(s => s.name === 'x')) throw new Error('These layers have no signal of equal size, so there is nothing to compare value by value.');
    const reverse = own.direction === 'reverse';
    const found = parting(shared.map(s => s.name), tolerance, reverse);
    const steps = Math.min(a.steps, b.steps);
    const starts = Array.from({ length: Math.ceil(steps / WINDOW) }, (_, k) => k * WINDOW);
    for (const from of reverse ? starts.reverse() : starts) {
      const to = Math.min(steps, from + WINDOW);
      for (const signal of shared) {
        const rows = (yield* a.reading(placeOf(level, direction, signal), from, to)).slice();
        found.add(from, { signal: signal.name, units: signal.units, a: rows, b: yield* b.reading(placeOf(level, direction, signal), from, to) });
        yield { done: from, total: steps, what: 'Comparing' };
      }
    }
    return found.finish();
  },
};
