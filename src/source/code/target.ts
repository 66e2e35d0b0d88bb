/** What a callee may be: dotted paths of framework classes, through imports, aliases, getattr, dicts and conditions. */
import type { Argument, Expression } from './expression';
import { dictEntries, fold, inForce, memberBindings } from './fold';
import { truth } from './arithmetic';
import { callersOf } from './callers';
import { importPath } from './names';
import { returnedClasses } from './returns';
import { beginning, ending } from './templates';
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
  /** What `functools.partial` gives ahead of the call, one for each thing that the callee may be; absent where none is a partial. */
  readonly given?: readonly Preparation[];
}

/** Arguments that a partial holds, in the order they are given in; they are seen from its scope. `assumed` where the partial is a default. */
export type Preparation = readonly { readonly argument: Argument; readonly scope: Scope; readonly assumed?: boolean }[];

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
    case 'subscript': return ofNamespace(e, scope, s) ?? fromDict(e.object, e.index[0], scope, s);
    case 'call': return called(e, scope, s);
    default: return none;
  }
}

function named({ name, from }: Extract<Expression, { kind: 'name' }>, scope: Scope, s: Search): Target {
  const { bindings, assumed } = inForce(name, from, scope, s.module);
  if (bindings.length === 0) return { paths: [`?.${name}`, ...moduleOf(scope, s.module).stars.map(star => `${star}.${name}`)], certain: true };
  const found = union(effective(bindings).map(b => bound(b, s)));
  if (found.paths.length === 0) return passed(name, bindings, scope, s);
  return assumed ? byDefault(found) : found;
}

/** What holds only unless another is passed. */
function byDefault(found: Target): Target {
  return { ...found, certain: false, ...(found.given ? { given: found.given.map(all => all.map(one => ({ ...one, assumed: true }))) } : {}) };
}

/** A class that is handed over: what the calls in this file pass for a parameter, and others may pass another. */
function passed(name: string, bindings: readonly Binding[], scope: Scope, s: Search): Target {
  const only = bindings.length === 1 ? bindings[0] : undefined;
  if (only?.kind !== 'parameter') return none;
  const given = callersOf(name, only, scope, moduleOf(only.scope, s.module)).map(p => find(p.value, p.scope, s));
  return byDefault(union(given));
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
  if (b.kind === 'given') return b.assumed ? byDefault(find(b.value, b.scope, s)) : find(b.value, b.scope, s);
  if (b.kind === 'parameter' && b.fallback) return byDefault(find(home.expression(b.fallback), b.scope, s));
  return none;
}

function union(all: readonly Target[]): Target {
  const useful = all.filter(t => t.paths.length > 0);
  const given = useful.some(t => t.given) ? { given: useful.flatMap(t => t.given ?? [[]]) } : {};
  return { paths: [...new Set(useful.flatMap(t => t.paths))], certain: useful.length === all.length && useful.every(t => t.certain), ...given };
}

function attribute(e: Extract<Expression, { kind: 'attribute' }>, scope: Scope, s: Search): Target {
  const members = memberBindings(e.object, e.name, scope, s.module);
  if (members.length > 0) {
    const found = union(members.map(b => bound(b, s)));
    return members.some(b => isField(b, s)) ? byDefault(found) : found;
  }
  if (isInherited(e.object, scope, s.module)) return { paths: ['?.*'], certain: false };
  const object = e.name === '__init__' && isSuper(e.object, scope) ? bases(scope, s) : find(e.object, scope, s);
  return { paths: object.paths.map(p => `${p}.${e.name}`), certain: object.certain };
}

/** `cell: type = nn.GRUCell` in a class whose annotated names are arguments of its constructor, as those of Flax and Equinox are. */
function isField(b: Binding, s: Search): boolean {
  if (b.kind !== 'value' || b.scope.kind !== 'class' || !b.node.parent?.getChild('TypeDef')) return false;
  const home = moduleOf(b.scope, s.module);
  return b.scope.bases.some(base => find(home.expression(base), b.scope.parent ?? b.scope, s).paths.some(p => /^(\?\.)?(flax|linen|equinox|eqx)\..*Module$/.test(p)));
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
  return ofAlternatives(union([find(e.then, scope, s), find(e.otherwise, scope, s)]));
}

/** Where a condition or a key decides, what all alternatives are is certain. */
function ofAlternatives(all: Target): Target {
  return all.paths.length === 1 ? all : { ...all, certain: false };
}

