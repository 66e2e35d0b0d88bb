/** Functions of whole vectors: products with weights, vectors side by side, vectors cut, a vector normalised. */
import { saying } from '../../core/said';
import type { Span } from '../outline';
import { pieces, piecesAt, piecesOf, type Cut } from './cut';
import type { TensorFunction } from './framework';
import { argument, required } from './given';
import type { Machine } from './machine';
import { whyNot } from './reasons';
import { fixed, numberOf } from './sizes';
import { surelyDiffer } from './fits';
import { call, infix, isScalar, opaque, sizeOf, Unread, vector, type Stack, type Given, type Term, type Value, type Weight } from './values';

/** A weight times a vector; vectors side by side take their columns of it. */
export function product(weight: Weight, argument: Term): Term {
  const axis = weight.transposed ? 1 : 0;
  const size = weight.shape[axis] ?? fixed(0), from = weight.start?.[axis] ?? fixed(0);
  const parts = argument.kind === 'beside' ? argument.parts : [argument];
  const terms = parts.map((_, index): Term => ({ kind: 'matrix', weight, from, size, parts, index }));
  return terms.reduce((a, b) => infix('+', a, b));
}

/** The same for matrices put together: those side by side take a vector in parts, those one under another give one in parts. */
export function stackedProduct({ weights, axis }: Stack, argument: Term, at: Span): Term {
  const flipped = weights[0]?.transposed === true;
  if ((axis === 0) !== flipped) return { kind: 'beside', parts: weights.map(w => product(w, argument)) };
  const parts = argument.kind === 'beside' ? argument.parts : [argument];
  const differ = (w: Weight, k: number): boolean => { const own = sizeOf(parts[k]!), columns = w.shape[flipped ? 0 : 1]; return own !== undefined && columns !== undefined && surelyDiffer(own, columns); };
  if (parts.length !== weights.length || weights.some(differ)) throw new Unread(saying('the matrices that are put together and the vectors that are put side by side are not of the same lengths. Multiply each matrix by its own vector'), at);
  return weights.map((w, k) => product(w, parts[k]!)).reduce((a, b) => infix('+', a, b));
}

const flippedStack = (s: Stack): Stack => ({ ...s, weights: s.weights.map(w => ({ ...w, transposed: !w.transposed })) });

/** A matrix, or several put together, times a vector; undefined for other values. */
export const weighted = (v: Value, argument: () => Term, at: Span): Term | undefined =>
  (v.kind === 'weight' ? product(v.weight, argument()) : v.kind === 'stack' ? stackedProduct(v, argument(), at) : undefined);

/** Rows become columns. */
export const turned = (v: Value & { kind: 'weight' | 'stack' }): Value => (v.kind === 'stack' ? flippedStack(v) : { kind: 'weight', weight: { ...v.weight, transposed: !v.weight.transposed } });

/** A vector of parameters, whole. */
export const whole = (tensor: string, size: Weight['shape'][number]): Term => (numberOf(size) === 1 ? { kind: 'scalar', tensor } : { kind: 'vector', tensor, from: fixed(0), size });

/** `gain ⊙ norm(v, epsilon) + shift` */
export function normalised(v: Term, epsilon: number, gain: Term | undefined, shift: Term | undefined): Term {
  const normed = call('norm', v, epsilon);
  const scaledBy = gain ? infix('⊙', gain, normed) : normed;
  return shift ? infix('+', scaledBy, shift) : scaledBy;
}

/** `v @ W` is read by the columns of W, `W @ v` by its rows. */
export function multiply(a: Value, b: Value, at: Span, machine: Machine): Value {
  const unknown = [a, b].find(v => v.kind === 'opaque');
  if (unknown) return unknown;
  const right = b.kind === 'weight' || b.kind === 'stack' ? weighted(turned(b), () => machine.term(a, at), at) : undefined;
  const made = right ?? weighted(a, () => machine.term(b, at), at);
  if (made) return vector(made);
  return opaque(saying('two vectors are multiplied as matrices; equations multiply a weight of the class by a vector. For a product number by number write a * b'), at);
}

