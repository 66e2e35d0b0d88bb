/** Keras 1 to 3: LSTM, GRU, SimpleRNN and their cells, Bidirectional(X) and RNN(XCell) as one entry (keras/src/layers/rnn/). */
import type { LayerSpec, Problem } from '../../outline';
import { fieldReader, matchArguments, sourceOf, type FieldReader } from '../../code/arguments';
import type { CallExpression, Expression } from '../../code/expression';
import type { Draft, Found, FrameworkReader } from '../../framework';
import { agreed, either } from '../alternatives';
import { consumption, forgetBias, layerArguments } from './arguments';
import { autoNames } from './autoNames';
import { callWidths } from './calls';
import { cellsOf, layersOf, type Cells } from './cells';
import { eraOf, type Era } from './era';
import { innerCalls, wrapping } from './inner';
import { kerasClass } from './names';
import { rowWidths } from './sequence';
import { isTf1Cell, readTf1, refusedTf1 } from './tf1';
import { isOpen, open, shapeOf, type Width } from './widths';
import { lint } from '../../lint';
import type { CallSite, Module, Scope } from '../../code/scopes';

type Kind = Exclude<LayerSpec['cell'], null>;
interface Row { readonly cell: Kind; readonly isCell: boolean; readonly cudnn?: boolean }

const classes: Readonly<Record<string, Row>> = {
  SimpleRNN: { cell: 'rnn', isCell: false }, LSTM: { cell: 'lstm', isCell: false }, GRU: { cell: 'gru', isCell: false },
  SimpleRNNCell: { cell: 'rnn', isCell: true }, LSTMCell: { cell: 'lstm', isCell: true }, GRUCell: { cell: 'gru', isCell: true },
  CuDNNLSTM: { cell: 'lstm', isCell: false, cudnn: true }, CuDNNGRU: { cell: 'gru', isCell: false, cudnn: true },
};
const wrappers = new Set(['Bidirectional', 'RNN']);
const unsupported = /^(ConvLSTM[123]D|ConvLSTM[123]DCell|ConvRNN[123]D|ConvRecurrent2D)$/;

export const keras: FrameworkReader = {
  mayMatch: path => isOurs(kerasClass(path)) || (path.startsWith('?.') && isOurs(path.slice(2))) || isTf1Cell(path),
  read: (candidate, module) => read(candidate.call(), candidate.scope, candidate, module),
  refuses: path => {
    const name = kerasClass(path) ?? (path.startsWith('?.') ? path.slice(2) : '');
    return unsupported.test(name) ? `\`${name}\` is a convolution over time: its gates are images, and it is not shown.` : refusedTf1(path);
  },
  refine: (found, module, sites) => found.length === 0 ? found : withInputs(found, module, sites),
  number: named,
  problems: (found, all, module) => [...peepholes(found), ...lint(found, all, module)],
};

function peepholes({ draft, candidate }: Found): readonly Problem[] {
  const message = 'Peepholes are weights of their own, which are left out here.';
  return draft.options['peepholes'] === true ? [{ code: 'not-supported', severity: 'info', message, span: candidate.node }] : [];
}

function isOurs(name: string | undefined): boolean {
  return name !== undefined && (Object.hasOwn(classes, name) || wrappers.has(name));
}

/** Keywords that no other framework's class of that name takes: proof enough for a fragment without imports. */
const ownWords = new Set(['units', 'output_dim', 'inner_activation', 'return_sequences', 'return_state', 'input_shape', 'batch_input_shape', 'recurrent_activation', 'recurrent_dropout', 'stateful', 'go_backwards', 'merge_mode']);

interface Naming { readonly callee: Expression; readonly paths: readonly string[]; readonly certain: boolean }

