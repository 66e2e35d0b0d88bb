/**
 * One step of a cell as a graph, forward or backward: what the parser makes, `differentiate` makes again, and every evaluator runs.
 * Equal expressions are one node; ids are in topological order, so evaluating nodes[0], nodes[1], ... is right.
 */
import type { Statement } from './equations/syntax';

export type UnaryOp = 'neg' | 'sigmoid' | 'tanh' | 'relu' | 'step' | 'exp' | 'log' | 'sqrt';
export type BinaryOp = 'add' | 'sub' | 'mul' | 'div' | 'min' | 'max';

/** What a node computes; `a`, `b` and `node` are ids. Elementwise arguments have the node's own size. */
export type Operation =
  /** A scalar. */
  | { readonly op: 'number'; readonly value: number }
  /** A scalar: how many components vectors of class `of` have. */
  | { readonly op: 'size'; readonly of: number }
  /** A scalar, repeated. */
  | { readonly op: 'spread'; readonly a: number }
  /** A vector, added up to a scalar. */
  | { readonly op: 'sum'; readonly a: number }
  | { readonly op: 'input' }
  | { readonly op: 'parameter'; readonly name: string }
  /** A state's value before this step. */
  | { readonly op: 'state'; readonly name: string }
  /** In backward programs: the value of node `node` of the forward program at the same step. */
  | { readonly op: 'saved'; readonly node: number }
  /** Gives a signal a node of its own where it merely repeats another value (`s = h`, `h' = c'`). */
  | { readonly op: 'copy'; readonly a: number; readonly for: string }
  | { readonly op: 'product'; readonly matrix: string; readonly transposed: boolean; readonly a: number }
  | { readonly op: UnaryOp; readonly a: number }
  | { readonly op: BinaryOp; readonly a: number; readonly b: number };

/** `size` is an index into the program's classes; class 0 is the scalar. */
export type Node = Operation & { readonly size: number };

/** Vectors that must be equally long. */
export interface SizeClass {
  /** x, states and signals in it, in this order; empty where only parameters meet (`h' = A B h`). */
  readonly names: readonly string[];
}

/** Two things that must be equally long, and the expression that says so. */
export interface SizeLink {
  readonly a: string;
  readonly b: string;
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

/** A value carried to the next step. */
export interface StateVariable {
  /** Without the prime: `h`. */
  readonly name: string;
  readonly size: number;
  /** The node of its next value; never a leaf, and no other state's. */
  readonly next: number;
}

export type SignalKind = 'gate' | 'candidate' | 'state' | 'value';

/** A quantity that can be recorded: one equation's left side. */
export interface Signal {
  /** Without the prime: `f`, `h`. */
  readonly name: string;
  /** `forget gate`; empty where the text gives none. */
  readonly label: string;
  /** Right-hand side in canonical notation. */
  readonly equation: string;
  readonly kind: SignalKind;
  readonly node: number;
  readonly size: number;
  /** The node that the outermost activation function reads; absent where there is none. */
  readonly pre?: number;
}

/** What the text names and does not define: to be learnt. `rows` and `columns` are size classes. */
export type Parameter =
  | { readonly name: string; readonly kind: 'matrix'; readonly rows: number; readonly columns: number }
  | { readonly name: string; readonly kind: 'vector' | 'scalar'; readonly rows: number };

/** Backward programs: what a step adds to a parameter's gradient; node `rows`, or its outer product with node `columns`. */
export interface Contribution {
  readonly parameter: string;
  readonly rows: number;
  readonly columns?: number;
}

export interface Program {
  readonly nodes: readonly Node[];
  readonly classes: readonly SizeClass[];
  readonly links: readonly SizeLink[];
  /** Size class of x. */
  readonly input: number;
  readonly states: readonly StateVariable[];
  readonly signals: readonly Signal[];
  readonly parameters: readonly Parameter[];
  /** Name of the state that is the cell's output. */
  readonly output: string;
  /** Empty in forward programs. */
  readonly contributions: readonly Contribution[];
  /** The text as read; empty in backward programs. */
  readonly statements: readonly Statement[];
}

/** The output state of a program. */
export function outputState(program: Program): StateVariable {
  return program.states.find(s => s.name === program.output)!;
}

/** Ids of the nodes that a node reads. */
export function argumentsOf(node: Node): readonly number[] {
  if ('b' in node) return [node.a, node.b];
  return 'a' in node ? [node.a] : [];
}
