/** Subscripts in a function that a layer is used in, and which of them read its last step. */
import type { Expression } from '../code/expression';
import { frameAt } from '../python/flow';
import type { Module, Scope } from '../code/scopes';
import type { Use } from '../uses';
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

/** Where the last of an axis is taken of what the layer gave, unchanged but for its order. */
export function lastOf({ found, module, uses, t }: Asked, what: 'output' | 'h'): readonly LastOf[] {
  const scopes = new Map(uses.map(u => [u.scope, u]));
  return [...scopes].flatMap(([scope, use]) => subscripts(scope, module).flatMap(e => {
    const value = tensor(trace(e.object, scope, t()));
    const at = e.index.findIndex(i => integer(i) === -1);
    const axis = value?.axes?.[at];
    const whole = e.index.every((i, k) => k === at || (i.kind === 'slice' && i.full));
    return value?.axes && axis && whole && e.index.length <= value.axes.length && value.part?.layer === found && value.part.what === what ? [{ e, value, axis, use }] : [];
  }));
}
