/** Calls: of the framework's functions and layers, of methods of a tensor, and of the class's own, which are read in their place. */
import { saying } from '../../core/said';
import { sourceOf } from '../code/arguments';
import { slice, type CallExpression, type Expression } from '../code/expression';
import { lookup, type Scope } from '../code/scopes';
import { target } from '../code/target';
import { batchSize } from './assign';
import { axesCount, notKnown } from './expressions';
import { bodyOf, parametersOf, type Frame } from './frame';
import { argument, method as asMethod, only } from './given';
import type { Machine } from './machine';
import { whyNot } from './reasons';
import { handedOn, taken } from './rest';
import { fixed, numberOf, sizeText, symbol, type LinearSize } from './sizes';
import type { MakeModule } from './framework';
import { same } from './functions';
import { turned } from './tensors';
import { unplaced } from './places';
import { block, inPlace } from './statements';
import { isScalar, opaque, rest, Unread, type Given, type Value } from './values';

export function given(e: CallExpression, frame: Frame, machine: Machine, path = ''): Given {
  const positional: Value[] = [], named = new Map<string, Value>();
  for (const { name, splat, value } of e.args) {
    const found = machine.expression(value, frame, splat ? '' : path && name === undefined ? `${path}.${positional.length}` : path);
    if (splat === '**' && found.kind === 'rest') { for (const [key, v] of handedOn(found, machine)) named.set(key, v); continue; }
    if (splat === '**' && found.kind === 'items' && found.keys) { found.keys.forEach((key, k) => named.set(key, found.items[k]!)); continue; }
    if (splat === '*' && found.kind === 'rest') { if (found.open) machine.noteDefaults(); positional.push(...found.items); continue; }
    if (splat && (splat === '**' || found.kind !== 'items')) throw new Unread(saying('arguments are handed on by {0} and not written out. Write them', `${splat}${sourceOf(value, machine.module)}`), e);
    if (found.kind === 'items' && splat) positional.push(...found.items);
    else if (name === undefined) positional.push(found);
    else named.set(name, found);
  }
  return { at: e, positional, named, path };
}

export function call(e: CallExpression, frame: Frame, machine: Machine, path: string): Value {
  const { callee } = e;
  const word = wordOf(callee, frame, machine);
  if (word !== undefined) return ofFramework(word, e, frame, machine, path);
  const plain = callee.kind === 'name' && !frame.names.has(callee.name) && lookup(callee.name, frame.scope).length === 0 ? builtin(callee.name, e, frame, machine) : undefined;
  if (plain) return plain;
  if (callee.kind === 'attribute' && callee.object.kind === 'name' && /^(math|np|numpy)$/.test(callee.object.name)) {
    const number = ofMath(callee.name, e, frame, machine);
    if (number) return number;
  }
  if (callee.kind === 'attribute') {
    const above = ofSuper(callee, e, frame, machine);
    if (above) return above;
    const object = machine.expression(callee.object, frame);
    const further = object.kind === 'rest' ? taken(object, callee.name, e, frame, machine) : undefined;
    if (further) return further;
    if (object.kind === 'size' && machine.constructing && /^(pop|get)$/.test(callee.name) && e.args.length === 2) return option(e, frame, machine);
    if (object.kind === 'term' || object.kind === 'weight' || object.kind === 'stack' || object.kind === 'bundle') return ofTensor(object, callee.name, e, frame, machine);
    if (object.kind === 'self' && !machine.attributes.has(callee.name) && !machine.methodOf(callee.name)) {
      const made = machine.dialect.inherited?.(callee.name, e, frame, machine, path);
      if (made) return made;
    }
    if (object.kind === 'opaque' && !machine.constructing) return object;
    if (object.kind === 'callable' && (same.has(callee.name) || /^(apply|eval|train)$/.test(callee.name)) && !object.children?.(callee.name)) return object;
  }
  const called = machine.expression(callee, frame);
  if (called.kind === 'callable') return called.run(given(e, frame, machine, path));
  if (called.kind === 'class') return ofClass(called.scope, given(e, frame, machine, path), machine);
  if (called.kind === 'method') return inline(called.scope, given(e, frame, machine), machine);
  return called.kind === 'opaque' && (callee.kind !== 'name' || frame.names.has(callee.name)) ? called : opaque(notKnown(sourceOf(callee, machine.module)), e);
}

