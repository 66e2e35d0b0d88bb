/**
 * Where rows come from, as plain data that a worker can be sent: held as [steps, width]; looked up in a table [size, width], or one-hot
 * where there is none (an id outside it gives zeros); or made by the generator of this id, for so many steps, as they are read.
 */
import type { Said } from './said';
export type RowSource =
  | Float32Array
  | { readonly kind: 'lookup'; readonly ids: Int32Array; readonly table?: Float32Array }
  | { readonly kind: 'generated'; readonly generator: string; readonly steps: number; readonly seed: number };

/** Rows [from, to) as [to - from, width]; not to be written to. */
export type RowReader = (from: number, to: number) => Float32Array;

/** Something beside the gates on the same axis, such as the waveform that the steps were made of, or what the model said at each. */
export interface Curve {
  readonly name: string;
  /** Numbers a step: 512 of a waveform, 1 of a probability. */
  readonly perStep: number;
  /** [steps * perStep] */
  readonly data: Float32Array;
}

/** One of several sequences that a file holds, or that its text was split into. */
export interface Piece { readonly name: string; readonly steps: number }

/** An input to a network: one row of `width` numbers a step, and what to write on the axis. */
export interface Sequence {
  readonly steps: number;
  readonly width: number;
  /** Where its numbers come from; `rowsOf` reads them. */
  readonly data: RowSource;
  /** One label a step: characters, dates. Absent where the step's number is all there is. */
  readonly labels?: readonly string[];
  readonly axis: 'characters' | 'time' | 'steps';
  /** Steps a second, where they are moments of a recording. */
  readonly rate?: number;
  readonly curves?: readonly Curve[];
  /** [steps]: 0 where a step does not count and the states stay as they were. */
  readonly mask?: Uint8Array;
  /** Names of the `width` features, where the file names them. */
  readonly columns?: readonly string[];
  /** `quotes.txt, 600 characters`: what a person reads on the panel. */
  readonly description: string;
  /** The same as a sentence, to be told in the person's language. */
  readonly said?: Said;
  /** Why these numbers are not data: `noise, seed 7`. Absent for real input. */
  readonly invented?: string;
  /** What had to be decided or was left out while reading: columns dropped, characters the vocabulary misses. */
  readonly notes: readonly string[];
  /** Where the file holds several: all of them, and which this is. */
  readonly among?: { readonly at: number; readonly pieces: readonly Piece[] };
  /** Index into the vocabulary a step, where the input is a text (−1: not in the vocabulary). */
  readonly ids?: Int32Array;
}
