/** Views where a transpose is meant: a view keeps the order of the numbers, so that a row holds those of several samples. Nothing fails. */
import { saying } from '../../core/said';
import { sourceOf } from '../code/arguments';
import { slice, type CallExpression, type Expression } from '../code/expression';
import { sure, type Found } from '../framework';
import { callsIn, reaching } from '../python/flow';
import { callOf, type CallSite, type Module, type Scope } from '../code/scopes';
import { fedTo, statesTo, type Use } from '../uses';
import { amountOf } from './canonical';
import { replace } from './edits';
import { axisOf, madeBy, resolved, type Written } from './made';
import { grouped, oncePerReading } from './once';
import { traceTensor } from './operations';
import { placesOf } from './places';
import { quoted, type Asked, type Finding, type Rule } from './rule';
import { integer, stateWidth, type Part, type Tensor } from './trace';

export const viewMixesSamples: Rule = {
  code: 'view-mixes-samples', title: 'A view where a transpose is meant', severity: 'warning', frameworks: ['pytorch'],
  check: asked => asked.found.draft.isCell ? [] : [...asked.uses.flatMap(use => fedMixed(use, asked)), ...statesMixed(asked)],
};

/** `x.view(x.size(1), x.size(0), -1)` that is fed to the layer. */
function fedMixed(use: Use, { module, t }: Asked): readonly Finding[] {
  const fed = fedTo(use);
  const mixed = fed && traceTensor(fed, use.scope, t())?.mixed;
  if (mixed?.callee.kind !== 'attribute') return [];
  const transposed = `${sourceOf(mixed.callee.object, module)}.transpose(0, 1)`;
  return [{
    said: saying('`{0}` does not swap the axes: it cuts the same numbers anew, so samples are mixed. `{1}` swaps them.', quoted(sourceOf(mixed, module)), transposed), span: mixed,
    fixes: mixed.args.length === 3 ? [{ title: saying('Write `{0}`', transposed), edits: replace(mixed, transposed) }] : [],
  }];
}

/** A view of h or c. */
interface View { readonly call: CallExpression; readonly object: Expression; readonly state: Tensor & { readonly part: Part }; readonly scope: Scope }

const known = oncePerReading(() => new Map<Scope, ReadonlyMap<Found, readonly View[]>>());

/** The views of states in a function by the layer that gave them: traced once, whichever layer asks first. */
function viewsIn(scope: Scope, { all, module, t }: Asked): ReadonlyMap<Found, readonly View[]> {
  const perScope = known(all);
  const found = perScope.get(scope) ?? grouped(callsIn(scope, module).flatMap(site => viewAt(site, module, t)), v => v.state.part.layer);
  perScope.set(scope, found);
  return found;
}

function viewAt(site: CallSite, module: Module, t: Asked['t']): readonly View[] {
  const call = /\.(view|reshape)$/.test(slice(site.node.firstChild ?? site.node, module.text)) ? callOf(site, module) : undefined;
  const object = call?.callee.kind === 'attribute' ? call.callee.object : undefined;
  const state = object && traceTensor(object, site.scope, t());
  return call && object && state?.part && state.part.what !== 'output' && !state.moved && state.axes?.join('') === 'LNC' ? [{ call, object, state: { ...state, part: state.part }, scope: site.scope }] : [];
}

/** `h.view(-1, 2 * units)` of (layers x directions, N, units), where the first axis has more than one entry. */
function statesMixed(asked: Asked): readonly Finding[] {
  const { found: { draft }, uses, module } = asked;
  if ((sure(draft, 'layers') ?? 1) * (sure(draft, 'bidirectional') === true ? 2 : 1) < 2) return [];
  return placesOf(asked).filter(({ use, here }) => (here ? [use] : uses).every(u => single(u, asked) !== true))
    .flatMap(({ scope, use }) => (viewsIn(scope, asked).get(asked.found) ?? []).filter(view => rowASample(view, use, asked)).map(view => finding(view, module)));
}

/** Whether the batch is one sample, of which a view is right; undefined where nothing shows how many there are. */
function single(use: Use, { found, module, t }: Asked): boolean | undefined {
  const fed = fedTo(use);
  const axes = fed && traceTensor(fed, use.scope, t())?.axes;
  const batch = batchGiven(use, module)?.e;
  if (axes?.includes('1') === true || axes?.length === 2 || integer(batch) === 1) return true;
  return batch !== undefined || axes?.includes('N') === true || sure(found.draft, 'batchFirst') === true ? false : undefined;
}

/** How the batch is written in the initial states: `torch.zeros(layers, batch, units)`. */
function batchGiven(use: Use, module: Module): Written | undefined {
  const given = statesTo(use);
  const whole = given && resolved({ e: given, scope: use.scope }, module);
  const made = whole && madeBy({ ...whole, e: whole.e.kind === 'list' ? whole.e.items[0] ?? whole.e : whole.e }, module);
  return made?.dims.length === 3 ? made.dims[1] : undefined;
}

/** Whether the view is to give every sample one row: `(N, -1)`, or `(-1, k * units)`. */
function rowASample({ call, state, scope }: View, use: Use, asked: Asked): boolean {
  const { found, module } = asked;
  const list = call.args.length === 1 && call.args[0]?.value.kind === 'list' ? call.args[0].value.items : call.args.map(a => a.value);
  const [first, ...others] = list;
  const wide = others.filter(e => integer(e) !== 1);
  if (!first || wide.length !== 1 || call.args.some(a => a.splat !== undefined || a.name !== undefined)) return false;
  if (integer(first) !== -1) return isBatch(first, scope, use, asked);
  if (single(use, asked) !== false) return false;
  const [row, units] = [wide[0] && amountOf(wide[0], scope, module), stateWidth(found, state.part.what === 'c' ? 'c' : 'h', module)];
  return row !== null && row !== undefined && units !== null && row.key === units.key && row.times > units.times && row.times % units.times === 0;
}

/** `h.size(1)`, `x.size(0)` of what a batch-first layer is fed, the name that h0 was made with, and names of these. */
function isBatch(e: Expression, scope: Scope, use: Use, { found, module, t }: Asked): boolean {
  const batch = batchGiven(use, module);
  const at = (x: Expression, where: Scope): number | undefined => x.kind === 'name' ? reaching(x.name, x.from, where, module)?.at : undefined;
  if (batch && at(e, scope) !== undefined && at(e, scope) === at(batch.e, batch.scope)) return true;
  const size = axisOf(e, scope, module);
  const value = size && traceTensor(size.of, size.scope, t());
  if (!size || value?.axes) return value?.axes?.at(size?.axis ?? 0) === 'N';
  const fed = fedTo(use);
  const root = fed && traceTensor(fed, use.scope, t())?.root;
  const batchFirst = sure(found.draft, 'batchFirst');
  return value?.root !== undefined && value.root === root && batchFirst !== null && size.axis === (batchFirst ? 0 : 1);
}

function finding({ call, object }: View, module: Module): Finding {
  const mended = `${sourceOf(object, module)}.transpose(0, 1).reshape(${call.args.map(a => sourceOf(a.value, module)).join(', ')})`;
  return {
    said: saying('`{0}` puts numbers of several samples into a row: states are (layers × directions, N, units), and a view swaps no axes. Transpose before it.', quoted(sourceOf(call, module))), span: call,
    fixes: [{ title: saying('Write `{0}`', quoted(mended)), edits: replace(call, mended) }],
  };
}