export const matmul: TensorFunction = (given, machine) => {
  const strange = [...given.named.keys()].find(n => /transpose|adjoint|sparse/.test(n));
  if (strange !== undefined) return opaque(saying('{0} with {1} is not read. Write it without, or by products and sums', 'matmul', strange), given.at);
  return multiply(required(given, 0, 'input', 'x1', 'a', 'x'), required(given, 1, 'mat2', 'other', 'x2', 'b', 'y'), given.at, machine);
};

/** How a framework numbers and calls axes: those that count units, and which is meant unless given. */
export interface Axes { readonly allowed: readonly number[]; readonly fallback: number | undefined; readonly names: readonly string[] }

/** The axis that is meant; another one than that of the units would mix examples or steps. @throws Unread */
function axisOf(index: number, { allowed, fallback, names }: Axes, given: Given, machine: Machine, matrix = false, alone = false): 0 | 1 {
  const written = argument(given, index, ...names);
  const axis = written ? machine.number(written, given.at) : fallback;
  if (matrix) return axis === undefined || axis === 0 || axis === -2 ? 0 : 1;
  if (axis !== undefined && !allowed.includes(axis) && !(alone && axis === 0)) {
    throw new Unread(written ? saying('another axis than that of the units is meant. Use the last one, -1') : saying('without an axis it is {0}, which counts examples. Write axis=-1', axis), given.at);
  }
  return 1;
}

export const besides = (axes: Axes): TensorFunction => (given, machine) => {
  const list = required(given, 0, 'tensors', 'xs', 'values', 'arrays', 'inputs');
  const matrices = list.kind === 'items' && list.items.length > 0 ? list.items.flatMap(i => (i.kind === 'weight' ? [i.weight] : [])) : [];
  const axis = axisOf(1, axes, given, machine, matrices.length > 0);
  if (list.kind === 'items' && matrices.length > 0) return stacked(matrices, list.items.length, axis, given, machine);
  if (list.kind !== 'items' || list.items.length === 0) return list.kind === 'opaque' ? list : opaque(saying('what is put side by side is not written out. Write a list, such as [x, h]'), given.at);
  return vector({ kind: 'beside', parts: list.items.flatMap(i => { const t = machine.term(i, given.at); return t.kind === 'beside' ? t.parts : [t]; }) });
};

function stacked(weights: readonly Weight[], count: number, axis: 0 | 1, { at }: Given, machine: Machine): Value {
  const one = weights.every(w => w.transposed === weights[0]!.transposed);
  if (weights.length !== count || !one) return opaque(saying('matrices are put together with vectors. Multiply each matrix by its own vector, and add the products'), at);
  return machine.constructing ? opaque(saying('a part of a weight is taken while the cell is built: it stays as it was when weights are loaded. Take it in the step'), at) : { kind: 'stack', weights, axis: weights[0]!.transposed ? (axis === 0 ? 1 : 0) : axis };
}

/** What is cut: a vector, or a matrix along the axis that is meant. */
function cutting(index: number, axes: Axes, given: Given, machine: Machine): Cut {
  const value = required(given, 0, 'input', 'x', 'value', 'ary', 'tensor', 'self');
  const copy = value.kind === 'weight' ? machine.copied(given.at) : undefined;
  if (copy?.kind === 'opaque') throw new Unread(copy.why, copy.at);
  // A vector of parameters has no axis of examples.
  const alone = value.kind === 'term' && value.term.kind === 'vector';
  return { value, axis: axisOf(index, axes, given, machine, value.kind === 'weight', alone), at: given.at, term: v => machine.term(v, given.at) };
}

const BY = ['chunks', 'num_or_size_splits', 'indices_or_sections', 'sections', 'split_size_or_sections', 'split_sizes', 'split_size'];

/** `chunk(v, 4)` */
export const chunk = (axes: Axes): TensorFunction => (given, machine) => pieces(cutting(2, axes, given, machine), machine.number(required(given, 1, ...BY), given.at));

