/** How Python's statements bind names: imports, assignments in all their forms, parameters, loops. */
import type { SyntaxNode } from '@lezer/common';
import { children, groups, slice } from '../code/expression';
import { isMarimoCell, marimoCells } from './marimo';
import { decoratedDefault } from './options';
import { classOf, newScope, storedKey, type Binding, type CallSite, type Scope } from '../code/scopes';

/** What a walk over a tree gathers; `scope` is where it stands. */
export interface Reading { text: string; scope: Scope; calls: CallSite[]; classes: Scope[]; stars: string[]; stores: Map<string, Binding[]> }

/** Opens the scope of a node that has one, and binds its name and parameters. */
export function enterScope(node: SyntaxNode, reading: Reading): Scope {
  const { text, scope: parent } = reading;
  const nameNode = node.getChild('VariableName');
  const name = nameNode && node.name.endsWith('Definition') ? slice(nameNode, text) : '';
  if (node.name === 'ClassDefinition') {
    const list = node.getChild('ArgList');
    const scope = newScope('class', name, node, parent, list ? groups(children(list).filter(c => c.name !== '(' && c.name !== ')')).flatMap(g => g.slice(0, 1)) : []);
    reading.classes.push(scope);
    bind(reading, name, { kind: 'class', body: scope, at: node.from, scope: parent });
    return scope;
  }
  const scope = newScope('function', name, node, parent);
  if (name) bind(reading, name, { kind: 'function', body: scope, at: node.from, scope: parent });
  const parameters = node.getChild('ParamList');
  if (isMarimoCell(node, parent, text)) marimoCells.add(scope);
  else if (parameters) bindParameters(parameters, scope, parent, text);
  else for (const target of comprehensionTargets(node)) scope.names.set(slice(target, text), [{ kind: 'opaque', at: target.from, scope }]);
  return scope;
}

function bindParameters(list: SyntaxNode, scope: Scope, parent: Scope, text: string): void {
  groups(children(list).filter(c => c.name !== '(' && c.name !== ')')).forEach((group, i) => {
    const name = group.find(c => c.name === 'VariableName');
    if (!name) return;
    const equals = group.findIndex(c => c.name === 'AssignOp');
    const fallback = equals < 0 ? decoratedDefault(list.parent ?? list, slice(name, text), text) : group[equals + 1];
    const splat = group.some(c => c.name === '*' || c.name === '**');
    if (i === 0 && parent.kind === 'class' && !splat) scope.self = slice(name, text);
    const binding: Binding = splat ? { kind: 'opaque', at: name.from, scope } : { kind: 'parameter', fallback, at: name.from, scope: parent };
    scope.names.set(slice(name, text), [binding]);
  });
}

function comprehensionTargets(node: SyntaxNode): SyntaxNode[] {
  const all = children(node);
  return all.flatMap((c, i) => c.name === 'for' ? namesIn(all.slice(i + 1, all.findIndex((x, k) => k > i && x.name === 'in'))) : []);
}

function namesIn(nodes: readonly SyntaxNode[]): SyntaxNode[] {
  return nodes.flatMap(n => n.name === 'VariableName' ? [n] : /Tuple|Array|Parenthesized/.test(n.name) ? namesIn(children(n)) : []);
}

type Visitor = (node: SyntaxNode, reading: Reading) => void;

/** What to do on entering a node, by its name. */
export const visitors: Readonly<Record<string, Visitor>> = {
  CallExpression: (node, reading) => { reading.calls.push({ node, scope: reading.scope }); },
  ImportStatement: visitImport,
  AssignStatement: visitAssign,
  UpdateStatement: (node, reading) => { store(node.firstChild, undefined, reading); },
  DeleteStatement: (node, reading) => { for (const c of children(node)) store(c, undefined, reading); },
  NamedExpression: (node, reading) => { store(node.firstChild, node.lastChild ?? undefined, reading); },
  ForStatement: (node, reading) => { opaqueBetween(node, 'for', 'in', reading); },
  WithStatement: (node, reading) => { afterAs(node, reading); },
  TryStatement: (node, reading) => { afterAs(node, reading); },
  CapturePattern: (node, reading) => { store(node.firstChild, undefined, reading); },
  ScopeStatement: (node, { text, scope }) => {
    const names = node.firstChild?.name === 'nonlocal' ? scope.nonlocals : scope.globals;
    for (const n of node.getChildren('VariableName')) names.add(slice(n, text));
  },
};

/** `f(x, n := 3)`: right inside a call, lezer gives `:=` no node of its own. */
export function bindNamed(list: SyntaxNode, reading: Reading): void {
  for (const equals of list.getChildren('AssignOp')) if (slice(equals, reading.text) === ':=') store(equals.prevSibling, equals.nextSibling ?? undefined, reading);
}

function visitImport(node: SyntaxNode, reading: Reading): void {
  const { text, scope } = reading;
  const all = children(node).filter(c => c.name !== '(' && c.name !== ')');
  const at = all.findIndex(c => c.name === 'import');
  const from = all[0]?.name === 'from';
  const base = from ? all.slice(1, at).map(c => slice(c, text)).join('') : '';
  const optional = inTry(node);
  for (const group of groups(all.slice(at + 1))) {
    if (group[0]?.name === '*') { reading.stars.push(base); continue; }
    const as = group.findIndex(c => c.name === 'as');
    const path = (as < 0 ? group : group.slice(0, as)).map(c => slice(c, text)).join('');
    const alias = as < 0 ? undefined : group[as + 1];
    const first = path.split('.')[0] ?? path;
    const full = from ? `${base}${/\.$|^$/.test(base) ? '' : '.'}${path}` : alias ? path : first;
    bind(reading, alias ? slice(alias, text) : first, { kind: 'import', path: full, optional, at: node.from, scope });
  }
}

