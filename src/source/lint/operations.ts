/** What operations of PyTorch do to axes and width. One row an operation; what is not listed is not understood. */
import { slice, type CallExpression, type Expression } from '../code/expression';
import { reaching } from '../python/flow';
import { fold } from '../code/fold';
import type { Scope } from '../code/scopes';
import { target } from '../code/target';
import { amount, amountOf, argument, type Amount } from './canonical';
import { torchName } from './held';
import { sizeOf } from './made';
import { integer, tensor, trace, type Axis, type Tensor, type Traced, type Tracing } from './trace';

/** `call` has the arguments that matter (of a module: of its constructor), `site` is the call that is made. `skip`: arguments before them. */
export interface Where { readonly call: CallExpression; readonly scope: Scope; readonly site: CallExpression; readonly t: Tracing; readonly skip?: number }
export type Operation = (input: Traced, where: Where) => Traced;

const onTensor = (f: (input: Tensor, where: Where) => Traced): Operation => (input, where) => {
  const one = tensor(input);
  return one && f(one, where);
};

/** Another value of the same shape, no longer what the layer gave. */
function changed(input: Tensor): Tensor {
  const { part: _, root: __, numbers: ___, ...rest } = input;
  return rest;
}

/** The same numbers in other axes. */
function inAxes(input: Tensor, axes: readonly Axis[]): Tensor {
  const { part: _, root: __, ...rest } = input;
  return { ...rest, axes };
}

const same: Operation = input => input;
const likewise = onTensor(input => input.packed ? undefined : changed(input));

/** The whole numbers among the arguments, also given as one tuple. */
function integers({ call, skip = 0 }: Where): readonly number[] | undefined {
  const args = call.args.slice(skip);
  const only = args.length === 1 ? args[0]?.value : undefined;
  const list = only?.kind === 'list' ? only.items : args.map(a => a.value);
  if (args.some(a => a.name !== undefined || a.splat !== undefined)) return undefined;
  const found = list.map(integer);
  return found.every(n => n !== undefined) ? found : undefined;
}

function reordered(input: Tensor, axes: readonly (Axis | undefined)[], { site }: Where): Traced {
  if (axes.some(a => a === undefined)) return undefined;
  const { root: _, ...rest } = input;
  return { ...rest, axes: axes as readonly Axis[], moved: true, ...(input.shownBy ? {} : { shownBy: site }) };
}

const permute = onTensor((input, where) => {
  const order = integers(where);
  if (!order || input.axes?.length !== order.length) return undefined;
  return reordered(input, order.map(k => input.axes?.at(k)), where);
});

const transpose = onTensor((input, where) => {
  const [a, b] = integers(where) ?? [];
  if (a === undefined || b === undefined || !input.axes) return undefined;
  const axes: Axis[] = [...input.axes];
  const [i, j] = [a < 0 ? a + axes.length : a, b < 0 ? b + axes.length : b];
  const [p, q] = [axes[i], axes[j]];
  if (p === undefined || q === undefined) return undefined;
  [axes[i], axes[j]] = [q, p];
  return reordered(input, axes, where);
});

const unsqueeze = onTensor((input, where) => {
  const [k] = integers(where) ?? [];
  if (k === undefined || !input.axes) return undefined;
  const at = k < 0 ? k + input.axes.length + 1 : k;
  return inAxes(input, [...input.axes.slice(0, at), '1', ...input.axes.slice(at)]);
});

const squeeze = onTensor((input, where) => {
  const [k] = integers(where) ?? [];
  const at = k === undefined || !input.axes ? undefined : k < 0 ? k + input.axes.length : k;
  return at === undefined || !input.axes ? undefined : inAxes(input, input.axes.filter((_, i) => i !== at));
});

/** `select(1, -1)` takes an axis away, `narrow(1, 0, 3)` keeps a stretch of it. */
const along = (taken: boolean): Operation => onTensor((input, where) => {
  const k = integer(argument(where.call, 'dim', where.skip ?? 0));
  const at = k === undefined || !input.axes ? undefined : k < 0 ? k + input.axes.length : k;
  if (at === undefined || !input.axes || input.packed || at >= input.axes.length) return undefined;
  const left = inAxes(input, taken ? input.axes.filter((_, i) => i !== at) : input.axes);
  return { ...left, width: input.axes[at] === 'C' ? null : input.width };
});

