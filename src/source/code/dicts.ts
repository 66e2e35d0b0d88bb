/** Dicts that are written out and changed nowhere: their entries by key. */
import type { Expression } from './expression';
import { nameBindings } from './names';
import { memberBindings } from './objects';
import type { Span } from '../outline';
import { reaching } from '../python/reach';
import { moduleOf, storedKey, type Binding, type Module, type Scope } from './scopes';

/** A value in a dict, seen from the scope it is written in; `assumed` where the dict is a default. */
export interface Entry { readonly value: Expression; readonly scope: Scope; readonly assumed?: boolean }
type Entries = ReadonlyMap<string, Entry>;

/** The entries of a dict; undefined where it is not written out or is changed somewhere. */
export function dictEntries(e: Expression, scope: Scope, module: Module, depth = 0): Entries | undefined {
  const home = moduleOf(scope, module);
  if (depth > 8) return undefined;
  if (e.kind === 'dict') return literalEntries(e, scope);
  if (e.kind === 'call') return e.callee.kind === 'name' && e.callee.name === 'dict' ? keywordEntries(e, scope) : undefined;
  if (e.kind === 'subscript') {
    const entry = entryOf(e, scope, home, depth + 1);
    return entry ? dictEntries(entry.value, entry.scope, home, depth + 1) : undefined;
  }
  const stored = e.kind === 'name' || e.kind === 'attribute' ? storedEntries(e, home) : undefined;
  if (!stored || (e.kind !== 'name' && e.kind !== 'attribute')) return undefined;
  const bindings = e.kind === 'name' ? reachingBindings(e.name, e.from, scope, home) : memberBindings(e.object, e.name, scope, home, false, depth + 1);
  const only = bindings.length === 1 ? bindings[0] : undefined;
  const entries = only && boundEntries(only, home, depth);
  return entries && stored.size > 0 ? new Map([...entries, ...stored]) : entries;
}

/** The bindings that surely or perhaps hold at a place, no test being decided. */
function reachingBindings(name: string, position: number, scope: Scope, module: Module): readonly Binding[] {
  const reached = module.flows === true ? reaching(name, position, scope, () => ({ value: undefined, assumed: false })) : undefined;
  return nameBindings(name, scope, module, reached?.bindings);
}

function boundEntries(b: Binding, module: Module, depth: number): Entries | undefined {
  const home = moduleOf(b.scope, module);
  if (b.kind === 'value') return dictEntries(home.expression(b.node), b.scope, home, depth + 1);
  const value = b.kind === 'given' ? b.value : b.kind === 'parameter' && b.fallback ? home.expression(b.fallback) : undefined;
  const entries = value && dictEntries(value, b.scope, home, depth + 1);
  return entries && (b.kind === 'parameter' || (b.kind === 'given' && b.assumed)) ? new Map([...entries].map(([k, v]) => [k, { ...v, assumed: true }])) : entries;
}

/** The entry that `d['key']` names. */
export function entryOf(e: Extract<Expression, { kind: 'subscript' }>, scope: Scope, module: Module, depth = 0): Entry | undefined {
  const key = e.index.length === 1 ? e.index[0] : undefined;
  return key?.kind === 'literal' && typeof key.value === 'string' ? dictEntries(e.object, scope, module, depth + 1)?.get(key.value) : undefined;
}

function literalEntries(e: Extract<Expression, { kind: 'dict' }>, scope: Scope): Entries | undefined {
  const entries = new Map<string, Entry>();
  for (const { key, value } of e.entries) {
    if (key.kind !== 'literal' || typeof key.value !== 'string') return undefined;
    entries.set(key.value, { value, scope });
  }
  return entries;
}

function keywordEntries(e: Extract<Expression, { kind: 'call' }>, scope: Scope): Entries | undefined {
  if (e.args.some(a => a.name === undefined)) return undefined;
  return new Map(e.args.map(a => [a.name ?? '', { value: a.value, scope }]));
}

const changes = ['update', 'pop', 'setdefault', 'clear', '__setitem__', 'append', 'extend', 'insert', 'remove', 'sort', 'reverse'];

/** Whether a dict or list is changed in place under this name. */
export function changed(e: Expression, module: Module): boolean {
  const source = module.text.slice(e.from, e.to);
  return module.stores.has(`${source}[]`) || callsChange(source, module);
}

const callsChange = (source: string, { text }: Module): boolean => changes.some(method => text.includes(`${source}.${method}(`));

/** What is stored under keys that are written out: unknown, since the order of stores is not followed. undefined where any key may be changed. */
function storedEntries(e: Expression, module: Module): Entries | undefined {
  const source = module.text.slice(e.from, e.to);
  if (callsChange(source, module)) return undefined;
  const entries = new Map<string, Entry>();
  let left = module.stores.get(`${source}[]`)?.length ?? 0;
  if (left === 0) return entries;
  const after = '][]';
  const before = storedKey(source, '').slice(0, -after.length);
  for (const [key, bindings] of module.stores) {
    if (!key.startsWith(before) || !key.endsWith(after)) continue;
    left -= bindings.length;
    const last = bindings.at(-1);
    if (last) entries.set(key.slice(before.length, -after.length), { value: { kind: 'other', ...targetAt(last) }, scope: last.scope });
  }
  return left === 0 ? entries : undefined;
}

/** The whole target that begins where a binding is: `cfg['hidden']`. */
function targetAt({ at, scope }: Binding): Span {
  let node = scope.node.resolveInner(at, 1);
  while (node.parent?.name === 'MemberExpression' && node.parent.from === at) node = node.parent;
  return { from: node.from, to: node.to };
}
