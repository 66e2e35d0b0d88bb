/** Work that yields often, made to yield only when a piece has lasted: a turn of the event loop costs more than a small piece of work. */
import type { Progress } from '../../core/pace';

/** Milliseconds: less than a frame. */
const PIECE = 8;

/** The same work; yields at most once in `piece` milliseconds. */
export function* paced<T>(work: Generator<Progress, T>, piece = PIECE): Generator<Progress, T> {
  let since = Date.now();
  for (let next = work.next(); ; next = work.next()) {
    if (next.done) return next.value;
    if (Date.now() - since < piece) continue;
    yield next.value;
    since = Date.now();
  }
}