/** `otherwise` is what `get` gives for a key that is not there. */
function fromDict(object: Expression, key: Expression | undefined, scope: Scope, s: Search, otherwise?: Expression): Target {
  const entries = key ? dictEntries(object, scope, s.module) : undefined;
  if (!entries || !key) return none;
  const value = fold(key, scope, s.module);
  const entry = typeof value.value === 'string' && !value.assumed ? entries.get(value.value) : undefined;
  if (entry && !entry.assumed) return find(entry.value, entry.scope, s);
  const all = [...entries.values()];
  const found = ofAlternatives(union([...all.map(v => find(v.value, v.scope, s)), ...(otherwise ? [find(otherwise, scope, s)] : [])]));
  return all.some(v => v.assumed) ? byDefault(found) : found;
}

function called(e: Extract<Expression, { kind: 'call' }>, scope: Scope, s: Search): Target {
  const [first, second] = e.args;
  if (e.callee.kind === 'attribute' && e.callee.name === 'get' && first) return fromDict(e.callee.object, first.value, scope, s, second?.value);
  if (first && partials.test(importPath(e.callee, scope) ?? '')) return prepared(e, scope, s);
  const returned = returnedClasses(e.callee, scope, s.module);
  if (returned) return union(returned.map(r => find(r.value, r.scope, s)));
  if (isBuiltIn(e.callee, 'eval', scope) && first) return evaluated(first.value, scope, s);
  return isBuiltIn(e.callee, 'getattr', scope) && first && second ? memberOf(first.value, second.value, scope, s) : none;
}

function isBuiltIn(callee: Expression, name: string, scope: Scope): boolean {
  return callee.kind === 'name' && callee.name === name && lookup(name, scope).length === 0;
}

/** `vars(nn)[kind]` and `nn.__dict__[kind]`. */
function ofNamespace({ object, index }: Extract<Expression, { kind: 'subscript' }>, scope: Scope, s: Search): Target | undefined {
  const [key] = index;
  const whole = object.kind === 'call' && isBuiltIn(object.callee, 'vars', scope) ? object.args[0]?.value : object.kind === 'attribute' && object.name === '__dict__' ? object.object : undefined;
  return whole && key && index.length === 1 ? memberOf(whole, key, scope, s) : undefined;
}

/** `eval('nn.' + kind)`: a path that begins with a name of this place. */
function evaluated(text: Expression, scope: Scope, s: Search): Target {
  const { value, assumed } = fold(text, scope, s.module);
  const written = typeof value === 'string' ? value : beginning(text, scope, s.module);
  const [, root = '', rest = '', last] = /^([A-Za-z_]\w*)((?:\.\w+)*?)(?:\.(\w*))?$/.exec(written.trim()) ?? [];
  if (root === '' || (typeof value !== 'string' && last !== '')) return none;
  const found = find({ kind: 'name', name: root, from: text.from, to: text.to }, scope, s);
  const name = typeof value === 'string' ? last : `*${/Cell$/.exec(ending(text, scope, s.module)) ?? ''}`;
  const sure = found.certain && typeof value === 'string' && !assumed;
  return name === undefined ? { ...found, certain: sure } : { paths: found.paths.map(p => `${p}${rest}.${name}`), certain: sure };
}

/** `getattr(nn, kind)` */
function memberOf(whole: Expression, key: Expression, scope: Scope, s: Search): Target {
  const object = find(whole, scope, s);
  const name = fold(key, scope, s.module);
  const known = typeof name.value === 'string' ? name.value : `*${/Cell$/.exec(ending(key, scope, s.module)) ?? ''}`;
  return { paths: object.paths.map(p => `${p}.${known}`), certain: object.certain && !known.startsWith('*') && !name.assumed };
}

const partials = /^(functools\.)?partial$/;

/** `partial(nn.LSTM, 10, batch_first=True)`: the class, with what is given ahead. */
function prepared({ args: [first, ...rest] }: Extract<Expression, { kind: 'call' }>, scope: Scope, s: Search): Target {
  const made = first && first.name === undefined && !first.splat ? find(first.value, scope, s) : none;
  const own = rest.map(argument => ({ argument, scope }));
  return made.paths.length === 0 ? none : { ...made, given: (made.given ?? [[]]).map(before => [...before, ...own]) };
}
