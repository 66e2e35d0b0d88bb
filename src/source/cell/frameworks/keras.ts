/** Keras's cells (2, 3 and tf.keras): classes of Layer whose `call` takes inputs and states, and gives the output and the next states. */
import { saying } from '../../../core/said';
import type { CallExpression, Expression } from '../../code/expression';
import type { Frame } from '../frame';
import type { Dialect, TensorFunction } from '../framework';
import { all, clipped, common, one, tuned } from '../functions';
import { required } from '../given';
import type { Machine } from '../machine';
import { parameterOf } from '../parameters';
import type { LinearSize } from '../sizes';
import { besides, dropout, matmul, number, shapeOf, split, squeeze, unchanged, type Axes } from '../tensors';
import { eraOf } from '../../frameworks/keras/era';
import { call, opaque, type Value } from '../values';
import { hardSigmoids, hardSigmoidWord } from './kerasHardSigmoid';
import { kerasBases } from './kerasBases';
import { kerasLayers } from './kerasLayers';

/** Axis 0 counts examples: cells of Keras always see a batch. */
const axes = (fallback: number | undefined): Axes => ({ allowed: [1, -1], fallback, names: ['axis'] });

const base = /^(\?\.)?(.*\.)?(tf_keras|keras|tensorflow_addons)(\.\w+)*\.(Layer|AbstractRNNCell)$|^\?\.(layers\.)?(Layer|AbstractRNNCell)$|^\?\.(keras|tf\.keras)\.layers\.Layer$|^(\?\.)?(.*\.)?(tf_keras|keras)(\.\w+)*\.(LSTM|GRU|SimpleRNN)Cell$/;
const ours = /^(?:\?\.)?(?:(?:tf|tensorflow)(?:\.compat\.v[12])?\.(?:python\.)?)?(?:tf_keras|keras|keras_core)(?:\.\w+)*\.(\w+)$|^\?\.(?:ops|K|layers|activations)\.(\w+)$/;
const tensorflow = /^(?:\?\.)?(?:tf|tensorflow)(?:\.compat(?:\.v[12])?)?(?:\.(?:nn|math|linalg))?\.(\w+)$/;
const aside = /\.(initializers|regularizers|constraints|random|utils|saving|losses|optimizers)\b/;

/** Keras and TensorFlow have some names in common that mean something else. */
function word(path: string): string | undefined {
  if (aside.test(path)) return undefined;
  if (/\bactivations\.(get|deserialize)$/.test(path)) return 'activations.get';
  const ofKeras = ours.exec(path), name = ofKeras?.[1] ?? ofKeras?.[2];
  if (name !== undefined) return name === 'hard_sigmoid' ? hardSigmoidWord(path) : name;
  const ofTensorflow = tensorflow.exec(path)?.[1];
  return ofTensorflow === 'split' ? 'tf.split' : ofTensorflow;
}

const leaky = tuned([['negative_slope', 0.2]], (v, n) => call('leaky', v, ...n));

const functions: ReadonlyMap<string, TensorFunction> = new Map<string, TensorFunction>([
  ...all(common),
  ...all([
    ['leaky_relu', leaky], ['exponential', one(v => call('exp', v))],
    ['clip', clipped('x_min', 'x_max')], ['clip_by_value', clipped('clip_value_min', 'clip_value_max')],
    ['bias_add', { vectors: 2, make: ([v, w]) => ({ kind: 'infix', op: '+', left: v!, right: w! }) }],
  ]),
  ...hardSigmoids,
  ['matmul', matmul], ['dot', matmul],
  ['concatenate', besides(axes(-1))], ['concat', besides(axes(undefined))],
  ['split', split(axes(0))], ['tf.split', split(axes(0), true)],
  ['zeros_like', number(0)], ['ones_like', number(1)], ['zeros', number(0)],
  ['squeeze', squeeze], ['shape', shapeOf], ['int_shape', shapeOf],
  ['TensorShape', unchanged], ['dimension_value', unchanged], ['cast', first], ['convert_to_tensor', first], ['identity', unchanged], ['linear', unchanged], ['stop_gradient', unchanged],
  ['dropout', (g, machine) => dropout({ ...g, positional: g.positional.slice(0, 1) }, machine)],
  ['activations.get', (g, machine) => activation(required(g, 0, 'identifier'), machine, g.at)],
]);

