/** Layers of different cells made alike in cost: units to a budget of parameters, and what a step of each takes. */
import type { Cell } from '../core/cells/cell';
import { parameterCount } from '../core/parameters';
import { programOf } from '../core/programs';
import { sizesOf } from '../core/sizes';

/** Sizes that units alone do not settle: a projected layer has a cell state twice as large as its output. */
export function moreSizes(cell: Cell, units: number): Readonly<Record<string, number>> {
  return cell.id === 'lstmProjected' ? { c: 2 * units } : {};
}

/** How many numbers the equations name: one bias a gate, unless the equations have two; no output layer (Chung et al. 2014 count so). */
export function parametersOf(cell: Cell, inputSize: number, units: number): number {
  return parameterCount(cell, inputSize, units, moreSizes(cell, units));
}

/** Units beyond which nothing is looked for. */
const MOST_UNITS = 2 ** 20;

/** The number of units whose parameters come nearest to the budget; the smaller one of two that are equally near. */
export function matchedUnits(cell: Cell, inputSize: number, budget: number): number {
  let [low, high] = [1, 2];
  while (high < MOST_UNITS && parametersOf(cell, inputSize, high) < budget) [low, high] = [high, 2 * high];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (parametersOf(cell, inputSize, middle) < budget) low = middle;
    else high = middle;
  }
  const off = (units: number): number => Math.abs(parametersOf(cell, inputSize, units) - budget);
  return off(low) <= off(high) ? low : high;
}

export interface StepCost {
  readonly parameters: number;
  /** Products of a matrix and a vector, one multiply-add a number of the matrix. */
  readonly multiplyAdds: number;
  /** Names of what is carried to the next step. */
  readonly states: readonly string[];
  /** Numbers carried to the next step. */
  readonly carried: number;
}

/** What one step takes, from the equations alone. */
export function stepCost(cell: Cell, inputSize: number, units: number, more: Readonly<Record<string, number>> = moreSizes(cell, units)): StepCost {
  const program = programOf(cell);
  const sizes = sizesOf(program, { x: inputSize, [program.output]: units, ...more });
  const product = (n: (typeof program.nodes)[number]): number => (n.op === 'product' ? sizes[n.size]! * sizes[program.nodes[n.a]!.size]! : 0);
  return {
    parameters: parameterCount(cell, inputSize, units, more),
    multiplyAdds: program.nodes.reduce((sum, n) => sum + product(n), 0),
    states: program.states.map(s => s.name),
    carried: program.states.reduce((sum, s) => sum + sizes[s.size]!, 0),
  };
}
