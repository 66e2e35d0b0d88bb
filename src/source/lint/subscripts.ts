/** Where a function takes the last entry of an axis of what a layer gave: `out[:, -1]`, `out[:, out.size(1) - 1]`, `out.select(1, -1)`. */
import type { SyntaxNode } from '@lezer/common';
import { slice, type CallExpression, type Expression } from '../code/expression';
import { callsIn, frameAt } from '../python/flow';
import type { Found } from '../framework';
import { callOf, type Module, type Scope } from '../code/scopes';
import { target } from '../code/target';
import { fedTo, usesOf } from '../uses';
import { argument, complete } from './canonical';
import { torchName } from './held';
import { axisOf } from './made';
import { grouped, oncePerReading } from './once';
import { placesOf, type InPlace } from './places';
import { integer, tensor, trace, type Axis, type Tensor } from './trace';
import type { Asked } from './rule';

/** One place where the last entry of an axis is taken, all others being whole. */
interface Last {
  readonly e: Expression;
  readonly object: Expression;
  readonly value: Tensor;
  readonly axis: Axis;
  /** Which axis that is. */
  readonly at: number;
  /** The axis stays, with one entry: `out[:, -1:]`. */
  readonly kept: boolean;
  /** The text shows that there are three axes. */
  readonly shown: boolean;
}

/** The same, and a call of the layer that gave it. */
export type LastOf = Last & InPlace;

/** What is written: which axis of what, and the index. */
interface Taking { readonly e: Expression; readonly object: Expression; readonly at: number; readonly index: Expression; readonly kept: boolean; readonly shown: boolean }

/** `v[:, i]`, where i may be the last. */
function subscripts(scope: Scope, module: Module): readonly Taking[] {
  return frameAt(scope, module).subscripts.flatMap(node => {
    const open = module.text.lastIndexOf('[', node.to);
    const e = open >= node.from && mayBeLast.test(module.text.slice(node.from, node.to)) ? module.expression(node) : undefined;
    if (e?.kind !== 'subscript') return [];
    const at = e.index.findIndex(i => !(i.kind === 'slice' && i.full));
    const index = e.index[at];
    return index && e.index.every((i, k) => k === at || (i.kind === 'slice' && i.full)) ? [taking(e, at, index, module)] : [];
  });
}

/** -1, or a size less one. */
const mayBeLast = /-\s*1\b/;

function taking(e: Extract<Expression, { kind: 'subscript' }>, at: number, index: Expression, module: Module): Taking {
  const unbound = unbinding(e.object);
  if (unbound && e.index.length === 1) return { e, ...unbound, index, kept: false, shown: false };
  const only = index.kind === 'list' && index.items.length === 1 ? index.items[0] : undefined;
  const first = index.kind === 'slice' ? /^-\s*1\s*:$/.test(slice(index, module.text)) ? last(index) : undefined : only;
  return { e, object: e.object, at, index: first ?? index, kept: first !== undefined, shown: e.index.length === 3 };
}

const last = ({ from, to }: Expression): Expression => ({ kind: 'literal', value: -1, from, to });

/** `v.unbind(1)` */
function unbinding(e: Expression): { readonly object: Expression; readonly at: number } | undefined {
  if (e.kind !== 'call' || e.callee.kind !== 'attribute' || e.callee.name !== 'unbind' || !complete(e)) return undefined;
  const at = e.args.length === 0 ? 0 : integer(argument(e, 'dim', 0));
  return at === undefined ? undefined : { object: e.callee.object, at };
}

/** `v.select(1, -1)`, `v.narrow(1, T - 1, 1)`, and as functions of torch. */
function calls(scope: Scope, module: Module): readonly Taking[] {
  return callsIn(scope, module).flatMap(site => {
    const call = /\b(select|narrow)$/.test(slice(site.node.firstChild ?? site.node, module.text)) ? callOf(site, module) : undefined;
    return call && complete(call) ? calling(call, scope, module) : [];
  });
}

