/** What Keras layers do to the last axis of their input: the width that the layer behind them reads. */
import { matchArguments, sourceOf } from '../../code/arguments';
import { changed } from '../../code/dicts';
import type { CallExpression, Expression } from '../../code/expression';
import { fold, inForce, memberBindings } from '../../code/fold';
import { kindOf } from './names';
import { moduleOf, type Binding, type Module, type Scope } from '../../code/scopes';
import { target } from '../../code/target';

/** Size of a last axis: a number, or source text, or neither; `assumed` where it holds only unless someone passes another. */
export interface Width { readonly value: number | null; readonly source: string; readonly assumed: boolean }

/** A width of which nothing is known. */
export const open: Width = { value: null, source: '', assumed: false };

/** Whether nothing is known of it. */
export function isOpen({ value, source }: Width): boolean {
  return value === null && source === '';
}

/** A call that makes a layer, and its class. */
export interface Made { readonly call: CallExpression; readonly scope: Scope; readonly kind: string }

/** The call that made the layer which an expression is or names; undefined where that is not one call. */
export function madeBy(e: Expression | undefined, scope: Scope, module: Module, depth = 0): Made | undefined {
  if (!e || depth > 8) return undefined;
  const home = moduleOf(scope, module);
  if (e.kind === 'call') {
    const { paths, certain } = target(e.callee, scope, home);
    return paths.length > 0 && certain ? { call: e, scope, kind: kindOf(paths) } : undefined;
  }
  const bindings = e.kind === 'name' ? inForce(e.name, e.from, scope, home).bindings : e.kind === 'attribute' ? memberBindings(e.object, e.name, scope, home) : [];
  const only = bindings.length === 1 ? bindings[0] : undefined;
  return only ? madeBinding(only, home, depth) : undefined;
}

function madeBinding(b: Binding, module: Module, depth: number): Made | undefined {
  return b.kind === 'value' ? madeBy(moduleOf(b.scope, module).expression(b.node), b.scope, module, depth + 1) : undefined;
}

/** The items of a list that stands there, or under a name that is bound once and changed nowhere. */
export function written(e: Expression, scope: Scope, module: Module): { readonly items: readonly Expression[]; readonly scope: Scope } | undefined {
  if (e.kind === 'list') return { items: e.items, scope };
  const bindings = e.kind === 'name' && !changed(e, module) ? inForce(e.name, e.from, scope, module).bindings : [];
  const only = bindings.length === 1 ? bindings[0] : undefined;
  const value = only?.kind === 'value' ? moduleOf(only.scope, module).expression(only.node) : undefined;
  return only && value?.kind === 'list' ? { items: value.items, scope: only.scope } : undefined;
}

/** A size as its expression says it. */
export function widthOf(e: Expression | undefined, scope: Scope, module: Module): Width {
  if (!e || e.kind === 'slice') return open;
  const { value, assumed } = fold(e, scope, module);
  if (value === null) return open;
  const source = e.kind === 'literal' ? '' : sourceOf(e, moduleOf(scope, module));
  return typeof value === 'number' && value > 0 ? { value, source, assumed } : { value: null, source: typeof value === 'number' ? '' : source, assumed: false };
}

/** Both directions side by side. */
export function doubled({ value, source, assumed }: Width): Width {
  return { value: value === null ? null : 2 * value, source: source === '' ? '' : `2 * ${/^[\w.]+$/.test(source) ? source : `(${source})`}`, assumed };
}

/** Tensors side by side. */
export function total(widths: readonly Width[]): Width {
  if (widths.length === 0 || widths.some(isOpen)) return open;
  const known = widths.every(w => w.value !== null);
  const written = widths.some(w => w.source !== '');
  return {
    value: known ? widths.reduce((sum, w) => sum + (w.value ?? 0), 0) : null,
    source: written ? widths.map(w => w.source === '' ? String(w.value) : w.source).join(' + ') : '', assumed: widths.some(w => w.assumed),
  };
}

