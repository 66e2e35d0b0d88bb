/** What modules of torch.nn do in equations: layers with weights become products, activations become functions. */
import { activationModules, dropouts, elementwise, whyNot } from './functions';
import { fixed, numberOf, plus, scaled, type LinearSize } from './sizes';
import { call, infix, namedTerm, opaque, part, Unread, vector, type Given, type Term, type Value, type Weight } from './values';

/** What making a module needs of the reader. */
export interface Maker {
  /** Declares a tensor of the checkpoint. */
  declare(name: string, shape: readonly LinearSize[]): void;
  term(value: Value): Term;
  size(value: Value): LinearSize;
  /** undefined where the text does not settle it. */
  flag(value: Value): boolean | undefined;
  number(value: Value): number;
  /** The states of a tuple or of what `forward` was given. */
  states(value: Value, names: readonly string[]): readonly Term[];
  note(text: string): void;
}

/** An argument by place or name. */
export const argument = ({ positional, named }: Given, index: number, name: string): Value | undefined => positional[index] ?? named.get(name);

export function required(given: Given, index: number, name: string): Value {
  const found = argument(given, index, name);
  if (!found) throw new Unread(`the argument ${name} is not written here`, given.at);
  return found;
}

/** A weight times a vector; vectors side by side take their columns of it. */
export function product(weight: Weight, argument: Term): Term {
  const size = weight.shape[weight.transposed ? 1 : 0] ?? fixed(0);
  const parts = argument.kind === 'beside' ? argument.parts : [argument];
  const terms = parts.map((_, index): Term => ({ kind: 'matrix', weight, from: fixed(0), size, parts, index }));
  return terms.reduce((a, b) => infix('+', a, b));
}

const whole = (tensor: string, size: LinearSize): Term => ({ kind: 'vector', tensor, from: fixed(0), size });

type Make = (given: Given, maker: Maker, path: string) => Value;

const linear: Make = (given, maker, path) => {
  const [inputs, outputs] = [maker.size(required(given, 0, 'in_features')), maker.size(required(given, 1, 'out_features'))];
  const bias = biased(argument(given, 2, 'bias'), maker, given);
  const weight: Weight = { tensor: `${path}.weight`, shape: [outputs, inputs], transposed: false };
  maker.declare(weight.tensor, weight.shape);
  if (bias) maker.declare(`${path}.bias`, [outputs]);
  const shift = whole(`${path}.bias`, outputs);
  const run = (g: Given): Value => {
    const y = product(weight, maker.term(required(g, 0, 'input')));
    return vector(bias ? infix('+', y, shift) : y);
  };
  return { kind: 'callable', run, children: name => (name === 'weight' ? { kind: 'weight', weight } : name === 'bias' ? (bias ? vector(shift) : { kind: 'none' }) : undefined) };
};

function biased(value: Value | undefined, maker: Maker, { at }: Given): boolean {
  const flag = value === undefined ? true : maker.flag(value);
  if (flag === undefined) throw new Unread('whether there is a bias is not settled in the text', at);
  return flag;
}

/** What norm(v) of the equations adds to the variance. */
const EPSILON = 1e-5;

const layerNorm: Make = (given, maker, path) => {
  const shape = required(given, 0, 'normalized_shape');
  const size = maker.size(shape.kind === 'items' && shape.items[0] ? shape.items[0] : shape);
  const epsilon = argument(given, 1, 'eps');
  if (epsilon && maker.number(epsilon) !== EPSILON) throw new Unread(`a layer norm with eps ${maker.number(epsilon)}; the equations' norm(v) adds ${EPSILON}`, given.at);
  const affine = biased(argument(given, 2, 'elementwise_affine'), maker, given);
  const shifted = affine && biased(given.named.get('bias'), maker, given);
  if (affine) maker.declare(`${path}.weight`, [size]);
  if (shifted) maker.declare(`${path}.bias`, [size]);
  return { kind: 'callable', run: g => vector(normalised(maker.term(required(g, 0, 'input')), affine ? whole(`${path}.weight`, size) : undefined, shifted ? whole(`${path}.bias`, size) : undefined)) };
};

/** `gain ⊙ norm(v) + shift` */
export function normalised(v: Term, gain: Term | undefined, shift: Term | undefined): Term {
  const scaledBy = gain ? infix('⊙', gain, call('norm', v)) : call('norm', v);
  return shift ? infix('+', scaledBy, shift) : scaledBy;
}

/** The blocks of a built-in cell of torch, in the order in which it stores them. */
function blocks(count: number, given: Given, maker: Maker, path: string): (x: Term, h: Term) => { readonly kernel: readonly Term[]; readonly recurrent: readonly Term[] } {
  const [inputs, units] = [maker.size(required(given, 0, 'input_size')), maker.size(required(given, 1, 'hidden_size'))];
  const bias = biased(argument(given, 2, 'bias'), maker, given);
  const make = (suffix: string, columns: LinearSize) => {
    const weight: Weight = { tensor: `${path}.weight_${suffix}`, shape: [scaled(units, count), columns], transposed: false };
    maker.declare(weight.tensor, weight.shape);
    if (bias) maker.declare(`${path}.bias_${suffix}`, [scaled(units, count)]);
    return (v: Term): readonly Term[] => {
      const y = bias ? infix('+', product(weight, v), whole(`${path}.bias_${suffix}`, scaled(units, count))) : product(weight, v);
      return Array.from({ length: count }, (_, k) => part(y, scaled(units, k), units, given.at));
    };
  };
  const [kernel, recurrent] = [make('ih', inputs), make('hh', units)];
  return (x, h) => ({ kernel: kernel(x), recurrent: recurrent(h) });
}

