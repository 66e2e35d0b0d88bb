/** `pad_packed_sequence(...)` and then `out[:, -1]`: of every sequence shorter than the longest that is padding, all zeros. */
import { saying } from '../../core/said';
import { sourceOf } from '../code/arguments';
import { sure } from '../framework';
import { replace } from './edits';
import { insteadOf } from './finalState';
import { quoted, type Rule } from './rule';
import { lastOf } from './subscripts';

export const lastStepPadded: Rule = {
  code: 'last-step-padded', title: 'The last step of a padded batch', severity: 'warning', frameworks: ['pytorch'],
  check: asked => {
    const { found: { draft }, module } = asked;
    const both = sure(draft, 'bidirectional');
    return lastOf(asked, 'output').filter(l => l.axis === 'T' && l.value.padded).map(last => {
      const { e, value } = last;
      const { state, vector } = insteadOf(last, both, module);
      return {
        said: saying('`{0}` reads zeros for every sequence that is shorter than the longest: its last step is padding. The final state is in h_n.', quoted(sourceOf(e, module))), span: e,
        ...(value.shownBy ? { related: { span: value.shownBy, said: saying('Padded here.') } } : {}),
        fixes: state && vector !== undefined ? [{ title: saying('Take the final state'), edits: [...state.edits, ...replace(e, vector)] }] : [],
      };
    });
  },
};
