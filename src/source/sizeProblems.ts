/** Sizes that no framework accepts. */
import type { Problem } from './outline';
import { sure, type Found } from './framework';

/** Sizes that are 0, negative or fractional. */
export function sizeProblems({ draft, candidate }: Found): readonly Problem[] {
  const { from, to } = candidate.node;
  const sizes = [['units', sure(draft, 'units')], ['input size', sure(draft, 'inputSize')], ['number of layers', sure(draft, 'layers')]] as const;
  return sizes.flatMap(([what, value]) => value === null || (Number.isInteger(value) && value > 0) ? [] : [{
    code: 'size-not-positive', severity: 'warning' as const, span: { from, to },
    message: what === 'units' ? `There are ${value} units: at least 1 is needed, and a whole number.` : `The ${what} is ${value}: it must be a whole number, at least 1.`,
  }]);
}
