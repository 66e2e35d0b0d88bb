/** Programs of cells, parsed and differentiated once. */
import type { Cell } from './cells/cell';
import { differentiate } from './differentiate';
import { parse } from './equations';
import type { Program } from './program';

const parsed = new Map<string, Program>();
const differentiated = new WeakMap<Program, Program>();
const KEPT = 64;

/** The forward program of a cell. @throws EquationError */
export function programOf(cell: Cell): Program {
  const known = parsed.get(cell.equations);
  if (known) return known;
  const program = parse(cell.equations);
  if (parsed.size >= KEPT) parsed.clear();
  parsed.set(cell.equations, program);
  return program;
}

/** The backward program of a forward one. */
export function backwardOf(program: Program): Program {
  const known = differentiated.get(program);
  if (known) return known;
  const backward = differentiate(program);
  differentiated.set(program, backward);
  return backward;
}
