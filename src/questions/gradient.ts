/** How far back does a loss teach, and along which way? Gradients of a chosen loss against the distance from it. */
import type { Said } from '../core/said';
import type { Ask } from './index';

/** `sum`: of the layer's h at a step. `unit`: one unit of it. `target`: how well the model's output there says what comes next. `range`: of h over selected steps. */
export type LossKind = 'sum' | 'unit' | 'target' | 'range';

/** Whose gradients, of what. */
export interface LossAsk extends Ask {
  readonly level: number;
  readonly direction: number;
  readonly loss: LossKind;
  /** Of the layer's h; absent where the loss is not of one unit. */
  readonly unit?: number;
  /** Steps [from, to) of a loss over a range. */
  readonly range?: { readonly from: number; readonly to: number };
  /** How many steps back to look, at most 256: behind the first step of a range, in the layer's order. */
  readonly distance: number;
}

/** One loss, at one step; over a range, the step says nothing. */
export interface GradientAsk extends LossAsk {
  readonly step: number;
  /** The state of which every unit's gradient is wanted: `h`, `c`. */
  readonly state: string;
}

/** What a target is: the character after this one by cross-entropy, or the input's next row by squared distance. */
export type TargetKind = 'nextCharacter' | 'nextRow';

/** Arrays over distances 0 (the step of the loss, of a range the last that the layer reads), 1 (one step earlier in the layer's direction) ... */
export interface GradientAnswer {
  readonly step: number;
  /** Steps that a range has, the first distances; absent otherwise. */
  readonly within?: number;
  /** The loss itself. */
  readonly value?: number;
  /** Euclidean norms of dL/ds of each state of the cell, by its name. */
  readonly states: readonly { readonly name: string; readonly norms: Float64Array }[];
  /** log10 |dL/ds| of every unit of the state asked for, [distances, units]; −Infinity where there is none. */
  readonly units: { readonly state: string; readonly count: number; readonly logs: Float32Array };
  readonly path?: { readonly state: string; readonly keep: string; readonly direct: Float64Array };
  /** Norms of dL/dx. */
  readonly input: Float64Array;
  /** |dL/dx| of the features that get most, the strongest first, [distances, indices.length]. */
  readonly features: { readonly indices: readonly number[]; readonly values: Float32Array };
}

/** Losses of one kind at steps spread over the sequence. */
export type GradientSpreadAsk = LossAsk;

/** Over windows: half of them lie between low and high. */
export interface Spread { readonly median: Float64Array; readonly low: Float64Array; readonly high: Float64Array }

/** What becomes of a gradient: its size at a distance, of what it was at the loss. `broken`: not finite there for the first time. */
export interface Fate { readonly kind: 'vanishes' | 'explodes' | 'holds' | 'broken'; readonly ratio: number; readonly distance: number }

export interface GradientSpreadAnswer {
  /** How many losses. */
  readonly windows: number;
  /** Steps over which each is summed; absent where a loss stands at one step. Distances count from the first of them. */
  readonly within?: number;
  /** What a target would be here; absent where there is none. */
  readonly target?: TargetKind;
  readonly states: readonly {
    readonly name: string;
    readonly spread: Spread;
    readonly fate: Fate;
    /** Up to this distance at least 1 % of the gradient arrives. */
    readonly reach: number;
  }[];
  /** The way that only keep gates are on, beside all ways; absent without a keep gate. */
  readonly path?: {
    readonly state: string;
    /** `f`, `z`, `1−z` */
    readonly keep: string;
    readonly direct: Spread;
    /** Distances from which on the other of the two is the larger one, and whether that is the direct one. */
    readonly crossings: readonly { readonly distance: number; readonly direct: boolean }[];
  };
  /** Of a vanilla RNN: no step can let more through than this (Pascanu et al. 2013). */
  readonly bound?: { readonly matrix: string; readonly sigma: number; readonly radius: number; readonly estimated: boolean };
}

/** The product of the step Jacobians before one step. */
export interface JacobiansAsk extends Ask {
  readonly level: number;
  readonly direction: number;
  readonly step: number;
  readonly distance: number;
}

/** Their norms. */
export interface JacobiansAnswer {
  /** 1, 2, 4 ... */
  readonly distances: readonly number[];
  /** Spectral norms of the products over so many steps, of all states together: the most that a gradient of length 1 can become. */
  readonly norms: readonly number[];
  /** `c, h` */
  readonly states: readonly string[];
  /** True where power iteration found them, from below. */
  readonly estimated: boolean;
  /** Why they cannot be multiplied here. */
  readonly refused?: Said;
}
