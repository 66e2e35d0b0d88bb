/** What the members of objects are bound to: classes and their instances, namespaces, options, dicts, modules of the workspace. */
import type { CallExpression, Expression } from './expression';
import { callersOf } from './callers';
import { dictEntries, entryOf } from './dicts';
import { optionBindings } from '../python/options';
import { classMembers, hyperparameter, inherited, recordMember } from './classes';
import { layerMember } from './layerMembers';
import { deepest, foreignBindings, importPath, nameBindings } from './names';
import { classOf, moduleOf, type Binding, type Module, type Scope } from './scopes';

/** Where an object comes from: a class (or its bare instance), or the expression that made it. */
type Origin = { readonly kind: 'class'; readonly body: Scope } | { readonly kind: 'made'; readonly e: Expression; readonly scope: Scope; readonly assumed: boolean };

/**
 * What `object.name` is bound to. With `marked`, what a subclass or whoever makes the object may change comes as a parameter,
 * so that it counts as assumed.
 */
export function memberBindings(object: Expression, name: string, scope: Scope, module: Module, marked = false, depth = 0): readonly Binding[] {
  if (depth > deepest) return [];
  const home = moduleOf(scope, module);
  const self = selfOf(object);
  const own = self === undefined ? undefined : classOf(self, scope);
  if (own) return classMembers(own, name, home, marked);
  const hyper = object.kind === 'attribute' && object.name === 'hparams' ? hyperparameter(object, name, scope, home) : [];
  if (hyper.length > 0) return hyper;
  const path = home.foreign ? importPath(object, scope) : undefined;
  const there = path === undefined ? [] : foreignBindings(home.foreign?.(`${path}.${name}`), depth);
  if (there.length > 0) return there;
  const made = origin(object, scope, home, depth);
  const stored = home.stores.get(`${home.text.slice(object.from, object.to)}.${name}`) ?? [];
  if (made?.kind === 'class') return [...inherited(made.body, name, module, 0), ...stored];
  const given = made ? madeMembers(made, name, module, depth) : undefined;
  if (given === undefined) return home.members?.(object, name, scope) ?? [];
  return [...given, ...stored, ...storedUnderAnotherName(object, name, home)];
}

/** The name in `self`, `self.__class__` and `type(self)`. */
function selfOf(e: Expression): string | undefined {
  const object = e.kind === 'attribute' && e.name === '__class__' ? e.object : e.kind === 'call' && e.callee.kind === 'name' && e.callee.name === 'type' && e.args.length === 1 ? e.args[0]?.value : e;
  return object?.kind === 'name' ? object.name : undefined;
}

/** A config object goes through many hands; where another name stores to this attribute, it may be the same object. */
function storedUnderAnotherName(object: Expression, name: string, module: Module): readonly Binding[] {
  const source = module.text.slice(object.from, object.to);
  for (const [key, bindings] of module.stores) if (key.endsWith(`.${name}`) && key !== `${source}.${name}`) return bindings.map(b => ({ kind: 'opaque', at: b.at, scope: b.scope }));
  return [];
}

/** Follows names, attributes and items to what made an object. */
function origin(e: Expression, scope: Scope, module: Module, depth: number): Origin | undefined {
  if (depth > deepest) return undefined;
  const home = moduleOf(scope, module);
  if (e.kind === 'call') return returned(e, scope, home, depth);
  const bindings = e.kind === 'name' ? nameBindings(e.name, scope, home) : e.kind === 'attribute' ? memberBindings(e.object, e.name, scope, home, false, depth + 1) : [];
  if (e.kind === 'subscript') {
    const entry = entryOf(e, scope, home, depth);
    return entry ? origin(entry.value, entry.scope, home, depth + 1) : undefined;
  }
  const only = bindings.length === 1 ? bindings[0] : undefined;
  if (!only) return bindings.length === 0 ? { kind: 'made', e, scope, assumed: false } : undefined;
  return boundOrigin(only, e, scope, home, depth);
}

function boundOrigin(b: Binding, e: Expression, scope: Scope, module: Module, depth: number): Origin | undefined {
  const home = moduleOf(b.scope, module);
  if (b.kind === 'class') return { kind: 'class', body: b.body };
  if (b.kind === 'import') return { kind: 'made', e, scope, assumed: false };
  if (b.kind === 'value') return origin(home.expression(b.node), b.scope, home, depth + 1);
  if (b.kind === 'given') return origin(b.value, b.scope, home, depth + 1);
  if (b.kind !== 'parameter') return undefined;
  const passed = b.fallback ? [{ value: home.expression(b.fallback), scope: b.scope }] : e.kind === 'name' ? callersOf(e.name, b, scope, module) : [];
  const made = passed.map(p => origin(p.value, p.scope, module, depth + 2));
  const first = made[0];
  if (!first || made.some(m => m?.kind !== first.kind || (m.kind === 'made' ? !sameOptions(m, first, module) : first.kind === 'class' && m.body !== first.body))) return undefined;
  return first.kind === 'made' ? { ...first, assumed: true } : undefined;
}

