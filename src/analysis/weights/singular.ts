/** Singular values of a matrix, the greatest first: by rotations where it is small, by way of a bidiagonal matrix where it is not. */
import type { Progress } from '../../core/pace';
import { bidiagonal, bidiagonalValues } from './bidiagonal';

/** Up to so many columns, one-sided Jacobi rotations (Hestenes 1958) are quick, and exact for the small values too. */
const ROTATED = 256;
const MOST_SWEEPS = 40;

/** min(rows, columns) singular values of a matrix [rows, columns], rows first. @throws Error where a number is not finite */
export function* singularValues(data: ArrayLike<number>, rows: number, columns: number): Generator<Progress, Float64Array> {
  // Rows of `lines` are what is made orthogonal: the shorter side of the matrix.
  const [count, length] = rows < columns ? [rows, columns] : [columns, rows];
  const lines = rows < columns ? new Float64Array(data) : turned(data, rows, columns);
  if (!lines.every(Number.isFinite)) throw new Error('The matrix has values that are not finite.');
  if (count > ROTATED) return yield* bidiagonalValues(yield* bidiagonal(lines, count, length));
  return yield* rotated(lines, count, length);
}

function turned(data: ArrayLike<number>, rows: number, columns: number): Float64Array {
  const out = new Float64Array(rows * columns);
  for (let i = 0, at = 0; i < rows; i++) for (let j = 0; j < columns; j++, at++) out[j * rows + i] = data[at]!;
  return out;
}

/** Turns pairs of rows until all are at right angles; their lengths are the singular values. */
function* rotated(lines: Float64Array, count: number, length: number): Generator<Progress, Float64Array> {
  for (let sweep = 0, turned = true; turned && sweep < MOST_SWEEPS; sweep++) {
    turned = false;
    for (let a = 0; a < count - 1; a++) {
      for (let b = a + 1; b < count; b++) if (rotate(lines, length, a * length, b * length)) turned = true;
      // About nine sweeps are usual.
      yield { done: Math.min(sweep, 9) * count + a, total: 10 * count, what: 'Singular values' };
    }
  }
  const values = Float64Array.from({ length: count }, (_, k) => norm(lines.subarray(k * length, (k + 1) * length)));
  return values.sort().reverse();
}

/** Makes two rows orthogonal; false where they are. */
function rotate(lines: Float64Array, length: number, a: number, b: number): boolean {
  let [aa, bb, ab] = [0, 0, 0];
  for (let k = 0; k < length; k++) {
    const x = lines[a + k]!, y = lines[b + k]!;
    aa += x * x;
    bb += y * y;
    ab += x * y;
  }
  if (Math.abs(ab) <= 4 * Number.EPSILON * Math.sqrt(aa) * Math.sqrt(bb)) return false;
  const zeta = (bb - aa) / (2 * ab);
  const t = Math.sign(zeta || 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
  const c = 1 / Math.sqrt(1 + t * t);
  const s = c * t;
  for (let k = 0; k < length; k++) {
    const x = lines[a + k]!, y = lines[b + k]!;
    lines[a + k] = c * x - s * y;
    lines[b + k] = s * x + c * y;
  }
  return true;
}

function norm(v: Float64Array): number {
  let sum = 0;
  for (const x of v) sum += x * x;
  return Math.sqrt(sum);
}
