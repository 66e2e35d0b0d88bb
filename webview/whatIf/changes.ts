/** Lists of changes: one knob is one change, however often it is turned. Pure. */
import type { Change } from '../../src/core/variations/change';

/** What a change is of: everything but the number that is turned. Two of the same thing are one. */
export function keyOf(change: Change): string {
  if (change.kind === 'input') return JSON.stringify(['input', change.step, 'feature' in change ? change.feature : 'entry']);
  const what = change.kind === 'off' ? '' : change.signal;
  return JSON.stringify([change.kind, change.level, change.direction, what, change.units, change.from, change.to]);
}

/** The list with this change: in place of one of the same thing, else at its end. */
export function withChange(changes: readonly Change[], change: Change): readonly Change[] {
  const key = keyOf(change);
  const at = changes.findIndex(c => keyOf(c) === key);
  return at < 0 ? [...changes, change] : changes.map((c, k) => k === at ? change : c);
}

export function without(changes: readonly Change[], change: Change): readonly Change[] {
  const key = keyOf(change);
  return changes.filter(c => keyOf(c) !== key);
}

/** `3, 5-7` as units below `count`; undefined where it says none. */
export function readUnits(text: string, count: number): readonly number[] | undefined {
  const found = new Set<number>();
  for (const part of text.split(/[\s,;]+/).filter(Boolean)) {
    const [, first, last] = /^(\d+)(?:[-–](\d+))?$/.exec(part) ?? [];
    if (first === undefined) return undefined;
    for (let u = Number(first); u <= Math.min(count - 1, Number(last ?? first)); u++) found.add(u);
  }
  return found.size === 0 ? undefined : [...found].sort((a, b) => a - b);
}

/** `3, 5–7`: runs of three or more are written as such. */
export function writeUnits(units: readonly number[]): string {
  const parts: string[] = [];
  for (let k = 0; k < units.length;) {
    let end = k;
    while (units[end + 1] === units[end]! + 1) end++;
    parts.push(end - k < 2 ? units.slice(k, end + 1).join(', ') : `${units[k]}–${units[end]}`);
    k = end + 1;
  }
  return parts.join(', ');
}
