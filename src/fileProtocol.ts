/** All that crosses between the host and the editor that shows a file: plain data, over the `connect()` of protocol.ts. */
import type { Action, Note, Progress, SceneSignal } from './protocol';

/** A file as its headers tell it. */
export interface FileView {
  /** Changes whenever the file was read again; statistics of an older one are dropped. */
  readonly revision: number;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Format id: `safetensors`. */
  readonly format: string;
  /** Empty in a trace. */
  readonly stacks: readonly FileStack[];
  /** How many tensors there are; fetched with `tensors()`. */
  readonly tensors: number;
  readonly metadata: readonly FileEntry[];
  readonly warnings: readonly string[];
  /** Of a recording. */
  readonly trace?: FileTrace;
}

/** One line of metadata; long values are cut. */
export interface FileEntry { readonly key: string; readonly value: string }

/** Levels that feed one another. */
export interface FileStack {
  readonly name: string;
  /** Whose naming it follows: `PyTorch`. */
  readonly framework: string;
  readonly levels: readonly FileLevel[];
  readonly doubts: readonly FileDoubt[];
  /** Why it cannot be run. */
  readonly problem?: string;
}

/** What the file leaves open. */
export interface FileDoubt {
  readonly id: string;
  readonly question: string;
  readonly options: readonly { readonly id: string; readonly label: string }[];
  /** The option that holds now. */
  readonly taken: string;
  readonly evidence: string;
  /** True where the person decided. */
  readonly decided: boolean;
}

export interface FileLevel {
  readonly name: string;
  /** `LSTM` */
  readonly cell: string;
  readonly variant: string;
  readonly inputSize: number;
  readonly units: number;
  readonly directions: readonly ('forward' | 'reverse')[];
  readonly merge: string;
  readonly parameters: number;
  readonly tensors: readonly FileTensor[];
  readonly assumptions: readonly string[];
  readonly problem?: string;
  readonly equations: string;
}

export interface FileTensor {
  readonly name: string;
  /** Empty where only a computation in the file makes it. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Bytes; absent where the type is unknown. */
  readonly size?: number;
  /** Names of levels that it is part of. */
  readonly usedBy: readonly string[];
}

export interface TensorRequest { readonly filter: string; readonly count: number }

/** The first `count` that match, in file order. */
export interface TensorPage { readonly rows: readonly FileTensor[]; readonly matching: number; readonly all: number }

export interface FileTrace {
  readonly steps: number;
  readonly labels: boolean;
  readonly levels: readonly { readonly name: string; readonly cell: string; readonly direction: 'forward' | 'reverse'; readonly signals: readonly { readonly name: string; readonly label: string; readonly hue: Hue; readonly units: number }[] }[];
}

export type Hue = SceneSignal['hue'];

/** Statistics of a level's weights, one entry a direction. */
export interface FileStats {
  readonly revision: number;
  readonly directions: readonly FileDirection[];
  /** True where an estimate could be replaced by exact values, which takes longer. */
  readonly canBeExact: boolean;
}

export interface FileDirection {
  readonly direction: 'forward' | 'reverse';
  readonly blocks: readonly FileBlock[];
  readonly remarks: readonly Note[];
}

/** One gate. */
export interface FileBlock {
  readonly signal: string;
  readonly label: string;
  readonly equation: string;
  readonly hue: Hue;
  readonly parts: readonly FilePart[];
  /** Of its recurrent kernel: greatest |eigenvalue| (of a square one), and singular values, the greatest first; a few of them where estimated. */
  readonly spectrum?: { readonly radius?: number; readonly singular: readonly number[]; readonly estimated: boolean };
}

/** One parameter of a gate. */
export interface FilePart {
  /** As the equations name it: `Uf`. */
  readonly parameter: string;
  readonly role: 'kernel' | 'recurrentKernel' | 'bias' | 'other';
  readonly shape: readonly number[];
  readonly moments: { readonly count: number; readonly mean: number; readonly std: number; readonly min: number; readonly max: number; readonly zeros: number; readonly norm: number };
  readonly histogram: { readonly low: number; readonly high: number; readonly counts: readonly number[] };
}

/** The host's side. */
export interface FileHostApi {
  /** The webview can draw; whatever there is to show is sent again. */
  ready(): Promise<void>;
  /** Reads a level's weights and works out what they are like. Rejects where it was stopped. */
  statistics(stack: string, level: number, exact: boolean): Promise<FileStats>;
  stop(stack: string, level: number): void;
  tensors(request: TensorRequest): Promise<TensorPage>;
  /** Answers a doubt; the view comes again. */
  decide(stack: string, doubt: string, option: string): Promise<void>;
  visualize(stack: string): Promise<void>;
  /** `copy` (value: text), `alwaysOpen`, `reload`, `read` (a large file that is not local), `timeline`, `otherEditor`. */
  act(id: string, value?: string): Promise<void>;
}

/** The webview's side; nothing is answered. */
export interface FileWebviewApi {
  show(view: FileView): void;
  /** What is going on with the file, such as that it is being written; undefined: nothing. */
  note(text: string | undefined): void;
  /** What went wrong; the last good view stays. */
  failed(problem: { readonly title: string; readonly lines: readonly string[]; readonly actions: readonly Action[] } | undefined): void;
  progress(stack: string, level: number, progress: Progress): void;
}
