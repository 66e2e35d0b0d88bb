/** `dropout` acts between the layers of a stack, so a stack of one drops nothing; PyTorch only warns when the model is built. */
import { saying } from '../../core/said';
import { sure } from '../framework';
import { dropArgument } from './edits';
import type { Rule } from './rule';

export const dropoutSingleLayer: Rule = {
  code: 'dropout-single-layer', title: 'Dropout with one layer', severity: 'warning', frameworks: ['pytorch'],
  check: ({ found: { draft, candidate }, module }) => {
    const [dropout, layers] = [sure(draft, 'dropout'), sure(draft, 'layers')];
    if (draft.isCell || dropout === null || !(dropout > 0) || layers !== 1) return [];
    const without = dropArgument(candidate.call(), 'dropout', module);
    return [{
      said: saying('`dropout={0}` does nothing: it acts between layers, and there is only 1.', dropout), span: candidate.node,
      fixes: without ? [{ title: saying('Remove dropout'), edits: without }] : [],
    }];
  },
};
