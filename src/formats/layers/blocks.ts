/** Packed matrices, as frameworks store them, to the parameters that the equations name. Every reader converts here, once. */
import type { Params, Tensor } from '../../core/layer';

/** One direction as stored: blocks of `units` rows under one another, rows first. */
export interface Packed {
  /** [blocks * units, inputSize] */
  readonly kernel: Float32Array;
  /** [blocks * units, width of h] */
  readonly recurrentKernel: Float32Array;
  /** [blocks * units]; zero where absent. */
  readonly bias?: Float32Array | undefined;
  readonly recurrentBias?: Float32Array | undefined;
}

export interface Sizes {
  readonly inputSize: number;
  /** Rows of a block. */
  readonly units: number;
  /** Length of h: differs from units only under a projection. */
  readonly hidden: number;
}

/**
 * `Wi Ui bi ...` for every block in the order stored, such as `ifgo`; a vanilla RNN's one block has no letter: order `['']`.
 * The two biases are added, except of the blocks in `apart` (the n of a GRU that resets after), where the recurrent one is `cn`.
 */
export function unpack(packed: Packed, order: readonly string[], { inputSize, units, hidden }: Sizes, apart = ''): Params {
  const params: Record<string, Tensor> = {};
  order.forEach((gate, block) => {
    const rows = (data: Float32Array, width: number): Float32Array => data.slice(block * units * width, (block + 1) * units * width);
    const bias = packed.bias ? rows(packed.bias, 1) : new Float32Array(units);
    const recurrent = packed.recurrentBias ? rows(packed.recurrentBias, 1) : new Float32Array(units);
    const separate = gate !== '' && apart.includes(gate);
    params[`W${gate}`] = { shape: [units, inputSize], data: rows(packed.kernel, inputSize) };
    params[`U${gate}`] = { shape: [units, hidden], data: rows(packed.recurrentKernel, hidden) };
    params[`b${gate}`] = { shape: [units], data: separate ? bias : bias.map((b, k) => b + (recurrent[k] ?? 0)) };
    if (separate) params[`c${gate}`] = { shape: [units], data: recurrent };
  });
  return params;
}