/** Two calls of `parse_args()` give the same options; anything else must be the same expression. */
function sameOptions(a: Extract<Origin, { kind: 'made' }>, b: Origin, module: Module): boolean {
  return b.kind === 'made' && ((a.e.from === b.e.from && a.scope === b.scope) || (isParsed(a.e, a.scope, module) && isParsed(b.e, b.scope, module)));
}

/** A call of the file's own class or function, seen through; any other call is what made the object. */
function returned(e: CallExpression, scope: Scope, module: Module, depth: number): Origin | undefined {
  const bindings = e.callee.kind === 'name' ? nameBindings(e.callee.name, scope, module) : [];
  const only = bindings.length === 1 ? bindings[0] : undefined;
  if (only?.kind === 'class' && e.args.length === 0) return { kind: 'class', body: only.body };
  const body = only?.kind === 'function' ? only.body : undefined;
  const value = body && returnedValue(body, module);
  if (!body || !value) return { kind: 'made', e, scope, assumed: false };
  const made = origin(value, body, module, depth + 1);
  return e.args.length === 0 || (made?.kind === 'made' && isParsed(made.e, made.scope, module)) ? made : undefined;
}

/** The one value that a function of the file returns. */
export function returnedValue(body: Scope, module: Module): Expression | undefined {
  const home = moduleOf(body, module);
  const last = body.node.getChild('Body')?.lastChild;
  const value = last?.name === 'ReturnStatement' ? last.getChild('return')?.nextSibling : undefined;
  const source = home.text.slice(body.node.from, body.node.to);
  return value && source.match(/\b(return|yield)\b/g)?.length === 1 && last?.lastChild?.from === value.from ? home.expression(value) : undefined;
}

function isParsed(e: Expression, scope: Scope, module: Module): boolean {
  if (e.kind === 'call') return e.callee.kind === 'attribute' && /^parse_(known_)?args$/.test(e.callee.name);
  return /(^|\.)flags\.FLAGS$/.test(importPath(e, scope) ?? '') || (e.kind === 'subscript' && isParsed(e.object, scope, module));
}

/** `parse_args(['--hidden', '64'])`: the code itself passes this option, or a short one, which may be any. */
function isSpoken(name: string, { args }: CallExpression): boolean {
  const given = args[0]?.value;
  const line = given?.kind === 'call' && given.callee.kind === 'attribute' && given.callee.name === 'split' ? given.callee.object : undefined;
  const items = given?.kind === 'list' ? given.items : line ? [line] : [];
  const words = items.flatMap(i => i.kind === 'literal' && typeof i.value === 'string' ? i.value.split(/[\s=]+/) : []);
  return words.some(w => /^-\w/.test(w) || (w.startsWith('--') && w.slice(2).replaceAll('-', '_') === name));
}

const namespaces = /(^|\.)(SimpleNamespace|Namespace|EasyDict|edict|AttrDict|AttributeDict|DotDict|dotdict|Munch|Box|ConfigDict|HParams|OmegaConf\.create|Bunch)$/;

/** Members of an object that a call made; undefined where it is none that is known. */
function madeMembers({ e, scope, assumed }: Extract<Origin, { kind: 'made' }>, name: string, module: Module, depth: number): readonly Binding[] | undefined {
  const home = moduleOf(scope, module);
  if (isParsed(e, scope, home)) return e.kind === 'call' && isSpoken(name, e) ? [{ kind: 'opaque', at: e.from, scope }] : optionBindings(name, home);
  if (e.kind !== 'call') return undefined;
  const give = (value: Expression, from: Scope, byDefault: boolean): Binding => ({ kind: 'given', value, assumed: assumed || byDefault, at: e.from, scope: from });
  const path = importPath(e.callee, scope) ?? '';
  if (name === 'value' && /(^|\.)DEFINE_\w+$/.test(path)) return defined(e).map(value => give(value, scope, true));
  const record = e.callee.kind === 'name' ? nameBindings(e.callee.name, scope, home).at(-1) : undefined;
  if (record?.kind === 'class') return recordMember(e, record.body, name, scope, home).map(m => m.kind === 'given' ? { ...m, assumed: assumed || m.assumed } : m);
  if (!namespaces.test(path)) {
    const kept = layerMember(e, name, scope);
    return kept && [give(kept, scope, false)];
  }
  const argument = e.args.find(a => a.name === name);
  if (argument) return [give(argument.value, scope, false)];
  if (e.args.some(a => a.splat !== undefined && a.splat !== '**')) return undefined;
  for (const { name: keyword, value } of e.args) {
    const entry = keyword === undefined ? dictEntries(value, scope, home, depth + 1)?.get(name) : undefined;
    if (entry) return [give(entry.value, entry.scope, entry.assumed === true)];
  }
  return [];
}

function defined({ args }: CallExpression): Expression[] {
  const value = args.find(a => a.name === 'default')?.value ?? args.filter(a => a.name === undefined)[1]?.value;
  return value ? [value] : [];
}

