/** Statements of a cell's code, in order. */
import type { SyntaxNode } from '@lezer/common';
import { saying } from '../../core/said';
import { sourceOf } from '../code/arguments';
import { children, groups, slice, type CallExpression, type Expression } from '../code/expression';
import type { Span } from '../outline';
import { assign, update } from './assign';
import { bind, given } from './calls';
import { condition } from './conditions';
import { bodyOf, statementsOf, type Frame } from './frame';
import type { Machine } from './machine';
import { same } from './functions';
import { bindRound, headOf, rounds } from './loops';
import { placed } from './places';
import { opaque, Unread, type Given, type Value } from './values';

/** What is returned, if anything. */
export function block(statements: readonly SyntaxNode[], frame: Frame, machine: Machine): Value | undefined {
  for (const s of statements) {
    const returned = statement(s, frame, machine);
    if (returned) return returned;
  }
  return undefined;
}

function statement(s: SyntaxNode, frame: Frame, machine: Machine): Value | undefined {
  switch (s.name) {
    case 'StatementGroup': return block(children(s).filter(c => c.name !== ';'), frame, machine);
    case 'ReturnStatement': return returned(s, frame, machine);
    case 'AssignStatement': assign(s, frame, machine); return undefined;
    case 'UpdateStatement': update(s, frame, machine); return undefined;
    case 'IfStatement': return branch(s, frame, machine);
    case 'ExpressionStatement': effect(s, frame, machine); return undefined;
    case 'ForStatement': case 'WhileStatement': return loop(s, frame, machine);
    case 'BreakStatement': case 'ContinueStatement': throw new Unread(looping(), s);
    case 'WithStatement': case 'TryStatement': case 'MatchStatement':
      if (machine.constructing) { for (const b of bodies(s)) doubtful(b, frame, machine); return undefined; }
      throw new Unread(saying('a {0} block is not read. Write its lines without it', s.name.replace('Statement', '').toLowerCase()), { from: s.from, to: s.from + 4 });
    default: return undefined;
  }
}

const looping = (): ReturnType<typeof saying> => saying('a loop runs inside the step; equations are one straight line. Leave one step in the cell, and loop outside of it');

/** Round by round, where the text says how many; else what it makes is not known. */
function loop(s: SyntaxNode, frame: Frame, machine: Machine): Value | undefined {
  const head = s.name === 'ForStatement' ? headOf(children(s)) : undefined, [body, otherwise] = bodies(s);
  const values = head && body && !otherwise && !leavesEarly(body) ? rounds(head, frame, machine) : undefined;
  if (!values || !head || !body) {
    if (!machine.constructing) throw new Unread(looping(), { from: s.from, to: s.from + 3 });
    for (const b of bodies(s)) doubtful(b, frame, machine);
    return undefined;
  }
  for (const value of values) {
    bindRound(head, value, frame, machine);
    const returned = block(statementsOf(body), frame, machine);
    if (returned) return returned;
  }
  return undefined;
}

const bodies = (s: SyntaxNode): SyntaxNode[] => s.getChildren('Body');
const leavesEarly = (body: SyntaxNode): boolean => statementsOf(body).some(s => /^(Break|Continue)Statement$/.test(s.name) || s.getChildren('Body').some(leavesEarly));

function returned(s: SyntaxNode, frame: Frame, machine: Machine): Value | undefined {
  const parts = groups(children(s).slice(1)).flatMap(g => g.slice(0, 1)).map(n => machine.evaluate(n, frame));
  return parts.length === 1 && !children(s).some(c => c.name === ',') ? parts[0] : { kind: 'items', items: parts };
}

/** A statement whose value nobody takes: what it does to tensors would be missed. */
function effect(s: SyntaxNode, frame: Frame, machine: Machine): void {
  const e = machine.module.expression(s.firstChild ?? s);
  if (e.kind !== 'call') return;
  const name = e.callee.kind === 'attribute' ? e.callee.name : '';
  if (machine.constructing) { register(e, name, frame, machine); return; }
  if (/[a-z]_$/.test(name) && !same.has(name)) throw new Unread(inPlace(name), e);
  if (name === 'append' && grown(e, frame, machine)) return;
  if (/^(check|assert|validate|_check|log|print|warn|sow)/i.test(name) || e.callee.kind === 'name' && e.callee.name === 'print') return;
  throw new Unread(saying('{0} is called and its result is not taken: it may change what follows. Take the result by a name, or leave the call out', sourceOf(e.callee, machine.module)), e);
}

/** Why a method that changes its tensor is not read. */
export const inPlace = (name: string): ReturnType<typeof saying> => saying('{0} changes a tensor in place. Give the result a new name, without the underscore', name);

/** A list or chain of layers that becomes longer; false where it is neither. */
function grown(e: CallExpression, frame: Frame, machine: Machine): boolean {
  if (e.callee.kind !== 'attribute') return false;
  const to = machine.expression(e.callee.object, frame), { name } = e.callee;
  const list = to.kind === 'items' ? to.items : to.kind === 'callable' ? to.layers?.list : undefined;
  if (!list) return false;
  const chain = to.kind === 'callable' ? to.layers!.path : e.callee.object.kind === 'attribute' ? machine.named(e.callee.object.name) : '';
  const at = (key: string | number): string => chain && `${chain}.${key}`;
  const [first, second] = e.args;
  if (name === 'append' && first) list.push(placed(machine.expression(first.value, frame, at(list.length)), at(list.length)));
  else if (name === 'add_module' && first?.value.kind === 'literal' && second) list.push(placed(machine.expression(second.value, frame, at(String(first.value.value))), at(String(first.value.value))));
  else if (name === 'extend' && first) { const more = machine.expression(first.value, frame); if (more.kind === 'items') for (const v of more.items) list.push(placed(v, at(list.length))); else list.push(unsure(e)); }
  else list.push(unsure(e));
  return true;
}

