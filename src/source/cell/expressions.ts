/** What an expression of a cell's code stands for. */
import { saying } from '../../core/said';
import { sourceOf } from '../code/arguments';
import { slice, type Expression } from '../code/expression';
import { fold } from '../code/fold';
import { lookup, type Scope } from '../code/scopes';
import { combine } from './arithmetic';
import { dialectsOf } from './classes';
import { call, functionNamed, inline, wordOf } from './calls';
import { condition, trained } from './conditions';
import type { Frame } from './frame';
import { comprehension } from './loops';
import type { Machine } from './machine';
import { whyNot } from './reasons';
import { fixed, symbol } from './sizes';
import { subscript } from './subscripts';
import { turned } from './tensors';
import { opaque, type Value } from './values';

/** `path` is the attribute that the value goes to, which names its tensors. */
export function expression(e: Expression, frame: Frame, machine: Machine, path = ''): Value {
  machine.spend(e);
  const of = (inner: Expression, to?: string): Value => expression(inner, frame, machine, to);
  switch (e.kind) {
    case 'literal': return literal(e.value);
    case 'name': return frame.names.get(e.name) ?? global(e, frame, machine);
    case 'list': return { kind: 'items', items: e.items.map((i, k) => of(i, path && `${path}.${k}`)) };
    case 'dict': return dictionary(e, frame, machine);
    case 'attribute': return attribute(e, frame, machine);
    case 'subscript': return subscript(e, frame, machine);
    case 'unary': if (e.op === 'not') return negated(e, frame, machine); return e.op === '-' ? combine('-', { kind: 'size', size: fixed(0) }, of(e.operand), e, machine) : e.op === '+' ? of(e.operand) : opaque(saying('{0} is not read. Write it by +, -, *, / and functions', e.op), e);
    case 'binary': return combine(e.op, of(e.left), of(e.right), e, machine);
    case 'conditional': {
      const test = condition(e.test, frame, machine);
      return test === undefined ? opaque(saying('which value is taken depends on {0}. Equations have one way; write the cell for one of both', sourceOf(e.test, machine.module)), e) : of(test ? e.then : e.otherwise, path);
    }
    case 'call': return call(e, frame, machine, path);
    case 'other': return comprehension(e, frame, machine, path) ?? unreadable(e, machine);
    default: return unreadable(e, machine);
  }
}

const unreadable = (e: Expression, machine: Machine): Value =>
  opaque(saying('{0} is not read. Write it as calls, products and sums', sourceOf(e, machine.module).slice(0, 60)), e);

function dictionary(e: Extract<Expression, { kind: 'dict' }>, frame: Frame, machine: Machine): Value {
  const keys = e.entries.map(({ key }) => (key.kind === 'literal' ? String(key.value) : undefined));
  if (keys.some(k => k === undefined)) return unreadable(e, machine);
  return { kind: 'items', items: e.entries.map(({ value }) => machine.expression(value, frame)), keys: keys.map(k => k!) };
}

function negated(e: Extract<Expression, { kind: 'unary' }>, frame: Frame, machine: Machine): Value {
  const value = condition(e, frame, machine);
  return value === undefined ? opaque(saying('whether {0} holds is not settled in the text', sourceOf(e, machine.module)), e) : { kind: 'flag', value, assumed: false };
}

function literal(value: number | string | boolean | null): Value {
  if (typeof value === 'number') return { kind: 'size', size: fixed(value) };
  if (typeof value === 'boolean') return { kind: 'flag', value, assumed: false };
  return value === null ? { kind: 'none' } : { kind: 'text', value };
}

/** Why a name says nothing. */
export const notKnown = (name: string): ReturnType<typeof saying> => saying('{0} is not known here. Write it in this file, or by functions of the framework', name);

function global(e: Extract<Expression, { kind: 'name' }>, frame: Frame, machine: Machine): Value {
  const found = lookup(e.name, frame.scope).at(-1);
  if (found?.kind === 'function' && found.body) return { kind: 'method', scope: found.body };
  if (found?.kind === 'class' && machine.dialect.hasParts && isPart(found.body, machine)) return { kind: 'class', scope: found.body };
  return folded(e, frame, machine) ?? functionNamed(e, frame, machine) ?? unknown(e, e.name, frame, machine);
}

/** A module of the file, or one that is made of a layer of the framework. */
function isPart(of: Scope, machine: Machine): boolean {
  const word = machine.baseWord(of);
  return dialectsOf(of, machine.module).includes(machine.dialect) || word !== undefined && machine.dialect.bases?.has(word) === true;
}

function folded(e: Expression, { scope }: Frame, { module }: Machine): Value | undefined {
  const { value } = fold(e, scope, module);
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string' ? literal(value) : undefined;
}

function attribute(e: Extract<Expression, { kind: 'attribute' }>, frame: Frame, machine: Machine): Value {
  const object = machine.expression(e.object, frame);
  if (object.kind === 'self') return own(e, frame, machine);
  if (e.name === 'ndim' && (object.kind === 'term' || object.kind === 'bundle')) return axesCount;
  if ((object.kind === 'weight' || object.kind === 'stack') && (e.name === 'T' || e.name === 'mT')) return turned(object);
  if ((object.kind === 'weight' || object.kind === 'term') && e.name === 'data') return object;
  if (e.name === 'shape' && object.kind !== 'opaque') return machine.shape(object, e);
  if (object.kind === 'size' && machine.constructing) return { kind: 'size', size: symbol(sourceOf(e, machine.module)) }; // config.hidden
  const child = object.kind === 'callable' ? object.children?.(e.name) : undefined;
  return child ?? functionNamed(e, frame, machine) ?? (object.kind === 'opaque' && e.object.kind !== 'name' ? object : unknown(e, sourceOf(e, machine.module), frame, machine));
}

/** A word of the framework that is not read has a reason of its own. */
function unknown(e: Expression, name: string, frame: Frame, machine: Machine): Value {
  const word = wordOf(e, frame, machine);
  return opaque(word !== undefined && /^[a-zA-Z]\w*$/.test(word) ? whyNot(word) : notKnown(name), e);
}

/** A batch of vectors: a cell that may see one example alone gives the same for it. */
export const axesCount: Value = { kind: 'size', size: fixed(2) };

function own(e: Extract<Expression, { kind: 'attribute' }>, frame: Frame, machine: Machine): Value {
  const value = machine.attribute(e.name);
  if (value) return value;
  if (e.name === 'training' && !machine.constructing) return { kind: 'flag', value: trained(machine), assumed: true };
  const method = machine.methodOf(e.name);
  if (method) return /@property/.test(slice(method.node.parent ?? method.node, machine.module.text).slice(0, 40)) ? inline(method, { at: e, positional: [], named: new Map() }, machine) : { kind: 'method', scope: method };
  return folded(e, frame, machine) ?? opaque(saying('self.{0} is not made in this class as far as the text shows. Make it in the constructor', e.name), e);
}
