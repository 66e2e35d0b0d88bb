/**
 * What a model does before its recurrent layer: a recording goes in as the model takes it, and what the layer reads comes out.
 * Providers are listed in index.ts, one a kind of model file.
 */
import type { NetworkStates } from '../core/engine';
import type { Said } from '../core/said';
import type { Curve, Sequence } from '../core/sequence';
import type { Bytes, Checkpoint, StackRef } from '../formats/format';

/** One of the model's own inputs. */
export interface ModelInput {
  readonly name: string;
  readonly dtype: string;
  /** Numbers where fixed, names or null where free. */
  readonly shape: readonly (number | string | null)[];
  /**
   * `sequence`: what is recorded, one a model; `state`: given back by the model and carried from chunk to chunk, zero at first;
   * `constant`: the same all the time, such as a sampling rate.
   */
  readonly role: 'sequence' | 'state' | 'constant';
  /** Of a constant, where the model or its use settles it. */
  readonly value?: readonly number[];
}

/** What goes in. */
export interface Given {
  readonly sequence: Sequence;
  /** Constants by name; a constant without a value here or in the model is an error that names it. */
  readonly values?: Readonly<Record<string, readonly number[]>>;
}

/** On the same axis as the gates: the waveform that went in, a probability that came out. */
export type Track = Curve;

/** What reached the layer. */
export interface Reached {
  readonly steps: number;
  /** [steps, inputSize] of the stack's first level. */
  readonly x: Float32Array;
  /** [steps]: 0 where a step does not count and the states stay as they were. */
  readonly mask?: Uint8Array;
  /** Where the layer began, where the model sets it. */
  readonly initial?: NetworkStates;
  /** What the model's own runtime computed behind the stack's last level, [steps, its width]; for the parity badge. */
  readonly expected?: Float32Array;
  /** The same behind every level, input first. */
  readonly expectedLevels?: readonly Float32Array[];
  /** All recurrent layers of the model that this input came by, by name; absent where that is not known. */
  readonly passed?: readonly string[];
  /** Which runtime that was: `ONNX Runtime 1.30`. */
  readonly runtime?: string;
  /** The stack's first level in which the runtime rounds more than we do, as to 8 bits; what it gave from there on is that much off. */
  readonly roundedFrom?: number;
  readonly tracks: readonly Track[];
  /** Where steps are moments of a recording. */
  readonly secondsPerStep?: number;
  /** One a step, where the recording has them (tokens). */
  readonly labels?: readonly string[];
  readonly notes: readonly string[];
}

export interface Progress {
  /** 0 to 1. */
  readonly done: number;
  readonly what: string | Said;
}

export interface UpstreamOptions {
  readonly progress?: (p: Progress) => void;
  readonly signal?: AbortSignal;
}

/** The part of one model that stands before one stack. */
export interface Upstream {
  readonly inputs: readonly ModelInput[];
  /** True where the file's own graph runs in a runtime: asked first where the workspace is not trusted. */
  readonly runsGraph: boolean;
  /** @throws FormatError for what the model does not take, or does not hold */
  run(given: Given, options?: UpstreamOptions): Promise<Reached>;
}

/** A tensor that goes into a runtime or comes out. int64 is a BigInt64Array. */
export interface Value {
  /** As ONNX Runtime names it: float32, int64, bool ... */
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: Float32Array | Float64Array | Int32Array | Int16Array | Int8Array | Uint8Array | Uint16Array | BigInt64Array;
}

export type Values = Readonly<Record<string, Value>>;

/** A model ready to run, off the caller's thread. */
export interface Loaded {
  /** Values of `outputs`, in the model's own types. @throws Error in the runtime's words */
  run(feeds: Values, outputs: readonly string[]): Promise<Values>;
  dispose(): void;
}

/** Runs ONNX graphs. Made by platform/node.ts, in a worker, loaded only when it is asked for. */
export interface Runtime {
  readonly name: string;
  /** `files` are external data, by the names that the model gives. @throws Error in the runtime's words */
  load(model: Uint8Array, files?: Readonly<Record<string, Uint8Array>>): Promise<Loaded>;
}

/** Makes the runtime where it is first needed. */
export type Runtimes = () => Promise<Runtime>;

/** One kind of model file whose beginning can be run. */
export interface Provider {
  readonly id: string;
  /** Undefined where nothing stands before the stack, or the file does not hold it. @throws FormatError */
  upstreamOf(bytes: Bytes, checkpoint: Checkpoint, stack: StackRef, runtimes: Runtimes): Promise<Upstream | undefined>;
}