/** `super().forward(x, h)`: the method of the class above, or the layer of the framework that it is; undefined for other calls. */
function ofSuper(callee: Extract<Expression, { kind: 'attribute' }>, e: CallExpression, frame: Frame, machine: Machine): Value | undefined {
  const { object, name } = callee;
  if (object.kind !== 'call' || object.callee.kind !== 'name' || object.callee.name !== 'super') return undefined;
  const own = machine.superOf(object, frame.scope), method = own && machine.above(name, own, frame.scope);
  if (method) return inline(method, given(e, frame, machine), machine);
  return own && name === machine.dialect.step && machine.base?.kind === 'callable' ? machine.base.run(given(e, frame, machine)) : undefined;
}

/** `config.pop('rate', 0.5)`: what it is unless given. */
function option(e: CallExpression, frame: Frame, machine: Machine): Value {
  const value = machine.expression(e.args[1]!.value, frame), key = e.args[0]!.value;
  if (value.kind === 'flag' || value.kind === 'text' || value.kind === 'none') return { ...value, assumed: true };
  const number = value.kind === 'size' ? numberOf(value.size) : undefined;
  return number === undefined ? value : { kind: 'size', size: symbol(key.kind === 'literal' ? String(key.value) : sourceOf(key, machine.module)), fallback: number };
}

const mathematics = new Map<string, (v: number) => number>([['sqrt', Math.sqrt], ['exp', Math.exp], ['log', Math.log], ['floor', Math.floor], ['ceil', Math.ceil]]);

/** `math.sqrt(2)` of a number that is written out. */
function ofMath(name: string, e: CallExpression, frame: Frame, machine: Machine): Value | undefined {
  const compute = mathematics.get(name), value = e.args[0] && machine.expression(e.args[0].value, frame);
  const number = compute && value?.kind === 'size' && e.args.length === 1 ? numberOf(value.size) : undefined;
  return number === undefined ? undefined : { kind: 'size', size: fixed(compute!(number)) };
}

/** Python's own functions of numbers and lists. */
function builtin(name: string, e: CallExpression, frame: Frame, machine: Machine): Value | undefined {
  const values = e.args.map(a => machine.expression(a.value, frame)), [first] = values;
  if (/^(int|float|round)$/.test(name) && first) return first;
  if (/^(tuple|list)$/.test(name) && first?.kind === 'items' && values.length === 1) return { kind: 'items', items: [...first.items] };
  if (name === 'map' && first?.kind === 'callable' && values[1]?.kind === 'items' && values.length === 2) return { kind: 'items', items: values[1].items.map(v => first.run(only(v, e))) };
  if (name === 'len' && first?.kind === 'items') return { kind: 'size', size: fixed(first.items.length) };
  const compute = name === 'min' ? Math.min : name === 'max' ? Math.max : name === 'abs' ? Math.abs : undefined;
  if (!compute || values.length === 0 || !values.every(v => v.kind === 'size')) return undefined;
  if (values.every(v => numberOf(v.size) !== undefined)) return { kind: 'size', size: fixed(compute(...values.map(v => numberOf(v.size)!))) };
  const numbers = values.map(v => numberOf(v.size) ?? v.fallback), known = numbers.every(n => n !== undefined);
  return { kind: 'size', size: symbol(sourceOf(e, machine.module)), ...(known ? { fallback: compute(...numbers) } : {}) };
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
  return made && { kind: 'callable', run: g => layer(word, made, g, machine) };
}

function ofFramework(word: string, e: CallExpression, frame: Frame, machine: Machine, path: string): Value {
  const { dialect } = machine;
  const special = dialect.special?.(word, e, frame, machine, path);
  if (special) return special;
  const make = dialect.modules.get(word);
  const found = given(e, frame, machine, make ? path : '');
  return make ? layer(word, make, found, machine) : compute(word, found, machine);
}

