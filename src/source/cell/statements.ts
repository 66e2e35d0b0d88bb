/** Statements of a cell's code, in order. */
import type { SyntaxNode } from '@lezer/common';
import { saying } from '../../core/said';
import { sourceOf } from '../code/arguments';
import { children, groups, type CallExpression, type Expression } from '../code/expression';
import type { Span } from '../outline';
import { assign, update } from './assign';
import { bind, given } from './calls';
import { condition } from './conditions';
import { bodyOf, statementsOf, type Frame } from './frame';
import type { Machine } from './machine';
import { same } from './functions';
import { opaque, Unread, type Value } from './values';

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
    case 'ForStatement': case 'WhileStatement':
      if (machine.constructing) return undefined;
      throw new Unread(saying('a loop runs inside the step; equations are one straight line. Leave one step in the cell, and loop outside of it'), { from: s.from, to: s.from + 3 });
    case 'WithStatement': case 'TryStatement': case 'MatchStatement':
      if (machine.constructing) return undefined;
      throw new Unread(saying('a {0} block is not read. Write its lines without it', s.name.replace('Statement', '').toLowerCase()), { from: s.from, to: s.from + 4 });
    default: return undefined;
  }
}

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
  if (/^(check|assert|validate|_check|log|print|warn|append|sow)/i.test(name) || e.callee.kind === 'name' && e.callee.name === 'print') return;
  throw new Unread(saying('{0} is called and its result is not taken: it may change what follows. Take the result by a name, or leave the call out', sourceOf(e.callee, machine.module)), e);
}

/** Why a method that changes its tensor is not read. */
export const inPlace = (name: string): ReturnType<typeof saying> => saying('{0} changes a tensor in place. Give the result a new name, without the underscore', name);

function register(e: CallExpression, name: string, frame: Frame, machine: Machine): void {
  const [key, value] = e.args;
  if ((name === 'register_parameter' || name === 'register_buffer' || name === 'add_module') && key?.value.kind === 'literal' && value) store(String(key.value.value), value.value, frame, machine);
  const above = name === '__init__' ? machine.basesOf(machine.cell)[0] : undefined;
  const made = above && machine.methodOf('__init__', above);
  if (!made || made.node.from === frame.scope.node.from) return;
  machine.inside(e, () => block(bodyOf(made.node), bind(made, given(e, frame, machine), true, machine), machine));
}

const store = (name: string, e: Expression, frame: Frame, machine: Machine): void => { machine.attributes.set(name, machine.expression(e, frame, name)); };

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

/** What a branch of the constructor makes that may not be taken. */
function doubtful(body: SyntaxNode, frame: Frame, machine: Machine): void {
  const before = new Map(machine.attributes);
  const inner: Frame = { names: new Map(frame.names), scope: frame.scope };
  block(statementsOf(body), inner, machine);
  const why = (at: Span): Value => opaque(saying('this was made in one of several ways that the text does not settle. Make it in one way'), at);
  for (const [name, value] of machine.attributes) if (before.get(name) !== value) machine.attributes.set(name, why(body));
  for (const [name, value] of inner.names) if (frame.names.get(name) !== value) frame.names.set(name, why(body));
}
