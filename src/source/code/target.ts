/** What a callee may be: dotted paths of framework classes, through imports, aliases, getattr, dicts and conditions. */
import type { Expression } from './expression';
import { dictEntries, fold, inForce, memberBindings } from './fold';
import { truth } from './arithmetic';
import { callersOf } from './callers';
import { classOf, lookup, moduleOf, type Binding, type Module, type Scope } from './scopes';

/**
 * Candidates for a callee. A path that starts with `?.` is rooted in a name that the file binds nowhere (a fragment);
 * one that ends with `.*` is an attribute chosen at run time, with `.*Cell` one whose name surely ends so; `?.*` is an attribute that a base
 * class of another file may set; one that ends with `.__init__` is the constructor of a base class. Empty where it is the project's own.
 */
export interface Target {
  readonly paths: readonly string[];
  /** False where code not seen, or a condition, decides. */
  readonly certain: boolean;
}

const none: Target = { paths: [], certain: true };

interface Search { readonly module: Module; budget: number }

/** Finds what an expression may name. */
export function target(e: Expression, scope: Scope, module: Module): Target {
  return find(e, scope, { module, budget: 300 });
}

function find(e: Expression, scope: Scope, s: Search): Target {
  if (s.budget-- <= 0) return none;
  switch (e.kind) {
    case 'name': return named(e, scope, s);
    case 'attribute': return attribute(e, scope, s);
    case 'conditional': return either(e, scope, s);
    case 'subscript': return fromDict(e.object, e.index[0], scope, s);
    case 'call': return called(e, scope, s);
    default: return none;
  }
}

function named({ name, from }: Extract<Expression, { kind: 'name' }>, scope: Scope, s: Search): Target {
  const { bindings, assumed } = inForce(name, from, scope, s.module);
  if (bindings.length === 0) return { paths: [`?.${name}`, ...moduleOf(scope, s.module).stars.map(star => `${star}.${name}`)], certain: true };
  const found = union(effective(bindings).map(b => bound(b, s)));
  if (found.paths.length === 0) return passed(name, bindings, scope, s);
  return assumed ? { ...found, certain: false } : found;
}

/** A class that is handed over: what the calls in this file pass for a parameter, and others may pass another. */
function passed(name: string, bindings: readonly Binding[], scope: Scope, s: Search): Target {
  const only = bindings.length === 1 ? bindings[0] : undefined;
  if (only?.kind !== 'parameter') return none;
  const given = callersOf(name, only, scope, moduleOf(only.scope, s.module)).map(p => find(p.value, p.scope, s));
  return { ...union(given), certain: false };
}

const valued = new Set<Binding['kind']>(['value', 'parameter', 'given']);

/** The last binding decides, unless it is an alternative: the branches of a try, or None where an import failed. */
function effective(bindings: readonly Binding[]): readonly Binding[] {
  const last = bindings.at(-1);
  const imports = bindings.filter(b => b.kind === 'import');
  if (last?.kind === 'import' && last.optional) return imports.filter(b => b.optional);
  if (imports.length > 0 && last?.kind === 'value') return imports;
  if (last && valued.has(last.kind)) return bindings.filter(b => valued.has(b.kind));
  return last ? [last] : [];
}

function bound(b: Binding, s: Search): Target {
  const home = moduleOf(b.scope, s.module);
  if (b.kind === 'import') return { paths: [b.path], certain: true };
  if (b.kind === 'value') return find(home.expression(b.node), b.scope, s);
  if (b.kind === 'given') return { ...find(b.value, b.scope, s), certain: !b.assumed };
  if (b.kind === 'parameter' && b.fallback) return { ...find(home.expression(b.fallback), b.scope, s), certain: false };
  return none;
}

function union(all: readonly Target[]): Target {
  const useful = all.filter(t => t.paths.length > 0);
  return { paths: [...new Set(useful.flatMap(t => t.paths))], certain: useful.length === all.length && useful.every(t => t.certain) };
}

