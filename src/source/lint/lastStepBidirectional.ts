/** `out[:, -1]` where the layer runs both ways: the reverse half of the last step has read one step only. */
import { saying } from '../../core/said';
import { sourceOf } from '../code/arguments';
import { sure } from '../framework';
import { replace } from './edits';
import { finalState, finalVector } from './finalState';
import { quoted, type Rule } from './rule';
import { lastOf } from './subscripts';

export const lastStepBidirectional: Rule = {
  code: 'last-step-bidirectional', title: 'The last step of a bidirectional layer', severity: 'warning', frameworks: ['pytorch'],
  check: asked => {
    const { found: { draft, candidate }, module } = asked;
    if (draft.isCell || sure(draft, 'bidirectional') !== true) return [];
    return lastOf(asked, 'output').filter(l => l.axis === 'T' && !l.value.padded && !l.value.packed).map(({ e, use }) => {
      const state = finalState(use, e.from, module);
      const vector = state && finalVector(state, true, use);
      return {
        said: saying('`{0}` reads the last step, where the reverse half has seen one step only. Use `torch.cat((h[-2], h[-1]), 1)`.', quoted(sourceOf(e, module))), span: e,
        related: { span: candidate.callee, said: saying('This layer runs in both directions.') },
        fixes: state && vector !== undefined ? [{ title: saying('Take the final state of both directions'), edits: [...state.edits, ...replace(e, vector)] }] : [],
      };
    });
  },
};
