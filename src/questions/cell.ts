/** How was this state made? What every signal, and every expression of the equations, was for one unit in one step. */
import type { Statement } from '../core/equations/syntax';
import type { Ask } from './index';

export interface CellAsk extends Ask {
  readonly level: number;
  readonly direction: number;
  readonly unit: number;
  readonly step: number;
}

/**
 * Names an expression: the place of its statement, and the way to it from the right-hand side: `l` and `r` in a sum or product,
 * `a` behind a matrix, number or minus (the number itself: `n`), 0, 1 in a call. `4` is all of statement 4's right-hand side, `4.l.r` the right half of its left half.
 */
export type ExpressionPath = string;

export interface CellAnswer {
  /** By signal of the unit's size: now, and one step earlier in the layer's direction (undefined in its first step, where the initial state was). */
  readonly values: Readonly<Record<string, { readonly now: number; readonly before?: number }>>;
  /** States before the step: the initial ones in the layer's first step. Without those that have fewer units. */
  readonly before: Readonly<Record<string, number>>;
  /** The unit's component of every expression; without those that need weights where there are none. Of a held signal: the whole right-hand side is what it is held at, its parts are as without the hold. */
  readonly parts: Readonly<Record<ExpressionPath, number>>;
  /** By signal: what a change holds the unit at in this step, and what it would be without the hold; absent where nothing is held. */
  readonly held?: Readonly<Record<string, { readonly at: number; readonly free: number }>>;
}

export interface DiagramAsk extends Ask {
  readonly level: number;
  readonly direction: number;
}

/** How an equation bends what it adds up. */
export interface Activation {
  /** What the outermost activation reads, as an expression. */
  readonly pre: ExpressionPath;
  /** The equation's value where that is -6 to 6, in even steps; empty where it depends on more. */
  readonly curve: readonly number[];
}

/** A cell's equations as plain data: what its diagram is made from. */
export interface DiagramAnswer {
  readonly statements: readonly Statement[];
  /** By the name that an equation defines; without those that have no activation. */
  readonly activations: Readonly<Record<string, Activation>>;
  /** Signals that the question `split` can be asked of: those with weights of their own, in the order of the equations. */
  readonly splits: readonly string[];
}

/** Why was this gate open? A signal of one unit in one step, split into what was added up before its activation. */
export interface SplitAsk extends CellAsk { readonly signal: string }

/** One thing that was added: `amount` is what it added, everything in front of it multiplied in. */
export interface SinglePart {
  readonly kind: 'single';
  /** bias and constant stand alone; own: the unit's own state or signal, through a peephole; whole: what cannot be split further. */
  readonly role: 'bias' | 'constant' | 'own' | 'whole' | 'held';
  /** As written: `bf`, `pf ⊙ c₋₁`. */
  readonly text: string;
  readonly amount: number;
  readonly weight?: number;
  readonly value?: number;
  readonly factors: readonly Factor[];
}

/** A row of a matrix times a vector: one thing for each component. */
export interface MatrixPart {
  readonly kind: 'matrix';
  readonly matrix: string;
  /** `x`, a state before the step, `c'` for its new value, or another signal. */
  readonly source: string;
  /** What the matrix multiplies, as written: `h₋₁`, `r ⊙ h₋₁`. */
  readonly text: string;
  readonly weights: Float64Array;
  readonly values: Float64Array;
  readonly amounts: Float64Array;
  readonly factors: readonly Factor[];
}

/** What stands in front, as the r of r ⊙ (Un h + cn). */
export interface Factor { readonly text: string; readonly value: number }

export interface SplitAnswer {
  readonly parts: readonly (SinglePart | MatrixPart)[];
  /** Of all parts. */
  readonly sum: number;
  /** As it was recorded; what it would be without the hold, where it is held. */
  readonly value: number;
  /** The value that a change holds it at, whatever the sum. */
  readonly heldAt?: number;
  /** `σ`, `1 − σ`; empty where nothing bends the sum. */
  readonly bend: string;
  /** The signal where the sum is -to..to, in even steps; empty where it depends on more than the sum. */
  readonly curve: { readonly to: number; readonly values: Float64Array };
  /** The mean and spread of a norm are taken as they were in this step: they depend on every unit's parts. */
  readonly held: boolean;
}
