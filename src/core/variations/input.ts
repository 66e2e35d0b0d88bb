/** A sequence with some of its steps replaced. */
import { rowsOf, wholeOf } from '../rows';
import type { RowSource, Sequence } from '../sequence';
import type { InputChange } from './change';

/** The sequence with these changes; itself where there are none. @throws Error where one does not fit */
export function changedSequence(sequence: Sequence, changes: readonly InputChange[]): Sequence {
  if (changes.length === 0) return sequence;
  for (const change of changes) check(sequence, change);
  const { ids, labels } = sequence;
  const named = changes.filter(c => 'id' in c);
  const newIds = ids?.slice();
  const newLabels = labels?.slice();
  for (const c of named) {
    if (newIds) newIds[c.step] = c.id;
    if (newLabels) newLabels[c.step] = c.label ?? labelOf(sequence, c.id) ?? newLabels[c.step]!;
  }
  return { ...sequence, data: changedRows(sequence, changes), ...(newIds && { ids: newIds }), ...(newLabels && { labels: newLabels }) };
}

/** Entries of the vocabulary that the input holds, in the order of their numbers: what a step may be changed to. */
export function alphabetOf({ ids, labels }: Sequence): readonly { readonly id: number; readonly label: string }[] {
  if (!ids || !labels) return [];
  const known = new Map<number, string>();
  ids.forEach((id, t) => { if (id >= 0 && !known.has(id)) known.set(id, labels[t]!); });
  return [...known].sort((a, b) => a[0] - b[0]).map(([id, label]) => ({ id, label }));
}

/** First and last changed step, as [from, to). */
export function changedSteps(changes: readonly InputChange[]): { readonly from: number; readonly to: number } | undefined {
  if (changes.length === 0) return undefined;
  const steps = changes.map(c => c.step);
  return { from: Math.min(...steps), to: Math.max(...steps) + 1 };
}

function changedRows(sequence: Sequence, changes: readonly InputChange[]): RowSource {
  const { data, width } = sequence;
  if (!(data instanceof Float32Array) && data.kind === 'lookup' && changes.every(c => 'id' in c)) {
    const ids = data.ids.slice();
    for (const c of changes) if ('id' in c) ids[c.step] = c.id;
    return { ...data, ids };
  }
  const rows = wholeOf(sequence).slice();
  for (const c of changes) {
    if ('id' in c) rows.set(rowOf(sequence, c.id), c.step * width);
    else rows[c.step * width + c.feature] = c.value;
  }
  return rows;
}

/** The row that stands for an entry of the vocabulary: as at a step that holds it. */
function rowOf(sequence: Sequence, id: number): Float32Array {
  const step = sequence.ids?.indexOf(id) ?? -1;
  if (step < 0) throw new Error(`The input holds no entry ${id} of the vocabulary to copy from.`);
  return rowsOf(sequence).read(step, step + 1);
}

function labelOf({ ids, labels }: Sequence, id: number): string | undefined {
  const step = ids?.indexOf(id) ?? -1;
  return step < 0 ? undefined : labels?.[step];
}

function check({ steps, width, ids }: Sequence, change: InputChange): void {
  if (!Number.isInteger(change.step) || change.step < 0 || change.step >= steps) throw new Error(`The input has steps 0 to ${steps - 1}, found ${change.step}.`);
  if ('id' in change && !ids) throw new Error('This input has no vocabulary; change one of its features instead.');
  if ('id' in change && !Number.isInteger(change.id)) throw new Error(`An entry of the vocabulary is a whole number, found ${change.id}.`);
  if ('feature' in change && !(Number.isInteger(change.feature) && change.feature >= 0 && change.feature < width)) throw new Error(`The input has features 0 to ${width - 1}, found ${change.feature}.`);
  if ('feature' in change && !Number.isFinite(change.value)) throw new Error(`A finite number is needed, found ${change.value}.`);
}
