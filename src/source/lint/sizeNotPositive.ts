/** Sizes that no framework accepts: 0, negative or fractional. */
import { saying } from '../../core/said';
import { sure } from '../framework';
import type { Finding, Rule } from './rule';

export const sizeNotPositive: Rule = {
  code: 'size-not-positive', title: 'A size that no framework accepts', severity: 'warning',
  frameworks: ['pytorch', 'keras', 'flax', 'nnx', 'equinox', 'haiku', 'tfjs'],
  check: ({ found: { draft, candidate } }) => {
    const bad = (v: number | null): v is number => v !== null && !(Number.isInteger(v) && v > 0);
    const [units, input, layers] = [sure(draft, 'units'), sure(draft, 'inputSize'), sure(draft, 'layers')];
    const said = [
      ...(bad(units) ? [saying('There are {0} units: at least 1 is needed, and a whole number.', units)] : []),
      ...(bad(input) ? [saying('The input size is {0}: it must be a whole number, at least 1.', input)] : []),
      ...(bad(layers) ? [saying('The number of layers is {0}: it must be a whole number, at least 1.', layers)] : []),
    ];
    return said.map((s): Finding => ({ said: s, span: candidate.node }));
  },
};
