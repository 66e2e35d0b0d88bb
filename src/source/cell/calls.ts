/** Calls: of the framework's functions and layers, of methods of a tensor, and of the class's own, which are read in their place. */
import { saying } from '../../core/said';
import { sourceOf } from '../code/arguments';
import { slice, type CallExpression, type Expression } from '../code/expression';
import type { Scope } from '../code/scopes';
import { target } from '../code/target';
import { notKnown } from './expressions';
import { bodyOf, parametersOf, type Frame } from './frame';
import { argument, method as asMethod, only } from './given';
import type { Machine } from './machine';
import { whyNot } from './reasons';
import { same } from './functions';
import { block, inPlace } from './statements';
import { opaque, Unread, type Given, type Value } from './values';

export function given(e: CallExpression, frame: Frame, machine: Machine, path = ''): Given {
  const positional: Value[] = [], named = new Map<string, Value>();
  for (const { name, splat, value } of e.args) {
    const found = splat === '**' ? undefined : machine.expression(value, frame, path && name === undefined ? `${path}.${positional.length}` : path);
    if (splat && found?.kind !== 'items') throw new Unread(saying('arguments are handed on by {0} and not written out. Write them', `${splat}${sourceOf(value, machine.module)}`), e);
    if (found?.kind === 'items' && splat) positional.push(...found.items);
    else if (found && name === undefined) positional.push(found);
    else if (found) named.set(name!, found);
  }
  return { at: e, positional, named };
}

export function call(e: CallExpression, frame: Frame, machine: Machine, path: string): Value {
  const { callee } = e;
  const word = wordOf(callee, frame, machine);
  if (word !== undefined) return ofFramework(word, e, frame, machine, path);
  if (callee.kind === 'name' && /^(int|float|round)$/.test(callee.name) && e.args[0]) return machine.expression(e.args[0].value, frame);
  if (callee.kind === 'attribute') {
    const object = machine.expression(callee.object, frame);
    if (object.kind === 'term' || object.kind === 'weight' || object.kind === 'bundle') return ofTensor(object, callee.name, e, frame, machine);
    if (object.kind === 'self' && !machine.attributes.has(callee.name) && !machine.methodOf(callee.name)) {
      const made = machine.dialect.inherited?.(callee.name, e, frame, machine, path);
      if (made) return made;
    }
    if (object.kind === 'opaque' && !machine.constructing) return object;
  }
  const called = machine.expression(callee, frame);
  if (called.kind === 'callable') return called.run(given(e, frame, machine, path));
  if (called.kind === 'method') return inline(called.scope, given(e, frame, machine), machine);
  return called.kind === 'opaque' && callee.kind === 'attribute' ? called : opaque(notKnown(sourceOf(callee, machine.module)), e);
}

/** `sigmoid` of torch.sigmoid, F.sigmoid, or a name imported from there. */
export function wordOf(callee: Expression, { names, scope }: Frame, { module, dialect }: Machine): string | undefined {
  if (callee.kind === 'name' && names.has(callee.name)) return undefined;
  // A field or attribute may be given another value than the one that the class's body names.
  if (callee.kind === 'attribute' && callee.object.kind === 'name' && names.get(callee.object.name)?.kind === 'self') return undefined;
  const paths = callee.kind === 'name' || callee.kind === 'attribute' ? target(callee, scope, module).paths : [];
  return paths.length === 1 ? dialect.word(paths[0]!) : undefined;
}

/** A function or class of the framework that is handed on and not called. */
export function functionNamed(e: Expression, frame: Frame, machine: Machine): Value | undefined {
  const word = wordOf(e, frame, machine);
  if (word === undefined) return undefined;
  const known = machine.dialect.functions.get(word), made = machine.dialect.modules.get(word);
  if (known) return { kind: 'callable', run: g => known(g, machine) };
  return made && { kind: 'callable', run: g => made(g, machine, machine.dialect.nameOf?.(word, g, machine, '') ?? '') };
}

function ofFramework(word: string, e: CallExpression, frame: Frame, machine: Machine, path: string): Value {
  const { dialect } = machine;
  const special = dialect.special?.(word, e, frame, machine, path);
  if (special) return special;
  const make = dialect.modules.get(word);
  const found = given(e, frame, machine, make ? path : '');
  if (make) return make(found, machine, dialect.nameOf?.(word, found, machine, path) ?? path);
  return compute(word, found, machine);
}

/** A function of the framework, by its name. */
export function compute(word: string, found: Given, machine: Machine): Value {
  const known = machine.dialect.functions.get(word);
  const unknown = [...found.positional, ...found.named.values()].find(v => v.kind === 'opaque');
  if (known && unknown && !/^(zeros|ones|empty|full)/.test(word)) return unknown;
  return known ? known(found, machine) : opaque(whyNot(word), found.at);
}

function ofTensor(object: Value, name: string, e: CallExpression, frame: Frame, machine: Machine): Value {
  if (same.has(name)) return object;
  if (object.kind === 'weight' && (name === 't' || name === 'transpose')) return { kind: 'weight', weight: { ...object.weight, transposed: !object.weight.transposed } };
  if (/[a-z]_$/.test(name)) throw new Unread(inPlace(name), e);
  const found = given(e, frame, machine);
  if (name === 'size' || name === 'dim' || name === 'get_shape') return measure(object, found, machine);
  return compute(name, asMethod(object, found), machine);
}

/** `x.size(-1)` */
function measure(object: Value, found: Given, machine: Machine): Value {
  const shape = machine.shape(object, found.at);
  const axis = found.positional[0];
  if (shape.kind !== 'shape' || !axis) return shape;
  return [1, -1].includes(machine.number(axis, found.at)) && shape.last ? { kind: 'size', size: shape.last } : opaque(saying('how many examples or axes there are is not said in equations. Leave it out: a cell is read for one example'), found.at);
}

/** A function of the code, read in its place. */
export function inline(method: Scope, found: Given, machine: Machine): Value {
  const isStatic = /@staticmethod/.test(slice(method.node.parent ?? method.node, machine.module.text).slice(0, 60));
  return machine.inside(found.at, () => block(bodyOf(method.node), bind(method, found, method.parent?.kind === 'class' && !isStatic, machine), machine) ?? { kind: 'none' });
}

/** The names that a method sees; `bound` where it is called on its object. */
export function bind(method: Scope, found: Given, bound: boolean, machine: Machine): Frame {
  const frame: Frame = { names: new Map(), scope: method };
  const parameters = parametersOf(method);
  if (bound && parameters[0]) frame.names.set(parameters[0].name, { kind: 'self' });
  (bound ? parameters.slice(1) : parameters).forEach(({ name, fallback }, k) => {
    const value = argument(found, k, name) ?? (fallback ? machine.expression(machine.module.expression(fallback), { names: new Map(), scope: method }) : undefined);
    frame.names.set(name, value ?? opaque(saying('the argument {0} is not written here. Write it out', name), found.at));
  });
  return frame;
}

/** Runs one layer after another. */
export const chained = (layers: readonly Value[], at: Given['at']): Value => ({
  kind: 'callable',
  run: found => layers.reduce<Value>((v, m) => (m.kind === 'callable' ? m.run(only(v, at)) : m.kind === 'opaque' ? m : opaque(saying('a layer of this chain is not known. Write the layers out'), at)), found.positional[0] ?? opaque(saying('nothing is handed to this chain of layers'), at)),
});
