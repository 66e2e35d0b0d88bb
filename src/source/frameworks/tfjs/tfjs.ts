/** TensorFlow.js: tf.layers.lstm, gru, simpleRNN, their cells, bidirectional and rnn over cells as one entry (tfjs-layers/src/layers/recurrent.ts). */
import { fieldReader, sourceOf, type FieldReader } from '../../code/arguments';
import type { CallExpression, Expression } from '../../code/expression';
import type { Candidate, Draft, FrameworkReader } from '../../framework';
import { listAt } from '../../javascript/pushes';
import { javascriptTarget } from '../../javascript/target';
import { lint } from '../../lint';
import type { LayerSpec } from '../../outline';
import { callOf, type Module, type Scope } from '../../code/scopes';
import { tfjsLayer } from './names';
import { behind, grows, optionsOf, pushed, type Seen } from './options';
import { inputWidths, lastOf } from './widths';

type Kind = Exclude<LayerSpec['cell'], null>;
interface Row { readonly cell: Kind; readonly isCell: boolean }

const layers = new Map<string, Row>([
  ['simpleRNN', { cell: 'rnn', isCell: false }], ['lstm', { cell: 'lstm', isCell: false }], ['gru', { cell: 'gru', isCell: false }],
  ['simpleRNNCell', { cell: 'rnn', isCell: true }], ['lstmCell', { cell: 'lstm', isCell: true }], ['gruCell', { cell: 'gru', isCell: true }],
]);
const wrappers = new Set(['bidirectional', 'rnn', '*']);

const unsupported = new Map([
  ['convLstm2d', '`convLstm2d` is a convolution over time: its gates are images, and it is not shown.'],
  ['convLstm2dCell', '`convLstm2dCell` is a convolution over time: its gates are images, and it is not shown.'],
]);

export const tfjs: FrameworkReader = {
  language: 'javascript',
  mayMatch: path => {
    const name = tfjsLayer(path);
    return name !== undefined && (layers.has(name) || wrappers.has(name));
  },
  read: (candidate, module) => read(candidate.call(), candidate.scope, candidate, module),
  refuses: path => {
    if (/(^|[./])tf\.basicLSTMCell$/.test(path)) return '`basicLSTMCell` is one step on tensors that it is given: their sizes are not in the code that is read.';
    return unsupported.get(tfjsLayer(path) ?? '');
  },
  refine: (found, module, sites) => {
    const widths = inputWidths(module, sites);
    return found.map(f => f.draft.inputSize === null && f.draft.symbols['inputSize'] === undefined ? { ...f, draft: { ...f.draft, inputSize: widths.get(f.candidate.node.from) ?? null } } : f);
  },
  problems: lint,
};

type Naming = Pick<Candidate, 'callee' | 'paths' | 'certain'>;

function read(call: CallExpression, scope: Scope, naming: Naming, module: Module): Draft | undefined {
  const names = [...new Set(naming.paths.map(tfjsLayer).filter(n => n !== undefined))];
  const only = names.length === 1 ? names[0] : undefined;
  if (only === 'bidirectional') return bidirectional(call, scope, module);
  if (only === 'rnn') return overCells(call, scope, module);
  const rows = names.flatMap(n => layers.get(n) ?? []);
  if (rows.length === 0 && !(only === '*' && looksRecurrent(call, scope, naming, module))) return undefined;
  const single = new Set(rows.map(r => r.cell)).size === 1 && naming.certain && !names.includes('*');
  return plain(call, scope, naming, module, single ? rows[0]?.cell ?? null : null, rows.length > 0 && rows.every(r => r.isCell));
}

/** Options that only recurrent layers take. */
const ownWords = ['returnSequences', 'returnState', 'recurrentActivation', 'recurrentInitializer', 'recurrentDropout', 'goBackwards', 'stateful'];

/** `tf.layers[kind]({...})` may be anything: it counts when its options or its names speak of recurrence. */
function looksRecurrent(call: CallExpression, scope: Scope, naming: Naming, module: Module): boolean {
  const options = optionsOf(call, scope, module);
  return ownWords.some(w => options.given(w) !== undefined) || /rnn|lstm|gru|recurrent/i.test(sourceOf(naming.callee, module));
}

