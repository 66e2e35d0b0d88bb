/** Initial states of a shape that the layer cannot take: (layers x directions, N, units), whatever batch_first says. */
import { english, saying, type Said } from '../../core/said';
import { sourceOf } from '../code/arguments';
import type { CallExpression, Expression } from '../code/expression';
import { sure, type Found } from '../framework';
import type { Module } from '../code/scopes';
import { fedTo, statesTo, type Use } from '../uses';
import { amount, amountOf, amountText, argument, multiple, surelyDiffer, type Amount } from './canonical';
import { replace } from './edits';
import { axisOf, madeBy, resolved, type Made, type Written } from './made';
import { traceTensor } from './operations';
import { quoted, type Asked, type Finding, type Rule } from './rule';
import { apart, inKeras } from './statesGiven';
import { argumentAmount, integer, stateWidth, tensor, trace } from './trace';

export const h0Shape: Rule = {
  code: 'h0-shape', title: 'Initial states of the wrong shape', severity: 'warning', frameworks: ['pytorch', 'keras'],
  // A method that makes states for several calls speaks once.
  check: asked => [...new Map(asked.uses.flatMap(use => asked.found.draft.framework === 'keras' ? inKeras(use, asked) : inTorch(use, asked)).map(f => [`${f.span.from} ${english(f.said)}`, f])).values()],
};

function inTorch(use: Use, asked: Asked): readonly Finding[] {
  const made = asked.found.draft.isCell ? [] : statesOf(use, asked);
  return [...apart(use, asked), ...pairOrOne(use, asked), ...handedOn(use, asked), ...made.flatMap(({ made: m, what }) => [...flat(m, use, asked), ...check(m, what, use, asked)])];
}

/** The tensors made for h0 and c0, where they are made in this function. */
function statesOf(use: Use, { found, module }: Asked): readonly { made: Made; what: 'h' | 'c' }[] {
  const given = statesTo(use);
  if (!given) return [];
  const whole = resolved({ e: given, scope: use.scope }, module);
  const parts = found.draft.cell === 'lstm' ? (whole?.e.kind === 'list' ? whole.e.items : []) : [whole?.e ?? given];
  return parts.flatMap((e, i) => {
    const made = whole && madeBy({ ...whole, e }, module);
    return made ? [{ made, what: i === 0 ? 'h' as const : 'c' as const }] : [];
  });
}

/** An LSTM starts from the pair (h, c), the others from h alone; PyTorch refuses the one for the other. */
function pairOrOne(use: Use, { found: { draft }, module }: Asked): readonly Finding[] {
  const given = statesTo(use);
  const whole = given && resolved({ e: given, scope: use.scope }, module);
  if (!given || !whole || draft.cell === null) return [];
  const text = quoted(sourceOf(given, module));
  if (draft.cell === 'lstm') {
    const dims = madeBy(whole, module)?.dims ?? [];
    // A cell takes a tensor of two rows for the pair, where there is no batch.
    const one = dims.length > 0 && dims.length <= 3 && !(draft.isCell && integer(dims[0]?.e) === 2);
    return one ? [{ said: saying('`{0}` is one tensor, but an LSTM starts from a pair: `(h0, c0)`.', text), span: given }] : [];
  }
  const items = whole.e.kind === 'list' ? whole.e.items : [];
  const [h] = items;
  if (!h || items.length !== 2 || !items.every(e => madeBy({ ...whole, e }, module))) return [];
  return [finding(saying('`{0}` is a pair, but this layer has no c: it starts from one tensor, h0.', text), given, given === whole.e ? sourceOf(h, module) : undefined)];
}

/** What another layer ended with: of as many layers and directions, and as wide, as this one starts from. */
function handedOn(use: Use, { found, module, t }: Asked): readonly Finding[] {
  const given = statesTo(use);
  const value = given && !found.draft.isCell ? trace(given, use.scope, t()) : undefined;
  const tensors = value?.kind === 'tuple' ? value.items.map(tensor) : [value];
  if (!given || tensors.some(s => !s?.part || s.part.what === 'output' || s.moved || s.axes?.join('') !== 'LNC')) return [];
  const text = quoted(sourceOf(given, module));
  const [h, c] = tensors;
  const from = h?.part?.layer;
  if (!h || !from || from === found || found.draft.cell === null || c?.part?.layer === found) return [];
  if ((found.draft.cell === 'lstm') !== (value?.kind === 'tuple')) {
    return [{ said: value?.kind === 'tuple' ? saying('`{0}` is a pair, but this layer has no c: it starts from one tensor, h0.', text) : saying('`{0}` is one tensor, but an LSTM starts from a pair: `(h0, c0)`.', text), span: given }];
  }
  const [layers, wanted] = [layersOf(from, module), layersOf(found, module)];
  const related = { span: from.candidate.callee, said: saying('The layer before.') };
  if (surelyDiffer(layers, wanted) && layers && wanted) return [{ said: saying('`{0}` holds {1} states, one for each layer and direction, but this layer starts from {2}.', text, amountText(layers, module), amountText(wanted, module)), span: given, related }];
  const units = stateWidth(found, 'h', module);
  return surelyDiffer(h.width, units) && h.width && units ? [{ said: saying('`{0}` is {1} wide, but `{2}` is {3}.', text, amountText(h.width, module), 'hidden_size', amountText(units, module)), span: given, related }] : [];
}

