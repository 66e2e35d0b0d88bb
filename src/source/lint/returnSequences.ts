/** A Keras recurrent layer that hands on its last step only, with another one behind it: Keras refuses to build that. */
import { saying } from '../../core/said';
import type { Found } from '../framework';
import { sequences } from '../frameworks/keras/sequence';
import { fedTo, usesOf } from '../uses';
import { setArgument } from './edits';
import { traceTensor } from './operations';
import type { Asked, Finding, Rule } from './rule';

const recurrent = new Set(['LSTM', 'GRU', 'SimpleRNN', 'RNN', 'Bidirectional']);
const between = new Set(['Dropout', 'BatchNormalization', 'LayerNormalization', 'Activation', 'GaussianNoise']);

export const returnSequences: Rule = {
  code: 'return-sequences', title: 'A stacked layer that is given one step', severity: 'warning', frameworks: ['keras'],
  check: asked => {
    const { draft } = asked.found;
    if (draft.isCell || draft.options['returnSequences'] !== false || draft.assumed.includes('returnSequences')) return [];
    const next = behindInRow(asked) ?? behindInCalls(asked);
    return next === undefined ? [] : [finding(asked.found, next)];
  },
};

/** The class of the recurrent layer that follows in a Sequential. */
function behindInRow({ found, module }: Asked): string | undefined {
  for (const { entries } of sequences(module)) {
    const at = entries.findIndex(e => e.call.from === found.candidate.node.from);
    const next = at < 0 ? undefined : entries.slice(at + 1).find(e => !between.has(e.kind));
    if (next && recurrent.has(next.kind)) return next.kind;
  }
  return undefined;
}

const fedBy = new WeakMap<readonly Found[], ReadonlyMap<Found, string>>();

/** `x = LSTM(8)(x)` and then `GRU(4)(x)`. */
function behindInCalls(asked: Asked): string | undefined {
  const known = fedBy.get(asked.all) ?? feeds(asked);
  fedBy.set(asked.all, known);
  return known.get(asked.found);
}

/** Layers whose output another recurrent layer is called on, and what that is. */
function feeds({ all, module, t }: Asked): ReadonlyMap<Found, string> {
  const feeding = new Map<Found, string>();
  for (const [layer, uses] of usesOf(all, module)) for (const use of uses) {
    if (layer.draft.framework !== 'keras' || layer.draft.isCell) continue;
    const fed = fedTo(use);
    const part = fed && traceTensor(fed, use.scope, t())?.part;
    if (part && part.layer !== layer) feeding.set(part.layer, layer.draft.cell === 'lstm' ? 'LSTM' : layer.draft.cell === 'gru' ? 'GRU' : 'RNN');
  }
  return feeding;
}

function finding({ candidate, draft }: Found, next: string): Finding {
  const call = candidate.call();
  const inner = call.args[0]?.value;
  const target = draft.bidirectional ? (inner?.kind === 'call' ? inner : undefined) : call;
  return {
    said: saying('The next layer, `{0}`, needs a sequence, but this one hands on its last step only. Set `return_sequences=True`.', next), span: candidate.node,
    fixes: target ? [{ title: saying('Set return_sequences=True'), edits: setArgument(target, 'return_sequences', 'True') }] : [],
  };
}
