/** A case as an ONNX model of one recurrent node: X [steps, batch, inputSize] -> Y [steps, directions, batch, units]. */
import { floats, modelBytes, node, value } from '../../formats/onnxSchema';
import { networkOf, type Case, type CellId } from '../case';
import { joined, stacked } from '../packing';

/** ONNX's order of blocks; our GRU resets after the product. */
const OPS: Readonly<Record<CellId, { op: string; order: readonly string[]; attributes?: Readonly<Record<string, number>> }>> = {
  lstm: { op: 'LSTM', order: ['i', 'o', 'f', 'g'] },
  gru: { op: 'GRU', order: ['z', 'r', 'n'], attributes: { linear_before_reset: 1 } },
  rnn: { op: 'RNN', order: [''] },
};

/** The model's bytes. */
export function onnxModel(c: Case): Uint8Array {
  const { op, order, attributes } = OPS[c.cell];
  const layers = networkOf(c).levels[0]!.directions;
  const [d, rows] = [layers.length, order.length * c.units];
  const all = (prefix: string): Float32Array => joined(layers.map(l => stacked(l, prefix, order)));
  // Recurrent biases: zero, but for the GRU's cn.
  const bias = joined(layers.map(l => joined([stacked(l, 'b', order), stacked(l, 'c', order)])));
  return modelBytes({
    name: 'case',
    node: [node(op, ['X', 'W', 'R', 'B'], ['Y'], { hidden_size: c.units, direction: d === 2 ? 'bidirectional' : 'forward', ...attributes })],
    initializer: [floats('W', [d, rows, c.inputSize], all('W')), floats('R', [d, rows, c.units], all('U')), floats('B', [d, 2 * rows], bias)],
    input: [value('X', [c.steps, c.batch, c.inputSize])], output: [value('Y', [c.steps, d, c.batch, c.units])],
  });
}

/** The last row of the first direction and sequence in Y. */
export function lastOf(c: Case, y: Float32Array): Float32Array {
  const at = (c.steps - 1) * c.directions * c.batch * c.units;
  return y.subarray(at, at + c.units);
}
