/** PyTorch: nn.RNN, nn.LSTM, nn.GRU and their Cells (torch/nn/modules/rnn.py). */
import type { LayerSpec } from '../outline';
import { fieldReader, matchArguments, sourceOf, type FieldReader } from '../code/arguments';
import type { CallExpression } from '../code/expression';
import { fold } from '../code/fold';
import type { Candidate, Draft, FrameworkReader } from '../framework';
import { isSuper } from '../code/target';
import { lint } from '../lint';
import type { Module } from '../code/scopes';

type Kind = Exclude<LayerSpec['cell'], null>;
interface Row { readonly cell: Kind; readonly isCell: boolean }

const classes: Readonly<Record<string, Row>> = {
  RNN: { cell: 'rnn', isCell: false }, LSTM: { cell: 'lstm', isCell: false }, GRU: { cell: 'gru', isCell: false },
  RNNCell: { cell: 'rnn', isCell: true }, LSTMCell: { cell: 'lstm', isCell: true }, GRUCell: { cell: 'gru', isCell: true },
};

const layerOrder = ['input_size', 'hidden_size', 'num_layers', 'bias', 'batch_first', 'dropout', 'bidirectional', 'proj_size'];
/** From PyTorch 2 on, the fourth positional argument of nn.RNN is its nonlinearity; before, it was bias. */
const rnnOrder = ['input_size', 'hidden_size', 'num_layers', 'nonlinearity', 'bias', 'batch_first', 'dropout', 'bidirectional'];
const cellOrder = ['input_size', 'hidden_size', 'bias', 'nonlinearity'];

/** Rooted in torch, or in a name that a fragment leaves open. */
const modules = /^(\?\.)?torch\.nn\.(modules\.(rnn\.)?)?(\*?\w+|\*)(\.__init__)?$/;
const open = /^\?\.nn\.(\*?\w+|\*)(\.__init__)?$/;

/** The last name of a path into torch.nn, or undefined; `*Cell` where a cell's class is chosen at run time. */
function className(path: string): string | undefined {
  return modules.exec(path)?.[4] ?? open.exec(path)?.[1];
}

export const pytorch: FrameworkReader = {
  mayMatch: path => {
    const name = className(path);
    return name?.startsWith('*') === true || name === 'RNNBase' || path === inherited || (name !== undefined && Object.hasOwn(classes, name)) || isBare(path);
  },
  read,
  problems: lint,
};

function isBare(path: string): boolean {
  return path.startsWith('?.') && Object.hasOwn(classes, path.slice(2));
}

/** An attribute of the object itself that a class in another file sets, see target.ts. */
const inherited = '?.*';

/** What `nn.RNNBase` calls itself by its first argument: the class that a subclass of it is like. */
const modes: Readonly<Record<string, { readonly cell: Kind; readonly nonlinearity?: string }>> = {
  LSTM: { cell: 'lstm' }, GRU: { cell: 'gru' }, RNN_TANH: { cell: 'rnn', nonlinearity: 'tanh' }, RNN_RELU: { cell: 'rnn', nonlinearity: 'relu' },
};

/** Keywords that only PyTorch's recurrent classes take: proof enough for a fragment without imports. */
const ownWords = new Set(['hidden_size', 'num_layers', 'batch_first', 'bidirectional', 'proj_size', 'nonlinearity']);
/** Those that no other layer of torch.nn takes: Transformers have num_layers and batch_first, too. */
const recurrentWords = new Set(['hidden_size', 'bidirectional', 'proj_size', 'nonlinearity']);
/** No other layer takes a word of both: `nn.TransformerEncoder` has a number of layers, but takes them made. */
const stackWords = new Set(['num_layers']);
const layerWords = new Set(['batch_first', 'dropout', 'bias']);

function read(candidate: Candidate, module: Module): Draft | undefined {
  const call = withoutSelf(candidate);
  const names = candidate.paths.map(p => className(p) ?? (p === inherited && call.args.some(a => a.name === 'batch_first') ? '*' : undefined) ?? (isBare(p) && takes(call, ownWords) ? p.slice(2) : undefined)).filter(n => n !== undefined);
  const rows = names.flatMap(n => Object.hasOwn(classes, n) ? [classes[n] as Row] : []);
  const chosen = names.filter(n => n.startsWith('*'));
  if (names.length > 0 && names.every(n => n === 'RNNBase')) return ofBase(candidate, call, module);
  if (rows.length === 0 && !chosen.includes('*Cell') && !(chosen.includes('*') && looksRecurrent(candidate, call, module))) return undefined;
  const kinds = new Set(rows.map(r => r.cell));
  const isCell = rows.every(r => r.isCell) && chosen.every(n => n === '*Cell');
  const cell = candidate.certain && kinds.size === 1 && chosen.length === 0 ? rows[0]?.cell ?? null : null;
  return draft(candidate, call, module, cell, isCell);
}

