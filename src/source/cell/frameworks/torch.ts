/** PyTorch's cells: classes of torch.nn.Module whose `forward` takes x and a state and gives the next state. */
import { saying } from '../../../core/said';
import type { CallExpression, Expression } from '../../code/expression';
import { given as givenOf, wordOf } from '../calls';
import type { Frame } from '../frame';
import type { Dialect, TensorFunction } from '../framework';
import { all, clipped, common, one, tuned, two } from '../functions';
import { argument, required } from '../given';
import type { Machine } from '../machine';
import { parameterOf } from '../parameters';
import { chained } from '../places';
import type { LinearSize } from '../sizes';
import { besides, chunk, deviation, dropout, matmul, multiply, normalised, number, reduced, splitBySizes, squeeze, weighted, type Axes } from '../tensors';
import { call, infix, opaque, vector, type Term, type Value } from '../values';
import { whyNot } from '../reasons';
import { torchModules } from './torchModules';

const path = /^(?:\?\.)?(?:torch(?:\.\w+)*|F|nn|functional)\.(\w+)$/;
const base = /^(\?\.)?(torch\.)?(nn|jit)\.(modules\.(module\.)?)?(Module|ScriptModule)$/;

/** Vectors may stand without a batch, so that axis 0 counts units, or in a batch of sequences of one step, so that axis 2 does. */
const AXES: Axes = { allowed: [0, 1, 2, -1], fallback: undefined, names: ['dim', 'axis'] };

const own = all([
  ['hardsigmoid', one(v => call('hardσ', v, 1 / 6, 0.5))],
  ['hardtanh', tuned([['min_val', -1], ['max_val', 1]], (v, n) => call('clip', v, ...n))],
  ['clamp', clipped('min', 'max')], ['clip', clipped('min', 'max')],
  ['leaky_relu', tuned([['negative_slope', 0.01]], (v, n) => call('leaky', v, ...n))],
  ['rsub', two((v, w) => infix('-', w, v))],
  ['addcmul', { vectors: 3, make: ([v, a, b]) => infix('+', v!, infix('⊙', a!, b!)) }],
  ['lerp', { vectors: 3, make: ([v, w, a]) => infix('+', v!, infix('⊙', a!, infix('-', w!, v!))) }],
]);

const linear: TensorFunction = (g, machine) => {
  const weight = required(g, 1, 'weight'), bias = argument(g, 2, 'bias');
  const y = weighted(weight, () => machine.term(required(g, 0, 'input'), g.at), g.at);
  if (!y) return weight.kind === 'opaque' ? weight : opaque(saying('the weight of this product is not a parameter of the class. Make it by nn.Parameter'), g.at);
  return vector(bias && bias.kind !== 'none' ? infix('+', y, machine.term(bias, g.at)) : y);
};

const addmm: TensorFunction = (g, machine) => {
  const factor = ['beta', 'alpha'].find(name => g.named.has(name));
  if (factor !== undefined) return opaque(saying('{0} with {1} is not read. Write it without, or by products and sums', 'addmm', factor), g.at);
  const y = multiply(required(g, 1, 'mat1'), required(g, 2, 'mat2'), g.at, machine);
  return y.kind === 'term' ? vector(infix('+', y.term, machine.term(required(g, 0, 'input'), g.at))) : y;
};

const layerNorm: TensorFunction = (g, machine) => {
  const [gain, shift, epsilon] = [argument(g, 2, 'weight'), argument(g, 3, 'bias'), argument(g, 4, 'eps')];
  const term = (v: Value | undefined): Term | undefined => (v && v.kind !== 'none' ? machine.term(v, g.at) : undefined);
  return vector(normalised(machine.term(required(g, 0, 'input'), g.at), epsilon ? machine.number(epsilon, g.at) : 1e-5, term(gain), term(shift)));
};

/** F.dropout is on unless it is told otherwise. */
const functional: TensorFunction = (g, machine) => dropout({ ...g, named: new Map([...g.named, ['training', argument(g, 2, 'training') ?? { kind: 'flag', value: true, assumed: false }]]) }, machine);

const hstack: TensorFunction = (g, machine) => besides(AXES)({ ...g, positional: g.positional.slice(0, 1) }, machine);

