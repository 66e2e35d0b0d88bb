/** Initial states of a shape that the layer cannot take: (layers x directions, N, units), whatever batch_first says. */
import { saying, type Said } from '../../core/said';
import { sourceOf } from '../code/arguments';
import type { CallExpression, Expression } from '../code/expression';
import { sure } from '../framework';
import { reaching } from '../python/flow';
import type { Scope } from '../code/scopes';
import { target } from '../code/target';
import { fedTo, statesTo, type Use } from '../uses';
import { amount, amountOf, amountText, argument, multiple, surelyDiffer, type Amount } from './canonical';
import { replace } from './edits';
import { torchName } from './held';
import { traceTensor } from './operations';
import { quoted, type Asked, type Finding, type Rule } from './rule';
import { argumentAmount, integer, stateWidth } from './trace';

export const h0Shape: Rule = {
  code: 'h0-shape', title: 'Initial states of the wrong shape', severity: 'warning', frameworks: ['pytorch'],
  check: asked => asked.found.draft.isCell ? [] : asked.uses.flatMap(use => statesOf(use, asked).flatMap(({ made, what }) => check(made, what, use, asked))),
};

interface Made { readonly dims: readonly Expression[]; readonly scope: Scope }

/** The tensors made for h0 and c0, where they are made in this function. */
function statesOf(use: Use, asked: Asked): readonly { made: Made; what: 'h' | 'c' }[] {
  const given = statesTo(use);
  if (!given) return [];
  const whole = resolved(given, use.scope, asked, 0);
  const parts = asked.found.draft.cell === 'lstm' ? (whole?.e.kind === 'list' ? whole.e.items : []) : [whole?.e ?? given];
  return parts.flatMap((e, i) => {
    const made = whole && zeros(e, whole.scope, asked, 0);
    return made ? [{ made, what: i === 0 ? 'h' as const : 'c' as const }] : [];
  });
}

/** The expression behind a name. */
function resolved(e: Expression, scope: Scope, asked: Asked, depth: number): { e: Expression; scope: Scope } | undefined {
  if (e.kind !== 'name' || depth > 5) return { e, scope };
  const definition = reaching(e.name, e.from, scope, asked.module);
  if (definition?.kind !== 'assigned' || !definition.value || definition.path.length > 0) return undefined;
  return resolved(asked.module.expression(definition.value), definition.scope, asked, depth + 1);
}

const makers = new Set(['zeros', 'randn', 'rand', 'ones', 'empty']);
const keeps = new Set(['to', 'cuda', 'cpu', 'float', 'double', 'half', 'requires_grad_', 'detach', 'normal_', 'uniform_', 'zero_']);

/** The sizes of `torch.zeros(a, b, c).to(device)`. */
function zeros(e: Expression, scope: Scope, asked: Asked, depth: number): Made | undefined {
  const found = resolved(e, scope, asked, depth);
  if (found?.e.kind !== 'call' || depth > 8) return undefined;
  const call: CallExpression = found.e;
  if (call.callee.kind === 'attribute' && keeps.has(call.callee.name)) return zeros(call.callee.object, found.scope, asked, depth + 1);
  const name = torchName(target(call.callee, found.scope, asked.module).paths);
  if (name === 'Variable' && call.args[0]) return zeros(call.args[0].value, found.scope, asked, depth + 1);
  if (!makers.has(name) || call.args.some(a => a.splat !== undefined)) return undefined;
  const sizes = call.args.filter(a => a.name === undefined || a.name === 'size').map(a => a.value);
  const only = sizes.length === 1 ? sizes[0] : undefined;
  return { dims: only?.kind === 'list' ? only.items : sizes, scope: found.scope };
}

function check({ dims, scope }: Made, what: 'h' | 'c', use: Use, asked: Asked): readonly Finding[] {
  const [first, second, third] = dims;
  if (!first || !second || !third || dims.length !== 3) return [];
  return [...layersAxis(first, scope, asked), ...batchAxis(second, use, asked), ...unitsAxis(third, scope, what, asked)];
}

/** The first axis holds layers x directions. */
function layersAxis(e: Expression, scope: Scope, { found, module }: Asked): readonly Finding[] {
  const both = sure(found.draft, 'bidirectional');
  const layers = hasLayers(found.candidate.call()) ? argumentAmount(found, 'num_layers', 2, module) : sure(found.draft, 'layers') === 1 ? amount(1) : null;
  const wanted = both === null ? null : multiple(layers, both ? 2 : 1);
  const made = amountOf(e, scope, module);
  if (!wanted || !made || !surelyDiffer(wanted, made)) return [];
  const text = sourceOf(e, module);
  const doubled = both === true && made.key === layers?.key && made.times === layers.times;
  return [finding(saying('The first axis of an initial state is layers × directions: {0} here, not `{1}`.', amountText(wanted, module), quoted(text)), e,
    doubled ? (made.key === '' ? String(wanted.times) : /^[\w.]+$/.test(text) ? `2 * ${text}` : `2 * (${text})`) : undefined)];
}

const hasLayers = (call: CallExpression): boolean => argument(call, 'num_layers', 2) !== undefined;

/** The second axis holds the batch: `x.size(1)` of what is fed is time where batch_first is set. */
function batchAxis(e: Expression, use: Use, { found, module, t }: Asked): readonly Finding[] {
  const batchFirst = sure(found.draft, 'batchFirst');
  const fed = fedTo(use);
  const size = sizeOf(e);
  if (batchFirst === null || !fed || !size || size.of.kind !== 'name') return [];
  const [whole, source] = [traceTensor(fed, use.scope, t()), traceTensor(size.of, use.scope, t())];
  // The very tensor that is fed, or the numbers that were looked up for it: then the axes are the same.
  if (!whole || !source || whole.root === undefined || whole.root !== source.root || size.axis !== (batchFirst ? 1 : 0)) return [];
  const text = sourceOf(e, module);
  const mended = text.replace(/\d(?=[\])]$)/, String(batchFirst ? 0 : 1));
  return [finding(saying('`{0}` is the number of steps, but the second axis of an initial state is the batch: `{1}` here.', quoted(text), quoted(mended)), e, mended)];
}

/** `x.size(1)`, `x.shape[1]`. */
function sizeOf(e: Expression): { readonly of: Expression; readonly axis: number } | undefined {
  const axis = e.kind === 'call' ? integer(e.args[0]?.value) : e.kind === 'subscript' && e.index.length === 1 ? integer(e.index[0]) : undefined;
  const member = e.kind === 'call' ? e.callee : e.kind === 'subscript' ? e.object : undefined;
  const name = e.kind === 'call' ? 'size' : 'shape';
  return axis !== undefined && member?.kind === 'attribute' && member.name === name ? { of: member.object, axis } : undefined;
}

function unitsAxis(e: Expression, scope: Scope, what: 'h' | 'c', { found, module }: Asked): readonly Finding[] {
  const [wanted, made]: (Amount | null)[] = [stateWidth(found, what, module), amountOf(e, scope, module)];
  if (!wanted || !made || !surelyDiffer(wanted, made)) return [];
  return [finding(saying('The last axis of an initial state is as wide as the state: {0} here, not `{1}`.', amountText(wanted, module), quoted(sourceOf(e, module))), e)];
}

function finding(said: Said, e: Expression, mended?: string): Finding {
  return { said, span: e, fixes: mended === undefined ? [] : [{ title: saying('Write `{0}`', mended), edits: replace(e, mended) }] };
}
