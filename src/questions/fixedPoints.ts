/** Where would the state rest, were the input held? */
import type { Ask } from './index';

export interface FixedPointsAsk extends Ask {
  readonly level: number;
  readonly direction: number;
  /** In whose state space the points are wanted. */
  readonly signal: string;
  /** Held at the mean over the sequence, or at zero. */
  readonly input: 'mean' | 'zero';
}

export interface FixedPointsAnswer {
  /** Searches begun from states of the run, and those that ended where the state still moves. */
  readonly tried: number;
  readonly lost: number;
  /** Median length of the run's own steps: what moves by less than a tenth of it is slow. */
  readonly usual: number;
  /** Slowest first. */
  readonly points: readonly {
    /** Along the components of the state space. */
    readonly at: readonly number[];
    /** How far one step moves it. */
    readonly speed: number;
    readonly fixed: boolean;
    /** Directions in which a small push grows, of so many. */
    readonly growing: number;
    readonly directions: number;
    readonly radius: number;
  }[];
}
