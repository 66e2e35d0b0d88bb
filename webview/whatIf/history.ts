/** Undo and redo of a list, where one turn of a knob is one step back, however many numbers it went through. Pure. */

export interface History<T> { readonly past: readonly T[]; readonly present: T; readonly future: readonly T[]; /** The turn that the present belongs to, while it lasts. */ readonly turn?: string | undefined }

const MOST = 200;

export const begun = <T>(present: T): History<T> => ({ past: [], present, future: [] });

/** What comes next. Within the same turn it takes the place of the present. */
export function put<T>(history: History<T>, present: T, turn?: string): History<T> {
  const same = turn !== undefined && turn === history.turn;
  return { past: same ? history.past : [...history.past, history.present].slice(-MOST), present, future: [], turn };
}

/** Ends a turn: the next change is one of its own. */
export const settled = <T>(history: History<T>): History<T> => ({ ...history, turn: undefined });

export function undone<T>({ past, present, future }: History<T>): History<T> | undefined {
  const before = past.at(-1);
  return past.length === 0 ? undefined : { past: past.slice(0, -1), present: before as T, future: [present, ...future] };
}

export function redone<T>({ past, present, future }: History<T>): History<T> | undefined {
  const [next, ...rest] = future;
  return future.length === 0 ? undefined : { past: [...past, present], present: next as T, future: rest };
}
