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

/** A question that a file leaves open, such as which GRU its weights are of: what was taken, on what evidence, and what else it could be. */
export interface Doubt {
  /** As bindings keep it: `gru-form`, `forget-bias`. */
  readonly id: string;
  readonly question: string;
  readonly options: readonly { readonly id: string; readonly label: string }[];
  /** Id of the option taken. */
  readonly taken: string;
  readonly evidence: string;
}

/** Answers to doubts: option ids by doubt ids. */
export type Answers = Readonly<Record<string, string>>;

/** Levels that feed one another, input first. */
export interface StackRef {
  readonly name: string;
  /** Which framework's naming it follows: pytorch, onnx ... */
  readonly framework: string;
  readonly levels: readonly LevelRef[];
  /** What a person may decide otherwise; absent where the file leaves nothing open. */
  readonly doubts?: readonly Doubt[];
  /** The same stack under other answers; what is not answered stays as taken. Unknown ids are ignored. */
  decide?(answers: Answers): StackRef;
}

export interface Checkpoint {
  readonly kind: 'checkpoint';
  readonly format: string;
  readonly tensors: readonly TensorRef[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly stacks: readonly StackRef[];
  /** What a person should know of the file, such as code that a pickle names and that was not run. */
  readonly warnings?: readonly string[];
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

/** One of several sequences that a trace holds one after the other: its steps are [from, to). */
export interface TraceSequence {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** One moment of a training: the same signals, recorded again with the weights of that time. */
export interface TraceMoment {
  /** Updates, epochs, whatever the writer counted; as texts the ids that `decide({ moment })` takes. */
  readonly step: number;
  /** `epoch 3`, where the file says. */
  readonly name?: string;
}

/** How a file that says little was read: which array is what; each value can be changed through `decide`. */
export interface TraceMapping {
  readonly fields: readonly {
    readonly id: string;
    readonly label: string;
    /** Id of the option taken. */
    readonly value: string;
    readonly options: readonly { readonly id: string; readonly label: string }[];
  }[];
}

/** Signals recorded earlier, by us or by others. */
export interface Trace {
  readonly kind: 'trace';
  readonly format: string;
  readonly steps: number;
  readonly levels: readonly TraceLevel[];
  readonly labels?: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  /** Where the steps are those of several sequences; they cover all steps, in order. */
  readonly sequences?: readonly TraceSequence[];
  /** Moments of the training that the file holds, the earliest first; signals are those of the one taken. */
  readonly moments?: readonly TraceMoment[];
  /** What lies beside the layers on the same axis; `units` are numbers a step, such as the 512 samples of a waveform. */
  readonly tracks?: readonly SignalRef[];
  /** Steps a second, where they are moments of a recording. */
  readonly rate?: number;
  /** What was guessed, with the evidence; absent where nothing was. */
  readonly doubts?: readonly Doubt[];
  readonly mapping?: TraceMapping;
  /** The same file under other answers to doubts and fields of the mapping; ids that do not exist are ignored. @throws FormatError for answers that fit no array */
  decide?(answers: Answers): Trace;
  /** What a person should know, such as arrays that were left out. */
  readonly warnings?: readonly string[];
}

/** One file format: tells by content whether a file is its, and opens it. Adding one is a file and a word in index.ts. */
export interface Format {
  readonly id: string;
  /** As people call it, such as "PyTorch". */
  readonly title: string;
  /** Extensions shown in file pickers, without dots. */
  readonly extensions: readonly string[];
  /** Of these, those that say by themselves that a file may be a model: looked for in workspaces. All where absent. */
  readonly sought?: readonly string[];
  /** `head` is the first 4 KiB at most. Containers such as zip are told apart by what is inside. */
  match(head: Uint8Array, bytes: Bytes): boolean | Promise<boolean>;
  /** @throws FormatError */
  open(bytes: Bytes): Promise<Checkpoint | Trace>;
}
