/** How long does a layer remember? What the keep gates leave, from any step on. */
import type { Ask } from './index';

/** About one unit, from one step on. */
export interface MemoryAsk extends Ask {
  readonly level: number;
  readonly direction: number;
  readonly unit: number;
  /** From which step on. */
  readonly step: number;
  /** For how many steps, at most 1024. */
  readonly distance: number;
}

/** A step in which a unit's memory was changed much. */
export interface MemoryEvent {
  readonly kind: 'write' | 'erase';
  readonly step: number;
  /** What was kept, 0 to 1. */
  readonly keep: number;
  /** What the step put in. */
  readonly added: number;
  readonly before: number;
  readonly after: number;
}

/** Of all units, and of the one. */
export interface MemoryAnswer {
  readonly step: number;
  /** `f`, `z`, `1−z`; absent for a cell that keeps nothing by a gate: then only `why` says so. */
  readonly keep?: string;
  readonly state?: string;
  readonly units: number;
  /** Share of the state at `step` that is left d steps later, [distances, units], from d = 0. */
  readonly left: Float32Array;
  /** Of every unit, in steps, over the whole run. */
  readonly halfLives: Float64Array;
  readonly timeConstants: Float64Array;
  /** Of the unit: runs in which at least half is kept. */
  readonly runs: { readonly count: number; readonly median: number; readonly longest: number };
  /** In the order of steps, the strongest of those within `looked`. */
  readonly events: readonly MemoryEvent[];
  readonly looked: { readonly from: number; readonly to: number };
  /** Of every unit: the lag up to which at least 1 % is left, in the median over windows; `most` is as far as was looked. */
  readonly reach: { readonly units: Float64Array; readonly longest: number; readonly median: number; readonly most: number; readonly windows: number };
}