/** A view is followed no further, but one that takes the sizes of two axes in the other order: it swaps nothing, unless one of them is 1. */
const view: Operation = (input, { site, scope, t }) => {
  const one = tensor(input);
  const object = site.callee.kind === 'attribute' ? site.callee.object : undefined;
  if (object?.kind !== 'name' || one?.packed || one?.axes?.includes('1') || (one?.numbers && one.numbers.what !== 'output')) return undefined;
  const [a, b] = site.args.map(x => x.splat === undefined && x.name === undefined ? sizeOf(x.value) : undefined);
  const swaps = a?.axis === 1 && b?.axis === 0 && [a, b].every(s => s.of.kind === 'name' && s.of.name === object.name);
  return swaps && !mayHaveOne(object, scope, t) ? { kind: 'tensor', axes: null, width: null, mixed: site } : undefined;
};

/** Ways to get an axis of 1, or axes of whatever size. */
const reshaped = /unsqueeze|None|newaxis|keepdim|\.(view|reshape|expand|sum|mean|max)\(/;

function mayHaveOne(e: Extract<Expression, { kind: 'name' }>, scope: Scope, t: Tracing): boolean {
  const definition = reaching(e.name, e.from, scope, t.module);
  return definition === undefined || (definition.value !== undefined && reshaped.test(slice(definition.value, t.module.text)));
}

/** A layer that reads the last axis and gives another width. */
const linear = onTensor((input, { call, scope, t }) => {
  const out = argument(call, 'out_features', 1);
  return input.packed ? undefined : { ...changed(input), width: out ? amountOf(out, scope, t.module) : null };
});

/** Numbers to vectors: one axis more. */
const embedding: Operation = (input, { call, scope, t }) => {
  const size = argument(call, 'embedding_dim', 1);
  const ids = tensor(input);
  const axes = ids?.axes?.at(-1) === '?' ? ids.axes.slice(0, -1) : ids?.axes;
  return { kind: 'tensor', axes: axes ? [...axes, 'C'] : null, width: size ? amountOf(size, scope, t.module) : null, embedded: true,
    ...(ids?.shownBy ? { shownBy: ids.shownBy } : {}), ...(ids?.root === undefined ? {} : { root: ids.root }) };
};

/** Convolutions over time give (N, channels, T), whatever they were given. */
const convolution: Operation = (_, { call, scope, site, t }) => {
  const channels = argument(call, 'out_channels', 1);
  return { kind: 'tensor', axes: ['N', 'C', 'T'], width: channels ? amountOf(channels, scope, t.module) : null, shownBy: site };
};

/** Those over images give (N, channels, height, width): where the height is squeezed away, the width is time. */
const convolution2d: Operation = (_, { call, scope, site, t }) => {
  const channels = argument(call, 'out_channels', 1);
  return { kind: 'tensor', axes: ['N', 'C', '?', 'T'], width: channels ? amountOf(channels, scope, t.module) : null, shownBy: site };
};

/** One module after the other, where all of them are listed and understood. */
const sequential: Operation = (input, where) => where.call.args.reduce<Traced>((value, { value: e, name, splat }, i) => {
  const called = e.kind === 'call' && name === undefined && splat === undefined ? torchName(target(e.callee, where.scope, where.t.module).paths) : '';
  const module = Object.hasOwn(modules, called) ? modules[called] : undefined;
  return e.kind === 'call' && module && (value || i === 0) ? module(value, { ...where, call: e }) : undefined;
}, input);

/** A flag that is written out, or its default; undefined where the text does not settle it. */
function flag(e: Expression | undefined, absent: boolean, { scope, t, site }: Where): boolean | undefined {
  if (!e) return site.args.some(a => a.splat !== undefined) ? undefined : absent;
  const { value, assumed } = fold(e, scope, t.module);
  return typeof value === 'boolean' && !assumed ? value : undefined;
}

const padSequence: Operation = (_, where) => {
  const first = flag(argument(where.call, 'batch_first', 1), false, where);
  // Sequences of vectors give three axes, of numbers two: three are claimed nowhere, so the third is left open.
  return first === undefined ? undefined : { kind: 'tensor', axes: first ? ['N', 'T', '?'] : ['T', 'N', '?'], width: null, shownBy: where.site };
};

const pack = onTensor((input, where) => {
  const first = flag(argument(where.call, 'batch_first', 2), false, where);
  const axes: readonly Axis[] | null = first === undefined ? null : first ? ['N', 'T', 'C'] : ['T', 'N', 'C'];
  const { embedded: _, ...rest } = changed(input);
  return { ...rest, axes, packed: true, before: { axes: input.axes, batchFirst: first }, shownBy: where.site };
});

const unpack = onTensor((input, where) => {
  const first = flag(argument(where.call, 'batch_first', 1), false, where);
  const axes: readonly Axis[] | null = first === undefined ? null : first ? ['N', 'T', 'C'] : ['T', 'N', 'C'];
  const { packed: _, root: __, before: ___, ...rest } = input;
  return { kind: 'tuple', items: [{ ...rest, axes, padded: true, shownBy: where.site }, undefined] };
});

/** Widths add up along the features; the other axes are those of the first. */
const concatenate: Operation = (input, { call, scope, t }) => {
  const parts = input?.kind === 'tuple' ? input.items.map(tensor) : [];
  const head = parts[0];
  const dim = argument(call, 'dim', 1) ?? argument(call, 'axis', 1);
  const k = dim ? fold(dim, scope, t.module).value : 0;
  if (!head?.axes || typeof k !== 'number' || parts.some(p => p?.axes?.length !== head.axes?.length)) return undefined;
  if (head.axes.at(k) !== 'C') return { ...changed(head), width: head.width };
  return { ...changed(head), width: parts.reduce<Amount | null>((sum, p) => added(sum, p?.width ?? null), amount(0)) };
};

function added(a: Amount | null, b: Amount | null): Amount | null {
  if (!a || !b) return null;
  if (a.times === 0) return b;
  return a.key === b.key ? { key: a.key, times: a.times + b.times } : null;
}

/** Dropout keeps what a value is: for order and width nothing changes. */
export const modules: Readonly<Record<string, Operation>> = {
  Dropout: same, Identity: same, Linear: linear, Embedding: embedding, Conv1d: convolution, Conv2d: convolution2d, Sequential: sequential,
  BatchNorm1d: likewise, BatchNorm2d: likewise, MaxPool1d: likewise, MaxPool2d: likewise, AvgPool1d: likewise, AvgPool2d: likewise, Dropout2d: likewise,
  LayerNorm: likewise, ReLU: likewise, Tanh: likewise, Sigmoid: likewise, GELU: likewise, LeakyReLU: likewise, ELU: likewise,
};

/** Layers of Keras that keep the axes. */
export const kerasModules: Readonly<Record<string, Operation>> = {
  Dropout: same, SpatialDropout1D: same, GaussianNoise: likewise, BatchNormalization: likewise, LayerNormalization: likewise, Activation: likewise, LeakyReLU: likewise,
};

export const functions: Readonly<Record<string, Operation>> = {
  dropout: same, relu: likewise, tanh: likewise, sigmoid: likewise, gelu: likewise, leaky_relu: likewise,
  permute: onTensor((input, where) => permute(input, where)), transpose, unsqueeze, squeeze, select: along(true), narrow: along(false), cat: concatenate, concat: concatenate,
  pad_sequence: padSequence, pack_padded_sequence: pack, pad_packed_sequence: unpack,
};

export const methods: Readonly<Record<string, Operation>> = {
  contiguous: same, detach: same, to: same, cuda: same, cpu: same, float: same, double: same, half: same, clone: same,
  relu: likewise, tanh: likewise, sigmoid: likewise, permute, transpose, unsqueeze, squeeze, select: along(true), narrow: along(false), view, reshape: view,
};

/** Traces and keeps only tensors. */
export function traceTensor(e: Expression, scope: Scope, t: Tracing): Tensor | undefined {
  return tensor(trace(e, scope, t));
}