const one = (list: readonly Term[], k: number): Term => list[k] ?? { kind: 'number', value: 0 };

const lstmCell: Make = (given, maker, path) => {
  const of = blocks(4, given, maker, path);
  return { kind: 'callable', run: g => {
    const [h, c] = maker.states(required(g, 1, 'hx'), ['h', 'c']) as [Term, Term];
    const { kernel, recurrent } = of(maker.term(required(g, 0, 'input')), h);
    const [i, f, n, o] = ['σ', 'σ', 'tanh', 'σ'].map((name, k) => namedTerm('ifgo'.charAt(k), call(name, infix('+', one(kernel, k), one(recurrent, k))))) as [Term, Term, Term, Term];
    const next = namedTerm('c', infix('+', infix('⊙', f, c), infix('⊙', i, n)));
    return { kind: 'items', items: [vector(namedTerm('h', infix('⊙', o, call('tanh', next)))), vector(next)] };
  } };
};

const gruCell: Make = (given, maker, path) => {
  const of = blocks(3, given, maker, path);
  return { kind: 'callable', run: g => {
    const h = maker.term(required(g, 1, 'hx'));
    const { kernel, recurrent } = of(maker.term(required(g, 0, 'input')), h);
    const [r, z] = ['r', 'z'].map((name, k) => namedTerm(name, call('σ', infix('+', one(kernel, k), one(recurrent, k))))) as [Term, Term];
    const n = namedTerm('n', call('tanh', infix('+', one(kernel, 2), infix('⊙', r, one(recurrent, 2)))));
    return vector(namedTerm('h', infix('+', infix('⊙', infix('-', { kind: 'number', value: 1 }, z), n), infix('⊙', z, h))));
  } };
};

const rnnCell: Make = (given, maker, path) => {
  const of = blocks(1, given, maker, path);
  const kind = argument(given, 3, 'nonlinearity');
  if (kind && kind.kind !== 'text') throw new Unread('the nonlinearity is not settled in the text', given.at);
  const name = kind?.kind === 'text' && kind.value === 'relu' ? 'relu' : 'tanh';
  return { kind: 'callable', run: g => {
    const { kernel, recurrent } = of(maker.term(required(g, 0, 'input')), maker.term(required(g, 1, 'hx')));
    return vector(namedTerm('h', call(name, infix('+', one(kernel, 0), one(recurrent, 0)))));
  } };
};


const makers: ReadonlyMap<string, Make> = new Map([
  ['Linear', linear], ['LayerNorm', layerNorm], ['LSTMCell', lstmCell], ['GRUCell', gruCell], ['RNNCell', rnnCell],
  ['Identity', () => ({ kind: 'callable', run: g => required(g, 0, 'input') })],
]);

/** `nn.NAME(...)` under the name it has in the module. */
export function makeModule(name: string, given: Given, maker: Maker, path: string): Value {
  const make = makers.get(name);
  if (make) return make(given, maker, path);
  const activation = elementwise.get(activationModules.get(name) ?? '');
  if (activation) {
    const numbers = (activation.numbers ?? []).map(([n, fallback], k) => { const value = argument(given, k, n); return value ? maker.number(value) : fallback ?? 0; });
    return { kind: 'callable', run: g => vector(activation.make([maker.term(required(g, 0, 'input'))], numbers)) };
  }
  if (dropouts.has(name)) return { kind: 'callable', run: g => { maker.note('Dropout is left out, as it is once a model is trained.'); return required(g, 0, 'input'); } };
  return opaque(whyNot(name), given.at);
}

/** Modules one after the other. */
export const sequential = (modules: readonly Value[], at: Given['at']): Value => ({
  kind: 'callable',
  run: given => modules.reduce<Value>((v, m) => m.kind === 'callable' ? m.run({ at: given.at, positional: [v], named: new Map() }) : m.kind === 'opaque' ? m : opaque('a part of nn.Sequential is not known', at), required(given, 0, 'input')),
});

/** How many times a size goes into another; undefined where the text does not say. */
export function timesIn(size: LinearSize, all: LinearSize): number | undefined {
  const [first] = size.terms;
  const [n, m] = first ? [all.terms.get(first[0]) ?? 0, first[1]] : [numberOf(all) ?? 0, size.constant];
  const count = n / m;
  const rest = plus(all, size, -count);
  return Number.isInteger(count) && count > 0 && rest.terms.size === 0 && rest.constant === 0 ? count : undefined;
}
