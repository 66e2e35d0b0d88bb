/** A square matrix made ready for its eigenvalues: those that stand alone taken out, the rest balanced and brought to Hessenberg form. */
import type { Progress } from '../../core/pace';

/** Rows first, [size, size]. */
export interface Square {
  readonly size: number;
  readonly data: Float64Array;
}

/**
 * Eigenvalues that can be read off: while a row or a column has nothing beside its diagonal, that diagonal is one, and the rest is a
 * smaller matrix. A triangular matrix is read off whole, where rounding would otherwise move equal eigenvalues far apart.
 */
export function isolate({ size, data }: Square): { readonly alone: readonly number[]; readonly rest: Square } {
  const left = Array.from({ length: size }, (_, k) => k);
  const alone: number[] = [];
  const empty = (k: number, row: boolean): boolean => left.every(j => j === k || data[row ? k * size + j : j * size + k] === 0);
  for (;;) {
    const found = left.findIndex(k => empty(k, true) || empty(k, false));
    if (found < 0) break;
    const k = left.splice(found, 1)[0]!;
    alone.push(data[k * size + k]!);
  }
  if (alone.length === 0) return { alone, rest: { size, data } };
  const rest = Float64Array.from({ length: left.length ** 2 }, (_, at) => data[left[Math.floor(at / left.length)]! * size + left[at % left.length]!]!);
  return { alone, rest: { size: left.length, data: rest } };
}

/** Scales rows and columns against one another by powers of 2, in place, until their norms are alike (Parlett & Reinsch 1969): eigenvalues stay. */
export function* balance({ size: n, data }: Square): Generator<Progress, void> {
  for (let round = 0, changed = true; changed && round < 20; round++) {
    changed = false;
    for (let k = 0; k < n; k++) {
      let [row, column] = [0, 0];
      for (let j = 0; j < n; j++) {
        if (j === k) continue;
        row += Math.abs(data[k * n + j]!);
        column += Math.abs(data[j * n + k]!);
      }
      if (row === 0 || column === 0) continue;
      const f = 2 ** Math.round(Math.log2(row / column) / 2);
      if (column * f + row / f >= 0.95 * (row + column)) continue;
      changed = true;
      for (let j = 0; j < n; j++) {
        data[k * n + j]! /= f;
        data[j * n + k]! *= f;
      }
    }
    yield { done: 0, total: n, what: 'Eigenvalues' };
  }
}

/** Brings the matrix to upper Hessenberg form by Householder reflections, in place. */
export function* toHessenberg({ size: n, data }: Square): Generator<Progress, void> {
  const v = new Float64Array(n);
  const w = new Float64Array(n);
  for (let k = 0; k < n - 2; k++) {
    const scale = reflector(data, n, k, v);
    if (scale === 0) continue;
    fromLeft(data, n, k, v, w, scale);
    fromRight(data, n, k, v, scale);
    yield { done: k, total: n, what: 'Eigenvalues' };
  }
}

/** v with (1 - scale v vᵀ) folding column k onto its entry k + 1; 0 where there is nothing below it. */
function reflector(data: Float64Array, n: number, k: number, v: Float64Array): number {
  let squares = 0;
  for (let i = k + 1; i < n; i++) {
    v[i] = data[i * n + k]!;
    squares += v[i]! * v[i]!;
  }
  const head = v[k + 1]!;
  if (squares - head * head <= 0) return 0;
  v[k + 1] = head + Math.sign(head || 1) * Math.sqrt(squares);
  return 2 / (squares - head * head + v[k + 1]! * v[k + 1]!);
}

function fromLeft(data: Float64Array, n: number, k: number, v: Float64Array, w: Float64Array, scale: number): void {
  w.fill(0);
  for (let i = k + 1; i < n; i++) {
    const vi = v[i]!;
    for (let j = k, at = i * n + k; j < n; j++, at++) w[j]! += vi * data[at]!;
  }
  for (let i = k + 1; i < n; i++) {
    const vi = scale * v[i]!;
    for (let j = k, at = i * n + k; j < n; j++, at++) data[at]! -= vi * w[j]!;
  }
}

function fromRight(data: Float64Array, n: number, k: number, v: Float64Array, scale: number): void {
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = k + 1, at = i * n + k + 1; j < n; j++, at++) sum += data[at]! * v[j]!;
    sum *= scale;
    for (let j = k + 1, at = i * n + k + 1; j < n; j++, at++) data[at]! -= sum * v[j]!;
  }
}
