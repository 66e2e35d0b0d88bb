/** Constant folding: the value of an expression where the file settles it, and nothing where it does not. */
import type { Expression } from './expression';
import { arithmetic, builtins, same, truth, type Value } from './arithmetic';
import { classOf, lookup, type Binding, type Module, type Scope } from './scopes';

/** A value, or undefined where unknown; `assumed` where it holds only unless someone passes another. */
export interface Folded { readonly value: Value | undefined; readonly assumed: boolean }

const unknown: Folded = { value: undefined, assumed: false };

/** What one question may cost; doubling chains (`b = a + a`, `c = b + b` ...) end here. */
const allowance = 3000;

interface Folding { readonly module: Module; budget: number; readonly open: Set<Binding> }

/** Folds an expression as seen from a scope. */
export function fold(expression: Expression, scope: Scope, module: Module): Folded {
  return evaluate(expression, scope, { module, budget: allowance, open: new Set() });
}

function evaluate(e: Expression, scope: Scope, f: Folding): Folded {
  if (f.budget-- <= 0) return unknown;
  switch (e.kind) {
    case 'literal': return { value: e.value, assumed: false };
    case 'list': return combine(e.items.map(i => evaluate(i, scope, f)), values => values);
    case 'name': return agree(lookup(e.name, scope), f);
    case 'attribute': return agree(attributeBindings(e, scope, f), f);
    case 'subscript': return subscript(e, scope, f);
    case 'unary': return combine([evaluate(e.operand, scope, f)], ([a]) => arithmetic.unary(e.op, a));
    case 'binary': return binary(e, scope, f);
    case 'conditional': return conditional(e, scope, f);
    case 'call': return builtin(e, scope, f);
    default: return unknown;
  }
}

function combine(parts: readonly Folded[], make: (values: Value[]) => Value | undefined): Folded {
  const values = parts.map(p => p.value);
  if (!values.every(v => v !== undefined)) return unknown;
  return { value: make(values), assumed: parts.some(p => p.assumed) };
}

function binary(e: Extract<Expression, { kind: 'binary' }>, scope: Scope, f: Folding): Folded {
  const left = evaluate(e.left, scope, f);
  if (e.op !== 'and' && e.op !== 'or') return combine([left, evaluate(e.right, scope, f)], ([a, b]) => arithmetic.binary(e.op, a, b));
  if (left.value === undefined) return unknown;
  if (truth(left.value) === (e.op === 'or')) return left;
  const right = evaluate(e.right, scope, f);
  return { value: right.value, assumed: left.assumed || right.assumed };
}

function conditional(e: Extract<Expression, { kind: 'conditional' }>, scope: Scope, f: Folding): Folded {
  const test = evaluate(e.test, scope, f);
  if (test.value !== undefined) {
    const taken = evaluate(truth(test.value) ? e.then : e.otherwise, scope, f);
    return { value: taken.value, assumed: taken.assumed || test.assumed };
  }
  const [a, b] = [evaluate(e.then, scope, f), evaluate(e.otherwise, scope, f)];
  return a.value !== undefined && b.value !== undefined && same(a.value, b.value) ? { value: a.value, assumed: a.assumed || b.assumed } : unknown;
}

function builtin(e: Extract<Expression, { kind: 'call' }>, scope: Scope, f: Folding): Folded {
  const { callee } = e;
  if (callee.kind !== 'name' || lookup(callee.name, scope).length > 0 || e.args.some(a => a.name !== undefined || a.splat)) return unknown;
  const known = Object.hasOwn(builtins, callee.name) ? builtins[callee.name] : undefined;
  return known ? combine(e.args.map(a => evaluate(a.value, scope, f)), known) : unknown;
}

function subscript(e: Extract<Expression, { kind: 'subscript' }>, scope: Scope, f: Folding): Folded {
  const index = e.index[0];
  if (!index || e.index.length > 1) return unknown;
  const key = evaluate(index, scope, f);
  if (typeof key.value === 'number') {
    const items = evaluate(e.object, scope, f);
    return combine([items, key], ([list]) => Array.isArray(list) && typeof key.value === 'number' ? (list as Value[]).at(key.value) : undefined);
  }
  const entry = typeof key.value === 'string' ? dictEntries(e.object, scope, f.module)?.get(key.value) : undefined;
  if (!entry) return unknown;
  const value = evaluate(entry.value, entry.scope, f);
  return { value: value.value, assumed: value.assumed || key.assumed };
}

/** All ways a name is bound must give one value. */
function agree(bindings: readonly Binding[], f: Folding): Folded {
  if (bindings.length === 0 || bindings.length > 32) return unknown;
  let result: Folded | undefined;
  for (const binding of bindings) {
    const next = bound(binding, f);
    if (next.value === undefined || (result?.value !== undefined && !same(result.value, next.value))) return unknown;
    result = { value: next.value, assumed: next.assumed || result?.assumed === true };
  }
  return result ?? unknown;
}

function bound(binding: Binding, f: Folding): Folded {
  const node = binding.kind === 'value' ? binding.node : binding.kind === 'parameter' ? binding.fallback : undefined;
  if (!node || f.open.has(binding)) return unknown;
  f.open.add(binding);
  const { value, assumed } = evaluate(f.module.expression(node), binding.scope, f);
  f.open.delete(binding);
  return { value, assumed: assumed || binding.kind === 'parameter' };
}

