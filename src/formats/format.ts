/**
 * What readers of files share: random-access bytes in, headers first, tensors on demand; and the one error they throw.
 */
import type { Cell } from '../core/cells/cell';
import type { Direction, Level, Merge } from '../core/layer';

/** Random access to a file, wherever it is. `read` may return fewer bytes only at the end of the file. */
export interface Bytes {
  /** File name without folders, for messages and for telling formats apart where content alone cannot. */
  readonly name: string;
  readonly size: number;
  read(offset: number, length: number): Promise<Uint8Array>;
  /** A file beside this one (ONNX external data, shards); refuses paths that leave the folder. */
  sibling?(relative: string): Promise<Bytes>;
}

/** What is wrong with a file: which reader, what it expected and found, and where. */
export class FormatError extends Error {
  constructor(readonly format: string, readonly what: string, readonly offset?: number) {
    super(`${format}: ${what}${offset === undefined ? '' : ` (at byte ${offset})`}`);
    this.name = 'FormatError';
  }
}

export type DType = 'float64' | 'float32' | 'float16' | 'bfloat16' | 'int64' | 'int32' | 'int16' | 'int8' | 'uint8' | 'bool';

/** A tensor known by its header; `read` fetches and converts it. */
export interface TensorRef {
  readonly name: string;
  readonly dtype: DType | string;
  readonly shape: readonly number[];
  /** Row-major values as float32. @throws FormatError */
  read(): Promise<Float32Array>;
}

/** A recurrent layer found in a checkpoint, by headers alone. */
export interface LevelRef {
  readonly name: string;
  readonly cell: Cell;
  readonly inputSize: number;
  readonly units: number;
  readonly directions: readonly Direction[];
  readonly merge: Merge;
  /** As the framework stores them. */
  readonly parameters: number;
  /** Names of the tensors it is made of. */
  readonly tensors: readonly string[];
  /** What the file did not say and was taken for granted, with the evidence. */
  readonly assumptions: readonly string[];
  /** Why it cannot be loaded, such as weights that only a run of the model computes. */
  readonly problem?: string;
  /** Reads the tensors into the canonical layout. @throws FormatError */
  load(): Promise<Level>;
}

/** Levels that feed one another, input first. */
export interface StackRef {
  readonly name: string;
  /** Which framework's naming it follows: pytorch, onnx ... */
  readonly framework: string;
  readonly levels: readonly LevelRef[];
}

export interface Checkpoint {
  readonly kind: 'checkpoint';
  readonly format: string;
  readonly tensors: readonly TensorRef[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly stacks: readonly StackRef[];
}

/** A recorded signal; rows are steps. */
export interface SignalRef {
  readonly name: string;
  readonly units: number;
  /** [to - from, units]. @throws FormatError */
  read(from: number, to: number): Promise<Float32Array>;
}

export interface TraceLevel {
  readonly name: string;
  readonly cell?: Cell;
  readonly inputSize?: number;
  readonly directions: readonly { readonly direction: Direction; readonly signals: readonly SignalRef[] }[];
}

/** Signals recorded earlier, by us or by others. */
export interface Trace {
  readonly kind: 'trace';
  readonly format: string;
  readonly steps: number;
  readonly levels: readonly TraceLevel[];
  readonly labels?: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** One file format: tells by content whether a file is its, and opens it. Adding one is a file and a word in index.ts. */
export interface Format {
  readonly id: string;
  /** Extensions shown in file pickers, without dots. */
  readonly extensions: readonly string[];
  /** `head` is the first 4 KiB at most. */
  match(head: Uint8Array, bytes: Bytes): boolean;
  /** @throws FormatError */
  open(bytes: Bytes): Promise<Checkpoint | Trace>;
}