export const torch: Dialect = {
  id: 'pytorch', step: 'forward', makers: ['__init__'], carryFirst: false, hasParts: true, changesInPlace: true,
  isBase: found => base.test(found) || found === '?.Module' || /^torch\..*\.(RNNCellBase|(RNN|LSTM|GRU)Cell)$|^\?\.(nn\.)?RNNCellBase$|^\?\.nn\.(RNN|LSTM|GRU)Cell$/.test(found),
  word: found => path.exec(found)?.[1],
  functions: new Map<string, TensorFunction>([
    ...all(common), ...own, ['linear', linear], ['mm', matmul], ['matmul', matmul], ['mv', matmul], ['addmm', addmm],
    ['cat', besides(AXES)], ['concat', besides(AXES)], ['concatenate', besides(AXES)], ['hstack', hstack],
    ['chunk', chunk(AXES)], ['tensor_split', chunk(AXES)], ['split', splitBySizes(AXES)], ['split_with_sizes', splitBySizes(AXES)],
    ['layer_norm', layerNorm], ['dropout', functional], ['alpha_dropout', functional],
    ['squeeze', squeeze], ['mean', reduced('mean')], ['sum', reduced('sum')], ['var', deviation(v => v)], ['std', deviation(v => call('sqrt', v))],
    ['zeros_like', number(0)], ['ones_like', number(1)],
  ]),
  modules: torchModules, bases: torchModules, baseSizes: ['input_size', 'hidden_size'],
  special,
  spellings: tensor => [tensor],
};

function special(word: string, e: CallExpression, frame: Frame, machine: Machine, at: string): Value | undefined {
  if (word === 'Parameter') return weights(e, frame, machine, at);
  if (word === 'Sequential') return chained(givenOf(e, frame, machine, at).positional, e, at);
  if (word === 'ModuleDict' && e.args.length === 1) return machine.expression(e.args[0]!.value, frame);
  if (word === 'ModuleList' && e.args.length === 0) return { kind: 'items', items: [] };
  if (word === 'ModuleList' && e.args.length === 1) return machine.expression(e.args[0]!.value, frame, at);
  if (word === 'script' || word === 'compile') return e.args[0] ? machine.expression(e.args[0].value, frame, at) : opaque(whyNot(word), e);
  if (word === 'tensor' && !machine.constructing && e.args[0]) { const v = machine.expression(e.args[0].value, frame); return machine.isNumber(v) ? v : opaque(whyNot(word), e); }
  if (word === 'zeros' && !machine.constructing) return number(0)(givenOf(e, frame, machine), machine);
  return undefined;
}

/** nn.Parameter(torch.randn(4 * H, I) * 0.1): its shape is what counts. */
function weights(e: CallExpression, frame: Frame, machine: Machine, at: string): Value {
  const shape = e.args[0] && shapeOf(e.args[0].value, frame, machine);
  if (!shape || at === '' || !machine.constructing) return opaque(saying('the shape of this parameter is not written here. Write it, such as torch.empty(4 * hidden, inputs)'), e);
  machine.declare(at, shape);
  return parameterOf(at, shape, e);
}

function shapeOf(e: Expression, frame: Frame, machine: Machine): readonly LinearSize[] | undefined {
  if (e.kind === 'binary') return shapeOf(e.left, frame, machine) ?? shapeOf(e.right, frame, machine);
  if (e.kind === 'unary') return shapeOf(e.operand, frame, machine);
  if (e.kind !== 'call') return undefined;
  const word = wordOf(e.callee, frame, machine);
  if (word !== undefined && /^(zeros|ones|rand|randn|empty|Tensor|FloatTensor|full)$/.test(word)) {
    const { positional, named } = givenOf(e, frame, machine);
    const first = positional[0] ?? named.get('size');
    const sizes = first?.kind === 'items' ? first.items : word === 'full' ? [] : positional;
    return sizes.map(s => machine.size(s, e));
  }
  if (word === 'tensor') return e.args[0]?.value.kind === 'literal' || e.args[0]?.value.kind === 'name' ? [] : undefined;
  if (word === 'eye' && e.args[0]) { const n = machine.size(machine.expression(e.args[0].value, frame), e); return [n, n]; }
  if (word !== undefined && e.args[0]) return shapeOf(e.args[0].value, frame, machine);
  return e.callee.kind === 'attribute' ? shapeOf(e.callee.object, frame, machine) : undefined;
}
