/**
 * What the engine runs: a cell's equations, its sizes and its parameters, in one or two directions, stacked.
 * Parameters are named exactly as the cell's equations name them and stored rows first, `[rows, columns]`.
 */
import type { Cell } from './cells/cell';

export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export type Params = Readonly<Record<string, Tensor>>;

/** The way through the sequence. (`backward` is kept for gradients.) */
export type Direction = 'forward' | 'reverse';

/** One cell with its parameters, run in one direction. A value: who changes a parameter makes a new layer. */
export interface Layer {
  readonly cell: Cell;
  readonly inputSize: number;
  /** Length of h, or of the cell's output state. */
  readonly units: number;
  readonly direction: Direction;
  readonly params: Params;
  /** Initial states by name, zero where absent. */
  readonly initial?: Readonly<Record<string, Float32Array>>;
  /** Steps of the sequence that count; later ones are zero (ONNX `sequence_lens`). */
  readonly length?: number;
}

/** How two directions become one output: side by side, or element by element. `none` hands on the forward one. */
export type Merge = 'concat' | 'sum' | 'mul' | 'ave' | 'none';

/** One storey of a stack: one layer, or a forward and a reverse one over the same input. */
export interface Level {
  /** Unique in its network; the LAYER of a trace's tensor names. */
  readonly name: string;
  readonly directions: readonly Layer[];
  readonly merge: Merge;
}

/** Levels from the input up: level k reads the output of level k-1. */
export interface Network {
  readonly name: string;
  readonly levels: readonly Level[];
}
