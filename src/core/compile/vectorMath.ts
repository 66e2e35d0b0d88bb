/**
 * σ, tanh, exp and log of four float32 at once, as instructions. All go through 2^f = 1 + f q(f) on |f| <= 1/2, where q is the polynomial
 * of degree 5 through the Chebyshev nodes (off by less than 1e-8), and through the exponent bits for whole powers.
 * NaN in, NaN out. Errors, tested over the whole range: sigmoid 1.5e-7, the others 3e-7 of the value (log: of 1).
 *
 * Several vectors go side by side, instruction by instruction: they share the constants, and none waits for itself.
 */
import type { Plain, WasmFunction } from './wasm';

/** Writes instructions for one function. */
export interface Emitter {
  readonly f: WasmFunction;
  /** Is there a fused multiply-add? */
  readonly fma: boolean;
  /** Puts four times this number on the stack. */
  literal(value: number): void;
  /** Puts four times these 32 bits on the stack. */
  bits(pattern: number): void;
}

/** Locals with one vector each. */
type Vectors = readonly number[];

/** a operated with b, into a where `to` is not given. */
function apply({ f }: Emitter, op: Plain, a: Vectors, b: Vectors, to: Vectors = a): void {
  for (const [k, x] of a.entries()) f.get(x).get(b[k]!).op(op).set(to[k]!);
}

function fresh({ f }: Emitter, like: Vectors): Vectors {
  return like.map(() => f.local('v128'));
}

/** A number in a local, the same for all vectors. */
function held(e: Emitter, value: number, like: Vectors): Vectors {
  const local = e.f.local('v128');
  e.literal(value);
  e.f.set(local);
  return like.map(() => local);
}

function heldBits(e: Emitter, pattern: number, like: Vectors): Vectors {
  const local = e.f.local('v128');
  e.bits(pattern);
  e.f.set(local);
  return like.map(() => local);
}

function shift({ f }: Emitter, op: 'i32x4.shl' | 'i32x4.shr_s', a: Vectors, by: number, to: Vectors = a): void {
  for (const [k, x] of a.entries()) f.get(x).i32(by).op(op).set(to[k]!);
}

/** `to` = a b + c. */
function multiplyAdd({ f, fma }: Emitter, a: Vectors, b: Vectors, c: Vectors, to: Vectors): void {
  for (const [k, x] of a.entries()) {
    f.get(x).get(b[k]!);
    if (fma) f.get(c[k]!).op('f32x4.madd');
    else f.op('f32x4.mul').get(c[k]!).op('f32x4.add');
    f.set(to[k]!);
  }
}

/** Adding it moves a float's whole part into its lowest bits; 127 makes those bits an exponent. */
const SHIFTER = 1.5 * 2 ** 23 + 127;

/** Replaces x by σ(x). */
export function sigmoid(e: Emitter, x: Vectors): void {
  const { part, power } = split(e, x, -Math.LOG2E);
  const q = polynomial(e, part);
  const one = held(e, 1, x);
  multiplyAdd(e, part, q, one, q);
  multiplyAdd(e, q, power, one, q);
  apply(e, 'f32x4.div', one, q, x);
}

/** Replaces x by tanh(x) = (2^t - 1) / (2^t + 1), with 2^t - 1 formed without cancellation. */
export function tanh(e: Emitter, x: Vectors): void {
  const { part, power } = split(e, x, 2 * Math.LOG2E);
  const q = polynomial(e, part);
  const lower = fresh(e, x);
  apply(e, 'f32x4.sub', power, held(e, 1, x), lower);
  apply(e, 'f32x4.mul', part, q, q);
  multiplyAdd(e, q, power, lower, q);
  apply(e, 'f32x4.add', q, held(e, 2, x), lower);
  apply(e, 'f32x4.div', q, lower, x);
}

