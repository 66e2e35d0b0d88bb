/**
 * What a value is, as far as the text of its function settles it: which axes it has, how wide it is, and which recurrent layer it came from.
 * Nothing is run; what is not understood is undefined, and everything made of it too.
 */
import type { CallExpression, Expression } from '../code/expression';
import { sure, type Found } from '../framework';
import { kerasClass } from '../frameworks/keras/names';
import { reaching, type Definition } from '../python/flow';
import type { Span } from '../outline';
import type { Module, Scope } from '../code/scopes';
import { target } from '../code/target';
import { attributeOf, storesOf, type Stored } from './attributes';
import { amount, amountOf, argument, complete, multiple, type Amount } from './canonical';
import { foundAt, heldBy, torchName, type Held } from './held';
import { madeBy, resolved } from './made';
import { methods, functions, kerasModules, modules, type Operation } from './operations';

/** N batch, T time, C features, L layers x directions, 1 a single one. */
export type Axis = 'N' | 'T' | 'C' | 'L' | '1' | '?';

/** What a recurrent layer gave: all its steps, or a final state. */
export interface Part { readonly layer: Found; readonly what: 'output' | 'h' | 'c' }

export interface Tensor {
  readonly kind: 'tensor';
  /** null where unknown. */
  readonly axes: readonly Axis[] | null;
  /** Size of the axis C; null where unknown. */
  readonly width: Amount | null;
  /** Present while the numbers are still those that the layer gave. */
  readonly part?: Part;
  /** Present while every number is one that the layer gave, whatever was cut off. */
  readonly numbers?: Part;
  /** A view that kept the order of the numbers where batch and time were to be swapped. */
  readonly mixed?: CallExpression;
  /** A PackedSequence: its axes are those of the padded one. */
  readonly packed?: boolean;
  /** Of a PackedSequence: the axes that its tensor had before it was packed, and the order that packing was told. */
  readonly before?: { readonly axes: readonly Axis[] | null; readonly batchFirst: boolean | undefined };
  /** Its axes were put in another order on the way. */
  readonly moved?: boolean;
  /** Vectors looked up in an embedding: an axis more than the numbers had. */
  readonly embedded?: boolean;
  /** The recurrent layer that it was computed from, even where the numbers are others by now. */
  readonly origin?: Found;
  /** Padded again after packing: the last steps of short sequences are zeros. */
  readonly padded?: boolean;
  /** The place that shows the order of the axes. */
  readonly shownBy?: Span;
  /** Names the very value, for comparing two uses: where it was defined. */
  readonly root?: number;
}

export type Traced = Tensor | { readonly kind: 'tuple'; readonly items: readonly Traced[] } | undefined;

/** Everything a trace needs: the module and its recurrent layers. */
export interface Tracing { readonly module: Module; readonly all: readonly Found[]; budget: number }

/** A fresh trace over a file. */
export const tracing = (module: Module, all: readonly Found[]): Tracing => ({ module, all, budget: 400 });

/** Traces an expression as seen from its place in a scope. */
export function trace(e: Expression, scope: Scope, t: Tracing): Traced {
  if (t.budget-- <= 0) return undefined;
  switch (e.kind) {
    case 'name': return named(reaching(e.name, e.from, scope, t.module), t);
    case 'call': return called(e, scope, t);
    case 'subscript': return subscripted(e, scope, t);
    case 'attribute': return kept(e, scope, t);
    case 'list': return { kind: 'tuple', items: e.items.map(i => trace(i, scope, t)) };
    default: return undefined;
  }
}

/** What `self.h` holds wherever the file gives it a value: a layer's output or states, before which it may be None, or made for the layer. */
function kept(e: Expression, scope: Scope, t: Tracing): Traced {
  const attribute = attributeOf(e, scope);
  const stores = attribute && storesOf(attribute.name, attribute.owner, t.module);
  if (!attribute || !stores || stores.own.length === 0 || stores.own.length > 8 || stores.elsewhere.some(at => !makesAnew.test(t.module.text.slice(at, at + 80)))) return undefined;
  const given = stores.own.filter(o => !isFirst(o, attribute.name, t.module)).map(o => stored(o, t));
  const [first] = given;
  return first && given.every(v => kindOf(v) === kindOf(first)) && kindOf(first) !== '' ? first : undefined;
}

function stored({ value, path, scope }: Stored, t: Tracing): Traced {
  return value && path.reduce<Traced>((v, k) => v?.kind === 'tuple' ? v.items[k] : undefined, trace(t.module.expression(value), scope, t));
}