/** `nn.RNNBase('LSTM', 4, 8)`, or `super().__init__('LSTM', 4, 8)` in a class of its kind; a mode that it has not is none of it. */
function ofBase(candidate: Candidate, call: CallExpression, module: Module): Draft | undefined {
  const fields = fieldReader(matchArguments(call, ['mode', ...layerOrder], candidate.scope, module), module);
  const given = fields.args.given('mode');
  const { value, assumed } = given ? fold(given.value, given.scope, module) : { value: undefined, assumed: false };
  const mode = typeof value === 'string' && Object.hasOwn(modes, value) ? modes[value] : undefined;
  if (value !== undefined && !mode) return undefined;
  const sure = assumed ? undefined : mode;
  const made = draftOf(fields, candidate, module, sure?.cell ?? null, false);
  const symbols = sure || !given ? made.symbols : { ...made.symbols, cell: sourceOf(given.value, module) };
  return { ...made, symbols, options: sure?.nonlinearity === undefined ? {} : { nonlinearity: sure.nonlinearity } };
}

/** `nn.LSTM.__init__(self, 4, 8)` makes the object that it is given, `super().__init__(4, 8)` its own. */
function withoutSelf({ call, callee, paths, scope }: Candidate): CallExpression {
  const whole = call();
  const named = callee.kind === 'attribute' && paths.some(p => p.endsWith('.__init__')) && !isSuper(callee.object, scope);
  return named ? { ...whole, args: whole.args.slice(1) } : whole;
}

function takes(call: CallExpression, words: ReadonlySet<string>): boolean {
  return call.args.some(a => a.name !== undefined && words.has(a.name));
}

/** `getattr(nn, kind)(...)` may be anything: it counts when its arguments or its names speak of recurrence. */
function looksRecurrent(candidate: Candidate, call: CallExpression, module: Module): boolean {
  return takes(call, recurrentWords) || (takes(call, stackWords) && takes(call, layerWords)) || /rnn|lstm|gru|recurrent/i.test(candidate.holder) || /rnn|lstm|gru|recurrent/i.test(sourceOf(candidate.callee, module));
}

function draft(candidate: Candidate, call: CallExpression, module: Module, cell: Kind | null, isCell: boolean): Draft {
  const order = isCell ? cellOrder : cell === 'rnn' && !biasIsFourth(call, candidate, module) ? rnnOrder : layerOrder;
  return draftOf(fieldReader(matchArguments(call, order, candidate.scope, module), module), candidate, module, cell, isCell);
}

function draftOf(fields: FieldReader, candidate: Candidate, module: Module, cell: Kind | null, isCell: boolean): Draft {
  const sizes = { inputSize: fields.number('inputSize', 'input_size', null), units: fields.number('units', 'hidden_size', null) };
  const bias = fields.flag('bias', 'bias', true);
  const stack = isCell ? { layers: 1, bidirectional: false, batchFirst: false, dropout: 0, projection: 0 } : stackOf(fields, cell);
  const options = cell === 'rnn' ? nonlinearity(fields) : {};
  if (cell === null) fields.symbols['cell'] = sourceOf(candidate.callee, module);
  const callee = candidate.callee;
  return { framework: 'pytorch', cell, isCell, ...sizes, bias, ...stack, options, symbols: fields.symbols, assumed: fields.assumed, callee, consumed: [] };
}

function stackOf(fields: FieldReader, cell: Kind | null): Pick<Draft, 'layers' | 'bidirectional' | 'batchFirst' | 'dropout' | 'projection'> {
  return {
    layers: fields.number('layers', 'num_layers', 1),
    bidirectional: fields.flag('bidirectional', 'bidirectional', false),
    batchFirst: fields.flag('batchFirst', 'batch_first', false),
    dropout: fields.number('dropout', 'dropout', 0),
    projection: cell === 'lstm' || cell === null || fields.has('proj_size') ? fields.number('projection', 'proj_size', 0) : 0,
  };
}

function nonlinearity(fields: FieldReader): Record<string, string> {
  const word = fields.word('nonlinearity', 'nonlinearity', 'tanh');
  return word === null ? {} : { nonlinearity: word };
}

function biasIsFourth(call: CallExpression, candidate: Candidate, module: Module): boolean {
  const fourth = matchArguments(call, layerOrder, candidate.scope, module).given('bias');
  return fourth !== undefined && typeof fold(fourth.value, fourth.scope, module).value === 'boolean';
}
