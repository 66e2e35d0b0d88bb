/** Where does the state go? */
import type { RunId } from '../protocol';
import type { Ask } from './index';

export interface StateSpaceAsk extends Ask {
  readonly level: number;
  readonly direction: number;
  /** `h`, `c`. */
  readonly signal: string;
  /** A run of the same steps in whose components this one is placed, beside it. */
  readonly against?: RunId;
}

export interface StateSpaceAnswer {
  readonly signal: string;
  /** Point k is step k * every. */
  readonly every: number;
  readonly components: number;
  /** [points, components] */
  readonly points: Float32Array;
  /** Share of the variance, by component. */
  readonly shares: readonly number[];
  /** By component: the units that weigh most, with their weight. */
  readonly loadings: readonly (readonly { readonly unit: number; readonly weight: number }[])[];
  /** True where every direction was worked out, false where the first ones were found by a random search. */
  readonly exact: boolean;
  /** The other run, where it was asked for: components, shares and loadings are its own. */
  readonly apart?: Apart;
}

/** Two runs in one state space. */
export interface Apart {
  /** Of the other run, as `points`. */
  readonly points: Float32Array;
  /** Between both at every point, in all units; NaN where one of them is not finite. */
  readonly distance: Float32Array;
  /** How far the other run is from its mean: root mean square over its points. */
  readonly size: number;
}
