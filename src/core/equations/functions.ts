/**
 * The functions that equations may call, as a list. Each is built from few primitives, so that a new one costs neither the
 * backward pass nor the compiler anything. Arguments: values first, then numbers written out.
 */
import type { GraphBuilder } from './graph';
import type { UnaryOp } from '../program';

export interface CellFunction {
  /** As printed. */
  readonly name: string;
  readonly aliases: readonly string[];
  /** How many values it takes. */
  readonly vectors: 1 | 2;
  /** Names of its numeric arguments. */
  readonly numbers: readonly string[];
  /** A number that may follow, and what it is where none does. */
  readonly optional?: { readonly name: string; readonly fallback: number };
  /** A reduction gives a scalar; `vector` also needs a vector. */
  readonly result: 'elementwise' | 'scalar' | 'vector';
  /** What a signal made by it is: gates lie in 0..1, other activations make candidates. */
  readonly makes?: 'gate' | 'candidate';
  /** Adds its nodes; `v` and `w` are node ids, `n` the numbers. */
  build(g: GraphBuilder, v: number, w: number, n: readonly number[]): number;
}

const unary = (name: string, op: UnaryOp, more: Partial<CellFunction> = {}): CellFunction =>
  ({ name, aliases: [], vectors: 1, numbers: [], result: 'elementwise', build: (g, v) => g.unary(op, v), ...more });

const activation = (name: string, numbers: readonly string[], build: (g: GraphBuilder, v: number, n: readonly number[]) => number, more: Partial<CellFunction> = {}): CellFunction =>
  ({ name, aliases: [], vectors: 1, numbers, result: 'elementwise', makes: 'candidate', build: (g, v, _, n) => build(g, v, n), ...more });

const reduction = (name: string, build: (g: GraphBuilder, v: number) => number): CellFunction =>
  ({ name, aliases: [], vectors: 1, numbers: [], result: 'scalar', build: (g, v) => build(g, v) });

/** v + n, n v, max(v, n), min(v, n) with a number n. */
const plus = (g: GraphBuilder, v: number, n: number): number => g.binary('add', v, g.like(v, n));
const times = (g: GraphBuilder, n: number, v: number): number => g.binary('mul', g.like(v, n), v);
const atLeast = (g: GraphBuilder, v: number, n: number): number => g.binary('max', v, g.like(v, n));
const atMost = (g: GraphBuilder, v: number, n: number): number => g.binary('min', v, g.like(v, n));
/** min(v, 0) whose derivative at 0 is that below it: of two equal arguments the second gets the gradient. */
const belowZero = (g: GraphBuilder, v: number): number => g.binary('min', g.like(v, 0), v);
const absolute = (g: GraphBuilder, v: number): number => g.binary('max', v, g.unary('neg', v));
const mean = (g: GraphBuilder, v: number): number => g.binary('div', g.sum(v), g.count(v));

const elu = (g: GraphBuilder, v: number, a: number): number =>
  g.binary('add', g.unary('relu', v), times(g, a, plus(g, g.unary('exp', belowZero(g, v)), -1)));
const SELU = { scale: 1.0507009873554805, alpha: 1.6732632423543772 };

/** Added to the variance in norm(v), as PyTorch has it. */
const EPSILON = 1e-5;

function norm(g: GraphBuilder, v: number, epsilon: number): number {
  const centred = g.binary('sub', v, g.spread(mean(g, v), v));
  const variance = mean(g, g.binary('mul', centred, centred));
  const deviation = g.unary('sqrt', plus(g, variance, epsilon));
  return g.binary('div', centred, g.spread(deviation, v));
}

export const functions: readonly CellFunction[] = [
  unary('σ', 'sigmoid', { aliases: ['sigmoid', 'sigma'], makes: 'gate' }),
  unary('tanh', 'tanh', { makes: 'candidate' }),
  unary('relu', 'relu', { makes: 'candidate' }),
  /** 1 where v > 0, else 0; its derivative is 0. */
  unary('step', 'step'),
  unary('exp', 'exp'),
  unary('log', 'log'),
  unary('sqrt', 'sqrt'),
  unary('neg', 'neg'),
  activation('abs', [], absolute),
  { name: 'min', aliases: [], vectors: 2, numbers: [], result: 'elementwise', build: (g, v, w) => g.binary('min', v, w) },
  { name: 'max', aliases: [], vectors: 2, numbers: [], result: 'elementwise', build: (g, v, w) => g.binary('max', v, w) },
  reduction('sum', (g, v) => g.sum(v)),
  reduction('mean', mean),
  /** (v - mean) / sqrt(variance + epsilon) */
  { name: 'norm', aliases: [], vectors: 1, numbers: [], optional: { name: 'epsilon', fallback: EPSILON }, result: 'vector', build: (g, v, _, [epsilon = EPSILON]) => norm(g, v, epsilon) },
  /** a v + b, held within 0..1. */
  activation('hardσ', ['a', 'b'], (g, v, [a = 0, b = 0]) => atMost(g, atLeast(g, plus(g, times(g, a, v), b), 0), 1), { aliases: ['hardsigmoid', 'hardSigmoid'], makes: 'gate' }),
  activation('clip', ['lo', 'hi'], (g, v, [lo = 0, hi = 0]) => atMost(g, atLeast(g, v, lo), hi)),
  activation('softsign', [], (g, v) => g.binary('div', v, plus(g, absolute(g, v), 1))),
  /** log(1 + exp v), without overflow. */
  activation('softplus', [], (g, v) => g.binary('add', g.unary('relu', v), g.unary('log', plus(g, g.unary('exp', g.unary('neg', absolute(g, v))), 1)))),
  /** v, and a (exp v - 1) below 0. */
  activation('elu', ['a'], (g, v, [a = 0]) => elu(g, v, a)),
  /** Klambauer et al., arXiv 1706.02515. */
  activation('selu', [], (g, v) => times(g, SELU.scale, elu(g, v, SELU.alpha))),
  /** v σ(v) */
  activation('swish', [], (g, v) => g.binary('mul', v, g.unary('sigmoid', v))),
  /** v, and a v below 0. */
  activation('leaky', ['a'], (g, v, [a = 0]) => g.binary('add', g.unary('relu', v), times(g, a, belowZero(g, v)))),
  /** v above a, else 0. */
  activation('thresholded', ['a'], (g, v, [a = 0]) => g.binary('mul', v, g.unary('step', plus(g, v, -a)))),
  /** a v + b */
  activation('affine', ['a', 'b'], (g, v, [a = 0, b = 0]) => plus(g, times(g, a, v), b)),
  /** a tanh(b v) */
  activation('scaledTanh', ['a', 'b'], (g, v, [a = 0, b = 0]) => times(g, a, g.unary('tanh', times(g, b, v)))),
];

const byName = new Map(functions.flatMap(f => [f.name, ...f.aliases].map(name => [name, f] as const)));

/** The function of that name or alias. */
export function functionNamed(name: string): CellFunction | undefined {
  return byName.get(name);
}
