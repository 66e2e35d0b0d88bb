/** `out[:, -1]` where the layer runs both ways: the reverse half of the last step has read one step only. */
import { saying } from '../../core/said';
import { sourceOf } from '../code/arguments';
import { slice, type Expression } from '../code/expression';
import { callOf, type Module, type Scope } from '../code/scopes';
import { target } from '../code/target';
import { sure } from '../framework';
import { callsIn, frameAt } from '../python/flow';
import { readsOf, takenNames } from '../uses';
import { argument } from './canonical';
import { replace } from './edits';
import { insteadOf } from './finalState';
import { givenReads } from './givenNames';
import { torchName } from './held';
import { resolved } from './made';
import { traceTensor } from './operations';
import { placesOf } from './places';
import { quoted, type Asked, type Finding, type Rule } from './rule';
import { isCutAtOnce, lastOf, takesFirst } from './subscripts';
import { integer, type Axis } from './trace';

export const lastStepBidirectional: Rule = {
  code: 'last-step-bidirectional', title: 'The last step of a bidirectional layer', severity: 'warning', frameworks: ['pytorch', 'flax', 'nnx'],
  check: asked => {
    const { found: { draft, candidate }, module } = asked;
    if (draft.isCell || sure(draft, 'bidirectional') !== true) return [];
    if (draft.framework !== 'pytorch') return ofFlax(asked);
    return [...reverseAlone(asked), ...lastValid(asked), ...lastOf(asked, 'output').filter(l => l.axis === 'T' && !l.value.padded && !l.value.packed && !isCutAtOnce(l, module) && !takesFirst(l, asked)).map((last): Finding => {
      const { e } = last;
      const { state, vector } = insteadOf(last, true, module);
      return {
        said: saying('`{0}` reads the last step, where the reverse half has seen one step only. Use `torch.cat((h[-2], h[-1]), 1)`.', quoted(sourceOf(e, module))), span: e,
        related: { span: candidate.callee, said: saying('This layer runs in both directions.') },
        fixes: state && vector !== undefined ? [{ title: saying('Take the final state of both directions'), edits: [...state.edits, ...replace(e, vector)] }] : [],
      };
    })];
  },
};

/** `out[torch.arange(n), lengths - 1]` of what was padded again: of every sequence its last step, where the reverse half has seen that one only. */
function lastValid(asked: Asked): readonly Finding[] {
  const { found: { candidate }, module } = asked;
  return placesOf(asked).flatMap(({ scope }) => [...validSubscripts(scope, asked), ...gathered(scope, asked)]).map((e): Finding => ({
    said: saying('`{0}` reads the last step of every sequence, where the reverse half has seen one step only. The final states of both directions are in h_n.', quoted(sourceOf(e, module))), span: e,
    related: { span: candidate.callee, said: saying('This layer runs in both directions.') },
  }));
}

function validSubscripts(scope: Scope, asked: Asked): readonly Expression[] {
  const { module } = asked;
  return frameAt(scope, module).subscripts.flatMap(node => {
    const e = /-\s*1\s*[,\]]/.test(slice(node, module.text)) ? module.expression(node) : undefined;
    const axes = e?.kind === 'subscript' && e.index.length > 1 && e.index.length <= 3 ? paddedAxes(e.object, scope, asked) : undefined;
    if (e?.kind !== 'subscript' || !axes) return [];
    const [step, sample, features] = [e.index[axes.indexOf('T')], e.index[axes.indexOf('N')], e.index[2]];
    const each = sample !== undefined && sample.kind !== 'slice' && integer(sample) === undefined;
    const whole = features === undefined || (features.kind === 'slice' && features.full);
    return each && whole && step && isLastOfEach(sourceOf(step, module), scope, module) ? [e] : [];
  });
}

/** `out.gather(1, index)`, with an index made of the lengths less one. */
function gathered(scope: Scope, asked: Asked): readonly Expression[] {
  const { module } = asked;
  return callsIn(scope, module).flatMap(site => {
    const call = slice(site.node.firstChild ?? site.node, module.text).endsWith('.gather') ? callOf(site, module) : undefined;
    if (call?.callee.kind !== 'attribute') return [];
    const skip = torchName(target(call.callee, scope, module).paths) === 'gather' ? 1 : 0;
    const object = skip === 1 ? call.args[0]?.value : call.callee.object;
    const [dim, index] = [integer(argument(call, 'dim', skip)), argument(call, 'index', skip + 1)];
    const axes = object && index && dim !== undefined ? paddedAxes(object, scope, asked) : undefined;
    const made = index && resolved({ e: index, scope }, module)?.e;
    return axes && made && dim !== undefined && axes.at(dim) === 'T' && isLastOfEach(sourceOf(made, module), scope, module) ? [call] : [];
  });
}

/** The axes of this layer's output, padded again. */
function paddedAxes(e: Expression, scope: Scope, { found, t }: Asked): readonly Axis[] | undefined {
  const value = traceTensor(e, scope, t());
  return value?.padded && !value.moved && value.part?.what === 'output' && value.part.layer === found ? value.axes ?? undefined : undefined;
}

/** `lengths - 1`, or something made of that. */
function isLastOfEach(text: string, scope: Scope, module: Module): boolean {
  const name = /^\(?\s*(\w+)\s*-\s*1\b/.exec(text)?.[1];
  return name !== undefined && isLengths(name, scope, module);
}

/** A name that `pack_padded_sequence` is given as the lengths, as it is or moved. */
function isLengths(name: string, scope: Scope, module: Module): boolean {
  return callsIn(scope, module).some(site => {
    const call = slice(site.node.firstChild ?? site.node, module.text).endsWith('pack_padded_sequence') ? callOf(site, module) : undefined;
    const lengths = call && argument(call, 'lengths', 1);
    return lengths !== undefined && new RegExp(`^${name}\\b(?!\\s*[[(])`).test(sourceOf(lengths, module));
  });
}

/** `h[-1]`, and nothing else of h: the final state of the reverse direction, all that the other has read being dropped. */
function reverseAlone(asked: Asked): readonly Finding[] {
  const { found: { draft, candidate }, uses, module } = asked;
  const path = draft.cell === 'lstm' ? '1,0' : '1';
  const last = lastOf(asked, 'h').filter(l => l.axis === 'L' && !l.value.moved);
  return uses.flatMap(use => takenNames(use).filter(n => n.path.join() === path)).flatMap(taken => {
    const reads = last[0] ? readsOf(taken, last[0].use.scope, module) : [];
    const found = last.filter(l => reads.some(r => r.from === l.object.from));
    return found.length === 0 || found.length < reads.length ? [] : found.map(({ e, object }): Finding => ({
      said: saying('`{0}` is the final state of the reverse direction alone: what the other has read, `{1}`, is dropped.', quoted(sourceOf(e, module)), `${sourceOf(object, module)}[-2]`), span: e,
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
