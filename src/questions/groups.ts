/** Which units are active together, in the order by co-activation? */
import type { Ask } from './index';

export interface GroupsAsk extends Ask {
  readonly level: number;
  readonly direction: number;
}

export interface GroupsAnswer {
  readonly level: number;
  readonly direction: number;
  /** They follow one another and cover all units: first place in the order, how many, and the mean r of their pairs (NaN: units of no group). */
  readonly groups: readonly { readonly start: number; readonly size: number; readonly r: number }[];
}
