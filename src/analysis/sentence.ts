/** One plain sentence on a unit, made only from its numbers. */
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
  readonly phrases: ReadonlyMap<string, string>;
  readonly halfLife?: number | undefined;
}

/** `Its cell state falls inside quotes.` where the strongest track has |r| > 0.3 and p < 0.01; otherwise what can be said instead. */
export function sentence(facts: SentenceFacts): string {
  const { invented, memory, notFinite, constant, follows: [strongest], phrases } = facts;
  if (invented) return 'Invented weights: nothing here was learnt.';
  if (notFinite !== undefined) return `Its ${memory} is not a finite number at step ${notFinite}.`;
  if (constant) return `Its ${memory} never changes.`;
  if (!strongest) return remembers(facts.halfLife);
  const clear = Math.abs(strongest.r) > CLEAR.r && strongest.p !== undefined && strongest.p < CLEAR.p;
  if (!clear) return 'It follows none of the tracks clearly.';
  return `Its ${memory} ${strongest.r > 0 ? 'rises' : 'falls'} ${phrases.get(strongest.track) ?? `with ${strongest.track}`}.`;
}

function remembers(halfLife: number | undefined): string {
  if (halfLife === undefined || halfLife !== halfLife) return 'There is no track to compare it with.';
  if (halfLife === Infinity) return 'It forgets nothing over this sequence.';
  return `It forgets half in ${halfLife < 10 ? halfLife.toFixed(1) : Math.round(halfLife)} steps.`;
}
