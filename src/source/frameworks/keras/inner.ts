/** What stands inside a wrapper: the calls that make the layer or cell, written there, under a name, or picked by a condition. */
import type { SyntaxNode } from '@lezer/common';
import { sourceOf } from '../../code/arguments';
import { truth } from '../../code/arithmetic';
import type { CallExpression, Expression } from '../../code/expression';
import { fold, memberBindings, possible } from '../../code/fold';
import { moduleOf, type Binding, type Module, type Scope } from '../../code/scopes';
import { target, type Target } from '../../code/target';

/** A call and what its callee may be. */
export interface Inner { readonly call: CallExpression; readonly scope: Scope; readonly naming: Target & { readonly callee: Expression } }

/** Alternatives beyond this are code that makes layers, not a choice between some. */
const most = 8;

/** The calls that an expression is or names: more than one where a condition decides, none where code not seen does. */
export function innerCalls(e: Expression | undefined, scope: Scope, module: Module, depth = 0): readonly Inner[] {
  if (!e || depth > most) return [];
  const home = moduleOf(scope, module);
  if (e.kind === 'call') return [{ call: e, scope, naming: { callee: e.callee, ...target(e.callee, scope, home) } }];
  if (e.kind === 'conditional') return all([e.then, e.otherwise].map(part => innerCalls(part, scope, module, depth + 1)));
  const bindings = bindingsOf(e, scope, module);
  return bindings.length > most ? [] : all(bindings.map(b => b.kind === 'value' ? innerCalls(moduleOf(b.scope, module).expression(b.node), b.scope, module, depth + 1) : []));
}

/** What a name or attribute may be bound to, with the bindings that only a default rules out. */
export function bindingsOf(e: Expression, scope: Scope, module: Module): readonly Binding[] {
  return e.kind === 'name' ? possible(e.name, e.from, scope, module) : e.kind === 'attribute' ? memberBindings(e.object, e.name, scope, module) : [];
}

function all(found: readonly (readonly Inner[])[]): readonly Inner[] {
  return found.every(f => f.length > 0) ? found.flat() : [];
}

/** Whether code wraps: always, never, or by a condition, whose source it has; `assumed` where a default decides that. */
export interface Wrapping { readonly value: boolean | null; readonly source: string; readonly assumed: boolean }

const always: Wrapping = { value: true, source: '', assumed: false };

/** `if both: layer = Bidirectional(layer)`: the layer stands outside the condition that the wrapper stands under. */
export function wrapping({ from }: CallExpression, inner: readonly Inner[], scope: Scope, module: Module): Wrapping {
  const { node } = scope;
  const conditions: { readonly statement: SyntaxNode; readonly body: SyntaxNode }[] = [];
  let below = node.resolveInner(from, 1);
  for (let n = below.parent; n && n.from >= node.from && n.to <= node.to; below = n, n = n.parent) {
    const statement = n;
    if (n.name === 'IfStatement' && below.name === 'Body' && inner.some(i => i.scope === scope && (i.call.from < statement.from || i.call.from >= statement.to))) conditions.push({ statement: n, body: below });
  }
  const chosen = choice(from, inner, scope, module);
  const tests = [...conditions.map(c => decided(c.statement, c.body, scope, module)), ...(chosen ? [chosen] : [])];
  const [only, second] = tests;
  return !only ? always : second ? { value: null, source: tests.map(t => t.source).join(' and '), assumed: false } : only;
}

/** Whether a branch runs, and the source of its test; what stands under `elif` rests on the tests before it, too. */
function decided(statement: SyntaxNode, body: SyntaxNode, scope: Scope, module: Module): Wrapping {
  const place = statement.getChildren('Body').findIndex(b => b.from === body.from);
  const isElse = body.prevSibling?.name === 'else';
  const test = isElse || place === 0 ? statement.firstChild?.nextSibling : body.prevSibling;
  if (!test) return { value: null, source: '', assumed: false };
  const { value, assumed } = fold(module.expression(test), scope, module);
  const settled = value !== undefined && (place === 0 || (isElse && place === 1));
  const source = sourceOf(module.expression(test), module);
  return settled ? { value: truth(value) === (place === 0), source, assumed } : { value: null, source: isElse ? `not (${source})` : source, assumed: false };
}

/** `Bidirectional(layer) if both else layer`: the other side is the same layer as it is. */
function choice(from: number, inner: readonly Inner[], scope: Scope, module: Module): Wrapping | undefined {
  for (let n: SyntaxNode | null = scope.node.resolveInner(from, 1); n && n.from >= scope.node.from && !/Statement$/.test(n.name); n = n.parent) {
    if (n.name !== 'ConditionalExpression') continue;
    const e = module.expression(n);
    const place = e.kind !== 'conditional' ? undefined : e.then.from === from ? true : e.otherwise.from === from ? false : undefined;
    if (e.kind !== 'conditional' || place === undefined) continue;
    const other = innerCalls(place ? e.otherwise : e.then, scope, module);
    if (other.length === 0 || !other.every(o => inner.some(i => i.call.from === o.call.from))) return undefined;
    const { value, assumed } = fold(e.test, scope, module);
    const source = place ? sourceOf(e.test, module) : `not (${sourceOf(e.test, module)})`;
    return value !== undefined ? { value: truth(value) === place, source, assumed } : { value: null, source, assumed: false };
  }
  return undefined;
}
