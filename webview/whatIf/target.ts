/** What the knobs are about: which signal, which units, and when. It follows the selection. */
import type { Change } from '../../src/core/variations/change';
import type { SceneSignal } from '../../src/protocol';
import { l10n } from '../l10n';
import { selected } from '../range';
import { rowsOf, type State } from '../state';
import { readUnits } from './changes';

export type Who = 'unit' | 'all' | 'some';
export type When = 'whole' | 'on' | 'window' | 'range' | 'step';

/** What the person chose in the bar; the rest is the selection. */
export interface Choice { readonly who: Who; readonly units: string; readonly when: When }

export interface Target {
  readonly signal: SceneSignal;
  /** All units where absent. */
  readonly units: readonly number[] | undefined;
  readonly from: number;
  readonly to: number | undefined;
  /** The unit whose value is read. */
  readonly unit: number;
}

/** The target; undefined where there is no such signal, or a list of units says none. */
export function targetOf(state: State, { who, units, when }: Choice): Target | undefined {
  const rows = rowsOf(state);
  const signal = rows.find(s => s.name === ownName(state.selection.signal)) ?? rows[0];
  if (!signal) return undefined;
  const unit = Math.min(state.selection.unit, signal.units - 1);
  const chosen = who === 'all' ? undefined : who === 'unit' ? [unit] : readUnits(units, signal.units);
  if (who === 'some' && !chosen) return undefined;
  return { signal, units: chosen, unit: chosen?.[0] ?? unit, ...spanOf(state, when) };
}

function spanOf(state: State, when: When): { from: number; to: number | undefined } {
  const { scene, selection, from, to } = state, steps = scene?.steps ?? 1, range = selected(state);
  if (when === 'range' && range) return { from: range.from, to: range.to >= steps ? undefined : range.to };
  const first = when === 'whole' ? 0 : when === 'window' ? Math.max(0, Math.floor(from)) : selection.step;
  const end = when === 'step' ? first + 1 : when === 'window' ? Math.min(steps, Math.ceil(to)) : steps;
  return { from: first, to: end >= steps ? undefined : end };
}

/** A preactivation's knob is that of the signal it becomes. */
export const ownName = (signal: string): string => signal.replace(/\.pre$/, '');

/** The part that all changes of the target have in common. */
export function placed(state: State, { units, from, to }: Target): { level: number; direction: number; units?: readonly number[]; from: number; to?: number } {
  const { level, direction } = state.selection;
  return { level, direction, ...(units && { units }), from, ...(to !== undefined && { to }) };
}

/** How far a signal's knob turns. */
export function rangeOf(signal: SceneSignal): { readonly low: number; readonly high: number; readonly step: number } {
  if (signal.kind === 'gate') return { low: 0, high: 1, step: 0.01 };
  const { min, max } = signal.stats;
  const most = Math.max(Math.abs(min), Math.abs(max));
  const high = !Number.isFinite(most) || most <= 1 ? 1 : Math.ceil(most);
  return { low: -high, high, step: high / 100 };
}

export const whoWords = (state: State, who: Who, signal: SceneSignal): string =>
  who === 'unit' ? l10n('unit {0}', state.selection.unit) : who === 'all' ? l10n('all {0} units', signal.units) : l10n('these units …');

export function whenWords(state: State, when: When): string {
  const { from, to } = spanOf(state, when);
  const last = (to ?? state.scene?.steps ?? 1) - 1;
  if (when === 'whole') return l10n('in the whole sequence');
  if (when === 'range') return l10n('in the selected steps, {0} to {1}', from, last);
  if (when === 'on') return l10n('from step {0} on', from);
  return when === 'step' ? l10n('at step {0} only', from) : l10n('in the window, {0} to {1}', from, last);
}

/** The change of this kind that is in force for the very target. */
export function changeAt<K extends Change['kind']>(changes: readonly Change[], kind: K, key: (c: Change) => boolean): Extract<Change, { kind: K }> | undefined {
  return changes.find((c): c is Extract<Change, { kind: K }> => c.kind === kind && key(c));
}
