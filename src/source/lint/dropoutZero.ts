/** Several layers with nothing dropped between them: a default that many do not know of. */
import { saying } from '../../core/said';
import { sure } from '../framework';
import type { Rule } from './rule';

export const dropoutZero: Rule = {
  code: 'dropout-zero', title: 'Several layers without dropout', severity: 'hint', frameworks: ['pytorch'],
  check: ({ found: { draft, candidate } }) => {
    const [dropout, layers] = [sure(draft, 'dropout'), sure(draft, 'layers')];
    return dropout === 0 && layers !== null && layers > 1 && draft.symbols['dropout'] === undefined
      ? [{ said: saying('`dropout` is 0, so nothing is dropped between the {0} layers.', layers), span: candidate.node }] : [];
  },
};
