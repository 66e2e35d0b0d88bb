/** What an expression of a cell's code stands for while it is read: vectors as terms over input, states and parameters. */
import { english, type Said } from '../../core/said';
import type { Span } from '../outline';
import type { Scope } from '../code/scopes';
import { fixed, numberOf, plus, type LinearSize } from './sizes';

/** A matrix of the module, or a part of it: `start` says where that begins in each axis, and `shape` how far it goes. */
export interface Weight {
  readonly tensor: string;
  readonly shape: readonly LinearSize[];
  readonly start?: readonly LinearSize[];
  /** The last axis counts outputs. */
  readonly transposed: boolean;
}

export type Term =
  | { readonly kind: 'input' }
  | { readonly kind: 'state'; readonly index: number }
  | { readonly kind: 'number'; readonly value: number }
  /** The only number of a tensor, or the one at `from`. */
  | { readonly kind: 'scalar'; readonly tensor: string; readonly from?: LinearSize }
  | { readonly kind: 'vector'; readonly tensor: string; readonly from: LinearSize; readonly size: LinearSize }
  /** Rows of a matrix times `argument`, which is part `index` of `parts`, side by side. */
  | { readonly kind: 'matrix'; readonly weight: Weight; readonly from: LinearSize; readonly size: LinearSize; readonly parts: readonly Term[]; readonly index: number }
  | { readonly kind: 'infix'; readonly op: '+' | '-' | '⊙' | '/'; readonly left: Term; readonly right: Term }
  | { readonly kind: 'negate'; readonly of: Term }
  | { readonly kind: 'call'; readonly name: string; readonly values: readonly Term[]; readonly numbers: readonly number[] }
  | { readonly kind: 'signal'; readonly signal: CodeSignal }
  /** Vectors side by side. */
  | { readonly kind: 'beside'; readonly parts: readonly Term[] };

/** A value that the code gives a name. */
export interface CodeSignal {
  readonly name: string;
  readonly term: Term;
  readonly order: number;
  /** It has a line of its own, even if it is only a sum of products. */
  readonly line?: boolean;
}

let made = 0;
/** A term under the name that the code gives it; `order` is that of the code. */
export const namedTerm = (name: string, term: Term, line = false): Term => ({ kind: 'signal', signal: { name, term, order: made++, line } });

/** Runs with a call's arguments; by name where they have one. */
export type Callable = (given: Given) => Value;

export interface Given {
  readonly at: Span;
  readonly positional: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
  /** The attribute that the result goes to, which names its tensors. */
  readonly path?: string;
  /** A class is made as the base of another, so that its tensors are those of the other. */
  readonly base?: true;
}

export type Value =
  | { readonly kind: 'term'; readonly term: Term }
  | { readonly kind: 'weight'; readonly weight: Weight }
  | Stack
  /** `fallback`: what it is unless someone passes another. */
  | { readonly kind: 'size'; readonly size: LinearSize; readonly fallback?: number }
  | { readonly kind: 'flag'; readonly value: boolean; readonly assumed: boolean }
  | { readonly kind: 'text'; readonly value: string; readonly assumed?: boolean }
  | { readonly kind: 'none'; readonly assumed?: boolean }
  /** A list or tuple; a list may grow while the class is built. */
  | { readonly kind: 'items'; readonly items: Value[]; readonly keys?: readonly string[] }
  | Layer
  | { readonly kind: 'method'; readonly scope: Scope }
  /** A class of the file that parts of the cell are made of. */
  | { readonly kind: 'class'; readonly scope: Scope }
  | { readonly kind: 'self' }
  | Rest
  /** Sizes of a vector's axes, of which only the last is known: `x.shape`. */
  | { readonly kind: 'shape'; readonly last: LinearSize | undefined }
  /** What `forward` is given as its state, until it is unpacked. */
  | { readonly kind: 'bundle'; readonly bundle: Bundle }
  /** `batch`: how many examples there are, which no equation says. */
  | { readonly kind: 'opaque'; readonly why: Said; readonly at: Span; readonly batch?: true };

/** Matrices put together along an axis of theirs as they are stored: 0 is one under another, 1 side by side. */
export interface Stack { readonly kind: 'stack'; readonly weights: readonly Weight[]; readonly axis: 0 | 1 }

