/** Flax linen: cells of every era, nn.RNN, nn.Bidirectional and nn.scan over a cell (flax/linen/recurrent.py, 0.3 to 0.12). */
import { fieldReader, matchArguments, sourceOf } from '../../code/arguments';
import type { CallExpression } from '../../code/expression';
import { fold } from '../../code/fold';
import { scanned, standsInScan } from './flaxScan';
import { sizeOfCarry } from './flaxCarry';
import type { Candidate, Draft, FrameworkReader } from '../../framework';
import { activation, assumedFields, classNames, oneOf, onlyForCarry, ownName, takes, type CellClass, type Construction } from './shared';
import { cellNotSeen, deepest, innerDraft, overBothWays, overTime } from './wrappers';
import { lint } from '../../lint';
import type { Module } from '../../code/scopes';

const classes: Readonly<Record<string, CellClass>> = {
  LSTMCell: { cell: 'lstm' }, OptimizedLSTMCell: { cell: 'lstm' }, GRUCell: { cell: 'gru' }, SimpleCell: { cell: 'rnn' }, MGUCell: { cell: null, variant: 'mgu' },
};
const wrappers = new Set(['RNN', 'Bidirectional', 'scan']);

const linen = /^(\?\.)?(flax\.)?linen(\.recurrent|\.transforms)?$/;
/** Under names that a fragment leaves open, PyTorch's classes are meant unless something says Flax. */
const open = /^\?(\.nn(\.recurrent|\.transforms)?)?$/;
/** Classes and keywords that no other framework has. */
const ownClasses = new Set(['OptimizedLSTMCell', 'MGUCell', 'SimpleCell']);
const ownWords = new Set(['features', 'gate_fn', 'carry_init', 'recurrent_kernel_init']);

export const flax: FrameworkReader = {
  mayMatch: path => [...classNames([path], linen), ...classNames([path], open)].some(n => n === '*' || Object.hasOwn(classes, n) || wrappers.has(n)),
  refuses: path => [...classNames([path], linen), ...classNames([path], /^\?\.nn$/)].some(n => /^ConvLSTM(Cell)?$/.test(n))
    ? 'ConvLSTM is not supported: its products are convolutions, so it has no units and equations to show.' : undefined,
  read: (candidate, module) => read(asConstruction(candidate), module, candidate),
  problems: lint,
};

const asConstruction = (candidate: Candidate): Construction => ({ ...candidate, call: candidate.call() });

/** `depth` counts the layers around: Bidirectional, RNN, cell. Inside one, an open `nn.LSTMCell` is Flax's: PyTorch has no such layers. */
function read(found: Construction, module: Module, candidate?: Candidate, depth = 0): Draft | undefined {
  if (depth > deepest) return undefined;
  const { call, scope } = found;
  const sure = classNames(found.paths, linen);
  const names = [...new Set(sure.length > 0 ? sure : classNames(found.paths, open).filter(n => wrappers.has(n) || isOurs(n, call, depth > 0)))];
  const inner = (f: Construction): Draft | undefined => read(f, module, undefined, depth + 1);
  if (names.length === 1 && names[0] === 'RNN') return overCell(call, scope, module, inner, sure.length > 0);
  if (names.length === 1 && names[0] === 'Bidirectional') return overBothWays(call, scope, module, inner);
  if (names.length === 1 && names[0] === 'scan') return scanned(call, scope, module, inner);
  const rows = names.flatMap(n => Object.hasOwn(classes, n) ? [classes[n] as CellClass] : []);
  if (rows.length === 0 && !(names.includes('*') && looksRecurrent(call, candidate))) return undefined;
  if (candidate && onlyForCarry(candidate, scope, module)) return undefined;
  const draft = cellDraft(found, oneOf(rows, found.certain), module);
  return candidate && standsInScan(scope, module) ? { ...draft, options: { ...draft.options, scanned: true } } : draft;
}

/** Keywords of nnx, Equinox and PyTorch. */
const theirWords = new Set(['in_features', 'hidden_features', 'rngs', 'key', 'input_size', 'hidden_size']);

