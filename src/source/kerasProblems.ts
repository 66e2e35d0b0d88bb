/** What a Keras call gets wrong or pays for. Only what is certain from the code. */
import type { Problem } from './outline';
import { sure, type Found } from './framework';
import type { Row } from './kerasSequence';
import { sizeProblems } from './sizeProblems';

type Rule = (found: Found, rows: readonly Row[]) => readonly Problem[];

const rules: readonly Rule[] = [sizeProblems, fusedKernel, lastStepOnly];

/** All problems of one Keras layer. */
export const kerasProblems: Rule = (found, rows) => rules.flatMap(rule => rule(found, rows));

/** The conditions of the fused kernel (keras/src/layers/rnn/lstm.py, gru.py: `use_cudnn`). */
const fusedNeeds: readonly { readonly option: string; readonly value: string | number | boolean; readonly argument: string }[] = [
  { option: 'activation', value: 'tanh', argument: 'activation' },
  { option: 'recurrentActivation', value: 'sigmoid', argument: 'recurrent_activation' },
  { option: 'recurrentDropout', value: 0, argument: 'recurrent_dropout' },
  { option: 'unroll', value: false, argument: 'unroll' },
  { option: 'resetAfter', value: true, argument: 'reset_after' },
];

function fusedKernel({ draft, candidate }: Found): readonly Problem[] {
  const { cell, isCell, options, assumed } = draft;
  if (isCell || (cell !== 'lstm' && cell !== 'gru') || draft.layers !== 1 || /Cell$/.test(nameOf(draft.callee))) return [];
  const reasons = fusedNeeds.filter(n => options[n.option] !== undefined && options[n.option] !== n.value && !assumed.includes(n.option))
    .map(n => `${n.argument}=${python(options[n.option])}`);
  if (sure(draft, 'bias') === false) reasons.push('use_bias=False');
  if (reasons.length === 0) return [];
  const { from, to } = candidate.node;
  const message = `\`${reasons.join(', ').replaceAll('`', "'")}\` rules out the fused GPU kernel: on a GPU this layer runs step by step, several times slower.`;
  return [{ code: 'no-fused-kernel', severity: 'warning', message, span: { from, to } }];
}

/** A value as Python writes it. */
function python(value: string | number | boolean | undefined): string {
  return typeof value === 'boolean' ? (value ? 'True' : 'False') : typeof value === 'string' ? `'${value}'` : String(value);
}

function nameOf(e: Found['draft']['callee']): string {
  return e.kind === 'attribute' || e.kind === 'name' ? e.name : '';
}

const recurrent = new Set(['LSTM', 'GRU', 'SimpleRNN', 'RNN', 'Bidirectional']);
const between = new Set(['Dropout', 'BatchNormalization', 'LayerNormalization', 'Activation', 'GaussianNoise']);

/** A recurrent layer that hands on its last step only, with another one behind it: Keras refuses to build that. */
function lastStepOnly({ draft, candidate }: Found, rows: readonly Row[]): readonly Problem[] {
  if (draft.options['returnSequences'] !== false || draft.assumed.includes('returnSequences')) return [];
  for (const { entries } of rows) {
    const at = entries.findIndex(e => e.call.from === candidate.node.from);
    const next = at < 0 ? undefined : entries.slice(at + 1).find(e => !between.has(e.kind));
    if (!next || !recurrent.has(next.kind)) continue;
    const { from, to } = candidate.node;
    const message = `The next layer, \`${next.kind}\`, needs a sequence, but this one hands on its last step only. Set \`return_sequences=True\`.`;
    return [{ code: 'return-sequences', severity: 'warning', message, span: { from, to } }];
  }
  return [];
}
