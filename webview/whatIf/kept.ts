/** What the panel keeps of a person's changes: checked when it is read, since it may come from an older version or another layer. */
import type { Change } from '../../src/core/variations/change';
import type { Scene } from '../../src/protocol';
import { ownOf, type State, type Store } from '../state';

/** Which numbers the views show. */
export type Shown = 'changed' | 'baseline' | 'difference';

export interface Kept { readonly on: boolean; readonly changes: readonly Change[]; readonly shown: Shown }

const VIEW = 'whatIf';
const MOST = 64;

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
  const found = changes.slice(0, MOST).filter((c): c is Change => fits(c, scene));
  known.set(changes, { scene, found });
  return found;
}

const isNumber = (v: unknown): v is number => typeof v === 'number' && Number.isFinite(v);
const isIndex = (v: unknown, below: number): v is number => isNumber(v) && Number.isInteger(v) && v >= 0 && v < below;

function fits(change: unknown, scene: Scene): boolean {
  if (typeof change !== 'object' || change === null) return false;
  const c = change as Readonly<Record<string, unknown>>;
  if (c['kind'] === 'input') return isIndex(c['step'], scene.steps) && ('id' in c ? isNumber(c['id']) : isIndex(c['feature'], scene.levels[0]?.inputSize ?? 0) && isNumber(c['value']));
  const level = isIndex(c['level'], scene.levels.length) ? scene.levels[c['level']] : undefined;
  const direction = level && isIndex(c['direction'], level.directions.length) ? level.directions[c['direction']] : undefined;
  if (!level || !direction || !lasts(c, scene.steps)) return false;
  if (c['kind'] === 'off') return areUnits(c['units'], level.units);
  const signal = direction.signals.find(s => s.name === c['signal'] && s.kind !== 'input');
  if (!signal || (c['units'] !== undefined && !areUnits(c['units'], signal.units))) return false;
  return c['kind'] === 'clamp' ? isNumber(c['value']) : c['kind'] === 'bias' && isNumber(c['add']);
}

function lasts({ from, to }: Readonly<Record<string, unknown>>, steps: number): boolean {
  return isIndex(from, steps) && (to === undefined || (isNumber(to) && to > from && to <= steps));
}

function areUnits(units: unknown, count: number): boolean {
  return Array.isArray(units) && units.length > 0 && units.every(u => isIndex(u, count));
}
