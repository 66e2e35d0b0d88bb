/** Arguments that keep a Keras layer from the fused GPU kernel (keras/src/layers/rnn/lstm.py, gru.py: `use_cudnn`). */
import { saying } from '../../core/said';
import { target } from '../code/target';
import { sure, type Found } from '../framework';
import { eraOf } from '../frameworks/keras/era';
import { dropArgument } from './edits';
import { quoted, type Rule } from './rule';

/** What the kernel needs. Taking an argument out is offered where the layer stays what it is, or drops in another way. */
const needs: readonly { readonly option: string; readonly value: string | number | boolean; readonly argument: string; readonly droppable?: boolean }[] = [
  { option: 'activation', value: 'tanh', argument: 'activation' },
  { option: 'recurrentActivation', value: 'sigmoid', argument: 'recurrent_activation' },
  { option: 'recurrentDropout', value: 0, argument: 'recurrent_dropout', droppable: true },
  { option: 'unroll', value: false, argument: 'unroll', droppable: true },
  { option: 'resetAfter', value: true, argument: 'reset_after' },
];

export const noFusedKernel: Rule = {
  code: 'no-fused-kernel', title: 'Arguments that lose the fused GPU kernel', severity: 'info', frameworks: ['keras'],
  check: ({ found, module }) => {
    const { cell, isCell, options, assumed, layers, callee } = found.draft;
    if (isCell || (cell !== 'lstm' && cell !== 'gru') || layers !== 1 || /Cell$|CuDNN/.test(nameOf(callee))) return [];
    const era = eraOf(target(callee, found.candidate.scope, module).paths, module);
    // The kernel came with the reset after the product: before, CuDNNLSTM was a class of its own.
    if (!era.resetAfter) return [];
    const written = argumentsOf(found);
    const lost = needs.filter(n => written.has(n.argument) && options[n.option] !== undefined && options[n.option] !== n.value && !assumed.includes(n.option));
    const reasons = lost.map(n => `${n.argument}=${python(options[n.option])}`);
    if (sure(found.draft, 'bias') === false) reasons.push('use_bias=False');
    if (reasons.length === 0) return [];
    const only = reasons.length === 1 ? lost[0] : undefined;
    const without = only?.droppable ? dropArgument(found.candidate.call(), only.argument, module) : undefined;
    return [{
      said: saying('`{0}` rules out the fused GPU kernel: on a GPU this layer runs step by step, several times slower.', quoted(reasons.join(', '))), span: found.candidate.node,
      // Which Keras it is for is a guess.
      ...(era.source.resetAfter === '' ? {} : { severity: 'hint' as const }),
      fixes: without && only ? [{ title: saying('Remove {0}', only.argument), edits: without }] : [],
    }];
  },
};

/** Names of what the call, or the one it wraps, is given by keyword or position: defaults of other versions are no one's choice. */
function argumentsOf({ candidate, draft }: Found): ReadonlySet<string> {
  const call = candidate.call();
  const inner = call.args[0]?.value;
  const own = draft.bidirectional && inner?.kind === 'call' ? inner : call;
  const positions = ['units', 'activation', 'recurrent_activation', 'use_bias'];
  return new Set(own.args.flatMap((a, i) => a.name ?? (a.splat === undefined ? positions[i] ?? [] : needs.map(n => n.argument))));
}

/** A value as Python writes it. */
function python(value: string | number | boolean | undefined): string {
  return typeof value === 'boolean' ? (value ? 'True' : 'False') : typeof value === 'string' ? `'${value}'` : String(value);
}

function nameOf(e: Found['draft']['callee']): string {
  return e.kind === 'attribute' || e.kind === 'name' ? e.name : '';
}
