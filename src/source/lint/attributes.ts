/** What a class keeps on its objects: the statements that give `self.h` a value, and the one that surely did so last. */
import type { SyntaxNode } from '@lezer/common';
import { classOf, type Module, type Scope } from '../code/scopes';
import { slice, type Expression } from '../code/expression';
import { sidesOf, statementOf, targetItems } from '../python/flow';
import { oncePerFile } from './once';
import { within } from './training';

/** A value, or an item of one, that an attribute is given; `value` is absent where it is not understood. */
export interface Stored { readonly value?: SyntaxNode; readonly path: readonly number[]; readonly scope: Scope; readonly statement: SyntaxNode }

/** Where names stand behind a dot, or alone in quotes. */
export const members = oncePerFile(({ text }) => {
  const found = new Map<string, number[]>();
  for (const { 1: member, 2: word, index } of text.matchAll(/\.(\w+)|['"](\w+)['"]/g)) {
    const name = member ?? word ?? '';
    const list = found.get(name);
    if (list) list.push(index);
    else found.set(name, [index]);
  }
  return found;
});

/** All that gives `self.name` a value within its class, and the places elsewhere in the file that may do so. */
export interface Stores { readonly own: readonly Stored[]; readonly elsewhere: readonly number[] }

const known = new WeakMap<Scope, Map<string, Stores>>();

export function storesOf(name: string, owner: Scope, module: Module): Stores {
  const perName = known.get(owner) ?? new Map<string, Stores>();
  known.set(owner, perName);
  const found = perName.get(name) ?? gather(name, owner, module);
  perName.set(name, found);
  return found;
}

function gather(name: string, owner: Scope, module: Module): Stores {
  const all = mentionedStores(module, name);
  return { own: all.flatMap(({ by, stored }) => stored && by === owner ? [stored] : []), elsewhere: all.flatMap(({ at, by }) => by === undefined ? [at] : []) };
}

/** A place that gives an attribute of this name a value, and the class whose method does so to its own object. */
interface Mentioned { readonly at: number; readonly by: Scope | undefined; readonly stored?: Stored }

const mentioned = new WeakMap<Module, Map<string, readonly Mentioned[]>>();

/** Looked for once a name, however many classes of the file have an attribute of it. */
function mentionedStores(module: Module, name: string): readonly Mentioned[] {
  const perName = mentioned.get(module) ?? new Map<string, readonly Mentioned[]>();
  mentioned.set(module, perName);
  const found = perName.get(name) ?? (members(module).get(name) ?? []).flatMap(at => storedAt(at, module));
  perName.set(name, found);
  return found;
}

/** What a mention stores; nothing where it only reads. */
function storedAt(at: number, module: Module): readonly Mentioned[] {
  if (module.text[at] !== '.') return /\bsetattr\b/.test(module.text.slice(Math.max(0, at - 80), at)) ? [{ at, by: undefined }] : [];
  const around = module.classes.findLast(c => c.node.from <= at && at < c.node.to);
  const node = (around ?? module.scope).node.resolveInner(at + 1, 1);
  const member = node.parent?.name === 'MemberExpression' ? node.parent : undefined;
  const statement = member && statementOf(member);
  if (!member || !statement || isRead(member, statement)) return [];
  const method = around && methodAround(member, around);
  const by = method && classOf(slice(member.firstChild ?? member, module.text), method);
  if (!method || !by) return [{ at, by: undefined }];
  const sides = sidesOf(statement);
  const path = sides && pathTo(member.from, sides.target);
  return [{ at, by, stored: { path: path ?? [], scope: method, statement, ...(sides && path ? { value: sides.value } : {}) } }];
}

/** It stands on the right side, or its item or method is meant. */
function isRead(member: SyntaxNode, statement: SyntaxNode): boolean {
  if (member.parent?.name === 'MemberExpression' && member.parent.from === member.from) return true;
  if (/^(For|With)Statement$/.test(statement.name)) return member.from > (statement.getChild('in')?.from ?? statement.from);
  if (!/^(Assign|Update|Delete)Statement$/.test(statement.name)) return true;
  const operators = statement.getChildren('AssignOp').at(-1) ?? statement.getChild('UpdateOp');
  return operators ? member.from > operators.from : false;
}

/** The method of a class that a node stands directly in. */
function methodAround(node: SyntaxNode, owner: Scope): Scope | undefined {
  for (const list of owner.names.values()) for (const b of list) {
    if (b.kind === 'function' && b.body && b.body.node.from <= node.from && node.to <= b.body.node.to) return b.body;
  }
  return undefined;
}

/** Which item of a target a position is. */
function pathTo(at: number, target: readonly SyntaxNode[]): readonly number[] | undefined {
  const items = targetItems(target);
  if (!items) return target[0]?.from === at ? [] : undefined;
  const index = items.findIndex(i => i.from <= at && at < i.to);
  const item = items[index];
  const rest = item && !items.slice(0, index).some(i => i.name === '*') ? pathTo(at, [item]) : undefined;
  return rest && [index, ...rest];
}

/** The class and the name of `self.name`. */
export function attributeOf(e: Expression, scope: Scope): { readonly owner: Scope; readonly name: string } | undefined {
  const owner = e.kind === 'attribute' && e.object.kind === 'name' ? classOf(e.object.name, scope) : undefined;
  return owner && e.kind === 'attribute' ? { owner, name: e.name } : undefined;
}

/** What was surely stored last when a place in a method is reached: by a statement before it, or by a method that such a statement calls. */
export function storedBefore(name: string, owner: Scope, place: SyntaxNode, module: Module): { readonly stored: Stored; readonly by?: SyntaxNode } | undefined {
  const stores = storesOf(name, owner, module).own;
  if (stores.length === 0) return undefined;
  for (let s: SyntaxNode | undefined = statementOf(place); s; s = s.parent?.parent && s.parent.name === 'Body' && s.parent.parent.name !== 'FunctionDefinition' ? s.parent.parent : undefined) {
    if (/^(For|While)Statement$/.test(s.name) && stores.some(o => within(o.statement, s))) return undefined;
    for (let before = s.prevSibling; before && before.name !== ':'; before = before.prevSibling) {
      const found = storesIn(before, stores, module);
      if (found) return found === 'perhaps' ? undefined : found;
    }
  }
  return undefined;
}

/** What a statement stores itself, or by the one method that it calls; 'perhaps' where that is not sure. */
function storesIn(statement: SyntaxNode, stores: readonly Stored[], module: Module): { readonly stored: Stored; readonly by?: SyntaxNode } | 'perhaps' | undefined {
  const own = stores.filter(o => within(o.statement, statement));
  if (own.length > 0) return own.length === 1 && own[0]?.statement.from === statement.from && own[0].value ? { stored: own[0] } : 'perhaps';
  const text = slice(statement, module.text);
  const called = stores.filter(o => new RegExp(`\\.${o.scope.name}\\s*\\(`).test(text));
  if (called.length === 0) return /\bself\(|\.forward\(/.test(text) ? 'perhaps' : undefined;
  const [only] = called;
  const call = statement.name === 'ExpressionStatement' ? statement.firstChild : null;
  const direct = called.length === 1 && only?.value && call?.name === 'CallExpression' && only.statement.parent?.parent?.from === only.scope.node.from;
  return direct && only && call ? { stored: only, by: call } : 'perhaps';
}
