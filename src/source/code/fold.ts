/** Constant folding: the value of an expression where the files settle it, and nothing where they do not. */
import type { SyntaxNode } from '@lezer/common';
import type { Expression } from './expression';
import { arithmetic, same, truth, type Value } from './arithmetic';
import { knownCall } from './calls';
import { changed, dictEntries } from './dicts';
import { nameBindings } from './names';
import { memberBindings } from './objects';
import { reaching } from '../python/reach';
import { stringConstant } from './strings';
import { moduleOf, type Binding, type Module, type Scope } from './scopes';

export { dictEntries } from './dicts';
export { memberBindings } from './objects';

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

/** Bindings of a name that can be in force where it is used; `assumed` where a default decided between them. */
export function inForce(name: string, position: number, scope: Scope, module: Module): { readonly bindings: readonly Binding[]; readonly assumed: boolean } {
  return force(name, position, scope, { module, budget: allowance, open: new Set() });
}

/** The same where nothing is taken for granted: also the bindings that only a default rules out. */
export function possible(name: string, position: number, scope: Scope, module: Module): readonly Binding[] {
  return force(name, position, scope, { module, budget: allowance, open: new Set() }, false).bindings;
}

function force(name: string, position: number, scope: Scope, f: Folding, byDefault = true): { readonly bindings: readonly Binding[]; readonly assumed: boolean } {
  const home = moduleOf(scope, f.module);
  const decide = (test: SyntaxNode, frame: Scope): { value: boolean | undefined; assumed: boolean } => {
    const { value, assumed } = evaluate(home.expression(test), frame, f);
    return value === undefined || (assumed && !byDefault) ? { value: undefined, assumed: false } : { value: truth(value), assumed };
  };
  const reached = home.flows === true && f.budget-- > 0 ? reaching(name, position, scope, decide) : undefined;
  return { bindings: nameBindings(name, scope, home, reached?.bindings), assumed: reached?.assumed === true };
}

function evaluate(e: Expression, scope: Scope, f: Folding): Folded {
  if (f.budget-- <= 0) return unknown;
  switch (e.kind) {
    case 'literal': return { value: e.value, assumed: false };
    case 'list': return combine(e.items.map(i => evaluate(i, scope, f)), values => values);
    case 'name': return named(e, scope, f);
    case 'attribute': return constant(e, scope) ?? unchanged(agree(memberBindings(e.object, e.name, scope, f.module, true), f), e, scope, f);
    case 'subscript': return subscript(e, scope, f);
    case 'unary': return combine([evaluate(e.operand, scope, f)], ([a]) => arithmetic.unary(e.op, a));
    case 'binary': return binary(e, scope, f);
    case 'conditional': return conditional(e, scope, f);
    case 'call': return knownCall(e, scope, f.module, (x, from) => evaluate(x, from ?? scope, f), bindings => agree(bindings, f));
    default: return unknown;
  }
}

function constant(e: Expression, scope: Scope): Folded | undefined {
  const value = stringConstant(e, scope);
  return value === undefined ? undefined : { value, assumed: false };
}

function named(e: Extract<Expression, { kind: 'name' }>, scope: Scope, f: Folding): Folded {
  const known = constant(e, scope);
  if (known) return known;
  const { bindings, assumed } = force(e.name, e.from, scope, f);
  const { value, assumed: byDefault } = agree(bindings, f);
  return unchanged({ value, assumed: assumed || byDefault }, e, scope, f);
}

/** A list that is changed in place is not what was written. */
function unchanged(folded: Folded, e: Expression, scope: Scope, f: Folding): Folded {
  return Array.isArray(folded.value) && changed(e, moduleOf(scope, f.module)) ? unknown : folded;
}

function combine(parts: readonly Folded[], make: (values: Value[]) => Value | undefined): Folded {
  const values = parts.map(p => p.value);
  if (!values.every(v => v !== undefined)) return unknown;
  return { value: make(values), assumed: parts.some(p => p.assumed) };
}

const comparison = /^(<|>|<=|>=|==|!=|in|is|not in|is not)$/;

function binary(e: Extract<Expression, { kind: 'binary' }>, scope: Scope, f: Folding): Folded {
  const chained = e.left.kind === 'binary' && comparison.test(e.op) && comparison.test(e.left.op) && moduleOf(scope, f.module).text.charAt(e.left.from) !== '(';
  if (chained) return unknown;
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

function subscript(e: Extract<Expression, { kind: 'subscript' }>, scope: Scope, f: Folding): Folded {
  const index = e.index[0];
  if (!index || e.index.length > 1) return unknown;
  const key = evaluate(index, scope, f);
  if (typeof key.value === 'number') {
    const items = evaluate(e.object, scope, f);
    return combine([items, key], ([list]) => Array.isArray(list) && typeof key.value === 'number' ? (list as Value[]).at(key.value) : undefined);
  }
  if (typeof key.value !== 'string') return unknown;
  const { object } = e;
  const whole = object.kind === 'call' && object.callee.kind === 'name' && object.callee.name === 'vars' ? object.args[0]?.value : object.kind === 'attribute' && object.name === '__dict__' ? object.object : undefined;
  if (whole) return agree(memberBindings(whole, key.value, scope, f.module, true), f);
  const entry = dictEntries(object, scope, f.module)?.get(key.value);
  if (!entry) return unknown;
  const value = evaluate(entry.value, entry.scope, f);
  return { value: value.value, assumed: value.assumed || key.assumed || entry.assumed === true };
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
  const home = moduleOf(binding.scope, f.module);
  const node = binding.kind === 'value' ? binding.node : binding.kind === 'parameter' ? binding.fallback : undefined;
  const e = binding.kind === 'given' ? binding.value : node && home.expression(node);
  if (!e || f.open.has(binding)) return unknown;
  f.open.add(binding);
  const { value, assumed } = evaluate(e, binding.scope, home === f.module ? f : { ...f, module: home });
  f.open.delete(binding);
  const byDefault = binding.kind === 'parameter' || (binding.kind === 'given' && binding.assumed) || (binding.kind === 'value' && binding.scope.kind === 'module' && mayBeSetByName(home));
  return { value, assumed: assumed || byDefault };
}

const setsByName = /^[ \t]*(exec\([^,\n]*\)[ \t]*(#.*)?$|globals\(\)[ \t]*(\.update\(|\[[^\]\n]*\][ \t]*=[^=]))/m;
const setters = new WeakMap<Module, boolean>();

/** `exec(open('config.py').read())`, `globals().update(options)`: any name of the module may come from there. */
function mayBeSetByName(module: Module): boolean {
  const known = setters.get(module) ?? (module.flows === true && setsByName.test(module.text));
  setters.set(module, known);
  return known;
}
