/** Where does the state go? */
import type { Ask } from './index';

export interface StateSpaceAsk extends Ask {
  readonly level: number;
  readonly direction: number;
  /** `h`, `c`. */
  readonly signal: string;
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
}
