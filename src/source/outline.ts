/** Recurrent layers found in model code. Readers never throw: what they cannot know is null with its source text. */

export type Framework = 'pytorch' | 'keras' | 'flax' | 'nnx' | 'equinox' | 'haiku' | 'tfjs';

export interface Span { readonly from: number; readonly to: number }

export interface Problem {
  readonly message: string;
  readonly severity: 'warning' | 'info';
  readonly span: Span;
  /** Stable name of the kind of problem. */
  readonly code: string;
  /** Line of the span, from 1. */
  readonly line?: number;
}

/** One constructor call. Numbers that the text does not settle are null, with their source text in `symbols`. */
export interface LayerSpec {
  readonly framework: Framework;
  /** null where the class is chosen at run time. */
  readonly cell: 'rnn' | 'lstm' | 'gru' | null;
  /** A single-step class such as nn.LSTMCell. */
  readonly isCell: boolean;
  /** Variable or attribute that holds it, without `self.`; '' where it has none. */
  readonly name: string;
  /** The class or function it stands in, '' at module level. */
  readonly owner: string;
  readonly inputSize: number | null;
  readonly units: number | null;
  readonly layers: number | null;
  readonly bidirectional: boolean | null;
  readonly batchFirst: boolean | null;
  readonly dropout: number | null;
  readonly bias: boolean | null;
  /** 0 where there is none. */
  readonly projection: number | null;
  /** As the framework counts them; null where a size is unknown. */
  readonly parameters: number | null;
  /** Options that change the equations: `nonlinearity: 'relu'`, `resetAfter: false`, `activation: 'hard_sigmoid'`. */
  readonly options: Readonly<Record<string, string | number | boolean>>;
  /** Source text of what is null or was folded from a name: {units: 'cfg.hidden'}. */
  readonly symbols: Readonly<Record<string, string>>;
  /** Values that hold only unless someone passes another: a parameter's default. */
  readonly assumed: readonly string[];
  readonly problems: readonly Problem[];
  /** The whole call, and the name of the class in it. */
  readonly span: Span;
  readonly callee: Span;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly cellIndex?: number;
  readonly cellLine?: number;
}

export interface Outline {
  readonly layers: readonly LayerSpec[];
  readonly problems: readonly Problem[];
}

export type Language = 'python' | 'javascript' | 'typescript' | 'notebook';