function read(call: CallExpression, scope: Scope, naming: Naming, module: Module): Draft | undefined {
  if (naming.paths.some(isTf1Cell)) return readTf1(call, scope, naming, module);
  const bare = naming.paths.every(p => kerasClass(p) === undefined);
  if (bare && !fragment(call, module)) return undefined;
  const names = [...new Set(naming.paths.map(p => kerasClass(p) ?? p.slice(2)))];
  const name = names[0];
  if (name === undefined) return undefined;
  if (names.length === 1 && name === 'Bidirectional') return bidirectional(call, scope, module);
  if (names.length === 1 && name === 'RNN') return overCells(call, scope, module);
  const rows = names.flatMap(n => Object.hasOwn(classes, n) ? [classes[n] as Row] : []);
  const single = new Set(rows.map(r => r.cell)).size === 1 && naming.certain;
  return rows[0] ? plain(call, scope, naming, module, { cell: single ? rows[0].cell : null, isCell: rows.every(r => r.isCell), cudnn: rows.every(r => r.cudnn === true), mixed: new Set(rows.map(r => r.cudnn === true)).size > 1 }) : undefined;
}

/** Without imports a bare `LSTM(...)` is Keras's when it has its keywords, or stands in `.add(...)` or a Sequential. */
function fragment(call: CallExpression, module: Module): boolean {
  if (module.stars.length > 0) return false;
  return call.args.some(a => a.name !== undefined && ownWords.has(a.name)) || /(\.add|Bidirectional|RNN)\(\s*$|Sequential\(\s*\[[^\n]*$/.test(module.text.slice(Math.max(0, call.from - 200), call.from));
}

interface Class { readonly cell: Kind | null; readonly isCell: boolean; readonly cudnn: boolean; /** A class over cuDNN has one bias more than another that it may be. */ readonly mixed: boolean }

function plain(call: CallExpression, scope: Scope, naming: Naming, module: Module, { cell, isCell, cudnn, mixed }: Class): Draft {
  const { fields, inputSize, unitsOfRounds } = layerArguments(call, cell, cudnn, scope, module);
  const units = fields.number('units', 'units', null);
  const each = units === null ? unitsOfRounds() : undefined;
  if (each !== undefined) fields.symbols['units'] = each;
  if (cell === null) fields.symbols['cell'] = sourceOf(naming.callee, module);
  if (mixed) fields.symbols['bias'] = sourceOf(naming.callee, module);
  const timeMajor = fields.flag('batchFirst', 'time_major', false);
  const [dropout, bias] = [fields.number('dropout', 'dropout', 0), mixed ? null : fields.flag('bias', 'use_bias', true)];
  const own = cudnn ? fusedOptions(cell) : cellOptions(fields, cell, naming.paths, module);
  if (mixed) common(own, fusedOptions(cell), fields, sourceOf(naming.callee, module));
  const draft: Draft = {
    framework: 'keras', cell, isCell, inputSize: null, units, layers: 1, bidirectional: false,
    batchFirst: timeMajor === null ? null : !timeMajor, dropout, bias, projection: 0,
    options: { ...own, ...(isCell ? {} : layerOptions(fields)) },
    symbols: fields.symbols, assumed: fields.assumed, callee: naming.callee, consumed: [], ...ownName(fields),
  };
  return widened(draft, inputSize === null ? shapeOf(call, scope, module) : { ...open, value: inputSize });
}

/** The draft with the width that it reads, where that is known and the draft does not have it yet. */
function widened(draft: Draft, { value, source, assumed }: Width): Draft {
  if (draft.inputSize !== null || (value === null && source === '')) return draft;
  return {
    ...draft, inputSize: value, symbols: source === '' ? draft.symbols : { ...draft.symbols, inputSize: source },
    assumed: assumed && value !== null ? [...draft.assumed, 'inputSize'] : draft.assumed,
  };
}

function ownName(fields: FieldReader): { ownName?: string } {
  const given = fields.args.given('name')?.value;
  return given?.kind === 'literal' && typeof given.value === 'string' ? { ownName: given.value } : {};
}

type Options = Record<string, string | number | boolean>;

function put(options: Options, key: string, value: string | number | boolean | null): void {
  if (value !== null) options[key] = value;
}

/** What changes the equations. Plain sigmoids and `reset_after` came with later versions: what rests on a guess of the version is assumed. */
function cellOptions(fields: FieldReader, cell: Kind | null, paths: readonly string[], module: Module): Options {
  const options: Options = {};
  const era = eraOf(paths, module);
  put(options, 'activation', fields.word('activation', 'activation', 'tanh'));
  if (cell !== 'rnn') put(options, 'recurrentActivation', fields.word('recurrentActivation', 'recurrent_activation', era.recurrentActivation));
  if (cell === 'gru') put(options, 'resetAfter', fields.flag('resetAfter', 'reset_after', era.resetAfter));
  if (cell === 'lstm') put(options, 'unitForgetBias', forgetBias(fields));
  put(options, 'recurrentDropout', fields.number('recurrentDropout', 'recurrent_dropout', 0));
  if (fields.has('implementation')) put(options, 'implementation', fields.number('implementation', 'implementation', null));
  put(options, 'implementation', consumption(fields));
  guessed(fields, 'recurrentActivation', 'recurrent_activation', options, era);
  guessed(fields, 'resetAfter', 'reset_after', options, era);
  return options;
}

function guessed(fields: FieldReader, field: 'recurrentActivation' | 'resetAfter', parameter: string, options: Options, { source }: Era): void {
  if (source[field] === '' || options[field] === undefined || fields.has(parameter)) return;
  fields.symbols[field] = source[field];
  fields.assumed.push(field);
}

/** The classes over cuDNN have one form, and a bias for the input and one for the state. */
function fusedOptions(cell: Kind | null): Options {
  return { activation: 'tanh', recurrentActivation: 'sigmoid', ...(cell === 'gru' ? { resetAfter: true } : { unitForgetBias: true, doubleBias: true }), recurrentDropout: 0 };
}

/** Of a class that may be one over cuDNN: where the two differ, which it is decides. */
function common(own: Options, fused: Options, { symbols, assumed }: FieldReader, source: string): void {
  for (const key of ['activation', 'recurrentActivation', 'resetAfter', 'unitForgetBias']) {
    if (own[key] === undefined || own[key] === fused[key]) continue;
    delete own[key];
    symbols[key] = source;
    if (assumed.includes(key)) assumed.splice(assumed.indexOf(key), 1);
  }
}

const switches = [['returnSequences', 'return_sequences'], ['returnState', 'return_state'], ['goBackwards', 'go_backwards'], ['stateful', 'stateful'], ['unroll', 'unroll']] as const;

function layerOptions(fields: FieldReader): Options {
  const options: Options = {};
  for (const [field, parameter] of switches) put(options, field, fields.flag(field, parameter, false));
  return options;
}

/** Calls that are being read: a name may stand for what wraps it. */
const reading = new Set<number>();

/** The draft of what stands inside a wrapper; where a condition picks it, what the alternatives share. */
function readInner(e: Expression | undefined, scope: Scope, module: Module): Draft | undefined {
  const found = innerCalls(e, scope, module);
  const drafts = found.map(({ call, scope: at, naming }) => {
    const paths = naming.paths.filter(keras.mayMatch);
    if (paths.length === 0 || reading.has(call.from)) return undefined;
    reading.add(call.from);
    try {
      const draft = read(call, at, { ...naming, paths }, module);
      return draft && { ...draft, consumed: [...draft.consumed, call.from] };
    } finally {
      reading.delete(call.from);
    }
  });
  const known = drafts.filter(d => d !== undefined);
  const isOne = known.length === drafts.length && known.every(d => d.isCell === known[0]?.isCell);
  return e && isOne ? agreed(known, e, module) : undefined;
}

function bidirectional(call: CallExpression, scope: Scope, module: Module): Draft | undefined {
  const args = matchArguments(call, ['layer', 'merge_mode'], scope, module);
  const layer = args.given('layer')?.value;
  const draft = readInner(layer, scope, module);
  if (!draft || draft.isCell) return undefined;
  const other = readInner(args.given('backward_layer')?.value, scope, module);
  const fields = fieldReader(args, module);
  const merge = fields.word('mergeMode', 'merge_mode', 'concat');
  const options = { ...draft.options, ...(merge === null ? {} : { mergeMode: merge === 'linear' ? 'none' : merge }) };
  const unequal = args.given('backward_layer') !== undefined && (other?.cell !== draft.cell || other?.units !== draft.units || other?.bias !== draft.bias);
  const wraps = wrapping(call, innerCalls(layer, scope, module), scope, module);
  return widened({
    ...draft, ...(unequal ? { units: null } : {}), bidirectional: wraps.value, options,
    symbols: { ...draft.symbols, ...fields.symbols, ...(unequal ? { units: either([draft, other].map(d => d?.units ?? d?.symbols['units'])) } : {}), ...(wraps.source === '' ? {} : { bidirectional: wraps.source }) },
    assumed: [...draft.assumed, ...fields.assumed, ...(wraps.assumed ? ['bidirectional'] : [])], consumed: [...draft.consumed, ...other?.consumed ?? []], ...ownName(fields),
  }, shapeOf(call, scope, module));
}

/** `RNN(cell)`, `RNN([cell, cell])`, `RNN(StackedRNNCells([...]))`: cells that are alike make one entry with as many layers. */
function overCells(call: CallExpression, scope: Scope, module: Module): Draft | undefined {
  const args = matchArguments(call, ['cell', 'return_sequences', 'return_state', 'go_backwards', 'stateful', 'unroll'], scope, module);
  const given = args.given('cell');
  const cells: Cells = given ? cellsOf(given, module) : { list: [] };
  const drafts = cells.list.map(c => readInner(c.value, c.scope, module));
  const first = drafts[0];
  if (!first?.isCell || drafts.some(d => !d?.isCell)) return undefined;
  const alike = drafts.every(d => d?.cell === first.cell && d.units === first.units && d.bias === first.bias && d.symbols['units'] === first.symbols['units']);
  const fields = fieldReader(args, module);
  const stacked = layersOf(cells, drafts.length, first);
  return widened({
    ...first, ...(alike ? {} : { units: null, cell: drafts.every(d => d?.cell === first.cell) ? first.cell : null }),
    isCell: false, layers: stacked.layers, options: { ...first.options, ...layerOptions(fields) }, inputSize: null,
    symbols: {
      ...stacked.symbols, ...fields.symbols, ...(alike ? {} : { units: drafts.map(d => d?.units ?? d?.symbols['units'] ?? '?').join(', ') }),
    },
    assumed: [...stacked.assumed, ...fields.assumed], consumed: drafts.flatMap(d => d?.consumed ?? []), ...ownName(fields),
  }, shapeOf(call, scope, module));
}

/** Sizes that follow from what stands before in a row, or from what a layer is applied to. */
function withInputs(found: readonly Found[], module: Module, sites: readonly CallSite[]): readonly Found[] {
  const starts = new Set(found.map(f => f.candidate.node.from));
  const holders = new Set(found.flatMap(f => f.candidate.holder.split('.').at(-1) || []));
  const [rows, calls] = [rowWidths(module, sites), callWidths(starts, holders, module, sites)];
  return found.map(f => {
    const at = f.candidate.node.from;
    const called = calls.get(at);
    if (called && !isOpen(called)) return { ...f, draft: fed(f.draft, called) };
    const row = rows.get(at);
    return row && !isOpen(row) && f.draft.symbols['inputSize'] === undefined ? { ...f, draft: widened(f.draft, row) } : f;
  });
}

/** What a layer is applied to is what it reads, whatever its `input_shape` says. */
function fed(draft: Draft, width: Width): Draft {
  if (draft.inputSize !== null && draft.inputSize === width.value) return draft;
  const { inputSize: _, ...symbols } = draft.symbols;
  return widened({ ...draft, inputSize: null, symbols, assumed: draft.assumed.filter(a => a !== 'inputSize') }, width);
}

function named(found: readonly Found[], module: Module): readonly Found[] {
  const names = autoNames(found, module);
  return found.map(f => { const name = names.get(f); return name === undefined ? f : { ...f, draft: { ...f.draft, ownName: name } }; });
}
