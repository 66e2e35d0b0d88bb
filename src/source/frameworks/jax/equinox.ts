/** Equinox: eqx.nn.LSTMCell and eqx.nn.GRUCell, which read one step of one sequence (equinox/nn/_rnn.py, 0.1 to 0.13). */
import { fieldReader, matchArguments, sourceOf } from '../../code/arguments';
import type { Draft, FrameworkReader } from '../../framework';
import { assumedFields, classNames, oneOf, takes, type CellClass, type Construction } from './shared';
import { lint } from '../../lint';
import type { Module } from '../../code/scopes';

const classes: Readonly<Record<string, CellClass>> = { LSTMCell: { cell: 'lstm' }, GRUCell: { cell: 'gru' } };

const ours = /^(\?\.)?(equinox|eqx)\.nn(\._?rnn)?$/;
const open = /^\?(\.nn)?$/;
/** No other framework's cell takes a random key. */
const ownWords = new Set(['key']);

export const equinox: FrameworkReader = {
  mayMatch: path => [...classNames([path], ours), ...classNames([path], open)].some(n => n === '*' || Object.hasOwn(classes, n)),
  read: (candidate, module) => {
    const call = candidate.call();
    const sure = classNames(candidate.paths, ours);
    const names = [...new Set(sure.length > 0 ? sure : takes(call, ownWords) ? classNames(candidate.paths, open) : [])];
    const rows = names.flatMap(n => Object.hasOwn(classes, n) ? [classes[n] as CellClass] : []);
    const recurrent = rows.length > 0 || (names.includes('*') && (takes(call, new Set(['hidden_size'])) || /rnn|lstm|gru|cell/i.test(candidate.holder)));
    return recurrent ? draftOf({ ...candidate, call }, oneOf(rows, candidate.certain), module) : undefined;
  },
  problems: lint,
};

function draftOf({ call, scope, callee }: Construction, row: CellClass | undefined, module: Module): Draft {
  const fields = fieldReader(matchArguments(call, ['input_size', 'hidden_size', 'use_bias', 'dtype'], scope, module), module);
  const inputSize = fields.number('inputSize', 'input_size', null);
  const units = fields.number('units', 'hidden_size', null);
  const bias = fields.flag('bias', 'use_bias', true);
  const assumed = assumedFields(fields, { inputSize: 'input_size', units: 'hidden_size', bias: 'use_bias' }, module);
  if (!row) fields.symbols['cell'] = sourceOf(callee, module);
  return {
    framework: 'equinox', cell: row?.cell ?? null, isCell: true, inputSize, units, layers: 1, bidirectional: false, batchFirst: true, dropout: 0, bias, projection: 0,
    options: row?.cell === 'gru' ? { resetAfter: true } : {}, symbols: fields.symbols, assumed, callee, consumed: [],
  };
}
