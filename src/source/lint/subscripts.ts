/** Subscripts in a function that a layer is used in, and which of them read its last step. */
import type { Expression } from '../code/expression';
import { frameAt } from '../python/flow';
import type { Found } from '../framework';
import type { Module, Scope } from '../code/scopes';
import type { Use } from '../uses';
import { grouped, oncePerReading } from './once';
import { integer, tensor, trace, type Axis, type Tensor } from './trace';
import type { Asked } from './rule';

export type Subscript = Extract<Expression, { kind: 'subscript' }>;

/** Subscripts with a -1 in them. */
function subscripts(scope: Scope, module: Module): readonly Subscript[] {
  return frameAt(scope, module).subscripts.flatMap(node => {
    const open = module.text.lastIndexOf('[', node.to);
    const e = open >= node.from && module.text.slice(open, node.to).includes('-1') ? module.expression(node) : undefined;
    return e?.kind === 'subscript' && e.index.some(i => integer(i) === -1) ? [e] : [];
  });
}

/** `out[:, -1]` and its like: the axis that -1 stands on, all others being whole. */
export interface LastOf { readonly e: Subscript; readonly value: Tensor; readonly axis: Axis; readonly use: Use }

type Last = Omit<LastOf, 'use'>;

const known = oncePerReading(() => new Map<Scope, ReadonlyMap<Found, readonly Last[]>>());

/** In one function, by the layer that gave the value: traced once, whichever layer asks first. */
function lastsIn(scope: Scope, { all, module, t }: Asked): ReadonlyMap<Found, readonly Last[]> {
  const perScope = known(all);
  const found = perScope.get(scope) ?? grouped(subscripts(scope, module).flatMap(e => lastIn(e, tensor(trace(e.object, scope, t())))), l => l.value.part?.layer);
  perScope.set(scope, found);
  return found;
}

function lastIn(e: Subscript, value: Tensor | undefined): readonly Last[] {
  const at = e.index.findIndex(i => integer(i) === -1);
  const axis = value?.axes?.[at];
  const whole = e.index.every((i, k) => k === at || (i.kind === 'slice' && i.full));
  return value?.axes && axis && whole && e.index.length <= value.axes.length ? [{ e, value, axis }] : [];
}

/** Where the last of an axis is taken of what the layer gave, unchanged but for its order. */
export function lastOf(asked: Asked, what: 'output' | 'h'): readonly LastOf[] {
  const scopes = new Map(asked.uses.map(u => [u.scope, u]));
  return [...scopes].flatMap(([scope, use]) => lastsIn(scope, asked).get(asked.found)?.filter(l => l.value.part?.what === what).map(({ e, value, axis }) => ({ e, value, axis, use })) ?? []);
}