/** Layers x directions. */
function layersOf(layer: Found, module: Module): Amount | null {
  const both = sure(layer.draft, 'bidirectional');
  const layers = hasLayers(layer.candidate.call()) ? argumentAmount(layer, 'num_layers', 2, module) : sure(layer.draft, 'layers') === 1 ? amount(1) : null;
  return both === null ? null : multiple(layers, both ? 2 : 1);
}

/** States of two axes beside a batch of three: PyTorch takes those only for a sequence without a batch. */
function flat({ dims }: Made, use: Use, { t }: Asked): readonly Finding[] {
  const fed = fedTo(use);
  const [first, last] = [dims[0], dims.at(-1)];
  const axes = fed && dims.length === 2 ? traceTensor(fed, use.scope, t())?.axes : undefined;
  if (axes?.length !== 3 || axes.includes('?') || !first || !last) return [];
  return [{ said: saying('An initial state has three axes, (layers × directions, N, units), but here it is made with two.'), span: { from: first.e.from, to: Math.max(first.e.to, last.e.to) } }];
}

function check({ dims }: Made, what: 'h' | 'c', use: Use, asked: Asked): readonly Finding[] {
  const [first, second, third] = dims;
  if (!first || !second || !third || dims.length !== 3) return [];
  return [...layersAxis(first, asked), ...batchAxis(second, use, asked), ...unitsAxis(third, what, asked)];
}

/** The first axis holds layers x directions. */
function layersAxis({ e, scope }: Written, { found, module }: Asked): readonly Finding[] {
  const wanted = layersOf(found, module);
  const made = amountOf(e, scope, module);
  if (!wanted || !made || !surelyDiffer(wanted, made)) return [];
  const text = sourceOf(e, module);
  const doubled = sure(found.draft, 'bidirectional') === true && made.key === wanted.key && 2 * made.times === wanted.times;
  return [finding(saying('The first axis of an initial state is layers × directions: {0} here, not `{1}`.', amountText(wanted, module), quoted(text)), e,
    doubled ? (made.key === '' ? String(wanted.times) : /^[\w.]+$/.test(text) ? `2 * ${text}` : `2 * (${text})`) : undefined)];
}

const hasLayers = (call: CallExpression): boolean => argument(call, 'num_layers', 2) !== undefined;

/** The second axis holds the batch: `x.size(1)` of what is fed is time where batch_first is set. */
function batchAxis({ e, scope }: Written, use: Use, { found, module, t }: Asked): readonly Finding[] {
  const batchFirst = sure(found.draft, 'batchFirst');
  const fed = fedTo(use);
  const size = axisOf(e, scope, module);
  if (batchFirst === null || !fed || !size || size.of.kind !== 'name') return [];
  const [whole, source] = [traceTensor(fed, use.scope, t()), traceTensor(size.of, size.scope, t())];
  // The very tensor that is fed, or the numbers that were looked up for it: then the axes are the same.
  if (!whole || !source || whole.root === undefined || whole.root !== source.root || size.axis !== (batchFirst ? 1 : 0)) return [];
  const text = sourceOf(e, module);
  const mended = e.kind === 'name' ? undefined : text.replace(/\d(?=[\])]$)/, String(batchFirst ? 0 : 1));
  return [finding(saying('`{0}` is the number of steps, but the second axis of an initial state is the batch: `{1}` here.', quoted(text), quoted(mended ?? `${size.of.name}.size(${batchFirst ? 0 : 1})`)), e, mended)];
}

function unitsAxis({ e, scope }: Written, what: 'h' | 'c', { found, module }: Asked): readonly Finding[] {
  const [wanted, made]: (Amount | null)[] = [stateWidth(found, what, module), amountOf(e, scope, module)];
  if (!wanted || !made || !surelyDiffer(wanted, made)) return [];
  return [finding(saying('The last axis of an initial state is as wide as the state: {0} here, not `{1}`.', amountText(wanted, module), quoted(sourceOf(e, module))), e)];
}

function finding(said: Said, e: Expression, mended?: string): Finding {
  return { said, span: e, fixes: mended === undefined ? [] : [{ title: saying('Write `{0}`', mended), edits: replace(e, mended) }] };
}
