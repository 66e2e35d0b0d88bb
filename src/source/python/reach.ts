/** Which bindings of a name can be in force at a place: the flow of one function's statements, with branches and loops. */
import type { SyntaxNode } from '@lezer/common';
import { children } from '../code/expression';
import type { Binding, Scope } from '../code/scopes';
import { isNamed } from './flow';

/** What reaches a place; `assumed` where a test was decided by a default. */
export interface Reached { readonly bindings: readonly Binding[]; readonly assumed: boolean }

/** What a test gives, undefined where the text does not settle it. */
export type Decide = (test: SyntaxNode, scope: Scope) => { readonly value: boolean | undefined; readonly assumed: boolean };

interface Walk { readonly all: readonly Binding[]; readonly frame: Scope; readonly found: Set<Binding>; readonly decide: Decide; assumed: boolean }

const comprehension = /Comprehension|ArgList/;
const functions = /^(Function|Class)Definition$|^DecoratedStatement$/;
const loops = /^(For|While)Statement$/;
/** More bindings than this are not followed; they then must all agree. */
const most = 64;

/** undefined where the name belongs to another function than the place, which may run at any time. */
export function reaching(name: string, position: number, from: Scope, decide: Decide): Reached | undefined {
  let frame: Scope | undefined = from;
  while (frame && !frame.names.has(name) && comprehension.test(frame.node.name)) frame = frame.parent;
  const all = frame?.names.get(name);
  if (!frame || !all || all.length < 2 || all.length > most || all.some(b => fromElsewhere(b, frame))) return undefined;
  const walk: Walk = { all, frame, found: new Set(), decide, assumed: false };
  climb(frame.node.resolveInner(position, 1), walk);
  return walk.found.size > 0 ? { bindings: all.filter(b => walk.found.has(b)), assumed: walk.assumed } : undefined;
}

/** `global x` in a function binds the module's name whenever that function runs. */
function fromElsewhere(b: Binding, frame: Scope): boolean {
  return b.kind !== 'parameter' && b.scope !== frame;
}

/** Goes from a place outwards, and in each block backwards, until something surely binds the name. */
function climb(place: SyntaxNode, w: Walk): void {
  let node = place;
  let outside = false;
  for (let parent = node.parent; parent && !isFrame(node, w); parent = node.parent) {
    if (isBlock(parent) && !outside) {
      outside = true;
      for (const b of within(node.from, place.from, w)) if (isNamed(b, w.frame)) w.found.add(b);
    }
    if (isBlock(parent) && sweep(parent, node.from, w)) return;
    if (node.name === 'Body' && leaveBody(node, parent, w)) return;
    node = parent;
  }
  for (const b of w.all) if (b.kind === 'parameter') w.found.add(b);
}

function isFrame(node: SyntaxNode, { frame }: Walk): boolean {
  return node.from === frame.node.from && node.to === frame.node.to && node.name === frame.node.name;
}

function isBlock(node: SyntaxNode): boolean {
  return node.name === 'Body' || node.name === 'Script';
}

/** From a body out to its statement: names of its head (`with ... as`, `for ... in`) hold inside; a loop also brings back its end. */
function leaveBody(body: SyntaxNode, statement: SyntaxNode, w: Walk): boolean {
  if (loops.test(statement.name)) for (const b of within(statement.from, statement.to, w)) w.found.add(b);
  const before = within(statement.from, body.from, w);
  const head = before.filter(b => !inBody(b, statement));
  for (const b of statement.name === 'TryStatement' ? before : head) w.found.add(b);
  return head.length > 0 && /^(For|With)Statement$/.test(statement.name) && body.from === statement.getChild('Body')?.from;
}

function inBody(b: Binding, statement: SyntaxNode): boolean {
  return statement.getChildren('Body').some(body => body.from <= b.at && b.at < body.to);
}

function within(from: number, to: number, { all }: Walk): readonly Binding[] {
  return all.filter(b => b.kind !== 'parameter' && b.at >= from && b.at < to);
}

/** Backwards over the statements of a block before a place; true where one of them surely binds the name. */
function sweep(block: SyntaxNode, before: number, w: Walk): boolean {
  for (let end = before; ;) {
    const last = within(block.from, end, w).at(-1);
    const statement = last && childAround(block, last.at);
    if (!statement) return false;
    if (binds(statement, w)) return true;
    end = statement.from;
  }
}

function childAround(block: SyntaxNode, at: number): SyntaxNode | undefined {
  let node: SyntaxNode | null = block.resolveInner(at, 1);
  while (node?.parent && !(node.parent.from === block.from && node.parent.to === block.to && node.parent.name === block.name)) node = node.parent;
  return node && node.from <= at && at < node.to && node.from >= block.from ? node : undefined;
}

/** Adds what a statement may bind; true where it surely does. */
function binds(statement: SyntaxNode, w: Walk): boolean {
  const inside = within(statement.from, statement.to, w);
  if (statement.name === 'IfStatement') return branches(statement, inside, w);
  if (statement.name === 'WithStatement') return bodyBinds(statement.getChild('Body'), w) || addLast(inside.filter(b => !inBody(b, statement)), w);
  if (statement.name === 'TryStatement') {
    const bodies = statement.getChildren('Body');
    for (const b of inside) w.found.add(b);
    return bodies.length > 1 && bodies.every(body => within(body.from, body.to, w).length > 0 && bodyBinds(body, w));
  }
  if (loops.test(statement.name) || statement.name === 'MatchStatement') {
    for (const b of inside) w.found.add(b);
    return false;
  }
  return addLast(functions.test(statement.name) ? inside.filter(b => b.kind === 'function' || b.kind === 'class') : inside, w);
}

/** The last binding of a statement is in force after it, but for a `:=` that may not be evaluated: then those before it can be, too. */
function addLast(bindings: readonly Binding[], w: Walk): boolean {
  for (const b of bindings.toReversed()) {
    w.found.add(b);
    if (!isNamed(b, w.frame) || isEvaluated(w.frame.node.resolveInner(b.at, 1))) return true;
  }
  return false;
}

const perhaps = /^ConditionalExpression$|Comprehension|^Lambda/;

/** False for what stands in `a and ...`, a condition, a comprehension. */
function isEvaluated(named: SyntaxNode): boolean {
  for (let n = named.parent; n && !/Statement$/.test(n.name); n = n.parent) {
    if (n.name === 'BinaryExpression' ? n.getChild('and') !== null || n.getChild('or') !== null : perhaps.test(n.name)) return false;
  }
  return true;
}

/** A body that leaves the function or loop brings nothing on. */
function bodyBinds(body: SyntaxNode | null, w: Walk): boolean {
  if (!body) return false;
  if (/^(Return|Raise|Continue|Break)Statement$/.test(body.lastChild?.name ?? '')) return true;
  return sweep(body, body.to, w);
}

/** Only the branches that the tests leave possible count. */
function branches(statement: SyntaxNode, inside: readonly Binding[], w: Walk): boolean {
  let surely = true;
  let test: SyntaxNode | undefined;
  for (const child of children(statement)) {
    if (child.name !== 'Body') { test = /^(if|elif|else)$/.test(child.name) ? undefined : child; continue; }
    const taken = test ? w.decide(test, w.frame) : { value: true, assumed: false };
    if (test) w.assumed ||= taken.assumed && taken.value !== undefined;
    if (taken.value === false) continue;
    if (!bodyBinds(child, w)) surely = false;
    if (taken.value === true) return surely;
  }
  for (const b of inside) if (!inBody(b, statement)) w.found.add(b);
  return false;
}