/** x times `scale` as a whole and a part of at most 1/2; `power` is 2^whole. Beyond 2^±126 it stays there. */
function split(e: Emitter, x: Vectors, scale: number): { part: Vectors; power: Vectors } {
  const [part, power, whole] = [fresh(e, x), fresh(e, x), fresh(e, x)];
  apply(e, 'f32x4.mul', x, held(e, scale, x), part);
  apply(e, 'f32x4.pmin', part, held(e, 126, x));
  apply(e, 'f32x4.pmax', part, held(e, -126, x));
  const shifter = held(e, SHIFTER, x);
  apply(e, 'f32x4.add', part, shifter, power);
  apply(e, 'f32x4.sub', power, shifter, whole);
  apply(e, 'f32x4.sub', part, whole);
  shift(e, 'i32x4.shl', power, 23);
  return { part, power };
}

/** q(part), by Horner. */
function polynomial(e: Emitter, part: Vectors): Vectors {
  const q = fresh(e, part);
  const [highest, second, ...rest] = Q;
  multiplyAdd(e, held(e, highest!, part), part, held(e, second!, part), q);
  for (const c of rest) multiplyAdd(e, q, part, held(e, c, part), q);
  return q;
}

const LN2_HIGH = 0.693359375;
const LN2_LOW = Math.LN2 - LN2_HIGH;
const WHOLE = 1.5 * 2 ** 23;
const WHOLE_BITS = 0x4b400000;

/** Replaces x by exp(x), with overflow to infinity and gradual underflow. */
export function exp(e: Emitter, x: Vectors): void {
  const [whole, part, half, bits] = [fresh(e, x), fresh(e, x), fresh(e, x), fresh(e, x)];
  apply(e, 'f32x4.pmin', x, held(e, 89, x));
  apply(e, 'f32x4.pmax', x, held(e, -104, x));
  const shifter = held(e, WHOLE, x);
  multiplyAdd(e, x, held(e, Math.LOG2E, x), shifter, bits);
  apply(e, 'f32x4.sub', bits, shifter, whole);
  apply(e, 'f32x4.mul', whole, held(e, LN2_HIGH, x), part);
  apply(e, 'f32x4.sub', x, part, part);
  apply(e, 'f32x4.mul', whole, held(e, LN2_LOW, x), half);
  apply(e, 'f32x4.sub', part, half);
  apply(e, 'f32x4.mul', part, held(e, Math.LOG2E, x));
  apply(e, 'i32x4.sub', bits, heldBits(e, WHOLE_BITS, x));
  shift(e, 'i32x4.shr_s', bits, 1, half);
  apply(e, 'i32x4.sub', bits, half);
  const q = polynomial(e, part);
  multiplyAdd(e, part, q, held(e, 1, x), x);
  for (const k of [half, bits]) {
    apply(e, 'i32x4.add', k, heldBits(e, 127, x));
    shift(e, 'i32x4.shl', k, 23);
    apply(e, 'f32x4.mul', x, k);
  }
}

/** Bits of √½: below it a number counts to the next lower power of two. */
const HALF_ROOT = 0x3f3504f3;

/** Replaces x by log(x): 2 artanh((m - 1) / (m + 1)) + k ln 2 for x = m 2^k with m from √½ to √2. */
export function log(e: Emitter, x: Vectors): void {
  const [tiny, m, k, z, s, y] = [fresh(e, x), fresh(e, x), fresh(e, x), fresh(e, x), fresh(e, x), fresh(e, x)];
  const one = held(e, 1, x);
  apply(e, 'f32x4.lt', x, held(e, 2 ** -126, x), tiny);
  apply(e, 'f32x4.mul', x, held(e, 2 ** 23, x), m);
  choose(e, tiny, m, x, m);
  apply(e, 'i32x4.sub', m, heldBits(e, HALF_ROOT, x), k);
  shift(e, 'i32x4.shr_s', k, 23);
  shift(e, 'i32x4.shl', k, 23, s);
  apply(e, 'i32x4.sub', m, s);
  apply(e, 'f32x4.sub', m, one, z);
  apply(e, 'f32x4.add', m, one);
  apply(e, 'f32x4.div', z, m);
  apply(e, 'f32x4.mul', z, z, s);
  multiplyAdd(e, s, held(e, 2 / 9, x), held(e, 2 / 7, x), y);
  for (const c of [2 / 5, 2 / 3, 2]) multiplyAdd(e, y, s, held(e, c, x), y);
  apply(e, 'f32x4.mul', y, z);
  for (const v of k) e.f.get(v).op('f32x4.convert').set(v);
  apply(e, 'v128.and', tiny, held(e, 23, x));
  apply(e, 'f32x4.sub', k, tiny);
  multiplyAdd(e, k, held(e, LN2_LOW, x), y, y);
  multiplyAdd(e, k, held(e, LN2_HIGH, x), y, y);
  outside(e, x, y);
}

