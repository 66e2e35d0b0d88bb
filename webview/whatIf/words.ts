/** Changes in words: `forget gate of unit 27 = 1 from step 40`. */
import type { Change } from '../../src/core/variations/change';
import { MAIN, type Scene, type SceneSignal } from '../../src/protocol';
import { l10n } from '../l10n';
import { figures, fixed, signed, visible } from '../words';
import type { State } from '../state';
import { writeUnits } from './changes';
import { keptOf } from './kept';

/** One change; the layer is named where there are several. */
export function changeWords(change: Change, scene: Scene, old?: string): string {
  if (change.kind === 'input') return inputWords(change, scene, old);
  const [what, when] = [whatWords(change, scene), whenWords(change, scene.steps)];
  const where = scene.levels.length > 1 || (scene.levels[0]?.directions.length ?? 1) > 1 ? placeWords(change, scene) : '';
  return [where, what, when].filter(Boolean).join(' ');
}

/** All of them, as a mark on what shows changed numbers. */
export function markWords(changes: readonly Change[], scene: Scene): string {
  const [first, ...rest] = changes;
  if (!first) return '';
  const words = changeWords(first, scene);
  return rest.length === 0 ? l10n('changed: {0}', words) : l10n('changed: {0}, and {1} more', words, rest.length);
}

/** What to say wherever changed numbers are shown; empty where none are. */
export function changedWords(state: State): string {
  return state.run !== MAIN && state.scene ? markWords(keptOf(state).changes, state.scene) : '';
}

function whatWords(change: Exclude<Change, { kind: 'input' }>, scene: Scene): string {
  const units = change.units && (change.units.length === 1 ? l10n('of unit {0}', change.units[0]!) : l10n('of units {0}', writeUnits(change.units)));
  if (change.kind === 'off') return change.units.length === 1 ? l10n('unit {0} off', change.units[0]!) : l10n('units {0} off', writeUnits(change.units));
  const label = labelOf(change.signal, scene.levels[change.level]?.directions[change.direction]?.signals);
  const name = units ? `${label} ${units}` : label;
  return change.kind === 'clamp' ? `${name} = ${short(change.value)}` : l10n('bias of {0} {1}', name, signed(change.add));
}

/** Three figures, without zeros at the end: `1`, `0.25`. */
export const short = (value: number): string => figures(value, 3).replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '');

/** `forget gate f`; the letter alone where it has no other name. */
export function labelOf(name: string, signals: readonly SceneSignal[] | undefined): string {
  const label = signals?.find(s => s.name === name)?.label ?? '';
  return label && label !== name ? `${label} ${name}` : name;
}

function whenWords({ from, to }: { readonly from: number; readonly to?: number }, steps: number): string {
  const end = to ?? steps;
  if (end >= steps) return from <= 0 ? '' : l10n('from step {0}', from);
  return end === from + 1 ? l10n('at step {0}', from) : l10n('in steps {0} to {1}', from, end - 1);
}

function placeWords({ level, direction }: { readonly level: number; readonly direction: number }, scene: Scene): string {
  const found = scene.levels[level];
  const both = (found?.directions.length ?? 1) > 1;
  return `${found?.name ?? level}${both ? ` ${found?.directions[direction]?.direction ?? ''}` : ''}:`;
}

function inputWords(change: Change & { kind: 'input' }, scene: Scene, old: string | undefined): string {
  const quoted = (label: string): string => `‘${visible(label)}’`;
  if ('feature' in change) return l10n('{0} = {1} at step {2}', scene.input.columns?.[change.feature] ?? l10n('feature {0}', change.feature), fixed(change.value), change.step);
  const now = change.label === undefined ? l10n('entry {0}', change.id) : quoted(change.label);
  return old === undefined ? l10n('input {0} at step {1}', now, change.step) : l10n('{0} instead of {1} at step {2}', now, quoted(old), change.step);
}
