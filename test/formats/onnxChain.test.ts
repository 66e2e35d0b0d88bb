/** Two recurrent nodes with a Reshape between them: one stack only where the shape keeps what the axes mean. */
import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { memory, open } from '../../src/formats/index';
import { floats, longs, modelBytes, node, value } from './onnxSchema';

/** `batch`: sequences that the initial state is for; none is given where it is undefined. */
function model(shape: readonly number[], batch?: number): Uint8Array {
  const zeros = (count: number): Float32Array => new Float32Array(count).fill(0.5);
  return modelBytes({
    name: 'g', input: [value('X', ['T', 'B', 3])], output: [value('Z', ['T', 1, 'B', 1])],
    node: [
      node('LSTM', ['X', 'W', 'R', '', '', ...(batch === undefined ? [] : ['h'])], ['Y'], { hidden_size: 1, direction: 'bidirectional' }, 'below'),
      node('Transpose', ['Y'], ['moved'], { perm: [0, 2, 1, 3] }), node('Reshape', ['moved', 'shape'], ['flat']),
      node('LSTM', ['flat', 'W2', 'R2'], ['Z'], { hidden_size: 1 }, 'above'),
    ],
    initializer: [
      floats('W', [2, 4, 3], zeros(24)), floats('R', [2, 4, 1], zeros(8)), floats('W2', [1, 4, 2], zeros(8)), floats('R2', [1, 4, 1], zeros(4)), longs('shape', shape),
      ...(batch === undefined ? [] : [floats('h', [2, batch, 1], new Float32Array(2 * batch))]),
    ],
  });
}

const cases: readonly (readonly [string, readonly number[], number | undefined, readonly string[]])[] = [
  ['both axes copied', [0, 0, -1], undefined, ['below+above']],
  ['numbers, and a state for one sequence', [9, 1, 2], 1, ['below+above']],
  ['steps left open, and a state for one sequence', [-1, 1, 2], 1, ['below+above']],
  ['numbers, and a state for three sequences', [27, 1, 2], 3, ['below', 'above']],
  ['numbers, and nothing that tells the batch', [9, 1, 2], undefined, ['below', 'above']],
  ['steps behind the batch', [1, 9, 2], 1, ['below', 'above']],
  ['another number of features', [18, 1, 1], 1, ['below', 'above']],
];

describe('recurrent nodes with a Reshape between them', () => {
  for (const [what, shape, batch, stacks] of cases) {
    it(`${what}: ${stacks.join(' and ')}`, async () => {
      const opened = await open(memory('m.onnx', model(shape, batch)));
      assert.ok(opened.kind === 'checkpoint');
      assert.deepEqual(opened.stacks.map(s => s.levels.map(l => l.name).join('+')), stacks);
    });
  }
});
