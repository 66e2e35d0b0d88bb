/** What the panel keeps of a person's changes: checked when it is read, since it may come from an older version or another layer. */
import type { Change } from '../../src/core/variations/change';
import { changesThatFit } from '../../src/fitting';
import type { Scene } from '../../src/protocol';
import { ownOf, type State, type Store } from '../state';

/** Which numbers the views show. */
export type Shown = 'changed' | 'baseline' | 'difference';

export interface Kept { readonly on: boolean; readonly changes: readonly Change[]; readonly shown: Shown }

const VIEW = 'whatIf';

/** The changes that fit the scene, whether the mode is on, and what is shown of it. */
export function keptOf(state: State): Kept {
  const { on, changes, shown } = ownOf(state, VIEW);
  return { on: on === true, changes: state.scene ? checked(changes, state.scene) : [], shown: shown === 'baseline' || shown === 'difference' ? shown : 'changed' };
}

export function keep(store: Store, patch: Partial<Kept>): void {
  store.keep(VIEW, patch);
}

const known = new WeakMap<object, { readonly scene: Scene; readonly found: readonly Change[] }>();

function checked(changes: unknown, scene: Scene): readonly Change[] {
  if (!Array.isArray(changes)) return [];
  const before = known.get(changes);
  if (before?.scene === scene) return before.found;
  const found = changesThatFit(changes, scene);
  known.set(changes, { scene, found });
  return found;
}
