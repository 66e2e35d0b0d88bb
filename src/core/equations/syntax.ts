/** The equation text as a tree, and the one error that reading it throws. */

/** Where something was written, from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export type Infix = '+' | '-' | '⊙' | '/';

export type Expression = Place & (
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'name'; readonly name: string; readonly primed: boolean }
  /** `W x` */
  | { readonly kind: 'matrix'; readonly name: string; readonly argument: Expression }
  /** `2 x` */
  | { readonly kind: 'scale'; readonly value: number; readonly argument: Expression }
  | { readonly kind: 'negate'; readonly argument: Expression }
  | { readonly kind: 'infix'; readonly op: Infix; readonly left: Expression; readonly right: Expression }
  /** `name` is the canonical one: `σ`, never `sigmoid`. Numeric arguments come last. */
  | { readonly kind: 'call'; readonly name: string; readonly values: readonly Expression[]; readonly numbers: readonly number[] }
);

export type Statement = Place & (
  | { readonly kind: 'equation'; readonly name: string; readonly primed: boolean; readonly right: Expression; readonly label: string }
  /** `a ∈ R` */
  | { readonly kind: 'scalar'; readonly name: string }
);

export type Equation = Extract<Statement, { kind: 'equation' }>;

/** What is wrong with an equation text, where, and what to write instead. */
export class EquationError extends Error {
  readonly line: number;
  readonly column: number;
  constructor(message: string, place: Place) {
    super(message);
    this.name = 'EquationError';
    this.line = place.line;
    this.column = place.column;
  }
}

/** A capital first letter makes a matrix. */
export function isMatrixName(name: string): boolean {
  const first = name.slice(0, 1);
  return first !== first.toLowerCase();
}
