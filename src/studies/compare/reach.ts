/** How far the gradient of a layer's output reaches: losses spread over the sequence, each followed back from the states that were there. */
import { gradientLeft, lossSteps, lostAt, spread } from '../../analysis/reach';
import type { Study } from '../study';
import { heldLayer, inputRows, statesAfter } from './held';

/** Steps that are followed back, losses, and the share that counts as lost. */
const DISTANCE = 160, MOST_LOSSES = 16, LOST = 0.01;

export const reach: Study<'reach'> = {
  name: 'reach',
  *answer(runs, { run = 'main', level, direction }) {
    const held = heldLayer(runs, { run, level, direction });
    const { steps } = held.from.recording;
    const reverse = held.layer.direction === 'reverse';
    const distance = Math.min(DISTANCE, steps - 1);
    const curves: Float64Array[] = [];
    for (const loss of lossSteps(steps, distance, MOST_LOSSES, reverse)) {
      const [from, to] = reverse ? [loss, loss + distance + 1] : [loss - distance, loss + 1];
      const x = (yield* inputRows(held, from, to)).slice();
      const initial = yield* statesAfter(held, reverse ? to : from - 1);
      curves.push(yield* gradientLeft(held.layer, { x, steps: to - from, initial }));
    }
    const sound = curves.filter(c => Number.isFinite(c[c.length - 1]));
    if (sound.length === 0) throw new Error('The gradients are not finite: there is NaN or infinity in this layer.');
    const found = spread(sound);
    const lost = lostAt(found.median, LOST);
    return { ...found, windows: sound.length, ...(lost === undefined ? {} : { lost }) };
  },
};
