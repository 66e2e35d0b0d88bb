/** Activations as Keras and TF.js name them, to ours. */
import type { Activation } from '../../core/cells/activations';
import { printable } from '../parts/checked';
import { field, text, type Json } from './json';
import { plainClass } from './names';

/** Hard sigmoids: clip(0.2 v + 0.5) until Keras 2 and in TF.js, relu6(v + 3) / 6 from Keras 3. */
const hardSigmoid = (keras3: boolean): Activation => (keras3 ? { name: 'hardSigmoid', alpha: 1 / 6, beta: 0.5 } : { name: 'hardSigmoid', alpha: 0.2, beta: 0.5 });

const plain = new Map<string, Activation>([
  ['sigmoid', { name: 'sigmoid' }], ['tanh', { name: 'tanh' }], ['relu', { name: 'relu' }], ['linear', { name: 'linear' }],
  ['softsign', { name: 'softsign' }], ['softplus', { name: 'softplus' }], ['exponential', { name: 'exp' }], ['selu', { name: 'selu' }],
  ['elu', { name: 'elu', alpha: 1 }], ['swish', { name: 'swish' }], ['silu', { name: 'swish' }], ['leaky_relu', { name: 'leakyRelu', alpha: 0.2 }],
]);

/** The activation in a config (null is none at all), or in words why it cannot be written. */
export function activationOf(json: Json, keras3: boolean): Activation | string {
  if (json === null) return { name: 'linear' };
  const name = text(json);
  if (name !== undefined) return named(name, keras3);
  // A function of Keras 3 has its name as config; a layer used as an activation has a config of its own.
  const inner = text(field(json, 'config')) ?? text(field(json, 'name'));
  return inner !== undefined && !layers.has(plainClass(text(field(json, 'class_name')) ?? '')) ? named(inner, keras3) : ofLayer(json, keras3);
}

function named(name: string, keras3: boolean): Activation | string {
  const key = plainClass(name).replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
  return key === 'hard_sigmoid' ? hardSigmoid(keras3) : plain.get(key) ?? `its activation "${printable(name)}" is none of those that can be run`;
}

/** Layers that are activations, with their own numbers. */
const layers = new Map<string, (config: Json | undefined) => Activation | undefined>([
  ['ReLU', config => {
    if (!isZero(field(config, 'threshold')) || !isNone(field(config, 'max_value'))) return undefined;
    const slope = number(config, 'negative_slope') ?? 0;
    return slope === 0 ? { name: 'relu' } : { name: 'leakyRelu', alpha: slope };
  }],
  ['LeakyReLU', config => ({ name: 'leakyRelu', alpha: number(config, 'negative_slope') ?? number(config, 'alpha') ?? 0.3 })],
  ['ELU', config => ({ name: 'elu', alpha: number(config, 'alpha') ?? 1 })],
  ['ThresholdedReLU', config => ({ name: 'thresholdedRelu', alpha: number(config, 'theta') ?? 1 })],
]);

function ofLayer(json: Json, keras3: boolean): Activation | string {
  const className = plainClass(text(field(json, 'class_name')) ?? '');
  if (className === 'Activation') return named(text(field(field(json, 'config'), 'activation')) ?? 'of unknown kind', keras3);
  return layers.get(className)?.(field(json, 'config')) ?? `its activation ${printable(className || 'of unknown kind')} is none of those that can be run`;
}

const isNone = (json: Json | undefined): boolean => json === undefined || json === null;
const isZero = (json: Json | undefined): boolean => isNone(json) || json === 0;

/** Numbers of a config; older files wrap some as `{type: 'ndarray', value: 0.3}`. */
function number(config: Json | undefined, key: string): number | undefined {
  const found = field(config, key);
  const value = typeof found === 'number' ? found : field(found, 'value');
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
