/** Our parameters in the layouts of others: blocks below one another in their order. */
import type { Layer } from '../../src/core/layer';

/** `W` and the order `io` are Wi above Wo, [blocks * units, columns]; a plain RNN's one block has no letter. */
export function stacked(layer: Layer, prefix: string, order: readonly string[]): Float32Array {
  const blocks = order.map(gate => layer.params[prefix + gate]?.data ?? new Float32Array(layer.units));
  return joined(blocks);
}

/** One after another. */
export function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) { all.set(p, at); at += p.length; }
  return all;
}

/** [rows, columns] -> [columns, rows]. */
export function transposed(matrix: Float32Array, rows: number): Float32Array {
  const columns = matrix.length / rows;
  const turned = new Float32Array(matrix.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) turned[c * rows + r] = matrix[r * columns + c]!;
  return turned;
}