/** `model.h = None`, `model.h = model.init_hidden(...)` */
const makesAnew = /^\.\w+\s*=\s*(None\b|[\w.]+\.init\w*\()/;

/** None, states made in the text, or the same states cut from their graph. */
function isFirst({ value, path, scope }: Stored, name: string, module: Module): boolean {
  if (!value || path.length > 0) return false;
  const e = module.expression(value);
  if (e.kind === 'literal' && e.value === null) return true;
  const text = module.text.slice(value.from, value.to);
  if (new RegExp(`^\\w+\\.${name}\\.(detach|clone|data)\\b|^(tuple|list)?[(\\[].{0,60}\\bin \\w+\\.${name}\\W*$`).test(text)) return true;
  const whole = resolved({ e, scope }, module);
  const parts = whole?.e.kind === 'list' ? whole.e.items : whole ? [whole.e] : [];
  return whole !== undefined && parts.length > 0 && parts.every(p => madeBy({ ...whole, e: p }, module)?.dims.length === 3);
}

/** Tells values apart: which layer gave them, what of it, and in which order; '' where that is not known. */
function kindOf(value: Traced): string {
  if (value?.kind === 'tuple') return value.items.map(kindOf).some(k => k === '') ? '' : `(${value.items.map(kindOf).join()})`;
  return value?.part && value.axes ? `${value.part.layer.candidate.node.from} ${value.part.what} ${value.axes.join('')} ${value.padded === true} ${value.packed === true}` : '';
}

/** What a definition gives its name. */
export function named(definition: Definition | undefined, t: Tracing): Traced {
  if (!definition) return undefined;
  if (definition.kind === 'parameter') return { kind: 'tensor', axes: null, width: null, root: definition.at };
  if (!definition.value) return undefined;
  const whole = trace(t.module.expression(definition.value), definition.scope, t);
  const value = definition.path.reduce<Traced>((v, k) => v?.kind === 'tuple' ? v.items[k] : undefined, whole);
  return value ?? { kind: 'tensor', axes: null, width: null, root: definition.at };
}

/** A traced value that is one tensor. */
export const tensor = (value: Traced): Tensor | undefined => value?.kind === 'tensor' ? value : undefined;

function called(e: CallExpression, scope: Scope, t: Tracing): Traced {
  const layer = layerCalled(e.callee, scope, t);
  if (layer) return layer.draft.framework === 'keras' ? kerasOutput(layer) : given(layer, tensor(first(e, scope, t)), t.module);
  const held = heldBy(e.callee, scope, t.module) ?? built(e.callee, scope, t.module);
  const name = held ? torchName(held.paths) : '';
  const module = name ? operation(modules, name) : held ? operation(kerasModules, kerasName(held.paths)) : undefined;
  if (held && module) return module(first(e, scope, t), { call: held.call, scope: held.scope, site: e, t });
  if (held) return undefined;
  return byMethod(e, scope, t) ?? byFunction(e, scope, t);
}

/** The class in Keras that all paths name; '' where there is none. */
export function kerasName(paths: readonly string[]): string {
  const [only, ...others] = new Set(paths.map(p => kerasClass(p)));
  return others.length === 0 ? only ?? '' : '';
}

const operation = (list: Readonly<Record<string, Operation>>, name: string): Operation | undefined => Object.hasOwn(list, name) ? list[name] : undefined;

/** `nn.Linear(3, 4)(x)` */
function built(callee: Expression, scope: Scope, module: Module): Pick<Held, 'call' | 'scope' | 'paths'> | undefined {
  return callee.kind === 'call' ? { call: callee, scope, paths: target(callee.callee, scope, module).paths } : undefined;
}

function byMethod(e: CallExpression, scope: Scope, t: Tracing): Traced {
  if (e.callee.kind !== 'attribute') return undefined;
  const method = operation(methods, e.callee.name);
  return method?.(trace(e.callee.object, scope, t), { call: e, scope, site: e, t, skip: 0 });
}

function byFunction(e: CallExpression, scope: Scope, t: Tracing): Traced {
  if (e.callee.kind !== 'name' && e.callee.kind !== 'attribute') return undefined;
  const name = torchName(target(e.callee, scope, t.module).paths);
  const f = operation(functions, name);
  return f?.(first(e, scope, t), { call: e, scope, site: e, t, skip: 1 });
}

function first(e: CallExpression, scope: Scope, t: Tracing): Traced {
  const arg = e.args[0];
  return arg && arg.splat === undefined && arg.name === undefined ? trace(arg.value, scope, t) : undefined;
}

/** The recurrent layer that a callee surely is: `self.rnn`, `rnn` or the constructor itself. */
export function layerCalled(callee: Expression, scope: Scope, t: Tracing): Found | undefined {
  if (callee.kind === 'call') return foundAt(callee, t.all);
  const held = heldBy(callee, scope, t.module);
  return held && foundAt(held.node, t.all);
}

const order = (batchFirst: boolean | null, last: Axis): readonly Axis[] | null => batchFirst === null ? null : batchFirst ? ['N', 'T', last] : ['T', 'N', last];

/** The (output, states) of a PyTorch layer; a cell gives its states alone. */
function given(layer: Found, input: Tensor | undefined, module: Module): Traced {
  const { draft } = layer;
  const h = stateWidth(layer, 'h', module);
  const state = (what: 'h' | 'c'): Tensor => ({ kind: 'tensor', axes: draft.isCell ? ['N', 'C'] : ['L', 'N', 'C'], width: stateWidth(layer, what, module), part: { layer, what }, numbers: { layer, what }, origin: layer });
  const states: Traced = draft.cell === 'lstm' ? { kind: 'tuple', items: [state('h'), state('c')] } : draft.cell === null ? undefined : state('h');
  if (draft.isCell) return states;
  const both = sure(draft, 'bidirectional');
  const axes = unbatched(input) ? null : order(sure(draft, 'batchFirst'), 'C');
  const output: Tensor = {
    kind: 'tensor', axes: input?.packed ? input.axes : axes, width: both === null ? null : multiple(h, both ? 2 : 1), part: { layer, what: 'output' }, numbers: { layer, what: 'output' }, origin: layer,
    ...(input?.packed ? { packed: true } : {}), shownBy: layer.candidate.node,
  };
  return { kind: 'tuple', items: [output, states] };
}

/** Two axes where three are usual: a sequence without a batch. */
const unbatched = (input: Tensor | undefined): boolean => input?.axes?.length === 2;

/** The width of a PyTorch layer's h or c. */
export function stateWidth(layer: Found, what: 'h' | 'c', module: Module): Amount | null {
  const projection = sure(layer.draft, 'projection');
  if (projection === null) return null;
  return what === 'h' && projection > 0 ? amount(projection) : argumentAmount(layer, 'hidden_size', 1, module);
}

/** An argument of a layer's constructor as an amount. */
export function argumentAmount(layer: Found, name: string, position: number, module: Module): Amount | null {
  const call = layer.candidate.call();
  const e = complete(call) ? argument(call, name, position) : undefined;
  return e ? amountOf(e, layer.candidate.scope, module) : null;
}

/** What a Keras layer gives: its last step, or all of them. */
function kerasOutput(layer: Found): Traced {
  const { options, bidirectional, isCell } = layer.draft;
  if (isCell || bidirectional === null || (bidirectional && options['mergeMode'] !== 'concat') || options['returnState'] !== false) return undefined;
  const known = (field: string): boolean => typeof options[field] === 'boolean' && !layer.draft.assumed.includes(field);
  const axes: readonly Axis[] | null = !known('returnSequences') ? null : options['returnSequences'] === true ? ['N', 'T', 'C'] : ['N', 'C'];
  const size = sure(layer.draft, 'units');
  return { kind: 'tensor', axes, width: size === null ? null : amount(bidirectional ? 2 * size : size), part: { layer, what: 'output' }, numbers: { layer, what: 'output' }, origin: layer };
}

/** `v[0]` of a tuple, `v[:, -1]` of a tensor. */
function subscripted(e: Extract<Expression, { kind: 'subscript' }>, scope: Scope, t: Tracing): Traced {
  const object = trace(e.object, scope, t);
  if (object?.kind === 'tuple') {
    const k = e.index.length === 1 ? integer(e.index[0]) : undefined;
    return k === undefined ? undefined : object.items.at(k);
  }
  if (!object?.axes || e.index.some(i => i.kind === 'literal' && typeof i.value !== 'number')) return undefined;
  return indexed(object, e.index);
}

/** Slices keep an axis, whole numbers take it away; anything else is left open. */
function indexed(object: Tensor, index: readonly Expression[]): Traced {
  if (!object.axes || object.packed || index.length > object.axes.length) return undefined;
  const axes = object.axes.filter((axis, i) => {
    const e = index[i];
    return e === undefined || e.kind === 'slice' || axis === undefined;
  });
  const features = object.axes.indexOf('C');
  const sliced = index[features];
  if (index.some(e => e.kind !== 'slice' && integer(e) === undefined)) return undefined;
  const { part: _, root: __, ...rest } = object;
  const keepsWidth = sliced === undefined || (sliced.kind === 'slice' && sliced.full);
  return { ...rest, axes, width: keepsWidth ? object.width : null };
}

/** A whole number written out, such as -1. */
export function integer(e: Expression | undefined): number | undefined {
  if (e?.kind === 'literal' && typeof e.value === 'number') return e.value;
  return e?.kind === 'unary' && e.op === '-' && e.operand.kind === 'literal' && typeof e.operand.value === 'number' ? -e.operand.value : undefined;
}
