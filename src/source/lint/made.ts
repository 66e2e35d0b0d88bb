/** Tensors made in the text, as initial states are, and sizes of tensors asked for. */
import type { CallExpression, Expression } from '../code/expression';
import type { Module, Scope } from '../code/scopes';
import { target } from '../code/target';
import { reaching } from '../python/flow';
import { torchName } from './held';
import { integer } from './trace';

/** The expression behind a name, and where it stands. */
export function resolved(e: Expression, scope: Scope, module: Module, depth = 0): { readonly e: Expression; readonly scope: Scope } | undefined {
  if (e.kind !== 'name' || depth > 5) return { e, scope };
  const definition = reaching(e.name, e.from, scope, module);
  if (definition?.kind !== 'assigned' || !definition.value || definition.path.length > 0) return undefined;
  return resolved(module.expression(definition.value), definition.scope, module, depth + 1);
}

/** A new tensor's sizes, as written. */
export interface Made { readonly dims: readonly Expression[]; readonly scope: Scope }

const makers = new Set(['zeros', 'randn', 'rand', 'ones', 'empty']);
const keeps = new Set(['to', 'cuda', 'cpu', 'float', 'double', 'half', 'requires_grad_', 'detach', 'normal_', 'uniform_', 'zero_']);

/** The sizes of `torch.zeros(a, b, c).to(device)`. */
export function madeBy(e: Expression, scope: Scope, module: Module, depth = 0): Made | undefined {
  const found = resolved(e, scope, module);
  if (found?.e.kind !== 'call' || depth > 8) return undefined;
  const call: CallExpression = found.e;
  if (call.callee.kind === 'attribute' && keeps.has(call.callee.name)) return madeBy(call.callee.object, found.scope, module, depth + 1);
  const name = torchName(target(call.callee, found.scope, module).paths);
  if (name === 'Variable' && call.args[0]) return madeBy(call.args[0].value, found.scope, module, depth + 1);
  if (!makers.has(name) || call.args.some(a => a.splat !== undefined)) return undefined;
  const sizes = call.args.filter(a => a.name === undefined || a.name === 'size').map(a => a.value);
  const only = sizes.length === 1 ? sizes[0] : undefined;
  return { dims: only?.kind === 'list' ? only.items : sizes, scope: found.scope };
}

/** An axis of a tensor, and the scope in which it is named. */
export interface Size { readonly of: Expression; readonly axis: number; readonly scope: Scope }

/** The axis that a value is the size of: `x.size(1)`, a name of that, or one of `n, t, d = x.shape`. */
export function axisOf(e: Expression, scope: Scope, module: Module, depth = 0): Size | undefined {
  if (e.kind !== 'name') { const size = sizeOf(e); return size && { ...size, scope }; }
  const definition = depth < 4 ? reaching(e.name, e.from, scope, module) : undefined;
  const value = definition?.value && module.expression(definition.value);
  if (!definition || !value) return undefined;
  const [axis, ...rest] = definition.path;
  if (axis === undefined) return axisOf(value, definition.scope, module, depth + 1);
  const whole = wholeShape(value);
  return whole && rest.length === 0 ? { ...whole, axis, scope: definition.scope } : undefined;
}

/** `x.size(1)`, `x.shape[1]`: an axis of what. */
export function sizeOf(e: Expression): { readonly of: Expression; readonly axis: number } | undefined {
  const axis = e.kind === 'call' ? integer(e.args[0]?.value) : e.kind === 'subscript' && e.index.length === 1 ? integer(e.index[0]) : undefined;
  const member = e.kind === 'call' ? e.callee : e.kind === 'subscript' ? e.object : undefined;
  const asked = member?.kind === 'attribute' && member.name === (e.kind === 'call' ? 'size' : 'shape') ? { of: member.object } : wholeShape(member);
  return axis !== undefined && asked ? { ...asked, axis } : undefined;
}

/** The tensor of `x.size()` or `x.shape`. */
export function wholeShape(e: Expression | undefined): { readonly of: Expression } | undefined {
  if (e?.kind === 'attribute' && e.name === 'shape') return { of: e.object };
  return e?.kind === 'call' && e.args.length === 0 && e.callee.kind === 'attribute' && e.callee.name === 'size' ? { of: e.callee.object } : undefined;
}
