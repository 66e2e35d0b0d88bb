/** Where else are the same units on together? */
import type { Ask } from './index';

export interface SimilarAsk extends Ask {
  readonly level: number;
  readonly direction: number;
  /** Steps [from, to). */
  readonly from: number;
  readonly to: number;
  /** A unit is on where its memory is beyond this; where absent, one at which a few units are on. */
  readonly threshold?: number;
}

export interface SimilarAnswer {
  readonly signal: string;
  readonly stride: number;
  /** As it was used: whole rows of a long run, of which one step in `stride` is known. */
  readonly from: number;
  readonly to: number;
  readonly threshold: number;
  /** What 2 % of the values exceed: a sensible end for thresholds. */
  readonly most: number;
  /** On all through the range, the clearest first, and on which side of 0. */
  readonly units: readonly number[];
  readonly signs: readonly number[];
  /** Best first. */
  readonly places: readonly { readonly from: number; readonly to: number; readonly shared: number }[];
  /** How many of the units are on, by row (one a step, or one in `stride`). */
  readonly on: Uint16Array;
}
