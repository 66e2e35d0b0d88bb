/** What modules of torch.nn do in equations: layers with weights become products, activations become functions. */
import { saying } from '../../../core/said';
import { part } from '../cut';
import type { MakeModule, TensorFunction } from '../framework';
import { common, lifted, one, tuned } from '../functions';
import { argument, required } from '../given';
import type { Machine } from '../machine';
import { parameterOf } from '../parameters';
import { scaled, type LinearSize } from '../sizes';
import { dropout, normalised, product, whole } from '../tensors';
import { call, infix, namedTerm, opaque, Unread, vector, type Given, type Term, type Value, type Weight } from '../values';

const linear: MakeModule = (given, machine, path) => {
  const [inputs, outputs] = [machine.size(required(given, 0, 'in_features')), machine.size(required(given, 1, 'out_features'))];
  const bias = biased(argument(given, 2, 'bias'), machine, given);
  kept(path, machine, given);
  const weight: Weight = { tensor: within(path, 'weight'), shape: [outputs, inputs], transposed: false };
  machine.declare(weight.tensor, weight.shape);
  if (bias) machine.declare(within(path, 'bias'), [outputs]);
  kept(path, machine, given);
  const shift = whole(within(path, 'bias'), outputs);
  const run = (g: Given): Value => {
    const y = product(weight, machine.term(required(g, 0, 'input')));
    return vector(bias ? infix('+', y, shift) : y);
  };
  return { kind: 'callable', run, children: name => (name === 'weight' ? { kind: 'weight', weight } : name === 'bias' ? (bias ? vector(shift) : { kind: 'none' }) : undefined) };
};

/** The name of a tensor of a layer; the layer that a class is made of has no name of its own. */
const within = (path: string, tensor: string): string => (path === '' ? tensor : `${path}.${tensor}`);

/** Weights that are made anew in each step are none. @throws Unread */
function kept(path: string, machine: Machine, { at, base }: Given): void {
  if (path === '' && !base || !machine.constructing) throw new Unread(saying('a layer is made inside the step, with new weights each time. Make it in the constructor'), at);
}

/** With one, as by default, where the class leaves it open: a checkpoint without one does not fit. @throws Unread */
function biased(value: Value | undefined, machine: Machine, { at }: Given): boolean {
  const flag = value === undefined ? true : machine.flag(value);
  if (flag === undefined && value?.kind === 'size') machine.note(saying('Read with biases: whether the cell has them is not settled in the text.'));
  else if (flag === undefined) throw new Unread(saying('whether there is a bias is not settled in the text. Write True or False'), at);
  return flag ?? true;
}

const numberAt = (value: Value | undefined, fallback: number, machine: Machine, { at }: Given): number => (value ? machine.number(value, at) : fallback);

const layerNorm: MakeModule = (given, machine, path) => {
  const shape = required(given, 0, 'normalized_shape');
  const size = machine.size(shape.kind === 'items' && shape.items.length === 1 ? shape.items[0]! : shape, given.at);
  const epsilon = numberAt(argument(given, 1, 'eps'), 1e-5, machine, given);
  kept(path, machine, given);
  const affine = biased(argument(given, 2, 'elementwise_affine'), machine, given);
  const shifted = affine && biased(given.named.get('bias'), machine, given);
  if (affine) machine.declare(within(path, 'weight'), [size], undefined, 1);
  if (shifted) machine.declare(within(path, 'bias'), [size], undefined, 0);
  return { kind: 'callable', run: g => vector(normalised(machine.term(required(g, 0, 'input')), epsilon, affine ? whole(within(path, 'weight'), size) : undefined, shifted ? whole(within(path, 'bias'), size) : undefined)) };
};

interface Blocks { readonly of: (x: Term, h: Term) => { readonly kernel: readonly Term[]; readonly recurrent: readonly Term[] }; readonly children: (name: string) => Value | undefined }

/** The blocks of a built-in cell of torch, in the order in which it stores them, and its attributes. */
function blocks(count: number, given: Given, machine: Machine, path: string): Blocks {
  const [inputs, units] = [machine.size(required(given, 0, 'input_size')), machine.size(required(given, 1, 'hidden_size'))];
  const bias = biased(argument(given, 2, 'bias'), machine, given);
  kept(path, machine, given);
  const make = (suffix: string, columns: LinearSize) => {
    const weight: Weight = { tensor: within(path, `weight_${suffix}`), shape: [scaled(units, count), columns], transposed: false };
    machine.declare(weight.tensor, weight.shape);
    if (bias) machine.declare(within(path, `bias_${suffix}`), [scaled(units, count)]);
    return (v: Term): readonly Term[] => {
      const y = bias ? infix('+', product(weight, v), whole(within(path, `bias_${suffix}`), scaled(units, count))) : product(weight, v);
      return Array.from({ length: count }, (_, k) => part(y, scaled(units, k), units, given.at));
    };
  };
  const [kernel, recurrent] = [make('ih', inputs), make('hh', units)];
  const parameter = (name: string, shape: readonly LinearSize[]): readonly [string, Value] => [name, parameterOf(within(path, name), shape, given.at)];
  const attributes = new Map<string, Value>([
    ['input_size', { kind: 'size', size: inputs }], ['hidden_size', { kind: 'size', size: units }], ['bias', { kind: 'flag', value: bias, assumed: false }],
    parameter('weight_ih', [scaled(units, count), inputs]), parameter('weight_hh', [scaled(units, count), units]),
    ...['bias_ih', 'bias_hh'].map(name => (bias ? parameter(name, [scaled(units, count)]) : [name, { kind: 'none' }] as const)),
  ]);
  return { of: (x, h) => ({ kernel: kernel(x), recurrent: recurrent(h) }), children: name => attributes.get(name) };
}

