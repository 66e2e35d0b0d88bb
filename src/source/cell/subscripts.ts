/** What is taken by brackets: a state, a value of a tuple, a slice along the units, the last axis of a shape. */
import type { SyntaxNode } from '@lezer/common';
import { saying } from '../../core/said';
import { sourceOf } from '../code/arguments';
import { children, groups, type Expression } from '../code/expression';
import { batchSize, examples } from './assign';
import { part, slab } from './cut';
import type { Frame } from './frame';
import type { Machine } from './machine';
import { named } from './rest';
import { fixed, numberOf, plus, symbol, type LinearSize } from './sizes';
import { opaque, sizeOf, vector, type Value } from './values';

type Subscript = Extract<Expression, { kind: 'subscript' }>;

export function subscript(e: Subscript, frame: Frame, machine: Machine): Value {
  const object = machine.expression(e.object, frame);
  const last = e.index.at(-1);
  if (object.kind === 'opaque') return object;
  const word = e.index.length === 1 && last?.kind === 'literal' && typeof last.value === 'string' ? last.value : undefined;
  if (object.kind === 'rest') return word === undefined ? opaque(saying('which value is taken is not settled in the text. Write the number'), e) : named(object, word, undefined, machine, e);
  if (object.kind === 'size' && machine.constructing && word !== undefined) return { kind: 'size', size: symbol(sourceOf(e, machine.module)) }; // options['hidden']
  if (object.kind === 'items' && e.index.length === 1 && last?.kind === 'slice') return sublist(object.items, e, frame, machine);
  if (object.kind === 'callable' && object.layers && e.index.length === 1 && last) return item({ kind: 'items', items: object.layers.list }, last, e, frame, machine);
  if ((object.kind === 'items' || object.kind === 'bundle' || object.kind === 'shape') && e.index.length === 1 && last) return item(object, last, e, frame, machine);
  if (object.kind === 'weight' && e.index.every(i => i.kind === 'slice') && e.index.length <= 2) return window(object, e, frame, machine);
  if (object.kind !== 'term' || last?.kind !== 'slice' || e.index.length > 2) return opaque(saying('single numbers or other axes are taken from a tensor. Only slices along the units are read, such as v[:, :n]'), e);
  if (last.full) return object;
  return sliced(object, e, frame, machine);
}

function item(object: Extract<Value, { kind: 'items' | 'bundle' | 'shape' }>, index: Expression, e: Subscript, frame: Frame, machine: Machine): Value {
  const value = machine.expression(index, frame);
  const k = value.kind === 'size' ? numberOf(value.size) : undefined;
  if (object.kind === 'shape') return k === -1 || k === 1 ? (object.last ? { kind: 'size', size: object.last } : opaque(examples(), e)) : k === 0 ? batchSize(e) : opaque(examples(), e);
  if (object.kind === 'items' && object.keys) return (value.kind === 'text' ? object.items[object.keys.indexOf(value.value)] : undefined) ?? opaque(saying('which value is taken is not settled in the text. Write the number'), e);
  if (k === undefined) return opaque(saying('which value is taken is not settled in the text. Write the number'), e);
  if (object.kind === 'items') return object.items.at(k) ?? opaque(saying('there is no value {0} among {1}', k, object.items.length), e);
  if (k < 0) return opaque(saying('how many states there are is not settled here. Count from the first, such as state[0]'), e);
  const { name, states } = object.bundle;
  return vector(machine.takeStates(object.bundle, Array.from({ length: Math.max(states.length, k + 1) }, (_, n) => `${name}${n}`), e)[k]!);
}

/** `gates[:3]` of a list. */
function sublist(items: readonly Value[], e: Subscript, frame: Frame, machine: Machine): Value {
  const nodes = sliceNodes(e, machine, 0), colons = nodes.flatMap((n, k) => (n.name === ':' ? [k] : []));
  const ends = [nodes.slice(0, colons[0])[0], nodes[colons[0]! + 1]].map(n => (n ? machine.evaluate(n, frame) : undefined));
  const numbers = ends.map(v => (v?.kind === 'size' ? numberOf(v.size) : undefined));
  if (colons.length !== 1 || ends.some((v, k) => v && numbers[k] === undefined)) return opaque(saying('which value is taken is not settled in the text. Write the number'), e);
  return { kind: 'items', items: items.slice(numbers[0] ?? 0, numbers[1] ?? items.length) };
}

/** `-n` counts from the end. */
const isNegative = ({ constant, terms }: LinearSize): boolean => [constant, ...terms.values()].every(n => n <= 0) && (constant < 0 || terms.size > 0);

function sliceNodes(e: Subscript, machine: Machine, which: number): readonly SyntaxNode[] {
  const bracket = machine.module.scope.node.resolveInner(e.to, -1).parent;
  return groups(children(bracket ?? machine.module.scope.node).slice(2, -1)).at(which) ?? [];
}

/** From and to of a slice; undefined where it has a stride or counts from the end. */
function bounds(group: Subscript['index'][number], e: Subscript, all: LinearSize | undefined, frame: Frame, machine: Machine, which: number): readonly [LinearSize, LinearSize] | Value {
  if (group.kind === 'slice' && group.full && all) return [fixed(0), all];
  const nodes = sliceNodes(e, machine, which);
  const colons = nodes.flatMap((n, k) => (n.name === ':' ? [k] : []));
  if (colons.length !== 1) return opaque(saying('a slice with a stride takes numbers apart. Only whole pieces are read, such as v[:, :n]'), e);
  const at = (node: SyntaxNode | undefined): LinearSize | undefined => (node ? machine.size(machine.evaluate(node, frame), e) : undefined);
  const ends = [at(nodes.slice(0, colons[0])[0]) ?? fixed(0), at(nodes[colons[0]! + 1]) ?? all];
  const [from, to] = ends.map(s => (s && isNegative(s) && all ? plus(all, s) : s)) as [LinearSize, LinearSize | undefined];
  if (!to) return opaque(saying('a vector is cut into pieces, and the code does not say how long it is. Cut the result of one layer, such as gates = self.linear(x)'), e);
  if (isNegative(from) || isNegative(to)) return opaque(saying('a slice counts from the end. Count from the beginning'), e);
  return [from, to];
}

function sliced({ term }: Value & { kind: 'term' }, e: Subscript, frame: Frame, machine: Machine): Value {
  const found = bounds(e.index.at(-1)!, e, sizeOf(term), frame, machine, -1);
  return 'kind' in found ? found : vector(part(term, found[0], plus(found[1], found[0], -1), e));
}

/** Rows and columns of a matrix. */
function window({ weight }: Value & { kind: 'weight' }, e: Subscript, frame: Frame, machine: Machine): Value {
  const copy = machine.copied(e);
  if (copy) return copy;
  let cut = weight;
  for (let axis = 0; axis < e.index.length; axis++) {
    const index = e.index[axis]!;
    if (index.kind === 'slice' && index.full) continue;
    const found = bounds(index, e, weight.shape[axis], frame, machine, axis);
    if ('kind' in found) return found;
    cut = slab(cut, axis as 0 | 1, found[0], plus(found[1], found[0], -1));
  }
  return { kind: 'weight', weight: cut };
}
