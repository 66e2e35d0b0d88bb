/** Somebody who can run a case: one file in `contenders/` and a word in its list. */
import { readFileSync } from 'node:fs';
import type { Case } from './case';

export interface Timing {
  /** Of one run. */
  readonly ns: number;
  /** Of the forward pass alone, where the run was a backward pass. */
  readonly forwardNs?: number;
}

/** A case made ready: weights packed, session open. */
export interface Prepared {
  run(): void | Promise<void>;
  /** The forward pass alone, taken off `run` where that is what can be measured: a backward pass is their difference. */
  less?(): void | Promise<void>;
  /** Instead of `run`, for those who hold their own clock: the mean over at least so many milliseconds. */
  time?(leastMs: number): Promise<Timing>;
  /** h [units] of the forward direction after the last step of the first sequence, of the latest run: all must agree. Absent where equations differ. */
  last?(): Float32Array;
  dispose(): void | Promise<void>;
}

export type Availability = { readonly version: string } | { readonly reason: string };

export interface Contender {
  readonly id: string;
  readonly threads: number;
  available(): Availability | Promise<Availability>;
  takes(c: Case): boolean;
  prepare(c: Case): Prepared | Promise<Prepared>;
  /** After the last case. */
  close?(): void | Promise<void>;
}

/** What tells a contender on one thread from itself on two. */
export function contenderKey({ id, threads }: Pick<Contender, 'id' | 'threads'>): string {
  return threads > 1 ? `${id} (${threads} threads)` : id;
}

/** An installed package's version, from where npm puts it. */
export function packageVersion(name: string): Availability {
  try {
    const { version } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')) as { version: string };
    return { version };
  } catch {
    return { reason: `the package ${name} is not installed` };
  }
}
