/** Flax nnx: cells with both sizes, nnx.RNN and nnx.Bidirectional (flax/nnx/nn/recurrent.py, 0.8 to 0.12). */
import { fieldReader, matchArguments, sourceOf } from '../../code/arguments';
import type { CallExpression } from '../../code/expression';
import type { Candidate, Draft, FrameworkReader } from '../../framework';
import { activation, assumedFields, classNames, oneOf, onlyForCarry, takes, type CellClass, type Construction } from './shared';
import { cellNotSeen, deepest, innerDraft, overBothWays, overTime } from './wrappers';
import { lint } from '../../lint';
import type { Module, Scope } from '../../code/scopes';

const classes: Readonly<Record<string, CellClass>> = {
  LSTMCell: { cell: 'lstm' }, OptimizedLSTMCell: { cell: 'lstm' }, GRUCell: { cell: 'gru' }, SimpleCell: { cell: 'rnn' },
};
const wrappers = new Set(['RNN', 'Bidirectional']);

const ours = /^(\?\.)?(flax\.(experimental\.)?)?nnx(\.nn)?(\.recurrent)?$/;
const open = /^\?(\.nn)?$/;
/** Keywords that no other framework's class of these names takes. */
const ownWords = new Set(['in_features', 'hidden_features', 'rngs']);

export const nnx: FrameworkReader = {
  mayMatch: path => [...classNames([path], ours), ...classNames([path], open)].some(n => n === '*' || Object.hasOwn(classes, n) || wrappers.has(n)),
  read: (candidate, module) => read({ ...candidate, call: candidate.call() }, module, candidate),
  problems: lint,
};

function read(found: Construction, module: Module, candidate?: Candidate, depth = 0): Draft | undefined {
  if (depth > deepest) return undefined;
  const { call, scope } = found;
  const sure = classNames(found.paths, ours);
  const names = [...new Set(sure.length > 0 ? sure : classNames(found.paths, open).filter(n => wrappers.has(n) || takes(call, ownWords)))];
  const inner = (f: Construction): Draft | undefined => read(f, module, undefined, depth + 1);
  if (names.length === 1 && names[0] === 'RNN') return overCell(call, scope, module, inner, sure.length > 0);
  if (names.length === 1 && names[0] === 'Bidirectional') return overBothWays(call, scope, module, inner);
  const rows = names.flatMap(n => Object.hasOwn(classes, n) ? [classes[n] as CellClass] : []);
  if (rows.length === 0 && !(names.includes('*') && looksRecurrent(call, candidate))) return undefined;
  return candidate && onlyForCarry(candidate, scope, module) ? undefined : cellDraft(found, oneOf(rows, found.certain), module);
}

/** `getattr(nnx, kind)(...)` may be anything: both sizes, or a name that speaks of recurrence, count. */
function looksRecurrent(call: CallExpression, candidate: Candidate | undefined): boolean {
  return takes(call, new Set(['hidden_features'])) || /rnn|lstm|gru|cell/i.test(candidate?.holder ?? '');
}

function cellDraft({ call, scope, callee }: Construction, row: CellClass | undefined, module: Module): Draft {
  const fields = fieldReader(matchArguments(call, ['in_features', 'hidden_features'], scope, module), module);
  const inputSize = fields.number('inputSize', 'in_features', null);
  const units = fields.number('units', 'hidden_features', null);
  const assumed = assumedFields(fields, { inputSize: 'in_features', units: 'hidden_features' }, module);
  const residual = row?.cell === 'rnn' && fields.has('residual') ? fields.flag('residual', 'residual', false) : null;
  const options = {
    ...activation(fields, 'activation', 'activation_fn', 'tanh', module),
    ...(row?.cell === 'rnn' ? {} : activation(fields, 'recurrentActivation', 'gate_fn', 'sigmoid', module)),
    ...(row?.cell === 'gru' ? { resetAfter: true } : {}), ...(residual === null ? {} : { residual }),
  };
  if (!row) fields.symbols['cell'] = sourceOf(callee, module);
  return {
    framework: 'nnx', cell: row?.cell ?? null, isCell: true, inputSize, units, layers: 1, bidirectional: false, batchFirst: true,
    dropout: 0, bias: true, projection: 0, options, symbols: fields.symbols, assumed, callee, consumed: [],
  };
}

function overCell(call: CallExpression, scope: Scope, module: Module, inner: (f: Construction) => Draft | undefined, known: boolean): Draft | undefined {
  const args = matchArguments(call, ['cell'], scope, module);
  const cell = args.given('cell')?.value;
  const draft = innerDraft(cell, scope, module, inner) ?? (known ? cellNotSeen('nnx', cell, call, scope, module) : undefined);
  return draft?.isCell ? overTime(draft, fieldReader(args, module), call) : undefined;
}
