/** One plain sentence on a unit, made only from its numbers. */
import { saying, type Said } from '../core/said';
import type { Follows } from './units';

/** At least so strong, and at most so likely by chance, before a sentence claims that a unit follows a track. */
export const CLEAR = { r: 0.3, p: 0.01 } as const;

/** What the sentence may use. */
export interface SentenceFacts {
  /** Random weights: nothing can be claimed. */
  readonly invented: boolean;
  /** `cell state`, `hidden state` */
  readonly memory: string;
  /** First step whose value is not a finite number. */
  readonly notFinite?: number | undefined;
  /** The value never changes. */
  readonly constant: boolean;
  /** Strongest first. */
  readonly follows: readonly Follows[];
  /** Words after "rises" or "falls", by track. */
  readonly phrases: ReadonlyMap<string, string | Said>;
  readonly halfLife?: number | undefined;
}

/** `Its cell state falls inside quotes.` where the strongest track has |r| > 0.3 and p < 0.01; otherwise what can be said instead. */
export function sentence(facts: SentenceFacts): Said {
  const { invented, memory, notFinite, constant, follows: [strongest], phrases } = facts;
  if (invented) return saying('Invented weights: nothing here was learnt.');
  if (notFinite !== undefined) return saying('Its {0} is not a finite number at step {1}.', memory, notFinite);
  if (constant) return saying('Its {0} never changes.', memory);
  if (!strongest) return remembers(facts.halfLife);
  const clear = Math.abs(strongest.r) > CLEAR.r && strongest.p !== undefined && strongest.p < CLEAR.p;
  if (!clear) return saying('It follows none of the tracks clearly.');
  const where = phrases.get(strongest.track) ?? saying('with {0}', strongest.track);
  return strongest.r > 0 ? saying('Its {0} rises {1}.', memory, where) : saying('Its {0} falls {1}.', memory, where);
}

function remembers(halfLife: number | undefined): Said {
  if (halfLife === undefined || halfLife !== halfLife) return saying('There is no track to compare it with.');
  if (halfLife === Infinity) return saying('It forgets nothing over this sequence.');
  return saying('It forgets half in {0} steps.', halfLife < 10 ? halfLife.toFixed(1) : Math.round(halfLife));
}
