/** A matrix brought to two diagonals, and the singular values of two diagonals by counting (Golub & Kahan 1965; Demmel & Kahan 1990). */
import type { Progress } from '../../core/pace';

/** The diagonal and the entries beside it, one fewer. */
export interface Bidiagonal {
  readonly diagonal: Float64Array;
  readonly beside: Float64Array;
}

/** Householder reflections from both sides; `data` [rows, columns], rows <= columns, is used up. Singular values stay. */
export function* bidiagonal(data: Float64Array, rows: number, columns: number): Generator<Progress, Bidiagonal> {
  const diagonal = new Float64Array(rows);
  const beside = new Float64Array(Math.max(0, rows - 1));
  const v = new Float64Array(columns);
  const w = new Float64Array(columns);
  for (let k = 0; k < rows; k++) {
    diagonal[k] = foldRow(data, rows, columns, k, v);
    if (k < rows - 1) beside[k] = foldColumn(data, rows, columns, k, v, w);
    yield { done: k, total: rows, what: 'Singular values' };
  }
  return { diagonal, beside };
}

/** Makes v the reflector of what it holds from `from` on; answers what that folds to, and its scale. */
function reflector(v: Float64Array, from: number, to: number): readonly [folded: number, scale: number] {
  let squares = 0;
  for (let k = from; k < to; k++) squares += v[k]! * v[k]!;
  const head = v[from]!;
  const length = Math.sqrt(squares);
  if (squares - head * head <= 0) return [head, 0];
  v[from] = head + Math.sign(head || 1) * length;
  return [-Math.sign(head || 1) * length, 2 / (squares - head * head + v[from] * v[from])];
}

/** From the right: row k keeps its entry k alone. */
function foldRow(data: Float64Array, rows: number, columns: number, k: number, v: Float64Array): number {
  for (let j = k; j < columns; j++) v[j] = data[k * columns + j]!;
  const [folded, scale] = reflector(v, k, columns);
  for (let i = k + 1; scale !== 0 && i < rows; i++) {
    let sum = 0;
    for (let j = k, at = i * columns + k; j < columns; j++, at++) sum += data[at]! * v[j]!;
    sum *= scale;
    for (let j = k, at = i * columns + k; j < columns; j++, at++) data[at]! -= sum * v[j]!;
  }
  return folded;
}

/** From the left: below row k, column k keeps its entry k + 1 alone. */
function foldColumn(data: Float64Array, rows: number, columns: number, k: number, v: Float64Array, w: Float64Array): number {
  for (let i = k + 1; i < rows; i++) v[i] = data[i * columns + k]!;
  const [folded, scale] = reflector(v, k + 1, rows);
  if (scale === 0) return folded;
  w.fill(0, k);
  for (let i = k + 1; i < rows; i++) for (let j = k, at = i * columns + k; j < columns; j++, at++) w[j]! += v[i]! * data[at]!;
  for (let i = k + 1; i < rows; i++) for (let j = k, at = i * columns + k, s = scale * v[i]!; j < columns; j++, at++) data[at]! -= s * w[j]!;
  return folded;
}

/** The singular values of two diagonals, the greatest first, each found by bisection: how many lie below a number can be counted exactly. */
export function* bidiagonalValues({ diagonal, beside }: Bidiagonal): Generator<Progress, Float64Array> {
  const n = diagonal.length;
  // They are the positive eigenvalues of a symmetric matrix of twice the size with zeros on its diagonal and these beside it, squared.
  const squares = Float64Array.from({ length: Math.max(0, 2 * n - 1) }, (_, k) => (k % 2 === 0 ? diagonal[k / 2]! : beside[(k - 1) / 2]!) ** 2);
  const most = bound(diagonal, beside);
  const values = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    let [low, high] = [0, k === 0 ? most : values[k - 1]!];
    for (let round = 0; round < 120 && high - low > Number.EPSILON * (high + most * Number.EPSILON); round++) {
      const middle = (low + high) / 2;
      if (above(squares, middle) > k) low = middle;
      else high = middle;
    }
    values[k] = (low + high) / 2;
    yield { done: k, total: n, what: 'Singular values' };
  }
  return values;
}

/** No singular value is greater (Gershgorin). */
function bound(diagonal: Float64Array, beside: Float64Array): number {
  let most = 0;
  for (let k = 0; k < diagonal.length; k++) most = Math.max(most, Math.abs(diagonal[k]!) + Math.max(Math.abs(beside[k] ?? 0), Math.abs(beside[k - 1] ?? 0)));
  return most * (1 + 1e-12);
}

const TINY = 1e-300;

/** How many eigenvalues of the tridiagonal matrix lie above x > 0: signs of its pivots (Sturm). */
function above(squares: Float64Array, x: number): number {
  let [count, pivot] = [0, -x];
  for (let k = 0; ; k++) {
    if (pivot > 0) count++;
    if (k === squares.length) return count;
    if (Math.abs(pivot) < TINY) pivot = -TINY;
    pivot = -x - squares[k]! / pivot;
  }
}