function attribute(e: Extract<Expression, { kind: 'attribute' }>, scope: Scope, s: Search): Target {
  const members = memberBindings(e.object, e.name, scope, s.module);
  if (members.length > 0) return union(members.map(b => bound(b, s)));
  if (isInherited(e.object, scope, s.module)) return { paths: ['?.*'], certain: false };
  const object = e.name === '__init__' && isSuper(e.object, scope) ? bases(scope, s) : find(e.object, scope, s);
  return { paths: object.paths.map(p => `${p}.${e.name}`), certain: object.certain };
}

/** `super()` and `super(Net, self)` */
export function isSuper(e: Expression, scope: Scope): boolean {
  return e.kind === 'call' && e.callee.kind === 'name' && e.callee.name === 'super' && lookup('super', scope).length === 0;
}

/** What the bases of the class around a method may be. */
function bases(scope: Scope, s: Search): Target {
  const own = scope.parent?.kind === 'class' ? scope.parent : undefined;
  if (!own) return none;
  const home = moduleOf(own, s.module);
  return union(own.bases.map(base => find(home.expression(base), own.parent ?? own, s)));
}

/** Whether `self` in `self.rnn_cell` is of a class whose base is not seen, so that the base may set the attribute. */
function isInherited(object: Expression, scope: Scope, module: Module): boolean {
  const own = object.kind === 'name' ? classOf(object.name, scope) : undefined;
  return own?.bases.some(base => lookup(moduleOf(own, module).text.slice(base.from, base.to), own.parent ?? own).at(-1)?.kind === 'import') === true;
}

function either(e: Extract<Expression, { kind: 'conditional' }>, scope: Scope, s: Search): Target {
  const test = fold(e.test, scope, s.module);
  if (test.value !== undefined && !test.assumed) return find(truth(test.value) ? e.then : e.otherwise, scope, s);
  return { ...union([find(e.then, scope, s), find(e.otherwise, scope, s)]), certain: false };
}

function fromDict(object: Expression, key: Expression | undefined, scope: Scope, s: Search): Target {
  const entries = key ? dictEntries(object, scope, s.module) : undefined;
  if (!entries || !key) return none;
  const value = fold(key, scope, s.module);
  const entry = typeof value.value === 'string' && !value.assumed ? entries.get(value.value) : undefined;
  if (entry && !entry.assumed) return find(entry.value, entry.scope, s);
  return { ...union([...entries.values()].map(v => find(v.value, v.scope, s))), certain: false };
}

function called(e: Extract<Expression, { kind: 'call' }>, scope: Scope, s: Search): Target {
  const [first, second] = e.args;
  if (e.callee.kind === 'attribute' && e.callee.name === 'get' && first) return fromDict(e.callee.object, first.value, scope, s);
  if (e.callee.kind !== 'name' || e.callee.name !== 'getattr' || !first || !second || lookup('getattr', scope).length > 0) return none;
  const object = find(first.value, scope, s);
  const name = fold(second.value, scope, s.module);
  const known = typeof name.value === 'string' ? name.value : `*${/Cell$/.exec(ending(second.value, scope, s.module)) ?? ''}`;
  return { paths: object.paths.map(p => `${p}.${known}`), certain: object.certain && !known.startsWith('*') && !name.assumed };
}

/** How a text that is put together surely ends: `kind + 'Cell'`, `f'{kind}Cell'`, `'{}Cell'.format(kind)`, `'%sCell' % kind`. */
function ending(e: Expression, scope: Scope, module: Module): string {
  if (e.kind === 'literal') return typeof e.value === 'string' ? e.value : '';
  if (e.kind === 'binary' && e.op === '+') return ending(e.right, scope, module);
  const template = e.kind === 'binary' && e.op === '%' ? e.left : e.kind === 'call' && e.callee.kind === 'attribute' && e.callee.name === 'format' ? e.callee.object : undefined;
  const written = template?.kind === 'literal' ? template.value : formatted(moduleOf(scope, module).text.slice(e.from, e.to));
  return typeof written === 'string' ? /(?:\}|%\w)(\w*)$/.exec(written)?.[1] ?? '' : '';
}

/** What stands in `f'...'`. */
const formatted = (source: string): string | undefined => /^[fF][rR]?(['"])(.*)\1$/.exec(source)?.[2];
