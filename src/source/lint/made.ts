/** Tensors made in the text, as initial states are, in the function itself or in a method that it calls, and sizes of tensors asked for. */
import type { SyntaxNode } from '@lezer/common';
import { children, groups, type CallExpression, type Expression } from '../code/expression';
import { classOf, lookup, type Module, type Scope } from '../code/scopes';
import { target } from '../code/target';
import { reaching } from '../python/flow';
import { attributeOf, storedBefore } from './attributes';
import { subclassed, torchName } from './held';
import { integer } from './trace';

/** An expression and where it stands; in a function that was called, with what its parameters were given, by where they are bound. */
export interface Written { readonly e: Expression; readonly scope: Scope; readonly given?: ReadonlyMap<number, Written> }

/** The expression behind a name, an attribute of this object, or a call of a function of the file. */
export function resolved(written: Written, module: Module, depth = 0): Written | undefined {
  const { e, scope, given } = written;
  if (depth > 5) return written;
  if (e.kind === 'attribute') return behindAttribute(written, module, depth) ?? written;
  if (e.kind === 'call') return returned(written, e, module, depth) ?? written;
  if (e.kind !== 'name') return written;
  const definition = reaching(e.name, e.from, scope, module);
  const argument = definition?.kind === 'parameter' ? given?.get(definition.at) : undefined;
  if (argument) return resolved(argument, module, depth + 1);
  if (definition?.kind !== 'assigned' || !definition.value || definition.path.length > 0) return undefined;
  return resolved({ e: module.expression(definition.value), scope: definition.scope, ...(given ? { given } : {}) }, module, depth + 1);
}

/** `self.h` that a statement before, or a method called there, gave a value. */
function behindAttribute({ e, scope }: Written, module: Module, depth: number): Written | undefined {
  const attribute = attributeOf(e, scope);
  const found = attribute && storedBefore(attribute.name, attribute.owner, scope.node.resolveInner(e.from, 1), module);
  if (!found?.stored.value || found.stored.path.length > 0) return undefined;
  const { by, stored } = found;
  const call = by && module.expression(by);
  const given = call?.kind === 'call' ? argumentsOf({ e: call, scope }, call, stored.scope) : undefined;
  return resolved({ e: module.expression(found.stored.value), scope: stored.scope, ...(given ? { given } : {}) }, module, depth + 1);
}

/** What a function of the file returns, where it is one expression at its end. */
function returned(written: Written, call: CallExpression, module: Module, depth: number): Written | undefined {
  const body = functionCalled(call.callee, written.scope, module);
  const e = body && onlyReturn(body.node, module);
  return body && e ? resolved({ e, scope: body, given: argumentsOf(written, call, body) }, module, depth + 1) : undefined;
}

/** The function that `self.f` or `f` surely is. */
function functionCalled(callee: Expression, scope: Scope, module: Module): Scope | undefined {
  const owner = callee.kind === 'attribute' && callee.object.kind === 'name' ? classOf(callee.object.name, scope) : undefined;
  const bindings = owner && callee.kind === 'attribute' ? (owner.attributes.has(callee.name) || subclassed(owner, callee.name, module) ? [] : owner.names.get(callee.name) ?? []) : callee.kind === 'name' ? lookup(callee.name, scope) : [];
  const [only, ...others] = bindings;
  const body = only?.kind === 'function' && others.length === 0 ? only.body : undefined;
  return body?.node.name === 'FunctionDefinition' && body.node.parent?.name !== 'DecoratedStatement' ? body : undefined;
}

const returns = new WeakMap<SyntaxNode, Expression | null>();

/** The value of the one `return`, which is the last statement. */
function onlyReturn(node: SyntaxNode, module: Module): Expression | undefined {
  const known = returns.get(node);
  if (known !== undefined) return known ?? undefined;
  const last = node.getChild('Body')?.lastChild;
  let count = 0;
  node.cursor().iterate(n => { if (/^(Return|Yield)/.test(n.name)) count++; });
  const value = last?.name === 'ReturnStatement' && count === 1 ? returnedBy(last, module) : undefined;
  returns.set(node, value ?? null);
  return value;
}

/** `return a` or `return (a, b)`; `return a, b` has no node of its own. */
function returnedBy(statement: SyntaxNode, module: Module): Expression | undefined {
  const items = groups(children(statement).slice(1)).map(g => g.length === 1 ? g[0] : undefined);
  const [first] = items;
  if (!first || items.some(i => i === undefined)) return undefined;
  return items.length === 1 ? module.expression(first) : { kind: 'list', items: items.map(i => module.expression(i ?? first)), from: first.from, to: statement.to };
}

/** What the parameters of a function are given by a call, else their defaults. */
function argumentsOf({ scope, given }: Written, call: CallExpression, body: Scope): ReadonlyMap<number, Written> {
  const found = new Map<number, Written>();
  if (call.args.some(a => a.splat !== undefined)) return found;
  const names = [...body.names].filter(([, [b]]) => b?.kind === 'parameter').slice(body.self === undefined ? 0 : 1);
  const positional = call.args.filter(a => a.name === undefined);
  names.forEach(([name, [binding]], i) => {
    const e = call.args.find(a => a.name === name)?.value ?? positional[i]?.value;
    if (e && binding) found.set(binding.at, { e, scope, ...(given ? { given } : {}) });
  });
  return found;
}

/** What stands for a parameter of a function that was called; anything else as it is. */
function substituted(written: Written, module: Module, depth = 0): Written {
  const { e, scope, given } = written;
  const definition = given && e.kind === 'name' && depth < 4 ? reaching(e.name, e.from, scope, module) : undefined;
  const argument = definition?.kind === 'parameter' ? given?.get(definition.at) : undefined;
  return argument ? substituted(argument, module, depth + 1) : written;
}

/** A new tensor's sizes, as written. */
export interface Made { readonly dims: readonly Written[] }

const makers = new Set(['zeros', 'randn', 'rand', 'ones', 'empty']);
const keeps = new Set(['to', 'cuda', 'cpu', 'float', 'double', 'half', 'type_as', 'requires_grad_', 'detach', 'normal_', 'uniform_', 'zero_']);

/** The sizes of `torch.zeros(a, b, c).to(device)`. */
export function madeBy(written: Written, module: Module, depth = 0): Made | undefined {
  const found = resolved(written, module);
  if (found?.e.kind !== 'call' || depth > 8) return undefined;
  const call: CallExpression = found.e;
  if (call.callee.kind === 'attribute' && keeps.has(call.callee.name)) return madeBy({ ...found, e: call.callee.object }, module, depth + 1);
  const name = torchName(target(call.callee, found.scope, module).paths);
  if (name === 'Variable' && call.args[0]) return madeBy({ ...found, e: call.args[0].value }, module, depth + 1);
  if (!makers.has(name) || call.args.some(a => a.splat !== undefined)) return undefined;
  const sizes = call.args.filter(a => a.name === undefined || a.name === 'size').map(a => a.value);
  const only = sizes.length === 1 ? sizes[0] : undefined;
  return { dims: (only?.kind === 'list' ? only.items : sizes).map(e => substituted({ ...found, e }, module)) };
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
