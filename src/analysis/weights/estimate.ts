/**
 * How large a large matrix is, from some 96 products with it: the Ritz values of a Krylov space (Arnoldi 1951; Golub & Kahan 1965).
 * Extremes are found first and approached from below; what comes out is said to be an estimate wherever it is shown.
 */
import type { Progress } from '../../core/pace';
import { bidiagonalValues } from './bidiagonal';
import { eigenvalues, spectralRadius } from './eigenvalues';

/** Products with the matrix. */
const DEPTH = 96;
const PIECE = 64;

/** About the greatest |eigenvalue| of a matrix [size, size] of finite numbers. */
export function* estimateRadius(data: ArrayLike<number>, size: number): Generator<Progress, number> {
  const depth = Math.min(DEPTH, size);
  const basis = [start(size)];
  const h = new Float64Array(depth * depth);
  let found = depth;
  for (let k = 0; k < depth; k++) {
    const next = yield* product(data, size, size, basis[k]!, k / depth);
    const parts = orthogonalise(next, basis);
    for (const [i, part] of parts.entries()) h[i * depth + k] = part;
    const length = normalise(next);
    if (length === 0) { // the space holds all that the matrix does to it
      found = k + 1;
      break;
    }
    if (k + 1 < depth) h[(k + 1) * depth + k] = length;
    basis.push(next);
  }
  const small = Float64Array.from({ length: found * found }, (_, at) => h[Math.floor(at / found) * depth + (at % found)]!);
  return spectralRadius(yield* eigenvalues(small, found));
}

/** About the greatest singular values of a matrix [rows, columns] of finite numbers, a few of them, the greatest first. */
export function* estimateSingular(data: ArrayLike<number>, rows: number, columns: number, count = 8): Generator<Progress, Float64Array> {
  const depth = Math.min(DEPTH, rows, columns);
  const right = [start(columns)];
  const left: Float64Array[] = [];
  const [diagonal, beside] = [new Float64Array(depth), new Float64Array(depth - 1)];
  for (let k = 0; k < depth; k++) {
    const u = yield* product(data, rows, columns, right[k]!, k / depth);
    orthogonalise(u, left);
    diagonal[k] = normalise(u);
    left.push(u);
    if (k + 1 === depth) break;
    const v = yield* transposed(data, rows, columns, u, (k + 0.5) / depth);
    orthogonalise(v, right);
    beside[k] = normalise(v);
    right.push(v);
  }
  return (yield* bidiagonalValues({ diagonal, beside })).slice(0, count);
}

/** Numbers without a pattern, the same every time, of length 1. */
function start(size: number): Float64Array {
  let state = 1;
  const v = Float64Array.from({ length: size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1 + 2 ** -32;
  });
  normalise(v);
  return v;
}

function* product(data: ArrayLike<number>, rows: number, columns: number, v: Float64Array, done: number): Generator<Progress, Float64Array> {
  const out = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    for (let j = 0, at = i * columns; j < columns; j++, at++) sum += data[at]! * v[j]!;
    out[i] = sum;
    if (i % PIECE === PIECE - 1) yield { done, total: 1, what: 'Estimate' };
  }
  return out;
}

function* transposed(data: ArrayLike<number>, rows: number, columns: number, u: Float64Array, done: number): Generator<Progress, Float64Array> {
  const out = new Float64Array(columns);
  for (let i = 0; i < rows; i++) {
    const ui = u[i]!;
    for (let j = 0, at = i * columns; j < columns; j++, at++) out[j]! += data[at]! * ui;
    if (i % PIECE === PIECE - 1) yield { done, total: 1, what: 'Estimate' };
  }
  return out;
}

/** Takes the parts along the basis out of v, twice, since once leaves what rounding did; answers those parts. */
function orthogonalise(v: Float64Array, basis: readonly Float64Array[]): number[] {
  const parts = basis.map(() => 0);
  for (let round = 0; round < 2; round++) {
    for (const [k, b] of basis.entries()) {
      let part = 0;
      for (let i = 0; i < v.length; i++) part += b[i]! * v[i]!;
      for (let i = 0; i < v.length; i++) v[i]! -= part * b[i]!;
      parts[k]! += part;
    }
  }
  return parts;
}

/** Makes v of length 1 and answers how long it was; what is only rounding becomes 0. */
function normalise(v: Float64Array): number {
  let squares = 0;
  for (const x of v) squares += x * x;
  const length = Math.sqrt(squares);
  if (length < 1e-150) {
    v.fill(0);
    return 0;
  }
  for (let i = 0; i < v.length; i++) v[i]! /= length;
  return length;
}
