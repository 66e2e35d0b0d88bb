/** ONNX models that nest, turn in circles, grow when they are folded, or point out of their folder. */
import { joined, joinedAll, utf8, type Case } from '../file';
import { floats as tensor, longs, modelBytes, node, value, type NodeMessage, type TensorMessage } from '../../formats/onnxSchema';
import { inMemory } from './made';

const varint = (n: number): number[] => (n < 128 ? [n] : [(n % 128) + 128, ...varint(Math.floor(n / 128))]);
const field = (number: number, data: Uint8Array | readonly number[]): Uint8Array => joined(varint(number * 8 + 2), varint(data.length), data);

/** `depth` graphs, each in an attribute of a node of the one around it. */
function nestedGraphs(depth: number): Uint8Array {
  let graph: Uint8Array = field(2, utf8('innermost'));
  for (let k = 0; k < depth; k++) graph = field(1, joined(field(4, utf8('If')), field(5, joined(field(1, utf8('then_branch')), field(6, graph)))));
  return joined([8, 7], field(7, graph));
}

const floats = (name: string, dims: number[], data: readonly number[]): TensorMessage => tensor(name, dims, Float32Array.from(data));

/** A model whose LSTM reads its weights from `W`. */
function weightsFrom(nodes: readonly NodeMessage[], initializer: readonly TensorMessage[]): Uint8Array {
  return modelBytes({
    name: 'g', node: [...nodes, node('LSTM', ['X', 'W', 'R'], ['Y'], { hidden_size: 1 }, 'cell')],
    initializer: [floats('R', [1, 4, 1], [1, 2, 3, 4]), ...initializer], input: [value('X', [2, 1, 1])], output: [value('Y', [2, 1, 1, 1])],
  });
}

const seed = floats('w0', [1, 4, 1], [1, 2, 3, 4]);
const chain = (length: number, op: string, inputs: (from: string) => string[]): NodeMessage[] =>
  Array.from({ length }, (_, k) => node(op, inputs(`w${k}`), [k === length - 1 ? 'W' : `w${k + 1}`], op === 'Concat' ? { axis: 1 } : {}));

const external = (entries: Readonly<Record<string, string>>): Uint8Array => joined([8, 7], field(7, joined(
  field(1, joined(field(1, utf8('X')), field(1, utf8('W')), field(1, utf8('R')), field(2, utf8('Y')), field(4, utf8('LSTM')))),
  ...['W', 'R'].map(name => field(5, joined([8, 1], [8, 4], [8, 1], [16, 1], field(8, utf8(name)), ...Object.entries(entries).map(([k, v]) => field(13, joined(field(1, utf8(k)), field(2, utf8(v))))), [112, 1]))))));

const LOCATIONS = ['/etc/passwd', '../../../../../../etc/passwd', '..', '.', '', 'a/../../x', '/proc/self/mem', 'C:\\Windows\\win.ini', '\\\\host\\share', 'file:///etc/passwd', '__proto__', 'x'.repeat(70_000), 'a\u0000b', 'weights.data'];
const RANGES = [{ offset: '-1' }, { offset: '99999999999999999999' }, { offset: '9007199254740991', length: '4' }, { length: '1e9' }, { length: '4611686018427387904' }, { offset: 'NaN' }, { offset: '0x10' }, { offset: ' 4 ', length: '16' }];
const beside = new Map([['weights.data', new Uint8Array(16)]]);

