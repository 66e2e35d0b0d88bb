/** How JavaScript binds names: declarations, destructuring, parameters, imports, fields, assignments. */
import type { SyntaxNode, SyntaxNodeRef } from '@lezer/common';
import { slice } from '../code/expression';
import { loaderIn, type Loaded } from './loaders';
import { children, unquoted, valueAfter } from './nodes';
import { classOf, newScope, type Binding, type CallSite, type Scope } from '../code/scopes';

/** A name that takes a default where the object it is taken from, or the value before `||`, says nothing. */
export interface Defaulted { readonly list: Binding[]; readonly at: number; readonly node: SyntaxNode; readonly fallback: SyntaxNode; readonly scope: Scope }

/** What a walk over a tree gathers; `scope` is where it stands. Names assigned to are looked up when all declarations are known. */
export interface Reading {
  readonly text: string;
  scope: Scope;
  readonly calls: CallSite[];
  readonly classes: Scope[];
  readonly stores: Map<string, Binding[]>;
  readonly assigned: { readonly name: string; readonly binding: Binding }[];
  readonly defaulted: Defaulted[];
  readonly loaded: Loaded[];
}

const functions = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunction', 'MethodDeclaration', 'Property', 'AmbientFunctionDeclaration']);
const blocks = new Set(['Block', 'ForStatement', 'SwitchBody', 'CatchClause', 'StaticBlock']);
const scoped = new Set([...functions, ...blocks, 'ClassDeclaration', 'ClassExpression']);

/** Does a node of this name open a scope, some of them at least? */
export const mayOpen = (name: string): boolean => scoped.has(name);

/** Does a node open a scope? A property does where it is a method. */
export function opensScope(ref: SyntaxNodeRef): boolean {
  return scoped.has(ref.name) && (ref.name !== 'Property' || ref.node.getChild('ParamList') !== null);
}

/** Opens the scope of a node, binds its name and parameters. */
export function enterScope(node: SyntaxNode, reading: Reading): Scope {
  const { scope: parent, text } = reading;
  if (blocks.has(node.name)) return newScope('function', '', node, parent);
  const own = node.getChild('VariableDefinition');
  const name = own ? slice(own, text) : nameAround(node, text);
  return node.name.startsWith('Class') ? enterClass(node, name, reading) : enterFunction(node, name, reading);
}

function enterClass(node: SyntaxNode, name: string, reading: Reading): Scope {
  const parent = reading.scope;
  const after = children(node);
  const base = after[after.findIndex(c => c.name === 'extends') + 1];
  const scope = newScope('class', name, node, parent, after.some(c => c.name === 'extends') && base ? [base] : []);
  reading.classes.push(scope);
  if (name) bind(parent, name, { kind: 'class', body: scope, at: node.from, scope: parent });
  return scope;
}

function enterFunction(node: SyntaxNode, name: string, reading: Reading): Scope {
  const { scope: parent, text } = reading;
  const scope = newScope('function', name, node, parent);
  if (node.name === 'FunctionDeclaration' && name) bind(parent, name, { kind: 'function', at: node.from, scope: parent });
  if (node.name === 'MethodDeclaration' && parent.kind === 'class') {
    scope.self = 'this';
    if (name && name !== 'constructor') bind(parent, name, { kind: 'function', at: node.from, scope: parent });
  } else if (node.name !== 'ArrowFunction') scope.names.set('this', [{ kind: 'opaque', at: node.from, scope }]);
  const list = node.getChild('ParamList');
  if (list) for (const c of children(list)) parameter(c, scope, parent, text, name === 'constructor');
  return scope;
}

/** `const build = () => ...`, `build: function () ...`, `build() ...`. */
function nameAround(node: SyntaxNode, text: string): string {
  const own = node.getChild('PropertyDefinition') ?? node.getChild('PrivatePropertyDefinition');
  if (own) return slice(own, text);
  const around = node.parent;
  if (around?.name === 'Property' || around?.name === 'PropertyDeclaration') return nameAround(around, text);
  const before = node.prevSibling?.name === 'Equals' ? node.prevSibling.prevSibling : null;
  return before?.name === 'VariableDefinition' ? slice(before, text) : '';
}

