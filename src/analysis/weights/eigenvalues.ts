/**
 * Eigenvalues of a real square matrix that need not be symmetric: Hessenberg form, then QR steps with two shifts at once
 * (Francis 1961; Golub & Van Loan, Matrix Computations, section 7.5).
 */
import type { Progress } from '../../core/pace';
import { balance, isolate, toHessenberg, type Square } from './hessenberg';

/** Real and imaginary parts, in no particular order. */
export interface Eigenvalues {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** All eigenvalues of a matrix [size, size]. @throws Error where the steps do not settle, or a number is not finite */
export function* eigenvalues(data: ArrayLike<number>, size: number): Generator<Progress, Eigenvalues> {
  const whole = new Float64Array(data);
  if (!whole.every(Number.isFinite)) throw new Error('The matrix has values that are not finite.');
  const { alone, rest } = isolate({ size, data: whole });
  const found: Found = { re: [...alone], im: alone.map(() => 0) };
  yield* balance(rest);
  yield* toHessenberg(rest);
  yield* settle(rest, found);
  return { re: Float64Array.from(found.re), im: Float64Array.from(found.im) };
}

/** The greatest |eigenvalue|; 0 of an empty matrix. */
export function spectralRadius({ re, im }: Eigenvalues): number {
  return re.reduce((most, x, k) => Math.max(most, Math.hypot(x, im[k]!)), 0);
}

interface Found { readonly re: number[]; readonly im: number[] }

const MOST_STEPS = 60;
/** Work between two looks at the clock: columns of one step. */
const STEPS_A_PIECE = 4;

/** Splits eigenvalues off the end of a Hessenberg matrix, one or two at a time. */
function* settle(h: Square, found: Found): Generator<Progress, void> {
  const norm = h.data.reduce((sum, v) => Math.max(sum, Math.abs(v)), 0);
  let [end, steps] = [h.size - 1, 0];
  while (end >= 0) {
    const start = split(h, end, norm);
    if (start >= end - 1) {
      if (start === end) push(found, h.data[end * h.size + end]!, 0);
      else pair(h, end, found);
      end = start - 1;
      steps = 0;
      continue;
    }
    if (++steps > MOST_STEPS) throw new Error(`The eigenvalues did not settle after ${MOST_STEPS} steps.`);
    step(h, start, end, steps);
    if (steps % STEPS_A_PIECE === 0 || h.size > 256) yield { done: h.size - end, total: h.size, what: 'Eigenvalues' };
  }
}

/** The first row of the last part that nothing joins to what is above it. */
function split({ size: n, data }: Square, end: number, norm: number): number {
  for (let k = end; k > 0; k--) {
    const around = Math.abs(data[k * n + k]!) + Math.abs(data[(k - 1) * n + k - 1]!);
    if (Math.abs(data[k * n + k - 1]!) <= Number.EPSILON * (around || norm)) {
      data[k * n + k - 1] = 0;
      return k;
    }
  }
  return 0;
}

/** Both eigenvalues of the two rows that end at `end`. */
function pair({ size: n, data }: Square, end: number, found: Found): void {
  const at = (i: number, j: number): number => data[(end - 1 + i) * n + end - 1 + j]!;
  const half = (at(0, 0) - at(1, 1)) / 2;
  const inside = half * half + at(0, 1) * at(1, 0);
  if (inside < 0) {
    push(found, at(1, 1) + half, Math.sqrt(-inside));
    push(found, at(1, 1) + half, -Math.sqrt(-inside));
    return;
  }
  // The one farther from 0 first; the other by the product, which does not cancel.
  const far = half + Math.sign(half || 1) * Math.sqrt(inside);
  push(found, at(1, 1) + far, 0);
  push(found, far === 0 ? at(1, 1) : at(1, 1) - (at(0, 1) * at(1, 0)) / far, 0);
}

function push({ re, im }: Found, real: number, imaginary: number): void {
  re.push(real);
  im.push(imaginary);
}

/** One step with two shifts on rows start to end: a bulge is made at the top and chased out at the bottom. */
function step({ size: n, data }: Square, start: number, end: number, count: number): void {
  const h = (i: number, j: number): number => data[i * n + j]!;
  let trace = h(end - 1, end - 1) + h(end, end);
  let det = h(end - 1, end - 1) * h(end, end) - h(end - 1, end) * h(end, end - 1);
  if (count % 10 === 0) { // shifts of another kind, where the usual ones go in circles
    const size = Math.abs(h(end, end - 1)) + Math.abs(h(end - 1, end - 2));
    [trace, det] = [1.5 * size + 2 * h(end, end), size * size + 1.5 * size * h(end, end) + h(end, end) ** 2];
  }
  let x = h(start, start) ** 2 + h(start, start + 1) * h(start + 1, start) - trace * h(start, start) + det;
  let y = h(start + 1, start) * (h(start, start) + h(start + 1, start + 1) - trace);
  let z = h(start + 1, start) * h(start + 2, start + 1);
  for (let k = start; k < end; k++) {
    const three = k < end - 1;
    reflect(data, n, start, end, k, x, y, three ? z : 0);
    x = data[(k + 1) * n + k]!;
    y = k + 2 <= end ? data[(k + 2) * n + k]! : 0;
    z = k + 3 <= end ? data[(k + 3) * n + k]! : 0;
  }
}

/** The reflection that folds (x, y, z) onto its first axis, on rows and columns k, k + 1 and, where it is there, k + 2. */
function reflect(data: Float64Array, n: number, start: number, end: number, k: number, x: number, y: number, z: number): void {
  const most = Math.abs(x) + Math.abs(y) + Math.abs(z);
  if (most === 0) return;
  const [a, b, c] = [x / most, y / most, z / most];
  const length = Math.sqrt(a * a + b * b + c * c) * Math.sign(a || 1);
  const [v0, v1, v2] = [1, b / (a + length), c / (a + length)];
  const scale = (a + length) / length;
  const three = k + 2 <= end;
  for (let j = Math.max(start, k - 1), at = k * n + j; j <= end; j++, at++) {
    const sum = scale * (v0 * data[at]! + v1 * data[at + n]! + (three ? v2 * data[at + 2 * n]! : 0));
    data[at]! -= sum;
    data[at + n]! -= sum * v1;
    if (three) data[at + 2 * n]! -= sum * v2;
  }
  for (let i = start, at = start * n + k; i <= Math.min(end, k + 3); i++, at += n) {
    const sum = scale * (v0 * data[at]! + v1 * data[at + 1]! + (three ? v2 * data[at + 2]! : 0));
    data[at]! -= sum;
    data[at + 1]! -= sum * v1;
    if (three) data[at + 2]! -= sum * v2;
  }
}
