/** Which version of Keras a file is written for, by its imports and spellings, and the defaults that changed between versions. */
import type { Module } from '../../code/scopes';
import { isHandedOn } from './names';

/** Defaults of a recurrent layer. `source` says what they rest on where the version is not certain, else ''. */
export interface Era { readonly recurrentActivation: string; readonly resetAfter: boolean; readonly source: { readonly recurrentActivation: string; readonly resetAfter: string } }

const sure: Era['source'] = { recurrentActivation: '', resetAfter: '' };
const modern: Era = { recurrentActivation: 'sigmoid', resetAfter: true, source: sure };
const first: Era = { recurrentActivation: 'hard_sigmoid', resetAfter: false, source: sure };

/** Packages that moved or went before Keras was tf.keras (2.4): a file that imports them was written for 2.3 or older. */
const oldModules = /\bkeras\.(layers\.(recurrent|core|embeddings|convolutional|wrappers|normalization|noise|merge|pooling|advanced_activations|cudnn_recurrent)|engine|legacy|datasets\.data_utils|utils\.(np_utils|visualize_util|vis_utils|generic_utils|layer_utils|training_utils)|backend\.tensorflow_backend|preprocessing\.text)\b(?!\.v2)/;
const oldNames = /\b(CuDNNLSTM|CuDNNGRU|fit_generator|predict_classes|tensorflow_backend|multi_gpu_model|KTF)\b/;
/** Spellings of Keras 1. */
const firstWords = /\b(nb_epoch|nb_filter|inner_activation|inner_init|forget_bias_init|dropout_[WU]|[WUb]_regularizer|consume_less|border_mode|samples_per_epoch|nb_val_samples|TimeDistributedDense|Convolution[12]D|show_accuracy|class_mode|MaxoutDense)\b/;
/** Spellings that came with Keras 2. */
const secondWords = /\b(kernel_initializer|recurrent_activation|use_bias|epochs\s*=|padding\s*=\s*['"]|data_format)/;
/** What came with Keras 3, or with 2.4 and later, which are tf.keras. */
const newWords = /\bkeras\.(ops|random|saving|src|distribution|export|mixed_precision|optimizers\.legacy|utils\.(set_random_seed|timeseries_dataset_from_array|text_dataset_from_directory|audio_dataset_from_directory|image_dataset_from_directory|split_dataset))\b|from keras import [^\n]*\bops\b|KERAS_BACKEND['"\], )=]+['"](jax|torch)\b|\.keras['"]|\bTextVectorization\b/;
/** What TensorFlow 2 took away. */
const tensorflow1 = /\b(tf|tensorflow)\.(contrib|placeholder|Session|InteractiveSession|app\.flags|flags\.DEFINE|global_variables_initializer|initialize_all_variables|get_variable|variable_scope|train\.(Adam|RMSProp|GradientDescent|Adagrad|Momentum)Optimizer|enable_eager_execution|logging\.set_verbosity|ConfigProto)\b/;

interface Eras { readonly tensorflow: Era; readonly standalone: Era; readonly first: boolean; readonly second: boolean }

const known = new WeakMap<Module, Eras>();

/** What a file shows, looked for once. */
function erasOf(module: Module): Eras {
  const eras = known.get(module) ?? { tensorflow: ofTensorflow(module), standalone: ofKeras(module), first: firstWords.test(module.text), second: secondWords.test(module.text) };
  known.set(module, eras);
  return eras;
}

/** All that eras are told by, as a text to compare. */
export function eraFacts(module: Module): string {
  return JSON.stringify(erasOf(module));
}

/** The defaults that hold for a class which is reached by these paths. A path may prove the version; the rest of the file only suggests it. */
export function eraOf(paths: readonly string[], module: Module): Era {
  const own = paths.filter(p => !/CuDNN/.test(p));
  if (own.some(p => /\.compat\.v1\.|\.contrib\.|^tensorflow\..*\.layers\.recurrent\./.test(p))) return first;
  const eras = erasOf(module);
  if (own.some(p => (/^keras\./.test(p) && !/^keras\.src\./.test(p)) || isHandedOn(p))) return eras.standalone;
  if (own.some(p => /^(\?\.)?(tf|tensorflow(_core)?)\./.test(p))) return eras.tensorflow;
  return own.some(p => p.startsWith('?.')) && eras.first ? guess(first, 'Keras 1') : modern;
}

function guess(era: Era, recurrentActivation: string, resetAfter = recurrentActivation): Era {
  return { ...era, source: { recurrentActivation, resetAfter } };
}

function ofTensorflow({ text }: Module): Era {
  return tensorflow1.test(text) && !/tensorflow\.compat\.v1|tf\.compat\.v1|compat import v1/.test(text) ? guess(first, 'TensorFlow 1') : modern;
}

/** Keras by itself: 1 to 2.2 hard sigmoid and reset before the product, 2.3 sigmoid and reset before, then as in tf.keras. */
function ofKeras({ text }: Module): Era {
  if (firstWords.test(text)) return guess(first, 'Keras 1');
  if (newWords.test(text)) return modern;
  return oldModules.test(text) || oldNames.test(text) ? guess(first, 'Keras up to 2.2', 'Keras up to 2.3') : guess(modern, 'Keras from 2.3 on', 'Keras from 2.4 on');
}

/** Whether a file is spelt as in Keras 1, where the second positional argument was not yet the activation; both spellings are mixed in some. */
export function speaksFirst(module: Module): boolean {
  const { first: spelt, second } = erasOf(module);
  return spelt && !second;
}
