/** Keras 2 and 3: LSTM, GRU, SimpleRNN and their cells, Bidirectional(X) and RNN(XCell) as one entry (keras/src/layers/rnn/). */
import type { LayerSpec } from './outline';
import { fieldReader, matchArguments, sourceOf, type FieldReader } from './arguments';
import type { CallExpression, Expression } from './expression';
import type { Draft, Found, FrameworkReader } from './framework';
import { kerasClass } from './kerasNames';
import { kerasProblems } from './kerasProblems';
import { sequences } from './kerasSequence';
import { lookup, type Module, type Scope } from './scopes';
import { target } from './target';

type Kind = Exclude<LayerSpec['cell'], null>;
interface Row { readonly cell: Kind; readonly isCell: boolean }

const classes: Readonly<Record<string, Row>> = {
  SimpleRNN: { cell: 'rnn', isCell: false }, LSTM: { cell: 'lstm', isCell: false }, GRU: { cell: 'gru', isCell: false },
  SimpleRNNCell: { cell: 'rnn', isCell: true }, LSTMCell: { cell: 'lstm', isCell: true }, GRUCell: { cell: 'gru', isCell: true },
};
const wrappers = new Set(['Bidirectional', 'RNN']);

const weights = ['kernel_initializer', 'recurrent_initializer', 'bias_initializer'];
/** Positional order of arguments; what follows differs between versions and is never given so. */
const orders: Readonly<Record<Kind, readonly string[]>> = {
  lstm: ['units', 'activation', 'recurrent_activation', 'use_bias', ...weights],
  gru: ['units', 'activation', 'recurrent_activation', 'use_bias', ...weights],
  rnn: ['units', 'activation', 'use_bias', ...weights],
};

export const keras: FrameworkReader = {
  mayMatch: path => isOurs(kerasClass(path)) || (path.startsWith('?.') && isOurs(path.slice(2))),
  read: (candidate, module) => read(candidate.call(), candidate.scope, candidate, module),
  refine: (found, module) => withInputs(found, module),
  problems: (found, _, module) => kerasProblems(found, sequences(module)),
};

function isOurs(name: string | undefined): boolean {
  return name !== undefined && (Object.hasOwn(classes, name) || wrappers.has(name));
}

/** Keywords that no other framework's class of that name takes: proof enough for a fragment without imports. */
const ownWords = new Set(['units', 'return_sequences', 'return_state', 'input_shape', 'batch_input_shape', 'recurrent_activation', 'recurrent_dropout', 'stateful', 'go_backwards', 'merge_mode']);

interface Naming { readonly callee: Expression; readonly paths: readonly string[]; readonly certain: boolean }

function read(call: CallExpression, scope: Scope, naming: Naming, module: Module): Draft | undefined {
  const bare = naming.paths.every(p => kerasClass(p) === undefined);
  if (bare && !fragment(call, module)) return undefined;
  const names = [...new Set(naming.paths.map(p => kerasClass(p) ?? p.slice(2)))];
  const name = names[0];
  if (name === undefined) return undefined;
  if (names.length === 1 && name === 'Bidirectional') return bidirectional(call, scope, module);
  if (names.length === 1 && name === 'RNN') return overCells(call, scope, module);
  const rows = names.flatMap(n => Object.hasOwn(classes, n) ? [classes[n] as Row] : []);
  const single = new Set(rows.map(r => r.cell)).size === 1 && naming.certain;
  return rows[0] ? plain(call, scope, naming, module, single ? rows[0].cell : null, rows.every(r => r.isCell)) : undefined;
}

