/** What does a unit do in the selected steps, and what elsewhere? */
import type { Ask } from './index';

export interface RangeAsk extends Ask {
  readonly level: number;
  readonly direction: number;
  readonly unit: number;
  /** Steps [from, to). */
  readonly from: number;
  readonly to: number;
}

export interface RangeAnswer {
  readonly unit: number;
  /** As they were used: whole rows of a long run, of which one step in `stride` is known. */
  readonly from: number;
  readonly to: number;
  readonly stride: number;
  /** All recorded signals that have this unit, but the input. */
  readonly signals: readonly { readonly name: string; readonly mean: number; readonly min: number; readonly max: number; readonly elsewhere: number; readonly deviation: number; readonly broken: number }[];
}
