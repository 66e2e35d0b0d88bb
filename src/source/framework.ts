/** What the readers of one framework's calls give and get. A framework is one such object and a word in index.ts. */
import type { SyntaxNode } from '@lezer/common';
import type { CodeLanguage, LayerSpec, Problem } from './outline';
import type { CallExpression, Expression } from './code/expression';
import type { CallSite, Module, Scope } from './code/scopes';

/** A LayerSpec before it has a place, a name and problems. */
export type Draft = Pick<LayerSpec, 'framework' | 'cell' | 'isCell' | 'inputSize' | 'units' | 'layers' | 'bidirectional' | 'batchFirst' | 'dropout' | 'bias'
  | 'projection' | 'options' | 'symbols' | 'assumed'> & {
    /** The name inside the call that says its class. */
    readonly callee: Expression;
    /** Starts of inner calls that this entry stands for. */
    readonly consumed: readonly number[];
    /** Its own name for itself, where nothing in the code holds it. */
    readonly ownName?: string;
  };

/** A call that may be a layer, with where it stands. */
export interface Candidate {
  readonly node: SyntaxNode;
  readonly scope: Scope;
  readonly callee: Expression;
  /** What the callee may be, see target.ts. */
  readonly paths: readonly string[];
  readonly certain: boolean;
  /** Variable or attribute that holds it. */
  readonly holder: string;
  call(): CallExpression;
}

/** A recognised layer with its draft. */
export interface Found { readonly candidate: Candidate; readonly draft: Draft }

export interface FrameworkReader {
  /** Language of its code; Python where absent. */
  readonly language?: CodeLanguage;
  /** A quick look at a path: may it be ours? */
  mayMatch(path: string): boolean;
  read(candidate: Candidate, module: Module): Draft | undefined;
  /** A recurrent layer of this framework that is not read: why, in a sentence. */
  refuses?(path: string): string | undefined;
  /** After the layers are known: sizes that follow from neighbours. `sites` are the calls to look at: all that have to do with these layers. */
  refine?(found: readonly Found[], module: Module, sites: readonly CallSite[]): readonly Found[];
  /** After that, of all layers of a file: names that follow from how many there are. */
  number?(found: readonly Found[], module: Module): readonly Found[];
  /** What is surely wrong or surprising. Spans count in `module.text`. */
  problems(found: Found, all: readonly Found[], module: Module): readonly Problem[];
}

/** A field of a draft where nobody can pass another value: warnings rest on these alone. */
export function sure<K extends 'units' | 'inputSize' | 'layers' | 'dropout' | 'projection' | 'bidirectional' | 'batchFirst' | 'bias'>(draft: Draft, field: K): Draft[K] | null {
  return draft.assumed.includes(field) ? null : draft[field];
}