/** Tensors of one shape, put together item by item. An axis of 1 is spread, so any other known width is the result's. */
export function common(widths: readonly Width[]): Width {
  const wide = widths.filter(w => w.value !== null && w.value > 1);
  const first = wide[0];
  return first && wide.every(w => w.value === first.value) ? { ...first, assumed: wide.every(w => w.assumed) } : open;
}

/** Layers that leave the last axis as it is. */
const neutral = new Set(['Dropout', 'SpatialDropout1D', 'SpatialDropout2D', 'BatchNormalization', 'LayerNormalization', 'GroupNormalization', 'UnitNormalization', 'Activation', 'Softmax',
  'Masking', 'GaussianNoise', 'GaussianDropout', 'AlphaDropout', 'ActivityRegularization', 'RepeatVector', 'LeakyReLU', 'ReLU', 'ELU', 'PReLU', 'ThresholdedReLU', 'ParametricSoftplus', 'SReLU',
  'UpSampling1D', 'ZeroPadding1D', 'Cropping1D', 'Identity']);
/** Layers over places, whose last axis stays unless channels come first. */
const pooling = /^(Global)?(Max|Average|Avg)Pool(ing)?[12]D$/;

const recurrent: readonly string[] = ['LSTM', 'GRU', 'SimpleRNN', 'CuDNNLSTM', 'CuDNNGRU', 'LSTMCell', 'GRUCell', 'SimpleRNNCell'];
type Sizing = readonly [names: readonly string[], position: number];
/** Layers whose argument is the size of the last axis: its names, newest first, and its position. */
const sized = new Map<string, Sizing>([
  ...recurrent.map(kind => [kind, [['units', 'output_dim'], 0]] as const),
  ['Dense', [['units', 'output_dim'], 0]], ['TimeDistributedDense', [['units', 'output_dim'], 0]], ['Highway', [[], 0]], ['Embedding', [['output_dim'], 1]],
  ...['Conv1D', 'Conv2D', 'SeparableConv1D', 'SeparableConv2D', 'Convolution1D', 'Convolution2D'].map(kind => [kind, [['filters', 'nb_filter'], 0]] as const),
]);

/** The last axis behind a layer whose input has `before`. */
export function after({ call, scope, kind }: Made, before: Width, module: Module, depth = 0): Width {
  if (depth > 8) return open;
  if (kind === 'Input' || kind === 'InputLayer') return shapeOf(call, scope, module);
  if (neutral.has(kind) || pooling.test(kind)) return channelsFirst(call) ? open : isOpen(before) ? shapeOf(call, scope, module) : before;
  if (kind === 'TimeDistributed' || kind === 'Bidirectional' || kind === 'RNN') return wrapped({ call, scope, kind }, before, module, depth);
  if (kind === 'Reshape') return lastOf(matchArguments(call, ['target_shape'], scope, module).given('target_shape') ?? matchArguments(call, ['dims'], scope, module).given('dims'), module);
  const row = sized.get(kind);
  return row && !channelsFirst(call) ? sizeAt(call, row, scope, module) : open;
}

function channelsFirst(call: CallExpression): boolean {
  return call.args.some(a => (a.name === 'data_format' || a.name === 'dim_ordering') && !(a.value.kind === 'literal' && (a.value.value === 'channels_last' || a.value.value === 'tf' || a.value.value === null)));
}

function sizeAt(call: CallExpression, [names, at]: Sizing, scope: Scope, module: Module): Width {
  const signature = Array.from({ length: at + 1 }, (_, i) => i === at ? names[0] ?? '' : `before${i}`);
  const args = matchArguments(call, [...signature, 'next'], scope, module);
  // Keras before 1 gave both sizes in their order: Dense(128, 10), LSTM(256, 128).
  const second = at === 0 ? args.given('next') : undefined;
  if (second && typeof fold(second.value, second.scope, module).value === 'number') return /^(Conv|Separable)/.test(kindNamed(call)) ? first(args, names, module) : widthOf(second.value, second.scope, module);
  return first(args, names, module);
}

