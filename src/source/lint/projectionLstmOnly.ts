/** Only nn.LSTM can project its h. */
import { saying } from '../../core/said';
import { sure } from '../framework';
import { dropArgument } from './edits';
import type { Rule } from './rule';

export const projectionLstmOnly: Rule = {
  code: 'projection-lstm-only', title: 'A projection of a layer that has none', severity: 'warning', frameworks: ['pytorch'],
  check: ({ found: { draft, candidate }, module }) => {
    const projection = sure(draft, 'projection');
    if (projection === null || projection <= 0 || (draft.cell !== 'gru' && draft.cell !== 'rnn')) return [];
    const without = dropArgument(candidate.call(), 'proj_size', module);
    return [{
      said: saying('`proj_size` is for nn.LSTM only: PyTorch refuses this call.'), span: candidate.node,
      fixes: without ? [{ title: saying('Remove proj_size'), edits: without }] : [],
    }];
  },
};
