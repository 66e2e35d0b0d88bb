/** A recurrent layer of Keras or TF.js that hands on its last step only, with another one behind it: both refuse to build that. */
import { saying } from '../../core/said';
import type { Found } from '../framework';
import { behind } from '../frameworks/tfjs/options';
import { layerBehind } from '../javascript/uses';
import { fedTo, usesOf, type Use } from '../uses';
import { traceTensor } from './operations';
import { nextInRow, ownCall, setOption, written } from './rows';
import type { Asked, Finding, Rule } from './rule';

const recurrent = new Set(['LSTM', 'GRU', 'SimpleRNN', 'RNN', 'Bidirectional']);
const between = new Set(['Dropout', 'BatchNormalization', 'LayerNormalization', 'Activation', 'GaussianNoise']);

export const returnSequences: Rule = {
  code: 'return-sequences', title: 'A stacked layer that is given one step', severity: 'warning', frameworks: ['keras', 'tfjs'],
  check: asked => {
    const { draft } = asked.found;
    if (draft.isCell || draft.options['returnSequences'] !== false || draft.assumed.includes('returnSequences')) return [];
    const next = behindInRow(asked) ?? behindInCalls(asked);
    return next === undefined ? [] : [finding(asked, next)];
  },
};

/** Other layers that refuse a single step, by their names in Keras and in TF.js. */
const ofSequences = new Set(['TimeDistributed', ...['Conv', 'SeparableConv', 'MaxPooling', 'AveragePooling', 'GlobalMaxPooling', 'GlobalAveragePooling', 'UpSampling'].flatMap(k => [`${k}1D`, `${k}1d`])]);

/** The class of the layer that follows in a Sequential and needs a sequence. */
function behindInRow({ found, module }: Asked): string | undefined {
  const next = nextInRow(found, module, between);
  return next && (recurrent.has(next.kind) || ofSequences.has(next.kind)) ? next.name : undefined;
}

const fedBy = new WeakMap<readonly Found[], ReadonlyMap<Found, string>>();

/** `x = LSTM(8)(x)` and then `GRU(4)(x)`. */
function behindInCalls(asked: Asked): string | undefined {
  const known = fedBy.get(asked.all) ?? feeds(asked);
  fedBy.set(asked.all, known);
  return known.get(asked.found);
}

/** Layers whose output another recurrent layer is called on, and what that is. */
function feeds(asked: Asked): ReadonlyMap<Found, string> {
  const { all, module } = asked;
  const feeding = new Map<Found, string>();
  for (const [layer, uses] of usesOf(all, module)) for (const use of uses) {
    const { framework, isCell, cell, callee } = layer.draft;
    if (isCell) continue;
    const before = framework === 'keras' ? tracedTo(use, asked) : framework === 'tfjs' ? appliedBefore(use, asked) : undefined;
    const name = framework === 'tfjs' && callee.kind === 'attribute' ? callee.name : cell === 'lstm' ? 'LSTM' : cell === 'gru' ? 'GRU' : 'RNN';
    if (before && before !== layer) feeding.set(before, name);
  }
  return feeding;
}

function tracedTo(use: Use, { t }: Asked): Found | undefined {
  const fed = fedTo(use);
  return fed && traceTensor(fed, use.scope, t())?.origin;
}

/** The layer of `b.apply(a.apply(x))`, with names between or not. */
function appliedBefore(use: Use, { all, module }: Asked): Found | undefined {
  const fed = fedTo(use);
  if (!fed) return undefined;
  const { value, scope } = behind({ value: fed, scope: use.scope }, module);
  return value.kind === 'call' && value.callee.kind === 'attribute' && value.callee.name === 'apply' ? layerBehind(value.callee.object, scope, all, module) : undefined;
}

function finding({ found, module }: Asked, next: string): Finding {
  const call = ownCall(found, module);
  const edits = call && setOption(found, call, 'returnSequences', true);
  const set = written(found, 'returnSequences', true);
  return {
    said: saying('The next layer, `{0}`, needs a sequence, but this one hands on its last step only. Set `{1}`.', next, set), span: found.candidate.node,
    fixes: edits ? [{ title: saying('Set {0}', set), edits }] : [],
  };
}