const unsure = (at: Span): Value => opaque(saying('this list is changed in a way that is not read. Write it out'), at);

function register(e: CallExpression, name: string, frame: Frame, machine: Machine): void {
  const [key, value] = e.args;
  const onSelf = e.callee.kind === 'attribute' && machine.expression(e.callee.object, frame).kind === 'self';
  if (!onSelf && /^(append|extend|insert|add_module|register_module|pop|clear|remove|reverse|sort)$/.test(name) && grown(e, frame, machine)) return;
  if (onSelf && /^(register_parameter|register_buffer|add_module|register_module)$/.test(name) && key?.value.kind === 'literal' && value) store(String(key.value.value), value.value, frame, machine);
  if (onSelf) { helper(name, e, frame, machine); return; }
  if (e.callee.kind !== 'attribute' || name !== '__init__' && !isSuper(e.callee.object)) return;
  const bySuper = isSuper(e.callee.object), own = bySuper ? machine.superOf(e.callee.object, frame.scope) : frame.scope.parent?.kind === 'class' ? frame.scope.parent : machine.cell;
  const named = bySuper ? undefined : machine.expression(e.callee.object, frame);
  const made = own && (named?.kind === 'class' ? machine.methodOf(name, named.scope) : machine.above(name, own, frame.scope));
  if (made) { machine.inside(e, () => block(bodyOf(made.node), bind(made, withoutSelf(given(e, frame, machine)), true, machine), machine)); return; }
  if (own && name === '__init__' && machine.baseWord(own) !== undefined && machine.dialect.bases) machine.makeBase(own, withoutSelf(given(e, frame, machine)));
}

const isSuper = (e: Expression): boolean => e.kind === 'call' && e.callee.kind === 'name' && e.callee.name === 'super';

/** `Base.__init__(self, n)` names its object. */
const withoutSelf = (found: Given): Given => (found.positional[0]?.kind === 'self' ? { ...found, positional: found.positional.slice(1) } : found);

/** `self.make_weights()`: read where it stores attributes, as far as it goes. */
function helper(name: string, e: CallExpression, frame: Frame, machine: Machine): void {
  const method = machine.methodOf(name);
  const stores = method ? [...slice(method.node, machine.module.text).matchAll(/\bself\.(\w+)\s*(?:,[^=\n]*)?[-+*/]?=[^=]/g)].map(m => m[1]!) : [];
  if (!method || stores.length === 0) return;
  try {
    machine.inside(e, () => block(bodyOf(method.node), bind(method, given(e, frame, machine), true, machine), machine));
  } catch (error) {
    if (!(error instanceof Unread)) throw error;
    for (const attribute of stores) machine.attributes.set(attribute, opaque(error.why, error.at.from < 0 ? e : error.at));
  }
}

const store = (name: string, e: Expression, frame: Frame, machine: Machine): void => { machine.attributes.set(name, placed(machine.expression(e, frame, machine.named(name)), machine.named(name))); };

function branch(s: SyntaxNode, frame: Frame, machine: Machine): Value | undefined {
  const all = children(s);
  for (let k = 0; k < all.length; k++) {
    const word = all[k]!.name;
    if (word !== 'if' && word !== 'elif' && word !== 'else') continue;
    const body = all[word === 'else' ? k + 1 : k + 2];
    if (!body) return undefined;
    const test = word === 'else' ? true : condition(machine.module.expression(all[k + 1]!), frame, machine);
    if (test === undefined && onlyRaises(body)) continue;
    if (test === undefined && machine.constructing) { for (const b of all.filter(c => c.name === 'Body')) doubtful(b, frame, machine); return undefined; }
    if (test === undefined) throw new Unread(saying('which way is taken depends on {0}. Equations have one way; write the cell for one of both', sourceOf(machine.module.expression(all[k + 1]!), machine.module)), all[k + 1]!);
    if (test) return block(statementsOf(body), frame, machine);
  }
  return undefined;
}

const onlyRaises = (body: SyntaxNode): boolean => statementsOf(body).every(s => s.name === 'RaiseStatement' || s.name === 'PassStatement');

const listOf = (v: Value): Value[] | undefined => v.kind === 'items' ? v.items : v.kind === 'callable' ? v.layers?.list : undefined;

/** What a branch of the constructor makes that may not be taken. */
function doubtful(body: SyntaxNode, frame: Frame, machine: Machine): void {
  const before = new Map(machine.attributes);
  const lists = new Map([...machine.attributes.values(), ...frame.names.values()].flatMap(v => { const list = listOf(v); return list ? [[list, list.length]] : []; }));
  const inner: Frame = { names: new Map(frame.names), scope: frame.scope };
  block(statementsOf(body), inner, machine);
  const why = (at: Span): Value => opaque(saying('this was made in one of several ways that the text does not settle. Make it in one way'), at);
  for (const [list, length] of lists) if (list.length !== length) list.push(why(body));
  for (const [name, value] of machine.attributes) if (before.get(name) !== value) machine.attributes.set(name, why(body));
  for (const [name, value] of inner.names) if (frame.names.get(name) !== value) frame.names.set(name, why(body));
}