function calling(call: CallExpression, scope: Scope, module: Module): readonly Taking[] {
  if (call.callee.kind !== 'attribute' && call.callee.kind !== 'name') return [];
  const { name } = call.callee;
  const skip = torchName(target(call.callee, scope, module).paths) === name ? 1 : 0;
  const object = skip === 1 ? call.args[0]?.value : call.callee.kind === 'attribute' ? call.callee.object : undefined;
  const [dim, index, length] = [argument(call, 'dim', skip), argument(call, name === 'select' ? 'index' : 'start', skip + 1), argument(call, 'length', skip + 2)];
  const at = integer(dim);
  if (!object || !index || at === undefined || (name === 'narrow' && integer(length) !== 1)) return [];
  return [{ e: call, object, at, index, kept: name === 'narrow', shown: false }];
}

const known = oncePerReading(() => new Map<Scope, ReadonlyMap<Found, readonly Last[]>>());

/** In one function, by the layer that gave the value: traced once, whichever layer asks first. */
function lastsIn(scope: Scope, asked: Asked): ReadonlyMap<Found, readonly Last[]> {
  const { all, module, t } = asked;
  const perScope = known(all);
  const found = perScope.get(scope) ?? grouped([...subscripts(scope, module), ...calls(scope, module)].flatMap(w => lastIn(w, tensor(trace(w.object, scope, t())), scope, asked)), l => l.value.part?.layer);
  perScope.set(scope, found);
  return found;
}

function lastIn({ index, ...taken }: Taking, value: Tensor | undefined, scope: Scope, asked: Asked): readonly Last[] {
  const count = value?.axes?.length ?? 0;
  const at = taken.at < 0 ? taken.at + count : taken.at;
  const axis = value?.axes?.[at];
  const tooMany = taken.e.kind === 'subscript' && taken.e.object === taken.object && taken.e.index.length > count;
  return value?.part && axis && !tooMany && isLast(index, value, at, scope, asked) ? [{ ...taken, at, value, axis }] : [];
}

/** -1, or the size of this very axis less one: asked of the value itself, or of what the layer was fed. */
function isLast(index: Expression, value: Tensor, at: number, scope: Scope, { all, module, t }: Asked): boolean {
  if (integer(index) === -1) return true;
  const size = index.kind === 'binary' && index.op === '-' && integer(index.right) === 1 ? axisOf(index.left, scope, module) : undefined;
  const of = size && tensor(trace(size.of, size.scope, t()));
  if (!size || !of) return false;
  const axis = size.axis < 0 && of.axes ? size.axis + of.axes.length : size.axis;
  if (of.part) return of.part.layer === value.part?.layer && of.part.what === value.part.what && of.axes?.[axis] === value.axes?.[at] && of.padded === value.padded;
  const uses = (value.part && usesOf(all, module).get(value.part.layer)) ?? [];
  const fed = uses.length === 1 && uses[0] && fedTo(uses[0]);
  const whole = fed && uses[0] ? tensor(trace(fed, uses[0].scope, t())) : undefined;
  return value.part?.what === 'output' && !value.moved && !value.padded && axis === at && at < 2 && of.root !== undefined && of.root === whole?.root;
}

/** Whether a function also reads the first step of what a layer gave, where the reverse direction ends: `torch.cat((out[0], out[-1]), 1)`. */
export function takesFirst({ scope }: InPlace, { found, module, t }: Asked): boolean {
  return frameAt(scope, module).subscripts.some(node => {
    const e = /\b0\b/.test(slice(node, module.text)) ? module.expression(node) : undefined;
    const value = e?.kind === 'subscript' && e.index.some(i => integer(i) === 0) ? tensor(trace(e.object, scope, t())) : undefined;
    return e?.kind === 'subscript' && value?.part?.what === 'output' && value.part.layer === found && integer(e.index[value.axes?.indexOf('T') ?? -1]) === 0;
  });
}

/** Whether only some of the features are read of what was taken: `out[:, -1][:, :units]`. */
export function isCutAtOnce({ e, scope }: LastOf, module: Module): boolean {
  let node: SyntaxNode | null = scope.node.resolveInner(e.from, 1);
  while (node && (node.from > e.from || node.to < e.to)) node = node.parent;
  const parent = node?.parent;
  return parent?.name === 'MemberExpression' && parent.from === e.from && module.text[parent.to - 1] === ']';
}

/** Where the last of an axis is taken of what the layer gave, unchanged but for its order. */
export function lastOf(asked: Asked, what: 'output' | 'h'): readonly LastOf[] {
  return placesOf(asked).flatMap(place => lastsIn(place.scope, asked).get(asked.found)?.filter(l => l.value.part?.what === what).map(l => ({ ...l, ...place })) ?? []);
}