/** Splits by lengths: one for all pieces, or a list. */
export const splitBySizes = (axes: Axes): TensorFunction => (given, machine) => {
  const by = required(given, 1, ...BY);
  return piecesOf(cutting(2, axes, given, machine), by.kind === 'items' ? by.items.map(i => machine.size(i, given.at)) : machine.size(by, given.at));
};

/** Splits into a number of pieces, or at places, as NumPy does; `lengths` where a list gives lengths, as TensorFlow does. */
export const split = (axes: Axes, lengths = false): TensorFunction => (given, machine) => {
  const by = required(given, 1, ...BY);
  if (by.kind !== 'items') return chunk(axes)(given, machine);
  const sizes = by.items.map(i => machine.size(i, given.at));
  return (lengths ? piecesOf : piecesAt)(cutting(2, axes, given, machine), sizes);
};

/** One number of a whole vector, for each example: `v.mean(-1, keepdim=True)`. */
export const reduced = (name: 'mean' | 'sum'): TensorFunction => (given, machine) => {
  const why = notOverUnits(given, machine, name);
  return why ?? vector(call(name, machine.term(given.positional[0]!, given.at)));
};

/** The variance of a vector, or what is made of it; by n, and not by n - 1, which equations do not know. */
export const deviation = (make: (variance: Term) => Term): TensorFunction => (given, machine) => {
  const why = notOverUnits(given, machine, 'var');
  if (why) return why;
  const unbiased = given.named.get('unbiased'), correction = given.named.get('correction');
  const byAll = unbiased ? machine.flag(unbiased) === false : correction ? machine.number(correction, given.at) === 0 : false;
  if (!byAll) return opaque(saying('a variance is divided by n - 1, which equations do not have. Take unbiased=False, or a layer norm'), given.at);
  const v = machine.term(given.positional[0]!, given.at);
  const away = infix('-', v, call('mean', v));
  return vector(make(call('mean', infix('⊙', away, away))));
};

function notOverUnits(given: Given, machine: Machine, name: string): Value | undefined {
  const axis = argument(given, 1, 'dim', 'axis'), keeps = argument(given, 2, 'keepdim', 'keepdims') ?? (name === 'var' ? given.named.get('keepdim') : undefined);
  const known = given.positional[0] && axis && axis.kind === 'size' && [1, -1].includes(machine.number(axis, given.at)) && keeps && machine.flag(keeps) === true;
  return known ? undefined : opaque(whyNot(name), given.at);
}

/** Puts aside axes of one number: a matrix of one row becomes a vector, and a vector stays one. */
export const squeeze: TensorFunction = (given, machine) => {
  const value = required(given, 0, 'input', 'x', 'a'), axis = argument(given, 1, 'axis', 'dim');
  const k = axis?.kind === 'size' ? numberOf(axis.size) : axis === undefined ? 0 : undefined;
  if (value.kind === 'weight' && k === 0) return vector(machine.term(value, given.at));
  const isVector = value.kind === 'bundle' || value.kind === 'term' && !isScalar(value.term);
  return isVector && (k === 0 || k === 1) ? value : opaque(whyNot('squeeze'), given.at);
};

/** A function that changes no number. */
export const unchanged: TensorFunction = given => required(given, 0, 'input', 'x', 'inputs');

export const number = (value: number): TensorFunction => () => vector({ kind: 'number', value });

/** The last axis of what is measured. */
export const shapeOf: TensorFunction = (given, machine) => machine.shape(required(given, 0, 'x', 'a', 'input'), given.at);

/** Left out, as it is once a model is trained. */
export const dropout: TensorFunction = (given, machine) => {
  const training = given.named.get('training'), staysOn = training?.kind === 'flag' && training.value && !training.assumed;
  machine.note(staysOn ? saying('Dropout is left out, although this one stays on once the model is trained.') : saying('Dropout is left out, as it is once a model is trained.'));
  return required(given, 0, 'input', 'x', 'inputs');
};
