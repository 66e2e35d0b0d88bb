/** What a step takes on this machine: layers run in turns, several rounds, so that what else goes on meets all of them. */
import { running } from '../../core/engine';
import type { Progress } from '../../core/pace';
import { parameterCountOf } from '../../core/parameters';
import { programOf } from '../../core/programs';
import type { Study } from '../study';
import { heldLayer, inputRows, type HeldLayer } from './held';

/** Multiply-adds of one measurement, and its steps. */
const WORK = 2e7, FEWEST = 8, MOST = 256;
const WARM = 2, ROUNDS = 9;

export const pace: Study<'pace'> = {
  name: 'pace',
  *answer(runs, { columns }) {
    const layers = columns.map(c => heldLayer(runs, c));
    const largest = Math.max(...layers.map(l => parameterCountOf(l.layer)));
    const steps = Math.min(Math.max(FEWEST, Math.min(MOST, Math.floor(WORK / largest))), ...layers.map(l => l.from.recording.steps));
    const inputs: Float32Array[] = [];
    for (const layer of layers) inputs.push((yield* inputRows(layer, 0, steps)).slice());
    const taken = layers.map((): number[] => []);
    for (let round = 0; round < WARM + ROUNDS; round++) {
      for (const [k, layer] of layers.entries()) {
        const micro = once(layer, inputs[k]!, steps);
        if (round >= WARM) taken[k]!.push(micro / steps);
        yield { done: round, total: WARM + ROUNDS, what: 'Measuring' } satisfies Progress;
      }
    }
    return { microseconds: taken.map(median), rounds: ROUNDS, steps };
  },
};

/** Microseconds of one run, not counting what happens between its pieces. */
function once({ layer }: HeldLayer, x: Float32Array, steps: number): number {
  const network = { name: '', levels: [{ name: '', directions: [layer], merge: 'none' as const }] };
  const work = running(network, x, steps, { record: [programOf(layer.cell).output] });
  const since = performance.now();
  while (!work.next().done);
  return (performance.now() - since) * 1000;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
