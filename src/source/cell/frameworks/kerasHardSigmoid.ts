/** Keras's hard sigmoid: 0.2 v + 0.5 up to Keras 2, v / 6 + 0.5 from Keras 3 on, each held within 0..1; a file may prove which is meant. */
import { saying } from '../../../core/said';
import type { Module } from '../../code/scopes';
import { eraOf } from '../../frameworks/keras/era';
import type { TensorFunction } from '../framework';
import { lifted, one } from '../functions';
import { call, opaque } from '../values';

/** What only Keras 3 has, or Keras 2: `keras.ops`, and packages that stayed as they were. */
const third = /\bkeras\.(ops|random|distribution)\b|from keras(\.src)? import [^\n]*\bops\b|\bkeras_core\b|KERAS_BACKEND['"\], )=]+['"](jax|torch)\b/;
const second = /\btf_keras\b|\bcompat\.v1\b|\btensorflow\.python\.keras\b|\bAbstractRNNCell\b/;

/** The word for a path that ends so: paths that stayed as they were in all versions say which function it is. */
export function hardSigmoidWord(path: string): string {
  if (/\bops\.hard_sigmoid$|\bkeras_core\b/.test(path)) return 'hard_sigmoid 3';
  return /\b(tf_keras|compat\.v1|tensorflow\.python)\b|(^|\.)(backend|K)\.hard_sigmoid$/.test(path) ? 'hard_sigmoid 2' : 'hard_sigmoid';
}

/** undefined where the file does not settle it. */
function versionOf(module: Module): 2 | 3 | undefined {
  const isThird = third.test(module.text);
  const isSecond = second.test(module.text) || ['keras.layers.RNN', 'tf.keras.layers.RNN'].some(path => eraOf([path], module).recurrentActivation === 'hard_sigmoid');
  return isThird === isSecond ? undefined : isThird ? 3 : 2;
}

const to2 = lifted('hard_sigmoid', one(v => call('hardσ', v, 0.2, 0.5)));
const to3 = lifted('hard_sigmoid', one(v => call('hardσ', v, 1 / 6, 0.5)));

const byFile: TensorFunction = (g, machine) => {
  const version = versionOf(machine.module);
  return version === 3 ? to3(g, machine) : version === 2 ? to2(g, machine)
    : opaque(saying('hard_sigmoid is another function in Keras 2 than in Keras 3, and the file does not settle which it is. Use keras.ops.hard_sigmoid, which is of Keras 3'), g.at);
};

/** By the words of `hardSigmoidWord`. */
export const hardSigmoids: readonly (readonly [string, TensorFunction])[] = [['hard_sigmoid', byFile], ['hard_sigmoid 2', to2], ['hard_sigmoid 3', to3]];
