/** What the elementwise operations do to one number. NaN goes in, NaN comes out: nothing hides it. */
import type { BinaryOp, UnaryOp } from './program';

export const unaryFunctions: Readonly<Record<UnaryOp, (v: number) => number>> = {
  neg: v => -v,
  sigmoid: v => 1 / (1 + Math.exp(-v)),
  tanh: Math.tanh,
  relu: v => v <= 0 ? 0 : v,
  step: v => v > 0 ? 1 : v <= 0 ? 0 : NaN,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
};

export const binaryFunctions: Readonly<Record<BinaryOp, (v: number, w: number) => number>> = {
  add: (v, w) => v + w,
  sub: (v, w) => v - w,
  mul: (v, w) => v * w,
  div: (v, w) => v / w,
  min: Math.min,
  max: Math.max,
};
