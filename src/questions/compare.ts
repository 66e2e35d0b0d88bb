/** What is the difference between cells? Layers beside one another: what they are, what they cost, how far their gradients reach, where they part. */
import type { Ask } from './index';
import type { InitialisationRule } from '../core/initialise';
import type { Said } from '../core/said';

/** Where a layer's signals are. */
export interface Held { readonly run: string; readonly level: number; readonly direction: number }

/** A layer that is held, or one to be made: of so many units, else as many as match the budget. */
export type ColumnAsk = { readonly run: string } | { readonly cell: string; readonly units?: number };

export interface CompareAsk extends Ask {
  /** Of the run that is shown; other runs are compared by the same level where they have one. */
  readonly level: number;
  readonly direction: number;
  readonly columns: readonly ColumnAsk[];
  /** How layers that are made begin. */
  readonly rule: InitialisationRule;
  readonly seed: number;
  /** Parameters of the recurrent layer to come near to; those of the layer that is shown where absent. */
  readonly budget?: number;
  /** Numbers a step of a made-up input, instead of what the layer reads. */
  readonly inputs?: number;
}

export interface CompareColumn extends Held {
  readonly cell: { readonly id: string; readonly name: string; readonly family: string; readonly variant: string; readonly source: string };
  readonly inputSize: number;
  readonly units: number;
  readonly parameters: number;
  readonly multiplyAdds: number;
  readonly states: readonly string[];
  readonly carried: number;
  readonly signals: readonly { readonly name: string; readonly label: string; readonly kind: string; readonly equation: string; readonly units: number }[];
  /** Name of what the layer gives, and the 98th percentile of its size. */
  readonly output: string;
  readonly scale: number;
  /** The unit that moves most. */
  readonly liveliest: number;
  /** Nobody trained it: by which rule, from which seed. */
  readonly invented?: { readonly rule: Said; readonly seed: number };
}

export interface CompareAnswer {
  readonly columns: readonly CompareColumn[];
  readonly budget: number;
  /** What else a column could be. */
  readonly cells: readonly { readonly id: string; readonly name: string; readonly variant: string }[];
  /** What they read, where it was made up for them. */
  readonly input?: Said;
}

/** All signals of a layer in one step. */
export interface MomentAsk extends Ask { readonly level: number; readonly direction: number; readonly unit: number; readonly step: number }

export interface MomentAnswer {
  readonly signals: Readonly<Record<string, {
    /** The unit, now and one step earlier in the layer's direction; signals of another size have none. */
    readonly now?: number; readonly before?: number;
    /** Of all units: mean, mean of the size, and the share above one half (the open valves of a gate). */
    readonly mean: number; readonly size: number; readonly open: number;
    readonly sizeBefore?: number;
  }>>;
}

export interface ReachAsk extends Ask { readonly level: number; readonly direction: number }

export interface ReachAnswer {
  /** ‖dL/dh‖ at distances 0, 1, 2 ... from a loss that is the sum of h in one step, as a share of its size there. */
  readonly median: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** Losses looked at. */
  readonly windows: number;
  /** Distance at which 99 % is lost; absent where that is further than was looked. */
  readonly lost?: number;
}

export interface PaceAsk extends Ask { readonly columns: readonly Held[] }

/** Median microseconds a step, forward, recording the output alone; in the order asked. */
export interface PaceAnswer { readonly microseconds: readonly number[]; readonly rounds: number; readonly steps: number }

export interface DivergenceAsk extends Ask { readonly level: number; readonly direction: number; readonly other: string; readonly tolerance: number }

export interface Place { readonly step: number; readonly signal: string; readonly unit: number; readonly a: number; readonly b: number }

export interface DivergenceAnswer {
  readonly first?: Place;
  readonly signals: readonly { readonly signal: string; readonly first?: Place; readonly most: Place; readonly share: number }[];
}
