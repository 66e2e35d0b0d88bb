/** What assignments give names to: a vector keeps the name that the code gives it. */
import type { SyntaxNode } from '@lezer/common';
import { saying } from '../../core/said';
import { children, groups, slice } from '../code/expression';
import type { Span } from '../outline';
import { combine } from './arithmetic';
import type { Frame } from './frame';
import type { Machine } from './machine';
import { placed } from './places';
import { namedTerm, opaque, Unread, vector, type Rest, type Value } from './values';

export function assign(s: SyntaxNode, frame: Frame, machine: Machine): void {
  const { text } = machine.module;
  const sides: SyntaxNode[][] = [[]];
  for (const c of children(s)) { if (c.name === 'AssignOp') sides.push([]); else if (c.name !== 'TypeDef') sides.at(-1)!.push(c); }
  const right = sides.at(-1) ?? [];
  if (sides.length < 2 || right.length === 0) return;
  const path = sides[0]?.length === 1 && sides[0][0]?.name === 'MemberExpression' ? machine.named(slice(sides[0][0], text).replace(/^\w+\./, '')) : undefined;
  const listed = groups(right);
  const several = right.some(c => c.name === ',');
  const paths = sides[0] ? groups(sides[0]).map(g => (g[0]!.name === 'MemberExpression' ? machine.named(slice(g[0]!, text).replace(/^\w+\./, '')) : '')) : [];
  const value: Value = several ? { kind: 'items', items: listed.map((g, k) => machine.evaluate(g[0]!, frame, paths[k])) } : machine.evaluate(right[0]!, frame, path);
  for (const side of sides.slice(0, -1)) unpack(side, value, frame, machine);
}

export function unpack(side: readonly SyntaxNode[], value: Value, frame: Frame, machine: Machine): void {
  const only = side.length === 1 ? side[0] : undefined;
  if (only && !/^(Tuple|Array|Parenthesized)Expression$/.test(only.name)) return give(only, value, frame, machine);
  const targets = groups(only ? children(only).slice(1, -1) : side);
  if (!only && targets.length < 2) return; // a broken line
  const names = targets.map(t => slice(t[0]!, machine.module.text));
  const span = { from: side[0]!.from, to: side.at(-1)!.to };
  const items = itemsOf(value, names, span, machine);
  if (items && items.length !== targets.length) throw new Unread(saying('{0} values are unpacked into {1} names. Name each of them', items.length, targets.length), span);
  const unknown = value.kind === 'opaque' ? value : opaque(saying('what is unpacked here is not known. Take the values from a tuple, from chunk or split'), span);
  targets.forEach((t, k) => { unpack(t, items?.[k] ?? unknown, frame, machine); });
}

/** Values that go to so many names; undefined where they are not known. */
function itemsOf(value: Value, names: readonly string[], at: Span, machine: Machine): readonly Value[] | undefined {
  if (value.kind === 'items') return value.items;
  if (value.kind === 'bundle') return machine.takeStates(value.bundle, names, at).map(vector);
  if (value.kind === 'term' && value.term.kind === 'state' && !machine.constructing) return machine.splitState(value.term, names).map(vector);
  return value.kind === 'shape' ? axes(value, names.length, at) : undefined;
}

/** Of a shape only the last axis is known. */
const axes = ({ last }: Value & { kind: 'shape' }, count: number, at: { readonly from: number; readonly to: number }): Value[] =>
  Array.from({ length: count }, (_, k) => (k === count - 1 && last ? { kind: 'size', size: last } : batchSize(at)));

/** Why other axes than the last are not known. */
export const examples = (): ReturnType<typeof saying> => saying('how many examples or axes there are is not said in equations. Leave it out: a cell is read for one example');

/** How many examples there are. */
export const batchSize = (at: Span): Value => ({ kind: 'opaque', why: examples(), at, batch: true });

function give(node: SyntaxNode, value: Value, frame: Frame, machine: Machine): void {
  const text = slice(node, machine.module.text);
  if (node.name === 'VariableName') { frame.names.set(text, named(text, value)); return; }
  const property = node.getChild('PropertyName');
  const object = node.firstChild ? machine.evaluate(node.firstChild, frame) : undefined;
  if (property && object?.kind === 'self') {
    const name = slice(property, machine.module.text);
    const kept = machine.store(name, machine.constructing ? placed(value, machine.named(name)) : named(name, value));
    if (!kept) throw new Unread(saying('self.{0} keeps a value from step to step that the step does not return. Return it, and take it as a state', name), node);
  } else if (object?.kind === 'rest') storeNamed(object, node, value, machine);
  else if (!machine.constructing) throw new Unread(partChanged(), node);
}

/** `kwargs['rate'] = 0.5` */
function storeNamed(to: Rest, node: SyntaxNode, value: Value, machine: Machine): void {
  const e = machine.module.expression(node), key = e.kind === 'subscript' ? e.index[0] : undefined;
  if (key?.kind === 'literal' && typeof key.value === 'string') to.named.set(key.value, value);
  else throw new Unread(saying('which value is taken is not settled in the text. Write the number'), node);
}

const partChanged = (): ReturnType<typeof saying> => saying('a part of a tensor is changed in place. Make a new vector of the parts instead');

export function update(s: SyntaxNode, frame: Frame, machine: Machine): void {
  const [left, op, right] = children(s);
  if (!left || !op || !right) return;
  if (machine.constructing) { added(left, slice(op, machine.module.text).slice(0, -1), right, frame, machine); return; }
  const name = slice(left, machine.module.text);
  const before = frame.names.get(name);
  if (left.name !== 'VariableName' || !before) throw new Unread(partChanged(), s);
  const e = before.kind === 'term' ? before.term : undefined;
  const isFresh = e === undefined || e.kind === 'infix' || e.kind === 'call' || (e.kind === 'signal' && e.signal.term.kind !== 'matrix');
  const shared = [...frame.names].some(([other, v]) => other !== name && v.kind === 'term' && v.term === e);
  if (machine.dialect.changesInPlace && (!isFresh || shared)) throw new Unread(saying('{0} is changed in place, and another tensor may be the same. Write {0} = {0} … instead', name), s);
  frame.names.set(name, named(name, combine(slice(op, machine.module.text).slice(0, -1), before, machine.evaluate(right, frame), s, machine)));
}

/** `layers += [...]`, `size += 3` while the class is built: a list grows where it is. */
function added(left: SyntaxNode, op: string, right: SyntaxNode, frame: Frame, machine: Machine): void {
  if (left.name !== 'VariableName' && left.name !== 'MemberExpression') return;
  const before = machine.evaluate(left, frame), more = machine.evaluate(right, frame);
  if (before.kind === 'items' && more.kind === 'items' && op === '+') { before.items.push(...more.items); return; }
  if (left.name === 'MemberExpression' && !left.getChild('PropertyName')) return;
  give(left, combine(op, before, more, left, machine), frame, machine);
}

/** A vector that is more than a name for another keeps the name that the code gives it. */
function named(name: string, value: Value): Value {
  if (value.kind !== 'term') return value;
  const { term } = value;
  return term.kind === 'infix' || term.kind === 'call' || term.kind === 'negate' ? vector(namedTerm(name, term)) : value;
}
