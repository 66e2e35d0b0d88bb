/** What a person chose in this view; kept over reloads, and checked when it is read. */
import type { LossKind } from '../../../src/questions/gradient';
import { selected } from '../../range';
import { ownOf, type State, type Store } from '../../state';

export interface Settings {
  readonly loss: LossKind;
  /** Steps back. */
  readonly distance: number;
  /** The state whose units are drawn; the one that remembers where it is empty or not there. */
  readonly state: string;
  /** Retention against the logarithm of time. */
  readonly logTime: boolean;
  /** A lag that must be remembered, in steps; 0: none. */
  readonly lag: number;
}

/** Steps back that are offered. */
export const DISTANCES = [32, 64, 128, 256] as const;
/** Lags beyond are not looked for. */
export const MOST_LAG = 1024;
const LOSSES: readonly LossKind[] = ['sum', 'unit', 'target', 'range'];

/** What is kept, or what is usual where that makes no sense: a loss over selected steps while none are. */
export function settingsOf(state: State): Settings {
  const own = ownOf(state, 'gradient');
  const lag = typeof own['lag'] === 'number' && Number.isInteger(own['lag']) ? Math.max(0, Math.min(MOST_LAG, own['lag'])) : 0;
  return {
    loss: LOSSES.find(k => k === own['loss'] && (k !== 'range' || selected(state))) ?? 'sum',
    distance: DISTANCES.find(d => d === own['distance']) ?? 128,
    state: typeof own['state'] === 'string' ? own['state'] : '',
    logTime: own['logTime'] === true,
    lag,
  };
}

/** Keeps some of the choices. */
export const keepSetting = (store: Store, patch: Partial<Settings>): void => store.keep('gradient', patch);
