/** What does this unit do? The table of all units, one unit's card, the labels that a person brings, and what is lost without it. */
import type { Said } from '../core/said';
import type { Ask } from './index';

export interface UnitsAsk extends Ask {
  readonly level: number;
  readonly direction: number;
  /** Which labels were brought (see `labels`); 0 for none. */
  readonly labels: number;
}

/** One number a unit, in every array. */
export interface UnitsAnswer {
  /** What remembers: `c`, or `h`. */
  readonly signal: string;
  readonly units: number;
  /** One step in so many is known of a long run: 1 where all are. */
  readonly stride: number;
  /** Steps; absent without a keep gate. */
  readonly halfLife?: { readonly gate: string; readonly steps: Float64Array };
  /** Share of steps in which a gate is closed or open, by gate. */
  readonly saturation: readonly { readonly gate: string; readonly closed: Float32Array; readonly open: Float32Array }[];
  /** Standard deviation of the memory. */
  readonly activity: Float32Array;
  readonly follows: {
    readonly tracks: readonly string[];
    /** Index into tracks, −1 for none; r with it over all steps that are known; p corrected for all units and tracks, NaN where not tested. */
    readonly track: Int32Array;
    readonly r: Float64Array;
    readonly p: Float64Array;
    /** [units, tracks] */
    readonly all: Float64Array;
    readonly allP: Float64Array;
    /** Circular shifts; 0 where nothing was tested. */
    readonly shifts: number;
    /** The test looked at one step in so many. */
    readonly every: number;
  };
}

export interface UnitAsk extends Ask {
  readonly level: number;
  readonly direction: number;
  readonly unit: number;
}

export interface UnitAnswer {
  readonly unit: number;
  readonly signal: string;
  readonly stride: number;
  /** Characters that are read, or columns of the input, by |r|. */
  readonly inputs: readonly { readonly name: string; readonly r: number; readonly p?: number }[];
  /** Of how many inputs those are the strongest; p is corrected for so many. */
  readonly inputsTested: number;
  readonly shifts: number;
  /** Places where the memory is highest above 0, and lowest below. */
  readonly high: readonly Piece[];
  readonly low: readonly Piece[];
  /** Largest |value| among them. */
  readonly scale: number;
  /** The memory at every step that is known: one in `stride`. */
  readonly course: Float32Array;
  /** What the pieces' lines are, where they have some: `temp_max`, `waveform`. */
  readonly line?: string;
}

/** A few steps around a peak. */
export interface Piece {
  readonly from: number;
  readonly peak: number;
  readonly values: readonly number[];
  readonly labels: readonly string[];
  /** Least and greatest of the input's line in equal parts of these steps; equal where there is one number a step. */
  readonly line?: { readonly min: readonly number[]; readonly max: readonly number[] };
}

/** Labels that a person brings: a number a step, by name. */
export interface LabelsAsk extends Ask {
  /** Counts what was brought; 0: no labels any more. */
  readonly version: number;
  readonly tracks: readonly { readonly name: string; readonly values: readonly number[] }[];
}

export interface LabelsAnswer {
  readonly version: number;
  /** Names of those that vary over the steps. */
  readonly used: readonly string[];
  readonly steps: number;
}

export interface SilenceAsk extends Ask {
  readonly level: number;
  readonly direction: number;
  /** Those to be measured, if they are not known yet. */
  readonly units: readonly number[];
}

export interface SilenceAnswer {
  /** `bits`: change of the mean surprise of the next character. `output`: change of what the last layer gives, as a share of its size. */
  readonly measure: 'bits' | 'output';
  /** Measured over the first so many steps. */
  readonly steps: number;
  /** Mean surprise as it is; NaN for `output`. */
  readonly base: number;
  /** All that are known so far. */
  readonly effects: readonly SilenceEffect[];
  /** Why no unit of this layer can be switched off alone. */
  readonly refused?: Said;
}

export interface SilenceEffect {
  readonly unit: number;
  readonly change: number;
  /** Steps where it is missed most, and the change there. */
  readonly places: readonly { readonly step: number; readonly change: number }[];
}
