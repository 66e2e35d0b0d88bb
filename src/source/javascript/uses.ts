/** What JavaScript does with a layer: where it is applied, which names take what it gives, and where those are read. */
import type { SyntaxNode } from '@lezer/common';
import { slice, type Expression } from '../code/expression';
import { callOf, lookup, type Binding, type Module, type Scope } from '../code/scopes';
import type { Found } from '../framework';
import { behind } from '../frameworks/tfjs/options';
import { foundAt } from '../lint/held';
import type { TakenName, Use } from '../uses';
import { lastBefore } from './flow';
import { children } from './nodes';

/** The layer that an expression surely makes or names. */
export function layerBehind(value: Expression, scope: Scope, all: readonly Found[], module: Module): Found | undefined {
  const made = behind({ value, scope }, module).value;
  return made.kind === 'call' ? foundAt(made, all) : undefined;
}

/** Every `layer.apply(x)`. */
export function applications(all: readonly Found[], module: Module): ReadonlyMap<Found, readonly Use[]> {
  const uses = new Map<Found, Use[]>();
  for (const { node, scope } of module.calls) {
    const callee = node.firstChild;
    if (!callee?.firstChild || !module.text.slice(Math.max(callee.from, callee.to - 6), callee.to).endsWith('.apply')) continue;
    const layer = layerBehind(module.expression(callee.firstChild), scope, all, module);
    const call = layer && callOf({ node, scope }, module);
    if (call) uses.set(layer, [...uses.get(layer) ?? [], { layer, node, scope, call }]);
  }
  return uses;
}

/** What stands around a value without changing it: `(x)`, `x as T`, `x!`. */
const around = /^(Parenthesized|Postfix)Expression$/;

function whole(node: SyntaxNode, text: string): SyntaxNode {
  const up = node.parent;
  if (!up) return node;
  const typed = up.name === 'BinaryExpression' && up.firstChild?.from === node.from && up.getChild('as') !== null;
  const same = typed || (around.test(up.name) && !/(\+\+|--)$/.test(slice(up, text)));
  return same ? whole(up, text) : node;
}

/** The names on the left of `const y = layer.apply(x)` and `const [y, h, c] = ...`. */
export function namesTaking({ node }: Pick<Use, 'node'>, { text }: Module): readonly TakenName[] {
  const value = whole(node, text);
  let equals = value.prevSibling;
  while (equals?.name.endsWith('Comment')) equals = equals.prevSibling;
  if (equals?.name !== 'Equals') return [];
  let target = equals.prevSibling;
  while (target && /^(TypeAnnotation|Optional|LogicOp)$|Comment$/.test(target.name)) target = target.prevSibling;
  return target ? names(target, []) : [];
}

function names(target: SyntaxNode, path: readonly number[]): readonly TakenName[] {
  if (/^Variable(Name|Definition)$/.test(target.name)) return [{ node: target, path }];
  if (!/^Array(Pattern|Expression)$/.test(target.name)) return [];
  const items = children(target).slice(1, -1);
  if (items.some(i => i.name === 'Spread' || i.name === 'Equals')) return [];
  let place = 0;
  return items.flatMap(item => {
    if (item.name === ',') { place++; return []; }
    return names(item, [...path, place]);
  });
}

const words = new WeakMap<Module, ReadonlyMap<string, readonly SyntaxNode[]>>();

/** All places where a name is written as a variable, or defined. */
function places(name: string, module: Module): readonly SyntaxNode[] {
  const known = words.get(module) ?? gather(module);
  words.set(module, known);
  return known.get(name) ?? [];
}

function gather({ scope, text }: Module): ReadonlyMap<string, readonly SyntaxNode[]> {
  const found = new Map<string, SyntaxNode[]>();
  scope.node.cursor().iterate(ref => {
    if (ref.name !== 'VariableName' && ref.name !== 'VariableDefinition') return;
    const name = text.slice(ref.from, ref.to);
    const list = found.get(name);
    if (list) list.push(ref.node);
    else found.set(name, [ref.node]);
  });
  return found;
}

/** All places that surely read the value that a name is given at a node: none where an inner function or block has a variable of that name. */
export function readsAfter(node: SyntaxNode, from: Scope, module: Module): readonly SyntaxNode[] {
  const name = slice(node, module.text);
  const bindings = lookup(name, from);
  const home = homeOf(name, from);
  if (!home || !bindings.some(b => b.at === node.from)) return [];
  const within = places(name, module).filter(n => n.from >= home.node.from && n.to <= home.node.to);
  const own = new Set(bindings.map(b => b.at));
  if (within.some(n => n.name === 'VariableDefinition' && !own.has(n.from) && bindings.length > 0 && !declares(n, bindings))) return [];
  return within.filter(n => n.name === 'VariableName' && n.from > node.to && !own.has(n.from) && inForce(bindings, n.from, module)?.at === node.from);
}

/** `let y;`, which binds nothing yet, comes before what is assigned. */
const declares = (definition: SyntaxNode, bindings: readonly Binding[]): boolean => definition.parent?.name === 'VariableDeclaration' && definition.nextSibling?.name !== 'Equals' && bindings.every(b => b.at > definition.from);

const inForce = (bindings: readonly Binding[], position: number, module: Module): Binding | undefined => bindings.length === 1 ? bindings[0] : lastBefore(bindings, position, module);

function homeOf(name: string, from: Scope): Scope | undefined {
  for (let s: Scope | undefined = from; s; s = s.parent) if (s.kind !== 'class' && s.names.has(name)) return s;
  return undefined;
}
