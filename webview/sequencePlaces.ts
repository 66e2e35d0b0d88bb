/** Which of many sequences are in sight, and which is next. Pure. */
import type { SceneSequences } from '../src/protocol';

/** Courses are asked for in such pages. */
export const MOST_MULTIPLES = 16;

/** Items [first, end) in sight, and one more on each side. */
export function placesIn(scrolled: number, width: number, each: number, count: number): { readonly first: number; readonly end: number } {
  const first = Math.max(0, Math.floor(scrolled / each) - 1);
  return { first: Math.min(first, count), end: Math.max(0, Math.min(count, Math.ceil((scrolled + width) / each) + 1)) };
}

/** The sequence so many further on; undefined beyond the ends. −1 stands for all, where that can be shown. */
export function stepTo({ at, pieces, all }: SceneSequences, by: number): number | undefined {
  const to = at + by;
  return to >= (all ? -1 : 0) && to < pieces.length ? to : undefined;
}
