/** Recurrent layers found in model code. Readers never throw: what they cannot know is null with its source text. */
import type { Said } from '../core/said';
import type { CodeCell } from './cell/spec';

export type Framework = 'pytorch' | 'keras' | 'flax' | 'nnx' | 'equinox' | 'haiku' | 'tfjs';

export interface Span { readonly from: number; readonly to: number }

/** A change that mends a problem: pieces of the text and what stands there instead, an empty span for an insertion. */
export interface Fix {
  readonly title: string;
  readonly said: Said;
  readonly edits: readonly { readonly span: Span; readonly text: string }[];
}

export interface Problem {
  readonly message: string;
  /** The rule's own: a warning for what is surely a mistake, info for what is worth a look, a hint for advice. */
  readonly severity: 'warning' | 'info' | 'hint';
  readonly span: Span;
  /** Stable name of the kind of problem. */
  readonly code: string;
  /** Line of the span, from 1. */
  readonly line?: number;
  /** The message for other languages. */
  readonly said?: Said;
  /** Another place that explains it. */
  readonly related?: { readonly span: Span; readonly message: string; readonly said: Said };
  /** What would mend it, best first. Edits count in the original text. */
  readonly fixes?: readonly Fix[];
}

/** A place that speaks of a layer, or of a value that surely is what it gives. */
export interface Mention {
  readonly span: Span;
  readonly name: string;
  readonly what: 'layer' | 'output' | 'states' | 'h' | 'c';
  /** The name is given the value here. */
  readonly takes?: boolean;
  /** The layer was fed a PackedSequence. */
  readonly packed?: boolean;
  /** The layer was fed one sequence without a batch. */
  readonly unbatched?: boolean;
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
  /** Where the code speaks of it elsewhere, in the same document. */
  readonly mentions?: readonly Mention[];
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
  /** Cells that the code itself defines; absent where it defines none. */
  readonly cells?: readonly CodeCell[];
}

/** What a text is written in. `typescript` is without JSX, `tsx` with; a notebook and Markdown hold code in other languages; JSON is a saved configuration. */
export type Language = 'python' | 'javascript' | 'typescript' | 'tsx' | 'notebook' | 'markdown' | 'json';
/** Languages that layers are written in; a framework belongs to one. */
export type CodeLanguage = 'python' | 'javascript';