/** What cells are made of whose step is written in the file. */
const cellBase: MakeModule = (given, machine, path) => {
  const count = argument(given, 3, 'num_chunks');
  // Up to torch 0.4 it had no constructor.
  const children = count ? blocks(machine.number(count, given.at), given, machine, path).children : () => undefined;
  return { kind: 'callable', children, run: g => opaque(saying('{0} has no step', 'RNNCellBase'), g.at) };
};

const nth = (list: readonly Term[], k: number): Term => list[k] ?? { kind: 'number', value: 0 };

const lstmCell: MakeModule = (given, machine, path) => {
  const { of, children } = blocks(4, given, machine, path);
  return { kind: 'callable', children, run: g => {
    const [h, c] = machine.states(required(g, 1, 'hx'), ['h', 'c'], g.at) as [Term, Term];
    const { kernel, recurrent } = of(machine.term(required(g, 0, 'input')), h);
    const [i, f, n, o] = ['σ', 'σ', 'tanh', 'σ'].map((name, k) => namedTerm('ifgo'.charAt(k), call(name, infix('+', nth(kernel, k), nth(recurrent, k))))) as [Term, Term, Term, Term];
    const next = namedTerm('c', infix('+', infix('⊙', f, c), infix('⊙', i, n)));
    return { kind: 'items', items: [vector(namedTerm('h', infix('⊙', o, call('tanh', next)))), vector(next)] };
  } };
};

const gruCell: MakeModule = (given, machine, path) => {
  const { of, children } = blocks(3, given, machine, path);
  return { kind: 'callable', children, run: g => {
    const h = machine.term(required(g, 1, 'hx'));
    const { kernel, recurrent } = of(machine.term(required(g, 0, 'input')), h);
    const [r, z] = ['r', 'z'].map((name, k) => namedTerm(name, call('σ', infix('+', nth(kernel, k), nth(recurrent, k))))) as [Term, Term];
    const n = namedTerm('n', call('tanh', infix('+', nth(kernel, 2), infix('⊙', r, nth(recurrent, 2)))));
    return vector(namedTerm('h', infix('+', infix('⊙', infix('-', { kind: 'number', value: 1 }, z), n), infix('⊙', z, h))));
  } };
};

const rnnCell: MakeModule = (given, machine, path) => {
  const { of, children } = blocks(1, given, machine, path);
  const kind = argument(given, 3, 'nonlinearity');
  const name = kind && machine.word(kind, given.at) === 'relu' ? 'relu' : 'tanh';
  return { kind: 'callable', children, run: g => {
    const { kernel, recurrent } = of(machine.term(required(g, 0, 'input')), machine.term(required(g, 1, 'hx')));
    return vector(namedTerm('h', call(name, infix('+', nth(kernel, 0), nth(recurrent, 0)))));
  } };
};

/** A function of tensors as a layer, with the options it is made with. */
export const layered = (run: TensorFunction): MakeModule => (made, machine) =>
  ({ kind: 'callable', run: g => run({ at: g.at, positional: [required(g, 0, 'input', 'x', 'inputs'), ...made.positional], named: made.named }, machine) });

const activations: readonly (readonly [string, string])[] = [
  ['Sigmoid', 'sigmoid'], ['Tanh', 'tanh'], ['ReLU', 'relu'], ['ELU', 'elu'], ['SELU', 'selu'], ['SiLU', 'silu'],
  ['Softplus', 'softplus'], ['Softsign', 'softsign'], ['ReLU6', 'relu6'],
];
const shared = new Map(common);

/** Modules by their class. */
export const torchModules: ReadonlyMap<string, MakeModule> = new Map<string, MakeModule>([
  ['Linear', linear], ['LayerNorm', layerNorm], ['LSTMCell', lstmCell], ['GRUCell', gruCell], ['RNNCell', rnnCell], ['RNNCellBase', cellBase],
  ['Identity', layered(g => required(g, 0, 'input'))],
  ...activations.map(([word, name]): [string, MakeModule] => [word, layered(lifted(name, shared.get(name)!))]),
  ['Hardsigmoid', layered(lifted('hardsigmoid', one(v => call('hardσ', v, 1 / 6, 0.5))))],
  ['Hardtanh', layered(lifted('hardtanh', tuned([['min_val', -1], ['max_val', 1]], (v, n) => call('clip', v, ...n))))],
  ['LeakyReLU', layered(lifted('leaky_relu', tuned([['negative_slope', 0.01]], (v, n) => call('leaky', v, ...n))))],
  ...['Dropout', 'AlphaDropout', 'FeatureAlphaDropout'].map((word): [string, MakeModule] => [word, layered((g, machine) => dropout({ ...g, positional: g.positional.slice(0, 1), named: new Map() }, machine))]),
]);