/** A parameter; one with `private` or `readonly` is a field too. */
function parameter(node: SyntaxNode, scope: Scope, parent: Scope, text: string, isConstructor: boolean): void {
  if (/Pattern$/.test(node.name)) for (const { name, key } of patternNames(node)) bind(scope, slice(name, text), { kind: 'parameter', fallback: key?.name === 'PatternProperty' ? valueAfter(name) : undefined, at: name.from, scope: parent });
  if (node.name !== 'VariableDefinition') return;
  const rest = node.prevSibling?.name === 'Spread';
  const binding: Binding = rest ? { kind: 'opaque', at: node.from, scope } : { kind: 'parameter', fallback: valueAfter(node), at: node.from, scope: parent };
  bind(scope, slice(node, text), binding);
  const field = /^(Privacy|readonly|override)$/.test(node.prevSibling?.name ?? '');
  if (field && isConstructor && parent.kind === 'class') push(parent.attributes, slice(node, text), binding);
}

/** Names of a destructuring pattern, each with the property it is taken from; without one where it stands in a list or is the rest. */
function patternNames(pattern: SyntaxNode): readonly { readonly name: SyntaxNode; readonly key?: SyntaxNode }[] {
  return children(pattern).flatMap(c => {
    if (c.name === 'VariableDefinition') return pattern.name === 'ArrayPattern' ? [{ name: c }] : [];
    if (/Pattern$/.test(c.name)) return patternNames(c).map(({ name }) => ({ name }));
    if (c.name !== 'PatternProperty') return [];
    const inner = children(c).find(p => /Pattern$/.test(p.name));
    if (inner) return patternNames(inner);
    const name = c.getChild('VariableDefinition');
    return name ? [c.getChild('Spread') || c.getChild('[') ? { name } : { name, key: c }] : [];
  });
}

type Visitor = (node: SyntaxNode, reading: Reading) => void;

/** What to do on entering a node, by its name. */
export const visitors: ReadonlyMap<string, Visitor> = new Map(Object.entries<Visitor>({
  CallExpression: (node, reading) => { reading.calls.push({ node, scope: reading.scope }); mutation(node, reading); },
  ImportDeclaration: visitImport,
  VariableDeclaration: visitDeclaration,
  AssignmentExpression: visitAssign,
  PostfixExpression: (node, reading) => { if (node.lastChild?.name === 'ArithOp') store(node.firstChild, undefined, reading); },
  UnaryExpression: (node, reading) => { if (/^(\+\+|--|delete)$/.test(node.firstChild ? slice(node.firstChild, reading.text) : '')) store(node.lastChild, undefined, reading); },
  ForOfSpec: loopNames,
  ForInSpec: loopNames,
  CatchClause: loopNames,
  PropertyDeclaration: (node, reading) => {
    const key = node.getChild('PropertyDefinition') ?? node.getChild('PrivatePropertyDefinition');
    const value = key ? valueAfter(key) : undefined;
    if (key && value && reading.scope.kind === 'class') push(reading.scope.names, slice(key, reading.text), { kind: 'value', node: value, at: key.from, scope: reading.scope });
  },
  EnumDeclaration: visitEnum,
}));

