/** How frameworks' tensors are cut into the parameters that the equations name: for weights, and for their gradients alike. */
import type { Params, Tensor } from '../../src/core/layer';
import type { Flat } from './stored';

/** Tensors by name: the framework's, or ours. */
export type Named = Readonly<Record<string, Flat>>;

/** What becomes of two biases that our equations have as one: weights are added; gradients are equal, so either serves. */
export type Join = 'weights' | 'gradients';

/** Block k of `count` that lie under one another. */
export function block({ shape, data }: Flat, k: number, count: number): Flat {
  const size = data.length / count;
  return { shape: [shape[0]! / count, ...shape.slice(1)], data: data.slice(k * size, (k + 1) * size) };
}

/** [columns, rows] to [rows, columns]. */
export function transposed({ shape: [m = 0, n = 0], data }: Flat): Flat {
  return { shape: [n, m], data: Float64Array.from(data, (_, k) => data[(k % m) * n + Math.floor(k / m)]!) };
}

/** Row k of a matrix, as a vector. */
export function row({ shape: [, n = 0], data }: Flat, k: number): Flat {
  return { shape: [n], data: data.slice(k * n, (k + 1) * n) };
}

/** Two biases as one. */
export function joined(a: Flat, b: Flat, join: Join): Flat {
  return join === 'gradients' ? a : { shape: a.shape, data: a.data.map((v, k) => v + b.data[k]!) };
}

export function zeros(...shape: readonly number[]): Flat {
  return { shape, data: new Float64Array(shape.reduce((n, k) => n * k, 1)) };
}

/** As the engine takes it. */
export function toTensor({ shape, data }: Flat): Tensor {
  return { shape, data: Float32Array.from(data) };
}

/** As the engine takes them. */
export function toParams(named: Named): Params {
  return Object.fromEntries(Object.entries(named).map(([name, flat]) => [name, toTensor(flat)]));
}
