/** What a study is: it answers one kind of question about what was run, in the worker, in pieces. */
import type { Progress } from '../core/pace';
import type { RunId, Tile, TileRequest } from '../protocol';
import type { Questions } from '../questions/index';
import type { Job, Run, Summary } from './run';

/** The runs that are held, and what a study may do with them. */
export interface Runs {
  /** The run that is shown where no id is given. @throws Error */
  run(id?: RunId): Run;
  /** Runs a job, and holds it beside the others under this id. */
  add(id: RunId, job: Job): Generator<Progress, Run>;
  /** Holds what was made of other runs, as a changed one is. */
  hold(id: RunId, run: Run): void;
  /** A window of a run, as the panel asks for it. */
  window(request: TileRequest): Generator<Progress, Tile>;
  summary(run: Run): Summary;
  drop(id: RunId): void;
}

export interface Study<K extends keyof Questions> {
  readonly name: K;
  /** Yields every few milliseconds. @throws Error with a message for people, where there is no answer */
  answer(runs: Runs, ask: Questions[K]['ask']): Generator<Progress, Questions[K]['answer']>;
}

/** Any of the list. */
export type AnyStudy = { readonly [K in keyof Questions]: Study<K> }[keyof Questions];