/** Imports are paths that start with the module's name: `@tensorflow/tfjs.layers`. A default import is the module itself. */
function visitImport(node: SyntaxNode, { text, scope }: Reading): void {
  const source = node.getChild('String');
  const path = source ? unquoted(source, text) : /^import\s+[\w$]+\s*=\s*require\(\s*['"]([^'"]+)/.exec(text.slice(node.from, node.from + 200))?.[1];
  if (path === undefined) return;
  const imported = (name: SyntaxNode, of: string): void => { bind(scope, slice(name, text), { kind: 'import', path: of, optional: false, at: node.from, scope }); };
  for (const name of node.getChildren('VariableDefinition')) imported(name, path);
  const group = node.getChild('ImportGroup');
  if (!group) return;
  const parts = children(group);
  parts.forEach((c, i) => {
    if (c.name !== 'VariableDefinition') return;
    const original = parts[i - 1]?.name === 'as' ? parts[i - 2] : c;
    const name = original ? slice(original, text) : '';
    imported(c, name === 'default' ? path : `${path}.${name}`);
  });
}

function visitDeclaration(node: SyntaxNode, reading: Reading): void {
  const scope = node.firstChild?.name === 'var' ? functionAround(reading.scope) : reading.scope;
  for (const c of children(node)) if (c.name === 'VariableDefinition' || /Pattern$/.test(c.name)) declare(c, valueAfter(c), scope, reading, node.firstChild?.name === 'const');
}

/** `const { layers } = require('...')` and `await import('...')` are imports; a name without a value gets it from assignments. */
function declare(target: SyntaxNode, value: SyntaxNode | undefined, scope: Scope, reading: Reading, constant = false): void {
  const { text } = reading;
  const loader = value && constant ? loaderIn(value, text) : undefined;
  const path = value ? required(value, text) : undefined;
  const names = target.name === 'VariableDefinition' ? [{ name: target }] : patternNames(target);
  for (const item of names) {
    const { name } = item;
    const key = 'key' in item ? item.key : undefined;
    const list = listOf(scope.names, slice(name, text));
    const at = name.from;
    if (path !== undefined) {
      const taken = key ? key.getChild('PropertyName') ?? name : undefined;
      list.push({ kind: 'import', path: taken ? `${path}.${slice(taken, text)}` : path, optional: false, at, scope: reading.scope });
    } else if (target === name) bindValue(list, value, at, reading);
    else if (target.name === 'ArrayPattern') bindItem(list, target, name, value, reading);
    else if (key && valueAfter(name)) reading.defaulted.push({ list, at, node: key, fallback: valueAfter(name) ?? key, scope: reading.scope });
    else list.push(key && value ? { kind: 'value', node: key, at, scope: reading.scope } : { kind: 'opaque', at, scope: reading.scope });
    const bound = loader === undefined || (key && valueAfter(name)) ? undefined : list.at(-1);
    if (loader !== undefined && bound?.kind === 'value') reading.loaded.push({ list, bound, loader, key: key && slice(key.getChild('PropertyName') ?? name, text) });
  }
}

function bindItem(list: Binding[], pattern: SyntaxNode, name: SyntaxNode, value: SyntaxNode | undefined, { scope }: Reading): void {
  const position = children(pattern).filter(c => c.name !== '[' && c.from < name.from && c.name === ',').length;
  const items = value?.name === 'ArrayExpression' ? children(value).slice(1, -1) : [];
  const plain = items.every(c => c.name !== 'Spread') && items.filter(c => c.name !== ',').length * 2 - 1 === items.length;
  const node = plain ? items.filter(c => c.name !== ',')[position] : undefined;
  list.push(node && !valueAfter(name) ? { kind: 'value', node, at: name.from, scope } : { kind: 'opaque', at: name.from, scope });
}

/** `x = a || 3` is put off: 3 is a default where `a` is a parameter. */
function bindValue(list: Binding[], value: SyntaxNode | undefined, at: number, reading: Reading): void {
  if (!value) return;
  const [left, fallback] = alternatives(value, reading.text);
  if (left && fallback) reading.defaulted.push({ list, at, node: value, fallback, scope: reading.scope });
  else list.push({ kind: 'value', node: value, at, scope: reading.scope });
}

/** The two sides of `a || b`, `a ?? b` and `a ? a : b`. */
export function alternatives(value: SyntaxNode, text: string): readonly [SyntaxNode, SyntaxNode] | readonly [] {
  let node = value;
  while (node.name === 'ParenthesizedExpression' && node.firstChild?.nextSibling) node = node.firstChild.nextSibling;
  const parts = children(node);
  const [a, op, b, , c] = parts;
  if (!a || !op || !b) return [];
  if (node.name === 'BinaryExpression' && /^(\|\||\?\?)$/.test(slice(op, text))) return [a, b];
  const tested = node.name === 'ConditionalExpression' && c ? slice(a, text).replace(/\s*!==?\s*(undefined|null)$/, '') : undefined;
  return c && tested === slice(b, text) ? [b, c] : [];
}

/** The module of `require('...')` and `await import('...')`, and of a property of it. */
function required(value: SyntaxNode, text: string): string | undefined {
  if (value.to - value.from > 300) return undefined;
  const match = /^(?:\(?\s*await\s+import|require)\(\s*['"]([^'"]+)['"]\s*\)\s*\)?\s*((?:\.[\w$]+)*)$/.exec(slice(value, text));
  return match ? `${match[1] ?? ''}${(match[2] ?? '').replace(/^\.default\b/, '')}` : undefined;
}

function functionAround(scope: Scope): Scope {
  let s = scope;
  while (blocks.has(s.node.name) && s.parent) s = s.parent;
  return s;
}

function visitAssign(node: SyntaxNode, reading: Reading): void {
  const value = node.getChild('Equals') ? node.lastChild : undefined;
  store(node.firstChild, value && !value.type.isError ? value : undefined, reading);
}

function loopNames(node: SyntaxNode, reading: Reading): void {
  for (const c of children(node).slice(0, 4)) {
    const names = c.name === 'VariableDefinition' ? [c] : /Pattern$/.test(c.name) ? patternNames(c).map(p => p.name) : [];
    for (const name of names) bind(reading.scope, slice(name, reading.text), { kind: 'opaque', at: c.from, scope: reading.scope });
  }
}

/** Members with a value are fields of a class; the others count up and are left unknown. */
function visitEnum(node: SyntaxNode, reading: Reading): void {
  const { text, scope } = reading;
  const name = node.getChild('TypeDefinition');
  const body = node.getChild('EnumBody');
  if (!name || !body) return;
  const members = newScope('class', slice(name, text), node, scope);
  for (const key of body.getChildren('PropertyName')) {
    const value = valueAfter(key);
    push(members.names, slice(key, text), value ? { kind: 'value', node: value, at: key.from, scope } : { kind: 'opaque', at: key.from, scope });
  }
  bind(scope, members.name, { kind: 'class', body: members, at: node.from, scope });
}

/** `Object.assign(config, ...)` changes what is in config. */
function mutation(node: SyntaxNode, { text, stores, scope }: Reading): void {
  if (!text.startsWith('Object.assign(', node.from)) return;
  const first = node.getChild('ArgList')?.firstChild?.nextSibling;
  if (first && /^(VariableName|MemberExpression)$/.test(first.name)) push(stores, `${slice(first, text)}[]`, { kind: 'opaque', at: node.from, scope });
}

/** Binds a target to a value; to nothing that can be known where `value` is absent. */
function store(target: SyntaxNode | null | undefined, value: SyntaxNode | undefined, reading: Reading): void {
  if (!target) return;
  const { text, scope } = reading;
  const path = value ? required(value, text) : undefined;
  const binding: Binding = path !== undefined ? { kind: 'import', path, optional: false, at: target.from, scope }
    : value ? { kind: 'value', node: value, at: target.from, scope } : { kind: 'opaque', at: target.from, scope };
  if (target.name === 'VariableName') reading.assigned.push({ name: slice(target, text), binding });
  else if (/Pattern$/.test(target.name)) for (const { name } of patternNames(target)) reading.assigned.push({ name: slice(name, text), binding: { kind: 'opaque', at: name.from, scope } });
  else if (target.name === 'MemberExpression') storeMember(target, binding, reading);
}

function storeMember(target: SyntaxNode, binding: Binding, reading: Reading): void {
  const { text, stores, scope } = reading;
  const object = target.firstChild;
  if (!object) return;
  const property = target.getChild('PropertyName') ?? target.getChild('PrivatePropertyName');
  const owner = property && object.name === 'this' ? classOf('this', scope) : undefined;
  const quoted = property ? undefined : target.getChild('String');
  const name = property ? slice(property, text) : quoted ? unquoted(quoted, text) : undefined;
  if (name === undefined) push(stores, `${slice(object, text)}[]`, binding);
  else if (owner && binding.kind === 'value') bindValue(listOf(owner.attributes, name), binding.node, binding.at, reading);
  else push(owner ? owner.attributes : stores, owner ? name : `${slice(object, text)}.${name}`, binding);
}

function bind(scope: Scope, name: string, binding: Binding): void {
  push(scope.names, name, binding);
}

/** Puts what was assigned to where its name is declared; a name declared nowhere is the module's. */
export function settle({ assigned, scope }: Reading): void {
  for (const { name, binding } of assigned) {
    let home: Scope = binding.scope;
    while (!(home.names.has(name) && home.kind !== 'class') && home.parent) home = home.parent;
    push(home.kind === 'class' ? scope.names : home.names, name, binding);
  }
}

function listOf(map: Map<string, Binding[]>, name: string): Binding[] {
  const list = map.get(name) ?? [];
  map.set(name, list);
  return list;
}

function push(map: Map<string, Binding[]>, name: string, binding: Binding): void {
  listOf(map, name).push(binding);
}