/** x = log of 0 is -∞, of ∞ is ∞, of less than 0 and of NaN NaN; else y. */
function outside(e: Emitter, x: Vectors, y: Vectors): void {
  const is = fresh(e, x);
  const zero = held(e, 0, x);
  apply(e, 'f32x4.gt', x, zero, is);
  choose(e, is, y, held(e, NaN, x), y);
  apply(e, 'f32x4.eq', x, zero, is);
  choose(e, is, held(e, -Infinity, x), y, y);
  apply(e, 'f32x4.eq', x, held(e, Infinity, x), is);
  choose(e, is, x, y, x);
}

/** `to` = a where the mask is set, else b. */
function choose({ f }: Emitter, mask: Vectors, a: Vectors, b: Vectors, to: Vectors): void {
  for (const [k, m] of mask.entries()) f.get(a[k]!).get(b[k]!).get(m).op('v128.bitselect').set(to[k]!);
}

/** Replaces y by 1 above 0, else 0; NaN stays. */
export function step(e: Emitter, y: Vectors): void {
  const [above, number] = [fresh(e, y), fresh(e, y)];
  apply(e, 'f32x4.gt', y, held(e, 0, y), above);
  apply(e, 'v128.and', above, held(e, 1, y));
  apply(e, 'f32x4.eq', y, y, number);
  choose(e, number, above, y, y);
}

/** Replaces y by 0 where it is negative; NaN stays. */
export function relu(e: Emitter, y: Vectors): void {
  apply(e, 'f32x4.pmax', y, held(e, 0, y));
}

/** Replaces y by 0 where it is smaller than `least`; NaN stays. */
export function flush(e: Emitter, y: Vectors, least: number): void {
  const small = fresh(e, y);
  for (const [k, v] of y.entries()) e.f.get(v).op('f32x4.abs').set(small[k]!);
  apply(e, 'f32x4.lt', small, held(e, least, y));
  apply(e, 'v128.andnot', y, small);
}

/** Coefficients of q, highest first: the polynomial that equals (2^f - 1) / f at the Chebyshev nodes of [-1/2, 1/2]. */
const Q: readonly number[] = interpolate(f => Math.expm1(f * Math.LN2) / f, 6, 0.5);

/** The polynomial of degree n - 1 through n Chebyshev nodes of [-half, half] by Newton's divided differences. */
function interpolate(g: (f: number) => number, n: number, half: number): number[] {
  const nodes = Array.from({ length: n }, (_, k) => half * Math.cos((2 * k + 1) / (2 * n) * Math.PI));
  const differences = nodes.map(g);
  for (let d = 1; d < n; d++) for (let k = n - 1; k >= d; k--) differences[k] = (differences[k]! - differences[k - 1]!) / (nodes[k]! - nodes[k - d]!);
  let coefficients: number[] = [];
  for (let k = n - 1; k >= 0; k--) {
    const next = [...coefficients, 0];
    for (const [j, c] of coefficients.entries()) next[j + 1] = next[j + 1]! - nodes[k]! * c;
    next[next.length - 1] = next.at(-1)! + differences[k]!;
    coefficients = next;
  }
  return coefficients;
}
