/** `out[:, -1]` where the layer runs both ways: the reverse half of the last step has read one step only. */
import { saying } from '../../core/said';
import { sourceOf } from '../code/arguments';
import { sure } from '../framework';
import { readsOf, takenNames } from '../uses';
import { replace } from './edits';
import { finalState, finalVector } from './finalState';
import { givenReads } from './givenNames';
import { quoted, type Asked, type Finding, type Rule } from './rule';
import { lastOf } from './subscripts';
import { integer } from './trace';

export const lastStepBidirectional: Rule = {
  code: 'last-step-bidirectional', title: 'The last step of a bidirectional layer', severity: 'warning', frameworks: ['pytorch', 'flax', 'nnx'],
  check: asked => {
    const { found: { draft, candidate }, module } = asked;
    if (draft.isCell || sure(draft, 'bidirectional') !== true) return [];
    if (draft.framework !== 'pytorch') return ofFlax(asked);
    return [...reverseAlone(asked), ...lastOf(asked, 'output').filter(l => l.axis === 'T' && !l.value.padded && !l.value.packed).map(({ e, use }): Finding => {
      const state = finalState(use, e.from, module);
      const vector = state && finalVector(state, true, use);
      return {
        said: saying('`{0}` reads the last step, where the reverse half has seen one step only. Use `torch.cat((h[-2], h[-1]), 1)`.', quoted(sourceOf(e, module))), span: e,
        related: { span: candidate.callee, said: saying('This layer runs in both directions.') },
        fixes: state && vector !== undefined ? [{ title: saying('Take the final state of both directions'), edits: [...state.edits, ...replace(e, vector)] }] : [],
      };
    })];
  },
};

/** `h[-1]`, and nothing else of h: the final state of the reverse direction, all that the other has read being dropped. */
function reverseAlone(asked: Asked): readonly Finding[] {
  const { found: { draft, candidate }, uses, module } = asked;
  const path = draft.cell === 'lstm' ? '1,0' : '1';
  const last = lastOf(asked, 'h').filter(l => l.axis === 'L' && !l.value.moved);
  return uses.flatMap(use => takenNames(use).filter(n => n.path.join() === path)).flatMap(taken => {
    const reads = last[0] ? readsOf(taken, last[0].use.scope, module) : [];
    const found = last.filter(l => reads.some(r => r.from === l.e.from));
    return found.length === 0 || found.length < reads.length ? [] : found.map(({ e }): Finding => ({
      said: saying('`{0}` is the final state of the reverse direction alone: what the other has read, `{1}`, is dropped.', quoted(sourceOf(e, module)), `${sourceOf(e.object, module)}[-2]`), span: e,
      related: { span: candidate.callee, said: saying('This layer runs in both directions.') }, severity: 'info',
    }));
  });
}

/** Flax's Bidirectional turns the reverse half around, too: `y[:, -1]` of a name that holds its output. */
function ofFlax(asked: Asked): readonly Finding[] {
  const { found: { draft, candidate }, module } = asked;
  const batchFirst = sure(draft, 'batchFirst');
  if (batchFirst === null || draft.options['mergeMode'] !== 'concat') return [];
  return givenReads(asked).filter(r => r.what === 'output').flatMap(({ node }) => {
    const e = node.parent?.name === 'MemberExpression' && node.parent.from === node.from ? module.expression(node.parent) : undefined;
    if (e?.kind !== 'subscript' || e.index.length > 3 || !e.index.every((i, k) => k === (batchFirst ? 1 : 0) ? integer(i) === -1 : i.kind === 'slice' && i.full) || e.index.length <= (batchFirst ? 1 : 0)) return [];
    return [{
      said: saying('`{0}` reads the last step, where the reverse half has seen one step only. With `return_carry=True`, the final carries of both are given.', quoted(sourceOf(e, module))), span: e,
      related: { span: candidate.callee, said: saying('This layer runs in both directions.') },
    }];
  });
}
