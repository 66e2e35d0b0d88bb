/** Options in effect that are a framework's defaults and change numbers or shapes, with the versions they are defaults from. */
import { saying, type Said } from '../../core/said';
import type { LayerSpec } from '../outline';
import type { Tell } from './telling';

interface Default {
  readonly frameworks: readonly LayerSpec['framework'][];
  readonly holds: (spec: LayerSpec) => boolean;
  readonly said: Said;
}

type Known = 'batchFirst' | 'projection' | 'bias';
/** A field or an option that the text settles to this value. */
const is = (field: string, value: unknown) => (spec: LayerSpec): boolean => {
  const found = Object.hasOwn(spec.options, field) ? spec.options[field] : spec[field as Known];
  return found === value && !spec.assumed.includes(field);
};
const both = (...tests: readonly ((spec: LayerSpec) => boolean)[]) => (spec: LayerSpec): boolean => tests.every(t => t(spec));
const layer = (spec: LayerSpec): boolean => !spec.isCell;
const lstm = (spec: LayerSpec): boolean => spec.cell === 'lstm';
const gru = (spec: LayerSpec): boolean => spec.cell === 'gru';

const list: readonly Default[] = [
  { frameworks: ['pytorch'], holds: both(layer, is('batchFirst', false)), said: saying('`batch_first=False` (the default)') },
  { frameworks: ['pytorch'], holds: both(layer, lstm, is('projection', 0)), said: saying('`proj_size=0` (there since PyTorch 1.8)') },
  { frameworks: ['keras'], holds: both(gru, is('resetAfter', true)), said: saying('`reset_after=True` (the default since TensorFlow 2.0 and Keras 2.4)') },
  { frameworks: ['keras'], holds: both(gru, is('resetAfter', false)), said: saying('`reset_after=False` (the default before TensorFlow 2.0 and Keras 2.4)') },
  { frameworks: ['keras'], holds: is('recurrentActivation', 'sigmoid'), said: saying('`recurrent_activation=\'sigmoid\'` (the default since TensorFlow 2.0 and Keras 2.3)') },
  { frameworks: ['keras'], holds: is('recurrentActivation', 'hard_sigmoid'), said: saying('`recurrent_activation=\'hard_sigmoid\'` (the default before TensorFlow 2.0 and Keras 2.3)') },
  { frameworks: ['keras'], holds: both(lstm, is('unitForgetBias', true)), said: saying('`unit_forget_bias=True` (the default: the bias of f starts at 1)') },
  { frameworks: ['keras'], holds: both(layer, is('returnSequences', false)), said: saying('`return_sequences=False` (the default)') },
  { frameworks: ['tfjs'], holds: s => /^hard_?sigmoid$/i.test(String(s.options['recurrentActivation'])), said: saying('`recurrentActivation: \'hardSigmoid\'` (the default; in Keras the sigmoid since 2.3)') },
  { frameworks: ['tfjs'], holds: both(lstm, is('unitForgetBias', false)), said: saying('no `unitForgetBias` (the default: the bias of f starts at 0)') },
  { frameworks: ['tfjs'], holds: both(gru, is('resetAfter', false)), said: saying('no `resetAfter` (not supported: h is reset before the product)') },
  { frameworks: ['tfjs'], holds: both(layer, is('returnSequences', false)), said: saying('`returnSequences: false` (the default)') },
  { frameworks: ['flax', 'nnx'], holds: both(layer, is('batchFirst', true)), said: saying('`time_major=False` (the default)') },
];

/** Fragments of one sentence, '' where nothing of note is left to a default. */
export function defaults(spec: LayerSpec, tell: Tell): string {
  return list.filter(d => d.frameworks.includes(spec.framework) && d.holds(spec)).map(d => tell(d.said)).join('; ');
}
