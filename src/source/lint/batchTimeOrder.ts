/** Batch and time swapped: nothing fails, the layer runs along the samples of the batch. Reported where the code shows both orders. */
import { saying } from '../../core/said';
import { sourceOf } from '../code/arguments';
import { sure } from '../framework';
import { fedTo } from '../uses';
import { replace, setArgument } from './edits';
import { traceTensor } from './operations';
import { quoted, type Asked, type Finding, type Rule } from './rule';
import { lastOf } from './subscripts';
import type { Axis, Tensor } from './trace';

export const batchTimeOrder: Rule = {
  code: 'batch-time-order', title: 'Batch and time swapped', severity: 'warning', frameworks: ['pytorch'],
  check: asked => {
    const batchFirst = sure(asked.found.draft, 'batchFirst');
    if (asked.found.draft.isCell || batchFirst === null) return [];
    const fed = [...fedInOtherOrder(asked, batchFirst), ...packedInOtherOrder(asked)];
    return fed.length > 0 ? fed : [...lastSample(asked, batchFirst), ...lastSampleOfStates(asked, batchFirst)];
  },
};

/** `true` for (N, T, ...), `false` for (T, N, ...). */
export function shownOrder(axes: readonly Axis[] | null | undefined): boolean | undefined {
  if (axes?.length !== 3) return undefined;
  return axes[0] === 'N' && axes[1] === 'T' ? true : axes[0] === 'T' && axes[1] === 'N' ? false : undefined;
}

const shape = (batchFirst: boolean): string => batchFirst ? '(N, T, …)' : '(T, N, …)';

function fedInOtherOrder(asked: Asked, batchFirst: boolean): readonly Finding[] {
  const { uses, all, module, t, found } = asked;
  return uses.flatMap(use => {
    const fed = fedTo(use);
    const value = fed && traceTensor(fed, use.scope, t());
    const order = shownOrder(value?.axes);
    // What another recurrent layer gave is batch-first-mixed.
    if (!fed || !value?.shownBy || value.packed || order === undefined || order === batchFirst || all.some(f => f.candidate.node.from === value.shownBy?.from)) return [];
    return [{
      said: saying('`{0}` is {1}, but this layer reads {2}: batch and time are swapped.', quoted(sourceOf(fed, module)), shape(order), shape(batchFirst)), span: fed,
      related: { span: value.shownBy, said: saying('This gives it the order {0}.', shape(order)) },
      fixes: [{ title: saying('Set batch_first={0}', order ? 'True' : 'False'), edits: setArgument(found.candidate.call(), 'batch_first', order ? 'True' : 'False') }],
    }];
  });
}

/** A tensor packed in another order than it has: the lengths are then taken for the wrong axis. */
function packedInOtherOrder({ uses, module, t }: Asked): readonly Finding[] {
  return uses.flatMap(use => {
    const fed = fedTo(use);
    const value: Tensor | undefined = fed && traceTensor(fed, use.scope, t());
    const [order, told] = [shownOrder(value?.before?.axes), value?.before?.batchFirst];
    if (!value?.shownBy || order === undefined || told === undefined || order === told) return [];
    const source = quoted(module.text.slice(value.shownBy.from, value.shownBy.to));
    return [{ said: saying('`{0}` packs a tensor of the order {1} as {2}: batch and time are swapped.', source, shape(order), shape(told)), span: value.shownBy }];
  });
}

/** `out[:, -1, :]` of a layer that reads (T, N, ...): that is the last sample of the batch at every step, not the last step. */
function lastSample(asked: Asked, batchFirst: boolean): readonly Finding[] {
  const { module, t, found } = asked;
  return lastOf(asked, 'output').filter(l => l.axis === 'N' && !l.value.moved && l.value.shownBy?.from === found.candidate.node.from).flatMap(({ e, use, shown }) => {
    const fed = fedTo(use);
    const input = fed && traceTensor(fed, use.scope, t());
    if (!input || input.axes?.includes('1') === true || !(shown || input.embedded)) return [];
    const word = batchFirst ? 'False' : 'True';
    return [{
      said: saying('`{0}` takes the last sample of the batch, not the last step: this layer gives {1}.', quoted(sourceOf(e, module)), shape(batchFirst)), span: e,
      related: { span: found.candidate.callee, said: batchFirst ? saying('`batch_first=True` here.') : saying('No `batch_first=True` here.') },
      fixes: [{ title: saying('Set batch_first={0}', word), edits: setArgument(found.candidate.call(), 'batch_first', word) }],
    }];
  });
}

/** `h[:, -1]` of a batch-first layer: states are (layers x directions, N, units) all the same, so that is the last sample. */
function lastSampleOfStates(asked: Asked, batchFirst: boolean): readonly Finding[] {
  const { module, t } = asked;
  return !batchFirst ? [] : lastOf(asked, 'h').filter(l => l.axis === 'N' && !l.value.moved).flatMap(({ e, object, kept, use }) => {
    const fed = fedTo(use);
    const input = fed && traceTensor(fed, use.scope, t());
    if (!input || input.axes?.includes('1') === true) return [];
    const mended = `${sourceOf(object, module)}[${kept ? '-1:' : '-1'}]`;
    return [{
      said: saying('`{0}` takes the last sample of the batch: `batch_first` never applies to states, which are (layers × directions, N, units).', quoted(sourceOf(e, module))), span: e,
      fixes: [{ title: saying('Write `{0}`', mended), edits: replace(e, mended) }],
    }];
  });
}