function plain(call: CallExpression, scope: Scope, naming: Naming, module: Module, cell: Kind | null, isCell: boolean): Draft {
  const fields = fieldReader(optionsOf(call, scope, module), module);
  const units = fields.number('units', 'units', null);
  const inputSize = isCell ? null : inputFrom(fields, module);
  if (cell === null) fields.symbols['cell'] = sourceOf(naming.callee, module);
  return {
    framework: 'tfjs', cell, isCell, inputSize, units, layers: 1, bidirectional: false, batchFirst: true,
    dropout: fields.number('dropout', 'dropout', 0), bias: fields.flag('bias', 'useBias', true), projection: 0,
    options: { ...cellOptions(fields, cell), ...(isCell ? {} : layerOptions(fields)) },
    symbols: fields.symbols, assumed: fields.assumed, callee: naming.callee, consumed: [], ...named(fields),
  };
}

function named({ args }: FieldReader): { ownName?: string } {
  const given = args.given('name')?.value;
  return given?.kind === 'literal' && typeof given.value === 'string' ? { ownName: given.value } : {};
}

type Options = Record<string, string | number | boolean>;

function put(options: Options, key: string, value: string | number | boolean | null): void {
  if (value !== null) options[key] = value;
}

/** What changes the equations. A GRU never resets after the product here, and the forget gate's bias starts at 0 unless it is asked for. */
function cellOptions(fields: FieldReader, cell: Kind | null): Options {
  const options: Options = {};
  put(options, 'activation', fields.word('activation', 'activation', 'tanh'));
  if (cell !== 'rnn') put(options, 'recurrentActivation', fields.word('recurrentActivation', 'recurrentActivation', 'hardSigmoid'));
  if (cell === 'gru') options['resetAfter'] = false;
  if (cell === 'lstm') put(options, 'unitForgetBias', fields.flag('unitForgetBias', 'unitForgetBias', false));
  put(options, 'recurrentDropout', fields.number('recurrentDropout', 'recurrentDropout', 0));
  if (fields.has('implementation')) put(options, 'implementation', fields.number('implementation', 'implementation', null));
  return options;
}

const switches = ['returnSequences', 'returnState', 'goBackwards', 'stateful', 'unroll'] as const;

function layerOptions(fields: FieldReader): Options {
  const options: Options = {};
  for (const name of switches) put(options, name, fields.flag(name, name, false));
  return options;
}

/** The last size of `inputShape: [steps, features]`; `inputDim` is read by no recurrent layer of TF.js. */
function inputFrom(fields: FieldReader, module: Module): number | null {
  for (const parameter of ['inputShape', 'batchInputShape']) {
    const last = lastOf(fields.args.given(parameter), module);
    if (!last) continue;
    const one = fieldReader({ given: () => last, splat: undefined }, module);
    const size = one.number('inputSize', parameter, null);
    Object.assign(fields.symbols, one.symbols);
    fields.assumed.push(...one.assumed);
    return size;
  }
  return null;
}

/** The layer that an expression makes or names. */
function readInner(seen: Seen | undefined, module: Module): Draft | undefined {
  if (!seen) return undefined;
  const { value, scope } = behind(seen, module);
  if (value.kind !== 'call') return undefined;
  const { paths, certain } = javascriptTarget(value.callee, scope, module);
  const mine = paths.filter(p => tfjs.mayMatch(p));
  if (mine.length === 0 || open.has(value)) return undefined;
  open.add(value);
  const draft = read(value, scope, { callee: value.callee, paths: mine, certain }, module);
  open.delete(value);
  return draft && { ...draft, consumed: [...draft.consumed, value.from] };
}

/** Calls that are being read: a name may stand for what wraps it. */
const open = new Set<Expression>();

function bidirectional(call: CallExpression, scope: Scope, module: Module): Draft | undefined {
  const fields = fieldReader(optionsOf(call, scope, module), module);
  const draft = readInner(fields.args.given('layer'), module);
  if (!draft || draft.isCell) return undefined;
  const merge = fields.word('mergeMode', 'mergeMode', 'concat');
  const inputSize = inputFrom(fields, module) ?? draft.inputSize;
  return {
    ...draft, bidirectional: true, inputSize, options: { ...draft.options, ...(merge === null ? {} : { mergeMode: merge === 'linear' ? 'none' : merge }) },
    symbols: { ...draft.symbols, ...fields.symbols }, assumed: [...draft.assumed, ...fields.assumed], ...named(fields),
  };
}