/** Further arguments, `**kwargs`: by name what is known to be given. `open`: of the cell itself, which may be made with others. */
export interface Rest {
  readonly kind: 'rest';
  readonly named: Map<string, Value>;
  readonly items: readonly Value[];
  readonly open: boolean;
  /** Names that were taken out. */
  readonly gone: Set<string>;
}

/** What can be called. */
export interface Layer {
  readonly kind: 'callable';
  readonly run: Callable;
  readonly children?: (name: string) => Value | undefined;
  /** The same layer under a name: it was made before it is known where it goes. */
  readonly place?: (path: string) => Value;
  /** Layers that run one after another; more may come while the class is built. */
  readonly layers?: { readonly path: string; readonly list: Value[] };
}

/** States handed over together: filled when the code takes it apart, or uses it as one. */
/** `why`: what is wrong where the step only hands it back, since its name alone makes it no state. */
export interface Bundle { readonly name: string; readonly states: Term[]; whole: boolean; readonly why?: Said }

/** Why a cell cannot be read; caught where reading begins. */
export class Unread extends Error {
  constructor(readonly why: Said, readonly at: Span) {
    super(english(why));
    this.name = 'Unread';
  }
}

export const opaque = (why: Said, at: Span): Value => ({ kind: 'opaque', why, at });
export const rest = (named: Map<string, Value>, items: readonly Value[], open = false): Rest => ({ kind: 'rest', named, items, open, gone: new Set() });
export const vector = (term: Term): Value => ({ kind: 'term', term });

export const infix = (op: '+' | '-' | '⊙' | '/', left: Term, right: Term): Term => ({ kind: 'infix', op, left, right });
export const call = (name: string, value: Term, ...numbers: number[]): Term => ({ kind: 'call', name, values: [value], numbers });
export const constant = (value: number): Term => ({ kind: 'number', value });

/** Length of a vector as far as the code says it; of x and the states as found so far. */
export function sizeOf(t: Term, of: (leaf: Term) => LinearSize | undefined = () => undefined): LinearSize | undefined {
  switch (t.kind) {
    case 'input': case 'state': return of(t);
    case 'vector': case 'matrix': return numberOf(t.size) === 1 ? undefined : t.size;
    case 'infix': return sizeOf(t.left, of) ?? sizeOf(t.right, of);
    case 'negate': return sizeOf(t.of, of);
    case 'call': return reduces(t.name) ? undefined : t.values.map(v => sizeOf(v, of)).find(s => s !== undefined);
    case 'signal': return sizeOf(t.signal.term, of);
    case 'beside': return total(t.parts, of);
    default: return undefined;
  }
}

/** Whether a function makes one number of a vector. */
export const reduces = (name: string): boolean => name === 'mean' || name === 'sum';

/** Whether a term is one number, which goes with vectors of any length. */
export function isScalar(t: Term): boolean {
  switch (t.kind) {
    case 'number': case 'scalar': return true;
    case 'matrix': return numberOf(t.size) === 1;
    case 'infix': return isScalar(t.left) && isScalar(t.right);
    case 'negate': return isScalar(t.of);
    case 'call': return reduces(t.name) || t.values.every(isScalar);
    case 'signal': return scalars.get(t.signal) ?? remember(t.signal);
    default: return false;
  }
}

const scalars = new WeakMap<CodeSignal, boolean>();

function remember(signal: CodeSignal): boolean {
  const found = isScalar(signal.term);
  scalars.set(signal, found);
  return found;
}

/** What a term is made of, at one remove; of a matrix, all that it multiplies. */
export function partsOf(t: Term): readonly Term[] {
  switch (t.kind) {
    case 'infix': return [t.left, t.right];
    case 'negate': return [t.of];
    case 'call': return t.values;
    case 'matrix': case 'beside': return t.parts;
    case 'signal': return [t.signal.term];
    default: return [];
  }
}

/** Length of vectors side by side. */
export function total(parts: readonly Term[], of?: (leaf: Term) => LinearSize | undefined): LinearSize | undefined {
  const sizes = parts.map(p => sizeOf(p, of));
  return sizes.every(s => s !== undefined) ? sizes.reduce((a, b) => plus(a, b), fixed(0)) : undefined;
}

/** No place of the text. */
export const nowhere: Span = { from: -1, to: -1 };