function inTry(node: SyntaxNode): boolean {
  return node.parent?.name === 'Body' && node.parent.parent?.name === 'TryStatement';
}

/** `a = b, c = 1, 2`: every group of targets meets the value, item by item where both are tuples. */
function visitAssign(node: SyntaxNode, reading: Reading): void {
  const target = node.firstChild;
  const value = target?.nextSibling?.name === 'AssignOp' ? target.nextSibling.nextSibling : null;
  if (target && value && !value.nextSibling && !value.type.isError && !several.test(target.name)) { store(target, value, reading); return; }
  const sides: SyntaxNode[][] = [[]];
  for (const c of children(node)) {
    if (c.name === 'AssignOp') sides.push([]);
    else if (c.name !== 'TypeDef' && !c.type.isError) sides.at(-1)?.push(c);
  }
  if (sides.length < 2) return;
  const values = items(sides.at(-1) ?? []);
  for (const side of sides.slice(0, -1)) {
    const targets = items(side);
    const whole = targets.length === 1 && !side.some(c => c.name === ',');
    targets.forEach((target, i) => {
      const value = whole ? wholeOf(sides.at(-1) ?? [], values) : targets.length === values.length ? values[i] : i === 0 ? knownArguments(values, reading) : undefined;
      store(target, value, reading);
    });
  }
}

/** Targets that take their value apart. */
const several = /^(Tuple|Array)Expression$/;

/** The one expression on the right side; `1, 2` without brackets is none. */
function wholeOf(side: readonly SyntaxNode[], values: readonly SyntaxNode[]): SyntaxNode | undefined {
  return side.length === 1 ? side[0] : values.length === 1 ? values[0] : undefined;
}

/** `args, rest = parser.parse_known_args()` */
function knownArguments([value]: readonly SyntaxNode[], { text }: Reading): SyntaxNode | undefined {
  return value?.name === 'CallExpression' && value.firstChild && /\.parse_known_args$/.test(slice(value.firstChild, text)) ? value : undefined;
}

function items(side: readonly SyntaxNode[]): SyntaxNode[] {
  const only = side[0];
  const list = side.length === 1 && only?.name === 'TupleExpression' ? children(only).slice(1, -1) : side;
  return list.filter(c => c.name !== ',' && c.name !== '*');
}

function opaqueBetween(node: SyntaxNode, start: string, end: string, reading: Reading): void {
  const all = children(node);
  const [a, b] = [all.findIndex(c => c.name === start), all.findIndex(c => c.name === end)];
  for (const target of all.slice(a + 1, b < 0 ? a + 1 : b)) for (const name of target.name === 'MemberExpression' ? [target] : namesIn([target])) store(name, undefined, reading);
}

function afterAs(node: SyntaxNode, reading: Reading): void {
  const all = children(node);
  all.forEach((c, i) => { if (c.name === 'as') for (const name of namesIn(all.slice(i + 1, i + 2))) store(name, undefined, reading); });
}

/** Binds a target to a value; to nothing that can be known where `value` is absent. */
function store(target: SyntaxNode | null | undefined, value: SyntaxNode | undefined, reading: Reading): void {
  if (!target) return;
  const { text, scope } = reading;
  const binding: Binding = value ? { kind: 'value', node: value, at: target.from, scope } : { kind: 'opaque', at: target.from, scope };
  if (target.name === 'VariableName') bind(reading, slice(target, text), binding);
  else if (target.name === 'TupleExpression' || target.name === 'ArrayExpression') for (const n of namesIn([target])) store(n, undefined, reading);
  else if (target.name === 'MemberExpression') storeMember(target, binding, reading);
}

function storeMember(target: SyntaxNode, binding: Binding, reading: Reading): void {
  const object = target.firstChild;
  if (!object) return;
  const property = target.getChild('PropertyName');
  const owner = property && object.name === 'VariableName' ? classOf(slice(object, reading.text), reading.scope) : undefined;
  const source = slice(object, reading.text);
  if (property && owner) push(owner.attributes, slice(property, reading.text), binding);
  else push(reading.stores, property ? `${source}.${slice(property, reading.text)}` : `${source}[]`, binding);
  const key = property ? undefined : literalKey(target, reading.text);
  if (key !== undefined) push(reading.stores, storedKey(source, key), binding);
}

/** `'hidden'` of `cfg['hidden']` */
function literalKey(target: SyntaxNode, text: string): string | undefined {
  const [, , key, end] = children(target);
  return key?.name === 'String' && end?.name === ']' ? /^(['"])([^\\'"]*)\1$/.exec(slice(key, text))?.[2] : undefined;
}

function bind(reading: Reading, name: string, binding: Binding): void {
  let scope = reading.scope;
  if (scope.globals.has(name)) while (scope.parent) scope = scope.parent;
  if (scope.nonlocals.has(name)) scope = aroundWith(name, scope);
  push(scope.names, name, binding);
  if (marimoCells.has(scope) && scope.parent) push(scope.parent.names, name, binding);
}

/** The function around a scope that a `nonlocal` name belongs to. */
function aroundWith(name: string, scope: Scope): Scope {
  for (let s = scope.parent; s?.parent; s = s.parent) if (s.kind === 'function' && s.names.has(name)) return s;
  return scope;
}

function push(map: Map<string, Binding[]>, name: string, binding: Binding): void {
  const list = map.get(name);
  if (list) list.push(binding);
  else map.set(name, [binding]);
}