/** `rnn({cell})`, `rnn({cell: [a, b]})`, `rnn({cell: stackedRNNCells({cells: [a, b]})})`: cells that are alike make one entry with as many layers. */
function overCells(call: CallExpression, scope: Scope, module: Module): Draft | undefined {
  const fields = fieldReader(optionsOf(call, scope, module), module);
  const cells = cellsOf(fields.args.given('cell'), module);
  const drafts = cells.list.map(c => cellOf(readInner(c, module)));
  const first = drafts[0];
  if (!first?.isCell || drafts.some(d => !d?.isCell)) return undefined;
  const alike = drafts.every(d => d?.cell === first.cell && d.units === first.units && d.symbols['units'] === first.symbols['units'] && d.bias === first.bias);
  const options = { ...first.options, ...layerOptions(fields) };
  const inputSize = inputFrom(fields, module);
  return {
    ...first, ...(alike ? {} : { units: null, cell: drafts.every(d => d?.cell === first.cell) ? first.cell : null }),
    isCell: false, layers: many(cells, drafts.length), options, inputSize,
    symbols: {
      ...first.symbols, ...fields.symbols, ...(cells.many === undefined || cells.many === '' ? {} : { layers: cells.many }),
      ...(alike ? {} : { units: drafts.map(d => d?.units ?? d?.symbols['units'] ?? '?').join(', ') }),
    },
    assumed: [...first.assumed, ...fields.assumed, ...(cells.assumed === true ? ['layers'] : [])], consumed: drafts.flatMap(d => d?.consumed ?? []), ...named(fields),
  };
}

/** What is given as a cell is one, also where its kind is chosen at run time. */
const cellOf = (draft: Draft | undefined): Draft | undefined => (draft?.cell === null ? { ...draft, isCell: true } : draft);

/** Cells one upon the other; `many` is how many, as the text says it, and `times` as a number where it is known; `list` shows what they are. */
interface Cells { readonly list: readonly Seen[]; readonly many?: string; readonly times?: number; readonly assumed?: boolean }

function many({ many: source, times }: Cells, count: number): number | null {
  return source === undefined ? count : times ?? null;
}

function cellsOf(seen: Seen | undefined, module: Module): Cells {
  if (!seen) return { list: [] };
  const { value, scope } = behind(seen, module);
  if (value.kind === 'list') {
    const list = value.items.map((item: Expression) => ({ value: item, scope }));
    return grows(seen.value, module) ? grown(seen, list, module) : { list };
  }
  if (value.kind !== 'call') return { list: [seen] };
  if (javascriptTarget(value.callee, scope, module).paths.some(p => tfjsLayer(p) === 'stackedRNNCells')) return cellsOf(optionsOf(value, scope, module).given('cells'), module);
  const many = howMany(value, module);
  return many === undefined ? { list: [seen] } : { list: madeWithin(value, module), many };
}

/** A list that is pushed to: how many cells are in it is known where straight code and counted loops put them there. */
function grown(seen: Seen, list: readonly Seen[], module: Module): Cells {
  const inner = pushed(seen.value, module);
  const unknown = { list: [...list, ...inner], many: `${sourceOf(seen.value, module)}.length` };
  const put = inner.length > 0 ? listAt(seen.value, seen.scope, module)?.filter(p => p.times > 0) : undefined;
  if (!put || put.length === 0) return unknown;
  const times = put.reduce((sum, p) => sum + p.times, 0);
  const [only] = put;
  return { list: put, times, many: put.length === 1 ? only?.source ?? '' : '', assumed: put.some(p => p.assumed) };
}

/** `sizes.map(...)` gives as many as `sizes` has, `Array.from({length: n}, ...)` n. */
function howMany({ callee, args }: CallExpression, module: Module): string | undefined {
  if (callee.kind === 'attribute' && callee.name === 'map') return `${sourceOf(callee.object, module)}.length`;
  const first = sourceOf(callee, module) === 'Array.from' ? args[0]?.value : undefined;
  if (!first) return undefined;
  return /^\{\s*length:\s*([^,]+?)\s*,?\s*\}$/.exec(sourceOf(first, module))?.[1] ?? `${sourceOf(first, module)}.length`;
}

/** The cells that a call such as `sizes.map(n => tf.layers.lstmCell({units: n}))` makes. */
function madeWithin({ from, to }: Expression, module: Module): readonly Seen[] {
  return module.calls.flatMap(site => {
    if (site.node.from < from || site.node.to > to) return [];
    const call = callOf(site, module);
    return call && javascriptTarget(call.callee, site.scope, module).paths.some(p => layers.get(tfjsLayer(p) ?? '')?.isCell) ? [{ value: call, scope: site.scope }] : [];
  });
}
