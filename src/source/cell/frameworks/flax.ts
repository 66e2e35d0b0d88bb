/** Flax linen's cells: modules whose `__call__` takes the carry and x, and gives the next carry and the output. */
import { saying } from '../../../core/said';
import type { CallExpression } from '../../code/expression';
import { functionNamed, given as givenOf } from '../calls';
import type { Frame } from '../frame';
import type { Dialect, MakeModule, TensorFunction } from '../framework';
import { all, clipped, common, one, tuned } from '../functions';
import { argument, only, required } from '../given';
import type { Machine } from '../machine';
import { parameterOf } from '../parameters';
import { symbol } from '../sizes';
import { besides, dropout, matmul, normalised, number, product, shapeOf, split, squeeze, unchanged, whole, type Axes } from '../tensors';
import { call, infix, opaque, sizeOf, Unread, vector, type Given, type Value, type Weight } from '../values';
import { switched } from './kerasLayers';

/** A cell may see one example alone, so that axis 0 counts units. */
const AXES: Axes = { allowed: [0, 1, -1], fallback: 0, names: ['axis'] };

const path = /^(?:\?\.)?(?:jax\.numpy|jax\.nn|jax\.lax|jax\.scipy\.special|flax\.linen(?:\.\w+)?|linen|jnp|nn|lax|functools)\.(\w+)$/;

const dense: MakeModule = (given, machine, at) => {
  const units = machine.size(required(given, 0, 'features'), given.at);
  const bias = switched(argument(given, 1, 'use_bias'), true, machine, given);
  const weight: Weight = { tensor: `${at}.kernel`, shape: [symbol(`inputs of ${at}`), units], transposed: true };
  machine.declare(weight.tensor, weight.shape);
  if (bias) machine.declare(`${at}.bias`, [units]);
  return { kind: 'callable', run: g => {
    const y = product(weight, machine.term(required(g, 0, 'inputs'), g.at));
    return vector(bias ? infix('+', y, whole(`${at}.bias`, units)) : y);
  } };
};

const layerNorm: MakeModule = (given, machine, at) => {
  const written = argument(given, 0, 'epsilon');
  if (['reduction_axes', 'feature_axes'].some(axes => given.named.has(axes))) throw new Unread(saying('another axis than that of the units is meant. Use the last one, -1'), given.at);
  const epsilon = written ? machine.number(written, given.at) : 1e-6;
  const [shifted, gained] = [switched(argument(given, 3, 'use_bias'), true, machine, given), switched(argument(given, 4, 'use_scale'), true, machine, given)];
  const size = symbol(`inputs of ${at}`);
  if (gained) machine.declare(`${at}.scale`, [size], undefined, 1);
  if (shifted) machine.declare(`${at}.bias`, [size], undefined, 0);
  return { kind: 'callable', run: g => {
    const v = machine.term(required(g, 0, 'x'), g.at), length = sizeOf(v) ?? size;
    return vector(normalised(v, epsilon, gained ? whole(`${at}.scale`, length) : undefined, shifted ? whole(`${at}.bias`, length) : undefined));
  } };
};

export const flax: Dialect = {
  id: 'flax', step: '__call__', makers: ['setup'], carryFirst: true, hasFields: true,
  isBase: found => /^(\?\.)?(flax\.)?linen(\.\w+)?\.(Module|RNNCellBase)$|^\?\.nn\.(Module|RNNCellBase)$|^\?\.(Module|RNNCellBase)$/.test(found),
  word: found => path.exec(found)?.[1],
  functions: new Map<string, TensorFunction>([
    ...all(common),
    ...all([
      ['hard_sigmoid', one(v => call('hardσ', v, 1 / 6, 0.5))], ['hard_tanh', one(v => call('clip', v, -1, 1))],
      ['leaky_relu', tuned([['negative_slope', 0.01]], (v, n) => call('leaky', v, ...n))], ['clip', clipped('min', 'max')],
    ]),
    ['matmul', matmul], ['dot', matmul],
    ['concatenate', besides(AXES)], ['hstack', (g, machine) => besides({ ...AXES, fallback: -1 })(only(required(g, 0, 'tup'), g.at), machine)],
    ['split', split(AXES)], ['squeeze', squeeze], ['shape', shapeOf],
    ['zeros_like', number(0)], ['ones_like', number(1)], ['zeros', number(0)],
    ['asarray', unchanged], ['stop_gradient', unchanged],
  ]),
  modules: new Map<string, MakeModule>([
    ['Dense', dense], ['LayerNorm', layerNorm], ['Dropout', (_, machine) => ({ kind: 'callable', run: g => dropout(only(required(g, 0, 'inputs'), g.at), machine) })],
  ]),
  special: (word, e, frame, machine) => (word === 'partial' ? partial(e, frame, machine) : undefined),
  inherited: (name, e, frame, machine) => (name === 'param' ? parameter(e, frame, machine) : undefined),
  nameOf,
  spellings: tensor => [tensor],
};

/** As Flax names them: what the code says, the attribute in `setup`, else the class and a number. */
function nameOf(word: string, given: Given, machine: Machine, attribute: string): string {
  const name = given.named.get('name');
  if (name && name.kind !== 'none') return machine.word(name, given.at);
  if (machine.constructing) return attribute.replaceAll('.', '_');
  const count = machine.unnamed.get(word) ?? 0;
  machine.unnamed.set(word, count + 1);
  return `${word}_${count}`;
}

/** self.param('kernel', initialiser, shape) */
function parameter(e: CallExpression, frame: Frame, machine: Machine): Value {
  const [name, , shape] = e.args.map(a => a.value);
  const text = name && machine.expression(name, frame), sizes = shape && machine.expression(shape, frame);
  if (text?.kind !== 'text' || sizes?.kind !== 'items') return opaque(saying('the name or shape of this parameter is not written here. Write both, such as self.param(\'kernel\', init, (x.shape[-1], self.features))'), e);
  const lengths = sizes.items.map(s => machine.size(s, e));
  machine.declare(text.value, lengths);
  return parameterOf(text.value, lengths, e);
}

/** functools.partial(nn.Dense, self.features, use_bias=False): called with more arguments later. */
function partial(e: CallExpression, frame: Frame, machine: Machine): Value {
  const [first, ...rest] = e.args;
  const made = first && !first.splat ? functionNamed(first.value, frame, machine) ?? machine.expression(first.value, frame) : undefined;
  if (made?.kind !== 'callable') return made ?? opaque(saying('what partial prepares is not known. Name the layer'), e);
  const bound = givenOf({ ...e, args: rest }, frame, machine);
  return { kind: 'callable', run: g => made.run({ at: g.at, positional: [...bound.positional, ...g.positional], named: new Map([...bound.named, ...g.named]) }) };
}