export const onnxCases = (): readonly Case[] => [
  ...[23, 60, 3000].map(depth => inMemory(`${depth} graphs in one another`, 'model.onnx', () => nestedGraphs(depth))),
  inMemory('a node that reads itself', 'model.onnx', () => weightsFrom([node('Identity', ['W'], ['W'])], [])),
  inMemory('two nodes that read one another', 'model.onnx', () => weightsFrom([node('Identity', ['a'], ['W']), node('Identity', ['W'], ['a'])], [])),
  inMemory('an LSTM that reads its own output', 'model.onnx', () => modelBytes({ name: 'g', node: [node('LSTM', ['Y', 'W', 'W'], ['Y'], { hidden_size: 1 }, 'a'), node('LSTM', ['Z', 'W', 'W'], ['Z'], { hidden_size: 1 }, 'b')], initializer: [floats('W', [1, 4, 1], [1, 2, 3, 4])] })),
  ...[1000, 50_000].map(length => inMemory(`weights behind ${length} Identity nodes`, 'model.onnx', () => weightsFrom(chain(length, 'Identity', from => [from]), [seed]))),
  ...[20, 45, 300].map(length => inMemory(`weights doubled ${length} times`, 'model.onnx', () => weightsFrom(chain(length, 'Concat', from => [from, from]), [seed]))),
  inMemory('weights made of a huge shape', 'model.onnx', () => weightsFrom([node('ConstantOfShape', ['s'], ['W'])], [longs('s', [1, 4 * 2 ** 30, 2 ** 20])])),
  inMemory('weights expanded to a huge shape', 'model.onnx', () => weightsFrom([node('Expand', ['w0', 's'], ['W'])], [seed, longs('s', [2 ** 30, 4, 2 ** 20])])),
  inMemory('weights reshaped to a wrong shape', 'model.onnx', () => weightsFrom([node('Reshape', ['w0', 's'], ['W'])], [seed, longs('s', [-1, -1, 0])])),
  inMemory('weights sliced with steps of zero', 'model.onnx', () => weightsFrom([node('Slice', ['w0', 'z', 's', 'z', 'z'], ['W'])], [seed, longs('s', [4]), longs('z', [0])])),
  inMemory('weights sliced backwards from the end', 'model.onnx', () => weightsFrom([node('Slice', ['w0', 's', 'e', 'a', 'n'], ['W'])], [seed, longs('s', [2 ** 53]), longs('e', [-(2 ** 53)]), longs('a', [1]), longs('n', [-1])])),
  inMemory('weights transposed by a wrong order', 'model.onnx', () => weightsFrom([node('Transpose', ['w0'], ['W'], { perm: [0, 0, 99] })], [seed])),
  inMemory('weights squeezed at an axis that is not there', 'model.onnx', () => weightsFrom([node('Squeeze', ['w0', 's'], ['W'])], [seed, longs('s', [77, -99])])),
  inMemory('hidden_size of 2^53', 'model.onnx', () => modelBytes({ name: 'g', node: [node('LSTM', ['X', 'W', 'W'], ['Y'], { hidden_size: 2 ** 53 }, 'a')], initializer: [floats('W', [1, 4, 1], [1, 2, 3, 4])] })),
  inMemory('weights of 2^40 by 2^40', 'model.onnx', () => modelBytes({ name: 'g', node: [node('LSTM', ['X', 'W', 'W'], ['Y'], { hidden_size: 1 }, 'a')], initializer: [floats('W', [2 ** 40, 2 ** 40, 4], [])] })),
  inMemory('30000 nodes of one name', 'model.onnx', () => modelBytes({ name: 'g', node: Array.from({ length: 30_000 }, () => node('LSTM', ['X', 'W', 'R'], ['Y'], {}, 'same')) })),
  inMemory('a million empty messages', 'model.onnx', () => joined([8, 7], field(7, joinedAll(Array.from({ length: 1_000_000 }, () => [10, 0]))))),
  inMemory('an initializer called __proto__', 'model.onnx', () => modelBytes({ name: 'g', node: [node('LSTM', ['X', '__proto__', 'constructor'], ['Y'], { hidden_size: 1 }, '__proto__')], initializer: [floats('__proto__', [1, 4, 1], [1, 2, 3, 4]), floats('constructor', [1, 4, 1], [1, 2, 3, 4])] })),
  inMemory('two initializers of one name', 'model.onnx', () => weightsFrom([], [floats('W', [1, 4, 1], [1, 2, 3, 4]), floats('W', [1, 4, 2], [1, 2, 3, 4, 5, 6, 7, 8])])),
  ...LOCATIONS.map(location => inMemory(`external data at ${JSON.stringify(location.slice(0, 40))}`, 'model.onnx', () => external({ location }), beside)),
  ...RANGES.map(range => inMemory(`external data in the range ${JSON.stringify(range)}`, 'model.onnx', () => external({ location: 'weights.data', ...range }), beside)),
];
