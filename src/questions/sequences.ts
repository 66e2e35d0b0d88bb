/** What do the other sequences of the input look like? Small courses of one unit, for a picker. */
import type { Ask } from './index';

export interface SequencesAsk extends Ask {
  readonly level: number;
  readonly direction: number;
  readonly signal: string;
  readonly unit: number;
  /** Sequences [first, end) by their place in the list. */
  readonly first: number;
  readonly end: number;
}

export interface SequencesAnswer {
  readonly level: number;
  readonly direction: number;
  readonly signal: string;
  readonly unit: number;
  /** Of those that could be run, or were recorded; not all of a long list are at hand. */
  readonly courses: readonly SequenceCourse[];
}

/** Least and greatest of the unit in equal parts of the steps [0, steps). */
export interface SequenceCourse {
  readonly at: number;
  /** As far as it was run; a long one is cut. */
  readonly steps: number;
  readonly min: Float32Array;
  readonly max: Float32Array;
}