function attributeBindings(e: Extract<Expression, { kind: 'attribute' }>, scope: Scope, f: Folding): readonly Binding[] {
  return memberBindings(e.object, e.name, scope, f.module, f);
}

/** What `object.name` is bound to, where object is `self`, a class of this file, or an object made by one without arguments. */
export function memberBindings(object: Expression, name: string, scope: Scope, module: Module, f?: Folding, depth = 0): readonly Binding[] {
  const own = object.kind === 'name' ? classOf(object.name, scope) : undefined;
  const body = own ?? objectClass(object, scope, module, depth);
  if (!body) return [];
  const stored = own ? [] : module.stores.get(`${module.text.slice(object.from, object.to)}.${name}`) ?? [];
  const found = [...inherited(body, name, module, 0), ...stored];
  const overridden = own && f ? module.classes.some(c => c !== own && (c.names.has(name) || c.attributes.has(name)) && descends(c, own, module, 0)) : false;
  return overridden ? found.map(b => b.kind === 'value' ? { ...b, kind: 'parameter', fallback: b.node } : b) : found;
}

function inherited(body: Scope, name: string, module: Module, depth: number): readonly Binding[] {
  const found = [...body.attributes.get(name) ?? [], ...body.names.get(name) ?? []];
  if (found.length > 0 || depth > 8) return found;
  for (const base of bases(body, module)) {
    const above = inherited(base, name, module, depth + 1);
    if (above.length > 0) return above;
  }
  return [];
}

function bases(body: Scope, module: Module): Scope[] {
  return body.bases.flatMap(node => {
    const base = module.expression(node);
    const binding = base.kind === 'name' ? lookup(base.name, body.parent ?? body).at(-1) : undefined;
    return binding?.kind === 'class' ? [binding.body] : [];
  });
}

function descends(body: Scope, from: Scope, module: Module, depth: number): boolean {
  return depth < 8 && bases(body, module).some(b => b === from || descends(b, from, module, depth + 1));
}

/** The class an expression names or is a bare instance of; undefined where arguments may have changed it. */
function objectClass(e: Expression, scope: Scope, module: Module, depth: number): Scope | undefined {
  if (depth > 8) return undefined;
  if (e.kind === 'call') return e.args.length === 0 && e.callee.kind === 'name' ? namedClass(e.callee.name, scope) : undefined;
  if (e.kind === 'name' && namedClass(e.name, scope)) return namedClass(e.name, scope);
  const bindings = e.kind === 'name' ? lookup(e.name, scope) : e.kind === 'attribute' ? memberBindings(e.object, e.name, scope, module, undefined, depth + 1) : [];
  const only = bindings.length === 1 ? bindings[0] : undefined;
  return only?.kind === 'value' ? objectClass(module.expression(only.node), only.scope, module, depth + 1) : undefined;
}

function namedClass(name: string, scope: Scope): Scope | undefined {
  const bindings = lookup(name, scope);
  const only = bindings.length === 1 ? bindings[0] : undefined;
  return only?.kind === 'class' ? only.body : undefined;
}

/** The entries of a dict that is written out and changed nowhere; undefined otherwise. */
export function dictEntries(e: Expression, scope: Scope, module: Module): ReadonlyMap<string, { readonly value: Expression; readonly scope: Scope }> | undefined {
  return writtenDict(e, scope, module, 0);
}

type Entries = Map<string, { readonly value: Expression; readonly scope: Scope }>;

function writtenDict(e: Expression, scope: Scope, module: Module, depth: number): Entries | undefined {
  if (e.kind === 'dict') {
    const entries: Entries = new Map();
    for (const { key, value } of e.entries) {
      if (key.kind !== 'literal' || typeof key.value !== 'string') return undefined;
      entries.set(key.value, { value, scope });
    }
    return entries;
  }
  if (e.kind === 'call') return e.callee.kind === 'name' && e.callee.name === 'dict' ? keywordEntries(e, scope) : undefined;
  if (depth > 4 || (e.kind !== 'name' && e.kind !== 'attribute') || changed(e, module)) return undefined;
  const bindings = e.kind === 'name' ? lookup(e.name, scope) : memberBindings(e.object, e.name, scope, module, undefined, depth + 1);
  const only = bindings.length === 1 ? bindings[0] : undefined;
  return only?.kind === 'value' ? writtenDict(module.expression(only.node), only.scope, module, depth + 1) : undefined;
}

function keywordEntries(e: Extract<Expression, { kind: 'call' }>, scope: Scope): Entries | undefined {
  if (e.args.some(a => a.name === undefined)) return undefined;
  return new Map(e.args.map(a => [a.name ?? '', { value: a.value, scope }]));
}

function changed(e: Expression, module: Module): boolean {
  const source = module.text.slice(e.from, e.to);
  if (module.stores.has(`${source}[]`)) return true;
  return ['update', 'pop', 'setdefault', 'clear', '__setitem__'].some(method => module.text.includes(`${source}.${method}(`));
}