function isOurs(name: string, call: CallExpression, inside: boolean): boolean {
  return (inside || ownClasses.has(name) || takes(call, ownWords)) && !takes(call, theirWords);
}

/** `getattr(nn, kind)(features=...)` may be anything: a name that speaks of recurrence counts. */
function looksRecurrent(call: CallExpression, candidate: Candidate | undefined): boolean {
  return /rnn|lstm|gru|cell/i.test(candidate?.holder ?? '') || takes(call, new Set(['carry_init', 'recurrent_kernel_init', 'gate_fn']));
}

/** Cells of 0.7 and later take `features` first; before, the size was told to `initialize_carry` only. */
function cellDraft({ call, scope, callee, paths }: Construction, row: CellClass | undefined, module: Module): Draft {
  const plain = row?.cell === 'rnn';
  const fields = fieldReader(matchArguments(call, ['features', ...(plain ? [] : ['gate_fn']), 'activation_fn'], scope, module), module);
  const told = fields.has('features') || fields.args.splat !== undefined;
  const units = fields.number('units', 'features', null);
  const assumed = assumedFields(fields, { units: 'features' }, module);
  const carry = told ? undefined : sizeOfCarry(call, scope, paths, module);
  const options = {
    ...(row?.variant ? { variant: row.variant } : {}), ...activation(fields, 'activation', 'activation_fn', 'tanh', module),
    ...(plain ? {} : activation(fields, 'recurrentActivation', 'gate_fn', 'sigmoid', module)),
    ...(row?.cell === 'gru' ? { resetAfter: true } : {}), ...switched(fields, row),
  };
  if (!row) fields.symbols['cell'] = sourceOf(callee, module);
  return {
    framework: 'flax', cell: row?.cell ?? null, isCell: true, inputSize: null, units: carry ? carry.units : units, layers: 1, bidirectional: false, batchFirst: true,
    dropout: 0, bias: true, projection: 0, options, symbols: { ...fields.symbols, ...carry?.symbols }, assumed: [...assumed, ...carry?.assumed ?? []],
    callee, consumed: [], ...ownName(fields),
  };
}

/** `SimpleCell(residual=)` adds h to its result; `MGUCell(reset_gate=)` may leave the reset out. */
function switched(fields: ReturnType<typeof fieldReader>, row: CellClass | undefined): Record<string, boolean> {
  const words = row?.variant === 'mgu' ? [['resetGate', 'reset_gate', true]] as const : row?.cell === 'rnn' ? [['residual', 'residual', false]] as const : [];
  return Object.fromEntries(words.flatMap(([field, parameter, usual]) => {
    const value = row?.cell === 'rnn' && !fields.has(parameter) ? null : fields.flag(field, parameter, usual);
    return value === null ? [] : [[field, value]];
  }));
}

/** From 0.6.5 to 0.7 the second argument is the size of the cell, which is now `time_major`. */
function overCell(call: CallExpression, scope: Construction['scope'], module: Module, inner: (f: Construction) => Draft | undefined, known: boolean): Draft | undefined {
  const second = call.args[1];
  const sized = second !== undefined && second.name === undefined && !second.splat && typeof fold(second.value, scope, module).value !== 'boolean';
  const args = matchArguments(call, ['cell', ...(sized ? ['cell_size'] : []), 'time_major', 'return_carry', 'reverse', 'keep_order', 'unroll'], scope, module);
  const cell = args.given('cell')?.value;
  const draft = innerDraft(cell, scope, module, inner) ?? (known ? cellNotSeen('flax', cell, call, scope, module) : undefined);
  if (!draft?.isCell) return undefined;
  const fields = fieldReader(args, module);
  const size = args.given('cell_size') && draft.units === null ? fields.number('units', 'cell_size', null) : draft.units;
  const assumed = args.given('cell_size') ? assumedFields(fields, { units: 'cell_size' }, module) : [];
  const layer = overTime(draft, fields, call);
  return { ...layer, units: size, assumed: [...new Set([...layer.assumed, ...assumed])] };
}
