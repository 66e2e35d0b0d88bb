/** Eigenvalues of a symmetric matrix by Jacobi's rotations (1846): slow and exact, for a few hundred rows. */

export interface Eigen {
  /** Largest first. */
  readonly values: Float64Array;
  /** [n, n]: row k belongs to values[k], of length 1. */
  readonly vectors: Float64Array;
}

/** Sweeps after which it surely has converged. */
const SWEEPS = 30;

/** Of a symmetric matrix [n, n], which is not written to. Yields now and then, a number that says nothing. */
export function* eigen(matrix: Float64Array, n: number): Generator<number, Eigen> {
  const a = matrix.slice(), v = new Float64Array(n * n);
  for (let k = 0; k < n; k++) v[k * n + k] = 1;
  let size = 0;
  for (const x of a) size += x * x;
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) for (let q = 0; q < p; q++) off += a[p * n + q]! ** 2;
    if (off <= 1e-26 * size) break;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) rotate(a, v, n, p, q);
      yield sweep;
    }
  }
  const order = Array.from({ length: n }, (_, k) => k).sort((i, j) => a[j * n + j]! - a[i * n + i]!);
  const vectors = new Float64Array(n * n);
  order.forEach((k, place) => vectors.set(v.subarray(k * n, (k + 1) * n), place * n));
  return { values: Float64Array.from(order, k => a[k * n + k]!), vectors };
}

/** Makes a[p, q] zero; rows of v turn along. */
function rotate(a: Float64Array, v: Float64Array, n: number, p: number, q: number): void {
  const apq = a[p * n + q]!;
  if (apq === 0) return;
  const theta = (a[q * n + q]! - a[p * n + p]!) / (2 * apq);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1), s = t * c;
  for (let k = 0; k < n; k++) {
    const kp = a[k * n + p]!, kq = a[k * n + q]!;
    a[k * n + p] = c * kp - s * kq;
    a[k * n + q] = s * kp + c * kq;
  }
  for (let k = 0; k < n; k++) {
    const pk = a[p * n + k]!, qk = a[q * n + k]!;
    a[p * n + k] = c * pk - s * qk;
    a[q * n + k] = s * pk + c * qk;
    const vp = v[p * n + k]!, vq = v[q * n + k]!;
    v[p * n + k] = c * vp - s * vq;
    v[q * n + k] = s * vp + c * vq;
  }
}
