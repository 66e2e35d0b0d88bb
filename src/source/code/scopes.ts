/** Scopes of a Python file and what their names are bound to. */
import type { SyntaxNode } from '@lezer/common';
import type { CallExpression, Expression } from './expression';

/** One way a name gets its value. Positions count in `Module.text`. */
export type Binding = { readonly at: number; readonly scope: Scope } & (
  | { readonly kind: 'import'; readonly path: string; readonly optional: boolean }
  | { readonly kind: 'class'; readonly body: Scope }
  | { readonly kind: 'function'; readonly body?: Scope }
  | { readonly kind: 'value'; readonly node: SyntaxNode }
  | { readonly kind: 'parameter'; readonly fallback: SyntaxNode | undefined }
  /** A value that stands elsewhere: an option's default, an argument of a config object. */
  | { readonly kind: 'given'; readonly value: Expression; readonly assumed: boolean }
  | { readonly kind: 'opaque' });

/** A stretch of code with names of its own. */
export interface Scope {
  readonly kind: 'module' | 'class' | 'function';
  readonly name: string;
  readonly node: SyntaxNode;
  readonly parent: Scope | undefined;
  readonly names: Map<string, Binding[]>;
  /** Of a class: what `self.NAME = ...` in its methods binds. */
  readonly attributes: Map<string, Binding[]>;
  /** Of a class: its bases. */
  readonly bases: readonly SyntaxNode[];
  /** Of a method: what it calls its object. */
  self: string | undefined;
  /** Names that belong to the module (`global x`), and to a function around this one (`nonlocal x`). */
  readonly globals: Set<string>;
  readonly nonlocals: Set<string>;
}

export interface CallSite { readonly node: SyntaxNode; readonly scope: Scope }

/** Everything later readers need of a Python file. */
export interface Module {
  /** The text that was parsed: mended, so positions need `original`. */
  readonly text: string;
  original(position: number): number;
  readonly scope: Scope;
  readonly calls: readonly CallSite[];
  readonly classes: readonly Scope[];
  /** Modules of `from m import *`. */
  readonly stars: readonly string[];
  /** Stores to attributes and items of other objects: `cfg.hidden`, `config[...]`, as `object.name` and `object[]`, and by `storedKey`. */
  readonly stores: ReadonlyMap<string, readonly Binding[]>;
  expression(node: SyntaxNode): Expression;
  /** Whether the order of statements decides between bindings of a name, see reach.ts. */
  readonly flows?: boolean;
  /** What a dotted import names in another file of the workspace; undefined where that is not seen. */
  foreign?(path: string): Foreign | undefined;
  /** What `object.name` is bound to where that depends on the language: properties of objects that are written out. */
  members?(object: Expression, name: string, scope: Scope): readonly Binding[];
}

/** Under what `Module.stores` has stores to an item whose key is written out, besides `object[]`. */
export const storedKey = (object: string, key: string): string => `${object}[=${key}][]`;

/** A file of the workspace and the names below it: `config.HIDDEN` is config.py and [HIDDEN]. */
export interface Foreign { readonly module: Module; readonly names: readonly string[] }

const modules = new WeakMap<Scope, Module>();

/** Remembers whose scopes these are, for values that come from another file. */
export function register(module: Module): Module {
  modules.set(module.scope, module);
  return module;
}

/** The file that a scope is of; `otherwise` where that is not remembered. */
export function moduleOf(scope: Scope, otherwise: Module): Module {
  let root = scope;
  while (root.parent) root = root.parent;
  return modules.get(root) ?? otherwise;
}

/** A scope without names yet. */
export function newScope(kind: Scope['kind'], name: string, node: SyntaxNode, parent: Scope | undefined, bases: readonly SyntaxNode[] = []): Scope {
  return { kind, name, node, parent, names: new Map(), attributes: new Map(), bases, self: undefined, globals: new Set(), nonlocals: new Set() };
}

/** The class whose object `name` is inside `scope`: where an enclosing method calls its object so. */
export function classOf(name: string, scope: Scope | undefined): Scope | undefined {
  for (let s = scope; s; s = s.parent) {
    if (s.self === name) return s.parent;
    if (s.kind === 'function' && s.names.has(name)) return undefined;
  }
  return undefined;
}

/** All bindings of a name as seen from a scope; class bodies are seen only from themselves. Empty where it is bound nowhere. */
export function lookup(name: string, from: Scope): readonly Binding[] {
  for (let scope: Scope | undefined = from; scope; scope = scope.parent) {
    const found = scope.kind === 'class' && scope !== from ? undefined : scope.names.get(name);
    if (found) return found;
  }
  return [];
}

/** The innermost class around a scope, else the innermost function; '' at module level. */
export function ownerOf(scope: Scope): string {
  let named = '';
  for (let s: Scope | undefined = scope; s; s = s.parent) {
    if (s.kind === 'class') return s.name;
    named ||= s.name;
  }
  return named;
}

/** A call as an expression, if it still is one. */
export function callOf(site: CallSite, module: Module): CallExpression | undefined {
  const call = module.expression(site.node);
  return call.kind === 'call' ? call : undefined;
}
