/** What functions of tensors mean in equations, number by number; those that all frameworks share, and the ways to add others. */
import { saying } from '../../core/said';
import type { TensorFunction } from './framework';
import { argument, required } from './given';
import { call, constant, infix, opaque, Unread, vector, type Term } from './values';

/** Vectors first, then numbers with their names and what they are unless given. */
export interface Elementwise {
  readonly vectors: 1 | 2 | 3;
  readonly numbers?: readonly (readonly [name: string, fallback: number | undefined])[];
  readonly make: (vectors: readonly Term[], numbers: readonly number[]) => Term;
}

export const one = (make: (v: Term) => Term): Elementwise => ({ vectors: 1, make: ([v]) => make(v!) });
export const two = (make: (v: Term, w: Term) => Term): Elementwise => ({ vectors: 2, make: ([v, w]) => make(v!, w!) });
export const tuned = (numbers: Elementwise['numbers'], make: (v: Term, n: readonly number[]) => Term): Elementwise => ({ vectors: 1, numbers: numbers ?? [], make: ([v], n) => make(v!, n) });
const named = (name: string): Elementwise => one(v => call(name, v));
const pair = (name: string): Elementwise => two((v, w) => ({ kind: 'call', name, values: [v, w], numbers: [] }));

/** The same in every framework. */
export const common: readonly (readonly [string, Elementwise])[] = [
  ['sigmoid', named('σ')], ['logistic', named('σ')], ['expit', named('σ')], ['tanh', named('tanh')], ['relu', named('relu')],
  ['exp', named('exp')], ['log', named('log')], ['sqrt', named('sqrt')], ['abs', named('abs')], ['softsign', named('softsign')], ['soft_sign', named('softsign')],
  ['softplus', named('softplus')], ['selu', named('selu')], ['silu', named('swish')], ['swish', named('swish')],
  ['neg', one(v => ({ kind: 'negate', of: v }))], ['negative', one(v => ({ kind: 'negate', of: v }))],
  ['square', one(v => infix('⊙', v, v))], ['reciprocal', one(v => infix('/', constant(1), v))], ['relu6', one(v => call('clip', v, 0, 6))],
  ['elu', tuned([['alpha', 1]], (v, n) => call('elu', v, ...n))],
  ['add', two((v, w) => infix('+', v, w))], ['sub', two((v, w) => infix('-', v, w))], ['subtract', two((v, w) => infix('-', v, w))],
  ['mul', two((v, w) => infix('⊙', v, w))], ['multiply', two((v, w) => infix('⊙', v, w))],
  ['div', two((v, w) => infix('/', v, w))], ['divide', two((v, w) => infix('/', v, w))], ['true_divide', two((v, w) => infix('/', v, w))],
  ['minimum', pair('min')], ['maximum', pair('max')],
];

/** min(max(v, least), most). */
export const clipped = (least: string, most: string): Elementwise => tuned([[least, undefined], [most, undefined]], (v, n) => call('clip', v, ...n));

/** What frameworks call the vectors of a call, by their place. */
const VECTORS = [['input', 'x', 'x1', 'a', 'inputs', 'self'], ['other', 'y', 'x2', 'b', 'tensor1', 'end'], ['weight', 'tensor2']] as const;
/** What changes no number. */
const idle = new Set(['inplace', 'out', 'name', 'dtype', 'precision', ...VECTORS.flat()]);

/** A function that works number by number; an argument that is not known here makes it unread. */
export function lifted(name: string, { vectors, numbers = [], make }: Elementwise): TensorFunction {
  return (given, machine) => {
    const strange = [...given.named.keys()].find(n => !idle.has(n) && !numbers.some(([known]) => known === n));
    const surplus = given.positional.slice(vectors + numbers.length).find(v => v.kind !== 'flag');
    if (strange !== undefined || surplus) return opaque(saying('{0} with {1} is not read. Write it without, or by products and sums', name, strange ?? saying('more arguments')), given.at);
    const values = Array.from({ length: vectors }, (_, k) => machine.term(required(given, k, ...VECTORS[k]!), given.at));
    const found = numbers.map(([n, fallback], k) => {
      const value = argument(given, vectors + k, n);
      if (!value && fallback === undefined) throw new Unread(saying('{0} without {1} is not read. Write both bounds', name, n), given.at);
      return value ? machine.number(value, given.at) : fallback!;
    });
    return vector(make(values, found));
  };
}

/** Entries of a framework's list. */
export const all = (entries: readonly (readonly [string, Elementwise])[]): [string, TensorFunction][] => entries.map(([name, e]) => [name, lifted(name, e)]);

/** Methods that leave the numbers as they are. */
export const same: ReadonlySet<string> = new Set(['contiguous', 'clone', 'detach', 'float', 'double', 'to', 'type_as', 'cuda', 'cpu', 'requires_grad_', 'astype', 'copy']);
