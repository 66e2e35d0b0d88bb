/** A recurrent node of 128 units over 200 steps, distinct random weights in U(-1/sqrt(H), 1/sqrt(H)): the size at which errors are stated. */
import { random, uniform } from './helpers';
import { floats, modelBytes, node, value } from './onnxSchema';

export const SIZES = { inputSize: 16, units: 128, steps: 200 } as const;
export const DIRECTIONS = ['forward', 'reverse', 'bidirectional'] as const;
const blocks = { LSTM: 4, GRU: 3, RNN: 1 } as const;
export type Op = keyof typeof blocks;

export function largeModel(op: Op, direction: typeof DIRECTIONS[number], seed: number, attributes: Record<string, number> = {}): { readonly bytes: Uint8Array; /** [steps, inputSize] */ readonly x: Float32Array; readonly directions: number } {
  const { inputSize, units, steps } = SIZES;
  const next = random(seed);
  const d = direction === 'bidirectional' ? 2 : 1;
  const rows = blocks[op] * units;
  const bound = 1 / Math.sqrt(units);
  const bytes = modelBytes({
    name: 'g', node: [node(op, ['X', 'W', 'R', 'B'], ['Y'], { hidden_size: units, direction, ...attributes }, 'cell')],
    initializer: [
      floats('W', [d, rows, inputSize], uniform(d * rows * inputSize, bound, next)),
      floats('R', [d, rows, units], uniform(d * rows * units, bound, next)),
      floats('B', [d, 2 * rows], uniform(d * 2 * rows, bound, next)),
    ],
    input: [value('X', [steps, 1, inputSize])], output: [value('Y', [steps, d, 1, units])],
  });
  return { bytes, x: uniform(steps * inputSize, 1, next), directions: d };
}
