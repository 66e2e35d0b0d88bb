/** What the view keeps over reloads, checked as it is read. */
import { selected, type Range } from '../../range';
import { ownOf, type State, type Store } from '../../state';

export const ID = 'units';

export type { Range };

export interface Kept {
  /** Column by which units are sorted, and whether the largest come first. */
  readonly sort: string;
  readonly down: boolean;
  /** Steps that were selected, in any view; absent until a person selects some. */
  readonly range: Range | undefined;
  readonly threshold: number | undefined;
  /** State space: which signal, which two components, and what the colour says: `time`, `unit` or the name of a track. */
  readonly signal: string;
  readonly pair: readonly [number, number];
  readonly colour: string;
}

const finite = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const text = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise);

/** What was kept, of the sequence that is shown now. */
export function keptOf(state: State): Kept {
  const own = ownOf(state, ID);
  return {
    sort: text(own['sort'], 'follows'), down: own['down'] !== false,
    range: selected(state), threshold: finite(own['threshold']) && own['threshold'] >= 0 ? own['threshold'] : undefined,
    signal: text(own['signal'], ''), pair: pairOf(own['pair']), colour: text(own['colour'], 'time'),
  };
}

function pairOf(value: unknown): readonly [number, number] {
  const [a, b] = Array.isArray(value) ? value as unknown[] : [];
  const fits = (k: unknown): k is number => finite(k) && Number.isInteger(k) && k >= 0 && k < 4;
  return fits(a) && fits(b) && a !== b ? [a, b] : [0, 1];
}

/** Keeps members of it. */
export const keep = (store: Store, patch: Partial<Omit<Kept, 'range'>>): void => store.keep(ID, patch);
