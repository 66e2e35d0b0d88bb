/** What a config leaves out: the default of the version that wrote the file, with the question it leaves. */
import type { Activation } from '../../core/cells/activations';
import type { Answers, Doubt } from '../format';
import { activationOf } from './activation';
import type { CellSpec } from './cells';
import { field, flag } from './json';
import { majorOf, type KerasModel } from './model';

/** A cell's rule with everything settled, or why it cannot be. */
export interface Settled {
  /** Of the gates; a vanilla RNN has none. */
  readonly gates: Activation;
  readonly candidate: Activation;
  readonly resetAfter: boolean;
  readonly doubts: readonly Doubt[];
  readonly problem?: string;
}

/** What the weights tell of a cell. */
export interface Evidence {
  /** Of a GRU by the shape of its bias; undefined where it has none. */
  readonly resetAfter: boolean | undefined;
}

/** A rule from the config, the answers to what it leaves open, and the defaults, in this order. */
export function settle(spec: CellSpec, evidence: Evidence, model: KerasModel, answers: Answers): Settled {
  const keras3 = model.family === 'keras' && (majorOf(model) ?? 0) >= 3;
  const doubts: Doubt[] = [];
  const ask = (doubt: Doubt): string => {
    const answer = answers[doubt.id];
    const taken = doubt.options.some(o => o.id === answer) && answer !== undefined ? answer : doubt.taken;
    doubts.push({ ...doubt, taken });
    return taken;
  };
  // CuDNN's cells know no other activations; a vanilla RNN has one only.
  const own = spec.cudnn ? 'tanh' : field(spec.config, 'activation');
  const candidate = own !== undefined ? own : spec.kind === 'rnn' && bare(spec) ? ask(nonlinearity(model)) : 'tanh';
  const [now, before] = ['recurrent_activation', 'inner_activation'].map(key => field(spec.config, key));
  const inner = now === undefined ? before : now;
  const gates = spec.cudnn || spec.kind === 'rnn' ? 'sigmoid' : inner === undefined ? ask(gateActivation(model, evidence)) : inner;
  const form = spec.kind === 'gru' ? evidence.resetAfter ?? flag(field(spec.config, 'reset_after')) ?? (spec.cudnn || ask(gruForm(model)) === 'reset-after') : false;
  const [g, c] = [activationOf(gates, keras3), activationOf(candidate, keras3)];
  const problem = typeof g === 'string' ? g : typeof c === 'string' ? c : undefined;
  return {
    gates: typeof g === 'string' ? { name: 'sigmoid' } : g, candidate: typeof c === 'string' ? { name: 'tanh' } : c,
    resetAfter: form, doubts, ...(problem === undefined ? {} : { problem }),
  };
}

/** True where nothing but weights is known of the cell. */
const bare = (spec: CellSpec): boolean => Object.keys(spec.config).length === 0;

/** In words, for evidence: `Keras 2.2.4`. */
function writer(model: KerasModel): string {
  return model.family === 'tfjs' ? 'TensorFlow.js' : model.version === undefined ? 'Keras' : `Keras ${model.version.slice(0, 20)}`;
}

/** TF.js, and Keras by itself before 2.3, have hard sigmoids and a GRU that resets before. (`2.2.4-tf` is tf.keras 2.0.) */
function isOld({ family, version }: KerasModel): boolean {
  if (family === 'tfjs') return true;
  const [, major = '9', minor = '9', rest = ''] = /^(\d+)\.(\d+)(.*)$/.exec(version ?? '') ?? [];
  return !rest.endsWith('-tf') && (Number(major) < 2 || Number(major) === 2 && Number(minor) < 3);
}

function gateActivation(model: KerasModel, { resetAfter }: Evidence): Doubt {
  const hard = isOld(model);
  const form = resetAfter === false && !hard ? '; its GRU resets before, as that of TensorFlow 1 does, whose gates are hard sigmoids' : '';
  return {
    id: 'recurrent-activation', question: 'Which activation do the gates have?',
    options: [{ id: 'sigmoid', label: 'sigmoid' }, { id: 'hard_sigmoid', label: 'hard sigmoid' }],
    taken: hard ? 'hard_sigmoid' : 'sigmoid', evidence: `the file does not say; ${hard ? 'hard sigmoid' : 'sigmoid'} is the default of ${writer(model)}${form}`,
  };
}

function gruForm(model: KerasModel): Doubt {
  const after = !isOld(model);
  return {
    id: 'gru-form', question: 'Does the reset gate act before or after the matrix product?',
    options: [{ id: 'reset-after', label: 'after the product' }, { id: 'reset-before', label: 'before the product' }],
    taken: after ? 'reset-after' : 'reset-before', evidence: `there is no bias to tell by; ${after ? 'after' : 'before'} is the default of ${writer(model)}`,
  };
}

function nonlinearity(model: KerasModel): Doubt {
  return {
    id: 'nonlinearity', question: 'Which activation does the RNN have?',
    options: [{ id: 'tanh', label: 'tanh' }, { id: 'relu', label: 'relu' }],
    taken: 'tanh', evidence: `the file does not say; tanh is the default of ${writer(model)}`,
  };
}