/** Without imports a bare `LSTM(...)` is Keras's when it has its keywords, or stands in `.add(...)` or a Sequential. */
function fragment(call: CallExpression, module: Module): boolean {
  if (module.stars.length > 0) return false;
  return call.args.some(a => a.name !== undefined && ownWords.has(a.name)) || /(\.add|Bidirectional|RNN)\(\s*$|Sequential\(\s*\[[^\n]*$/.test(module.text.slice(Math.max(0, call.from - 200), call.from));
}

function plain(call: CallExpression, scope: Scope, naming: Naming, module: Module, cell: Kind | null, isCell: boolean): Draft {
  const fields = fieldReader(matchArguments(call, orders[cell ?? 'lstm'], scope, module), module);
  const units = fields.number('units', 'units', null);
  if (cell === null) fields.symbols['cell'] = sourceOf(naming.callee, module);
  const old = naming.paths.some(p => p.includes('.v1.'));
  const timeMajor = fields.flag('batchFirst', 'time_major', false);
  return {
    framework: 'keras', cell, isCell, inputSize: inputFrom(call, scope, module), units, layers: 1, bidirectional: false,
    batchFirst: timeMajor === null ? null : !timeMajor, dropout: fields.number('dropout', 'dropout', 0), bias: fields.flag('bias', 'use_bias', true), projection: 0,
    options: { ...cellOptions(fields, cell, old), ...(isCell ? {} : layerOptions(fields)) },
    symbols: fields.symbols, assumed: fields.assumed, callee: naming.callee, consumed: [], ...named(fields),
  };
}

function named(fields: FieldReader): { ownName?: string } {
  const given = fields.args.given('name')?.value;
  return given?.kind === 'literal' && typeof given.value === 'string' ? { ownName: given.value } : {};
}

type Options = Record<string, string | number | boolean>;

function put(options: Options, key: string, value: string | number | boolean | null): void {
  if (value !== null) options[key] = value;
}

/** What changes the equations. `reset_after` is true by default but in the classes of version 1, as are plain sigmoids. */
function cellOptions(fields: FieldReader, cell: Kind | null, old: boolean): Options {
  const options: Options = {};
  put(options, 'activation', fields.word('activation', 'activation', 'tanh'));
  if (cell !== 'rnn') put(options, 'recurrentActivation', fields.word('recurrentActivation', 'recurrent_activation', old ? 'hard_sigmoid' : 'sigmoid'));
  if (cell === 'gru') put(options, 'resetAfter', fields.flag('resetAfter', 'reset_after', !old));
  if (cell === 'lstm') put(options, 'unitForgetBias', fields.flag('unitForgetBias', 'unit_forget_bias', true));
  put(options, 'recurrentDropout', fields.number('recurrentDropout', 'recurrent_dropout', 0));
  if (fields.has('implementation')) put(options, 'implementation', fields.number('implementation', 'implementation', null));
  return options;
}

const switches = [['returnSequences', 'return_sequences'], ['returnState', 'return_state'], ['goBackwards', 'go_backwards'], ['stateful', 'stateful'], ['unroll', 'unroll']] as const;

function layerOptions(fields: FieldReader): Options {
  const options: Options = {};
  for (const [field, parameter] of switches) put(options, field, fields.flag(field, parameter, false));
  return options;
}

/** The call an expression is or names, with what it may construct. */
function inner(e: Expression | undefined, scope: Scope, module: Module): { call: CallExpression; scope: Scope; naming: Naming } | undefined {
  const bindings = e?.kind === 'name' ? lookup(e.name, scope) : [];
  const only = bindings.length === 1 ? bindings[0] : undefined;
  if (only?.kind === 'value') return inner(module.expression(only.node), only.scope, module);
  return e?.kind === 'call' ? { call: e, scope, naming: { callee: e.callee, ...target(e.callee, scope, module) } } : undefined;
}

function readInner(e: Expression | undefined, scope: Scope, module: Module): Draft | undefined {
  const found = inner(e, scope, module);
  const paths = found?.naming.paths.filter(keras.mayMatch) ?? [];
  const draft = found && paths.length > 0 ? read(found.call, found.scope, { ...found.naming, paths }, module) : undefined;
  return draft && found ? { ...draft, consumed: [...draft.consumed, found.call.from] } : undefined;
}

function bidirectional(call: CallExpression, scope: Scope, module: Module): Draft | undefined {
  const args = matchArguments(call, ['layer', 'merge_mode'], scope, module);
  const draft = readInner(args.given('layer')?.value, scope, module);
  if (!draft || draft.isCell) return undefined;
  const other = readInner(args.given('backward_layer')?.value, scope, module);
  const fields = fieldReader(args, module);
  const merge = fields.word('mergeMode', 'merge_mode', 'concat');
  const options = { ...draft.options, ...(merge === null ? {} : { mergeMode: merge === 'linear' ? 'none' : merge }) };
  const unequal = args.given('backward_layer') !== undefined && (other?.cell !== draft.cell || other?.units !== draft.units || other?.bias !== draft.bias);
  return {
    ...draft, ...(unequal ? { units: null } : {}), bidirectional: true, options, inputSize: inputFrom(call, scope, module) ?? draft.inputSize,
    symbols: { ...draft.symbols, ...fields.symbols, ...(unequal ? { units: sourceOf(call, module) } : {}) },
    consumed: [...draft.consumed, ...other?.consumed ?? []], ...named(fields),
  };
}

/** `RNN(cell)`, `RNN([cell, cell])`, `RNN(StackedRNNCells([...]))`: cells that are alike make one entry with as many layers. */
function overCells(call: CallExpression, scope: Scope, module: Module): Draft | undefined {
  const args = matchArguments(call, ['cell', 'return_sequences', 'return_state', 'go_backwards', 'stateful', 'unroll'], scope, module);
  const cells = cellList(args.given('cell')?.value, scope, module);
  const drafts = cells.map(c => readInner(c, scope, module));
  const first = drafts[0];
  if (!first?.isCell || drafts.some(d => !d?.isCell)) return undefined;
  const alike = drafts.every(d => d?.cell === first.cell && d.units === first.units && d.bias === first.bias);
  const fields = fieldReader(args, module);
  const options = { ...first.options, ...layerOptions(fields) };
  return {
    ...first, ...(alike ? {} : { units: null, cell: drafts.every(d => d?.cell === first.cell) ? first.cell : null }),
    isCell: false, layers: drafts.length, options, inputSize: inputFrom(call, scope, module),
    symbols: { ...first.symbols, ...fields.symbols, ...(alike ? {} : { units: drafts.map(d => d?.units ?? d?.symbols['units'] ?? '?').join(', ') }) },
    consumed: drafts.flatMap(d => d?.consumed ?? []), ...named(fields),
  };
}

function cellList(e: Expression | undefined, scope: Scope, module: Module): readonly (Expression | undefined)[] {
  if (e?.kind === 'list') return e.items;
  const found = inner(e, scope, module);
  const stacked = found?.naming.paths.some(p => kerasClass(p) === 'StackedRNNCells');
  return stacked ? cellList(found?.call.args[0]?.value, scope, module) : [e];
}

/** The last size of `input_shape=(steps, features)` and its kin. */
function inputFrom(call: CallExpression, scope: Scope, module: Module): number | null {
  const fields = fieldReader(matchArguments(call, [], scope, module), module);
  for (const parameter of ['input_shape', 'batch_input_shape']) {
    const shape = fields.args.given(parameter);
    const last = shape?.value.kind === 'list' ? shape.value.items.at(-1) : undefined;
    const size = last ? fieldReader({ given: () => ({ value: last, scope }), splat: undefined }, module).number('size', 'size', null) : null;
    if (size !== null) return size;
  }
  return fields.number('inputSize', 'input_dim', null);
}

function withInputs(found: readonly Found[], module: Module): readonly Found[] {
  const before = new Map(sequences(module).flatMap(s => s.entries.map(e => [e.call.from, e.features] as const)));
  return found.map(f => f.draft.inputSize !== null ? f : { ...f, draft: { ...f.draft, inputSize: before.get(f.candidate.node.from) ?? null } });
}