/** A layer under the name that it has in the model; without one, till it gets one. */
function layer(word: string, make: MakeModule, g: Given, machine: Machine): Value {
  const path = machine.dialect.nameOf?.(word, g, machine, g.path ?? '') ?? g.path ?? '';
  return path === '' && machine.constructing ? unplaced(to => layer(word, make, { ...g, path: to }, machine), g.at) : make(g, machine, path);
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
  if ((object.kind === 'weight' || object.kind === 'stack') && (name === 't' || name === 'transpose')) return turned(object);
  if (/[a-z]_$/.test(name)) throw new Unread(inPlace(name), e);
  if (goesWithAll(object, name, e, frame, machine)) return object;
  const found = given(e, frame, machine);
  if (name === 'dim' || name === 'ndimension') return axesCount;
  if (staysVector(object, name, found, machine)) return object;
  if (name === 'size' || name === 'get_shape') return measure(object, found, machine);
  return compute(name, asMethod(object, found), machine);
}

/** Whether a parameter is only made to go with every example: `b.unsqueeze(0)`, `b.expand(n, -1)`, `b.view(1, -1)`. */
function goesWithAll(object: Value, name: string, e: CallExpression, frame: Frame, machine: Machine): boolean {
  if (object.kind !== 'term' || object.term.kind !== 'vector' && object.term.kind !== 'scalar') return false;
  if (name === 'expand' || name === 'expand_as') return true;
  if (!/^(unsqueeze|view|reshape|repeat|tile)$/.test(name)) return false;
  const numbers = e.args.map(a => { const v = machine.expression(a.value, frame); return v.kind === 'size' ? numberOf(v.size) : undefined; });
  if (name === 'unsqueeze') return numbers[0] === 0 || numbers[0] === -2;
  return name === 'repeat' || name === 'tile' ? numbers.length === 2 && numbers[1] === 1 : numbers.at(-1) === -1 && numbers.slice(0, -1).every(n => n === 1);
}

/** Whether a vector stays one: `x.view(-1, x.size(-1))`, `x.view(x.size(0), -1)`. */
function staysVector(object: Value, name: string, { positional, at }: Given, machine: Machine): boolean {
  if (object.kind !== 'term' && object.kind !== 'bundle' || object.kind === 'term' && isScalar(object.term)) return false;
  const [examples, units] = positional.length === 1 && positional[0]!.kind === 'items' ? positional[0].items : positional;
  if (!/^(view|reshape)$/.test(name) || !examples || !units || positional.length > 2) return false;
  const isLast = (v: Value): boolean => { const { last } = machine.shape(object, at) as { last?: LinearSize }; return v.kind === 'size' && last !== undefined && sizeText(v.size) === sizeText(last); };
  const isMinus = (v: Value): boolean => v.kind === 'size' && numberOf(v.size) === -1, isBatch = (v: Value): boolean => v.kind === 'opaque' && v.batch === true;
  return isBatch(examples) && (isMinus(units) || isLast(units)) || isMinus(examples) && isLast(units);
}

/** `x.size(-1)` */
function measure(object: Value, found: Given, machine: Machine): Value {
  const shape = machine.shape(object, found.at);
  const axis = found.positional[0];
  if (shape.kind !== 'shape' || !axis) return shape;
  return [1, -1].includes(machine.number(axis, found.at)) && shape.last ? { kind: 'size', size: shape.last } : batchSize(found.at);
}

/** A class of the file, as a module of the cell. */
function ofClass(scope: Scope, g: Given, machine: Machine): Value {
  if (!machine.constructing) return withoutWeights(scope, g, machine);
  return g.path ? machine.part(scope, g, g.path) : unplaced(to => machine.part(scope, g, to), g.at);
}

/** A module that is made in the step: nothing is lost where it has no weights. */
function withoutWeights(scope: Scope, g: Given, machine: Machine): Value {
  const made = machine.withoutWeights(() => machine.part(scope, g, 'made in the step'));
  return made ?? opaque(saying('a layer is made inside the step, with new weights each time. Make it in the constructor'), g.at);
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
  const own = bound ? parameters.slice(1) : parameters;
  own.forEach(({ name, fallback, stars }, k) => {
    if (stars) { frame.names.set(name, stars === '*' ? rest(new Map(), found.positional.slice(k)) : rest(new Map([...found.named].filter(([key]) => !own.some(p => p.name === key))), [])); return; }
    const value = argument(found, k, name) ?? (fallback ? machine.expression(machine.module.expression(fallback), { names: new Map(), scope: method }) : undefined);
    frame.names.set(name, value ?? opaque(saying('the argument {0} is not written here. Write it out', name), found.at));
  });
  return frame;
}