function kindNamed({ callee }: CallExpression): string {
  return callee.kind === 'name' || callee.kind === 'attribute' ? callee.name : '';
}

function first(args: ReturnType<typeof matchArguments>, names: readonly string[], module: Module): Width {
  const given = names.map(name => args.given(name)).find(g => g !== undefined);
  if (!given) return open;
  const width = widthOf(given.value, given.scope, module);
  return given.assumed && width.value !== null ? { ...width, assumed: true } : width;
}

function wrapped({ call, scope, kind }: Made, before: Width, module: Module, depth: number): Width {
  const args = matchArguments(call, [kind === 'RNN' ? 'cell' : 'layer', 'merge_mode'], scope, module);
  const inside = args.given(kind === 'RNN' ? 'cell' : 'layer');
  const made = inside && (kind === 'RNN' ? lastCell(inside.value, inside.scope, module) : madeBy(inside.value, inside.scope, module));
  if (!made) return open;
  const width = made.kind === 'StackedRNNCells' ? stacked(made, module, depth) : neutral.has(made.kind) ? everyStep(made, before, kind) : after(made, open, module, depth + 1);
  return kind === 'Bidirectional' ? merged(width, args, module) : width;
}

/** `TimeDistributed(Dropout(0.2))` leaves the last axis as it is, too. */
function everyStep({ call }: Made, before: Width, kind: string): Width {
  return kind === 'TimeDistributed' && !channelsFirst(call) ? before : open;
}

/** The cell whose output counts: the last of a list. */
function lastCell(e: Expression, scope: Scope, module: Module): Made | undefined {
  const list = written(e, scope, module);
  return list ? madeBy(list.items.at(-1), list.scope, module) : madeBy(e, scope, module);
}

function stacked({ call, scope }: Made, module: Module, depth: number): Width {
  const cells = matchArguments(call, ['cells'], scope, module).given('cells');
  const made = cells && lastCell(cells.value, cells.scope, module);
  return made ? after(made, open, module, depth + 1) : open;
}

function merged(width: Width, args: ReturnType<typeof matchArguments>, module: Module): Width {
  const merge = args.given('merge_mode');
  if (!merge) return args.splat === undefined ? doubled(width) : open;
  const { value, assumed } = fold(merge.value, merge.scope, module);
  return typeof value !== 'string' || assumed ? open : value === 'concat' ? doubled(width) : width;
}

/** The last item of a shape that is written out. */
export function lastOf(given: { readonly value: Expression; readonly scope: Scope } | undefined, module: Module, depth = 0): Width {
  if (!given || depth > 4) return open;
  const { value, scope } = given;
  if (value.kind === 'list') return widthOf(value.items.at(-1), scope, module);
  if (value.kind === 'binary' && value.op === '+') return lastOf({ value: value.right, scope }, module, depth + 1);
  const bindings = value.kind === 'name' ? inForce(value.name, value.from, scope, module) : undefined;
  const only = bindings?.bindings.length === 1 ? bindings.bindings[0] : undefined;
  return only?.kind === 'value' && !bindings?.assumed ? lastOf({ value: moduleOf(only.scope, module).expression(only.node), scope: only.scope }, module, depth + 1) : open;
}

const shapes = ['shape', 'input_shape', 'batch_shape', 'batch_input_shape'];

/** The width that a layer itself says it reads: `input_shape=(steps, features)` and its kin, `input_dim`. */
export function shapeOf(call: CallExpression, scope: Scope, module: Module): Width {
  const args = matchArguments(call, kindNamed(call) === 'Input' ? ['shape', 'batch_shape'] : [], scope, module);
  const given = shapes.map(name => args.given(name)).find(g => g !== undefined);
  return given ? lastOf(given, module) : first(args, ['input_dim'], module);
}
