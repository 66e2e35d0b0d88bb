/**
 * A cell's equations as text, and the program they mean: `parse` and `print`.
 *
 *     i  = σ(Wi x + Ui h + bi)        input gate
 *     h' = i ⊙ tanh(Wg x + bg)        hidden state
 *
 * A prime marks a state's next value; x is the input; a capital first letter is a matrix and multiplies the vector after it;
 * other free names are learned vectors (`a ∈ R` makes a learned scalar). See equations/functions.ts for the functions.
 */
import { lower } from './equations/lower';
import { parseStatements } from './equations/parser';
import { printStatement } from './equations/print';
import type { Program } from './program';

export { EquationError } from './equations/syntax';
export { functions } from './equations/functions';

/** Reads equation text. @throws EquationError with line and column (from 1) and what to write instead */
export function parse(text: string): Program {
  return lower(parseStatements(text));
}

/** The program's text in canonical notation, one equation a line; `parse(print(p))` is p again. Forward programs only. */
export function print(program: Program): string {
  return program.statements.map(printStatement).join('\n');
}