function first(g: Parameters<TensorFunction>[0]): Value { return required(g, 0, 'x', 'value'); }

/** A function by its name, as layers take it; None is the function that changes nothing. */
export function activation(value: Value, machine: Machine, at: CallExpression | Parameters<TensorFunction>[0]['at']): Value {
  if (value.kind === 'callable' || value.kind === 'opaque') return value;
  const name = machine.word(value, at);
  const known = functions.get(name === '' ? 'linear' : name);
  if (!known || /[. ]/.test(name)) return opaque(saying('{0} is not among the activations that are read. Use sigmoid, tanh or relu', name), at);
  return { kind: 'callable', run: g => { machine.word(value, at); return known(g, machine); } };
}

export const keras: Dialect = {
  id: 'keras', step: 'call', makers: ['__init__', 'build'], carryFirst: false,
  // While models were graphs, a part of a variable followed it.
  partsAreCopies: module => eraOf(['keras.layers.RNN'], module).recurrentActivation !== 'hard_sigmoid',
  isBase: path => base.test(path),
  word,
  functions,
  modules: kerasLayers(activation), bases: kerasBases(activation), baseSizes: ['units'],
  special: (name, e, frame, machine, path) => (name === 'Variable' ? variable(e, frame, machine, path) : undefined),
  inherited: (name, e, frame, machine, path) => (name === 'add_weight' || name === 'add_variable' ? weight(e, frame, machine, path) : undefined),
  isShape: (method, parameter) => method.name === 'build' && /shape/.test(parameter),
  // By attributes; by the layers' own names, as older HDF5 has it; and by their order, as .weights.h5 and .keras have it.
  spellings: (tensor, order, given = tensor) => [tensor, given, `${given}:0`, `${tensor.replace(/[^/]*$/, '')}vars/${order}`],
};

/** self.add_weight(shape=..., name=...), in either order of Keras 2 and 3. */
function weight(e: CallExpression, frame: Frame, machine: Machine, path: string): Value {
  const [a, b] = e.args.filter(x => x.name === undefined && !x.splat).map(x => machine.expression(x.value, frame));
  const handed = e.args.filter(x => x.splat === '**').map(x => machine.expression(x.value, frame)).flatMap(v => (v.kind === 'items' && v.keys ? v.keys.map((key, k) => [key, v.items[k]!] as const) : []));
  const further = new Map(handed);
  const named = (key: string): Value | undefined => { const found = e.args.find(x => x.name === key); return found ? machine.expression(found.value, frame) : further.get(key); };
  const name = named('name') ?? (a?.kind === 'text' ? a : undefined), shape = named('shape') ?? (a && a.kind !== 'text' ? a : b);
  const sizes = shape && sizesOf(shape, machine, e);
  if (!sizes || path === '' || !machine.constructing) return opaque(saying('the shape of this weight is not written here. Write it in build, such as shape=(input_shape[-1], self.units)'), e);
  const trainable = named('trainable'), trained = trainable === undefined ? true : machine.flag(trainable);
  if (trained === undefined) return opaque(saying('whether this weight is trained is not settled in the text. Write True or False'), e);
  machine.declare(path, sizes, name?.kind === 'text' ? name.value : undefined, undefined, !trained);
  return parameterOf(path, sizes, e);
}

function sizesOf(shape: Value, machine: Machine, e: Expression): readonly LinearSize[] | undefined {
  if (shape.kind === 'items') return shape.items.map(i => machine.size(i, e));
  return shape.kind === 'size' ? [shape.size] : undefined;
}

/** tf.Variable(initial(shape=(...))): its shape is what counts. */
function variable(e: CallExpression, frame: Frame, machine: Machine, path: string): Value {
  const initial = (e.args.find(a => a.name === 'initial_value') ?? e.args[0])?.value;
  const shape = initial?.kind === 'call' ? (initial.args.find(a => a.name === 'shape') ?? initial.args[0])?.value : undefined;
  const sizes = shape && sizesOf(machine.expression(shape, frame), machine, e);
  if (!sizes || path === '' || !machine.constructing) return opaque(saying('the shape of this weight is not written here. Write it in build, such as shape=(input_shape[-1], self.units)'), e);
  machine.declare(path, sizes);
  return parameterOf(path, sizes, e);
}
