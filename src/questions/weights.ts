/** Which weights is a gate made of? The matrices and vectors of one signal's equation, small enough to be drawn. */
import type { Ask } from './index';

export interface WeightsAsk extends Ask {
  readonly level: number;
  readonly direction: number;
  readonly signal: string;
  readonly unit: number;
}

export interface WeightMatrix {
  /** As in the equation: `Wf`. */
  readonly name: string;
  /** What it really has. */
  readonly rows: number;
  readonly columns: number;
  /** [shownRows, shownColumns]: of each block the number that is furthest from 0. */
  readonly data: Float32Array;
  readonly shownRows: number;
  readonly shownColumns: number;
  /** Greatest magnitude. */
  readonly most: number;
}

export interface WeightsAnswer {
  readonly matrices: readonly WeightMatrix[];
  /** Biases, peepholes and their kin: the unit's own number. */
  readonly vectors: readonly { readonly name: string; readonly value: number }[];
}
