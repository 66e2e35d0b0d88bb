/** Keras 3 numbers a layer's weights in its file; these are their names. */
import { field, flag, record, text, type JsonRecord } from './json';
import { plainClass } from './names';

const CELL = ['kernel', 'recurrent_kernel', 'bias'];

/** By class, in the order that the layer makes them. */
const orders = new Map<string, (config: JsonRecord) => readonly string[]>([
  ['Embedding', () => ['embeddings']],
  ['Dense', () => ['kernel', 'bias']],
  ['EinsumDense', () => ['kernel', 'bias']],
  ...['Conv1D', 'Conv2D', 'Conv3D', 'Conv1DTranspose', 'Conv2DTranspose'].map(name => [name, () => ['kernel', 'bias']] as const),
  ['PReLU', () => ['alpha']],
  ['LayerNormalization', config => scaled(config, [])],
  ['BatchNormalization', config => scaled(config, ['moving_mean', 'moving_variance'])],
  ['Normalization', () => ['mean', 'variance', 'count']],
]);

const scaled = (config: JsonRecord, more: readonly string[]): readonly string[] =>
  [...(flag(field(config, 'scale')) === false ? [] : ['gamma']), ...(flag(field(config, 'center')) === false ? [] : ['beta']), ...more];

/** `kernel` of `0`, where the class (or that of a wrapped layer) is known; the number else. `inside` is the path within the layer. */
export function numbered(layer: { readonly className: string; readonly config: JsonRecord }, inside: string, number: string): string {
  if (!/^\d{1,6}$/.test(number)) return number;
  if (/(^|\/)cell(\/|$)/.test(inside)) return CELL[Number(number)] ?? number;
  const wrapped = inside === 'layer' ? field(layer.config, 'layer') : undefined;
  const className = wrapped === undefined ? layer.className : plainClass(text(field(wrapped, 'class_name')) ?? '');
  const config = wrapped === undefined ? layer.config : record(field(wrapped, 'config'));
  return inside === '' || wrapped !== undefined ? orders.get(className)?.(config)[Number(number)] ?? number : number;
}
