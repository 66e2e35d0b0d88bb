/** A projection must make h narrower than c: PyTorch checks `proj_size < hidden_size`. */
import { saying } from '../../core/said';
import { sure } from '../framework';
import type { Rule } from './rule';

export const projectionTooLarge: Rule = {
  code: 'projection-too-large', title: 'A projection that is not smaller than the units', severity: 'warning', frameworks: ['pytorch'],
  check: ({ found: { draft, candidate } }) => {
    const [projection, units] = [sure(draft, 'projection'), sure(draft, 'units')];
    return projection !== null && units !== null && projection > 0 && projection >= units
      ? [{ said: saying('`proj_size` is {0}, but must be smaller than `hidden_size` ({1}): PyTorch refuses this call.', projection, units), span: candidate.node }] : [];
  },
};
