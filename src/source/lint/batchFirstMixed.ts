/** One layer's output fed to another of the other order: the second runs along the batch. */
import { saying } from '../../core/said';
import { sourceOf } from '../code/arguments';
import { sure } from '../framework';
import { fedTo } from '../uses';
import { shownOrder } from './batchTimeOrder';
import { setArgument } from './edits';
import { traceTensor } from './operations';
import { quoted, type Rule } from './rule';

export const batchFirstMixed: Rule = {
  code: 'batch-first-mixed', title: 'Layers that disagree on batch_first', severity: 'warning', frameworks: ['pytorch'],
  check: ({ found, all, uses, module, t }) => {
    const batchFirst = sure(found.draft, 'batchFirst');
    if (found.draft.isCell || batchFirst === null) return [];
    return uses.flatMap(use => {
      const fed = fedTo(use);
      const value = fed && traceTensor(fed, use.scope, t());
      const before = value?.shownBy && all.find(f => f.candidate.node.from === value.shownBy?.from);
      const order = shownOrder(value?.axes);
      if (!fed || !before || before === found || value?.packed || order === undefined || order === batchFirst) return [];
      const word = order ? 'True' : 'False';
      return [{
        said: saying('`{0}` comes from a layer with `batch_first={1}`, and this one has `batch_first={2}`: batch and time are swapped.', quoted(sourceOf(fed, module)), word, order ? 'False' : 'True'), span: fed,
        related: { span: before.candidate.node, said: saying('The layer before.') },
        fixes: [{ title: saying('Set batch_first={0}', word), edits: setArgument(found.candidate.call(), 'batch_first', word) }],
      }];
    });
  },
};
