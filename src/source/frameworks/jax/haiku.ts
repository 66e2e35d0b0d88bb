/** Haiku: hk.VanillaRNN, hk.LSTM and hk.GRU, cores that run one step (haiku/_src/recurrent.py, 0.0.1 to 0.0.17). */
import { fieldReader, matchArguments, sourceOf } from '../../code/arguments';
import type { Candidate, Draft, Found, FrameworkReader } from '../../framework';
import { stackInputs } from './haikuStacks';
import { unrolls } from './haikuUnroll';
import { assumedFields, classNames, oneOf, onlyForCarry, ownName, takes, type CellClass, type Construction } from './shared';
import { lint } from '../../lint';
import type { Module } from '../../code/scopes';

const classes: Readonly<Record<string, CellClass>> = { VanillaRNN: { cell: 'rnn' }, LSTM: { cell: 'lstm' }, GRU: { cell: 'gru' } };

const ours = /^(\?\.)?(hk|haiku)(\._src\.recurrent)?$/;

export const haiku: FrameworkReader = {
  mayMatch: path => classNames([path], ours).some(n => n === '*' || Object.hasOwn(classes, n)),
  refuses: path => classNames([path], ours).some(n => /^Conv[123N]D?LSTM$|^ConvNDLSTM$/.test(n))
    ? 'ConvLSTM is not supported: its products are convolutions, so it has no units and equations to show.' : undefined,
  read: (candidate, module) => {
    if (onlyForCarry(candidate, candidate.scope, module)) return undefined;
    const call = candidate.call();
    const names = [...new Set(classNames(candidate.paths, ours))];
    const rows = names.flatMap(n => Object.hasOwn(classes, n) ? [classes[n] as CellClass] : []);
    return rows.length > 0 || (names.includes('*') && looksRecurrent(candidate)) ? draftOf({ ...candidate, call }, oneOf(rows, candidate.certain), module) : undefined;
  },
  refine: (found, module) => withPlaces(found, module),
  problems: lint,
};

function looksRecurrent(candidate: Candidate): boolean {
  return takes(candidate.call(), new Set(['hidden_size'])) || /rnn|lstm|gru|core/i.test(candidate.holder);
}

/** VanillaRNN is a ReLU network with two biases; LSTM adds 1 to its forget gate when it runs; GRU resets before the product. */
function draftOf({ call, scope, callee }: Construction, row: CellClass | undefined, module: Module): Draft {
  const order = row?.cell === 'rnn' ? ['hidden_size', 'double_bias', 'name'] : row?.cell === 'lstm' ? ['hidden_size', 'name'] : ['hidden_size'];
  const fields = fieldReader(matchArguments(call, order, scope, module), module);
  const units = fields.number('units', 'hidden_size', null);
  const assumed = assumedFields(fields, { units: 'hidden_size' }, module);
  const double = row?.cell === 'rnn' ? fields.flag('doubleBias', 'double_bias', true) : null;
  if (!row) fields.symbols['cell'] = sourceOf(callee, module);
  const options = {
    ...(row?.cell === 'rnn' ? { nonlinearity: 'relu' } : row?.cell === 'lstm' ? { forgetBias: 1 } : row?.cell === 'gru' ? { resetAfter: false } : {}),
    ...(double === null ? {} : { doubleBias: double }),
  };
  return {
    framework: 'haiku', cell: row?.cell ?? null, isCell: true, inputSize: null, units, layers: 1, bidirectional: false, batchFirst: false, dropout: 0, bias: true, projection: 0,
    options, symbols: fields.symbols, assumed, callee, consumed: [], ...ownName(fields),
  };
}

/** What the stack and the unrolling around a core say of it. */
function withPlaces(found: readonly Found[], module: Module): readonly Found[] {
  if (found.length === 0) return found;
  const inputs = stackInputs(found, module);
  const ways = unrolls(module);
  return found.map(({ candidate, draft }) => {
    const input = inputs.get(candidate.node.from);
    const way = ways.get(candidate.node.from);
    return { candidate, draft: { ...draft, ...input, ...(way ? { batchFirst: way.batchFirst, options: { ...draft.options, unrolled: true, ...(way.reverse ? { goBackwards: true } : {}) } } : {}) } };
  });
}
