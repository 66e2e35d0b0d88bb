/** Activations as numbers, for the layers before the recurrent one. Their names and defaults are read by formats/keras. */
import type { Activation } from '../../core/cells/activations';
import { FormatError } from '../../formats/format';
import { activationOf } from '../../formats/keras/activation';
import { text, type Json } from '../../formats/keras/json';
import { lastAxis, mapped, type Values } from './values';

const sigmoid = (v: number): number => 1 / (1 + Math.exp(-v));
const SELU = { alpha: 1.6732632423543772, scale: 1.0507009873554805 };

const functions: Readonly<Record<Activation['name'], (a: number, b: number) => (v: number) => number>> = {
  sigmoid: () => sigmoid,
  tanh: () => Math.tanh,
  relu: () => v => Math.max(0, v),
  softsign: () => v => v / (1 + Math.abs(v)),
  softplus: () => v => (v > 30 ? v : Math.log1p(Math.exp(v))),
  exp: () => Math.exp,
  linear: () => v => v,
  hardSigmoid: (a, b) => v => Math.min(1, Math.max(0, a * v + b)),
  affine: (a, b) => v => a * v + b,
  scaledTanh: (a, b) => v => a * Math.tanh(b * v),
  leakyRelu: a => v => (v < 0 ? a * v : v),
  thresholdedRelu: a => v => (v > a ? v : 0),
  elu: a => v => (v < 0 ? a * Math.expm1(v) : v),
  selu: () => v => SELU.scale * (v < 0 ? SELU.alpha * Math.expm1(v) : v),
  swish: () => v => v * sigmoid(v),
};

/** Applies what a config calls an activation. @throws FormatError for one that is not known */
export function activated(x: Values, activation: Json | undefined, keras3: boolean, layer: string): Values {
  if (activation === undefined || activation === null) return x;
  const name = text(activation)?.toLowerCase();
  if (name === 'softmax') return softmax(x);
  if (name === 'relu6') return mapped(x, v => Math.min(6, Math.max(0, v)));
  const known = activationOf(activation, keras3);
  if (typeof known === 'string') throw new FormatError('keras', `layer ${layer} cannot be run: ${known}`);
  const [alpha, beta] = [known.alpha ?? 1, known.beta ?? 0];
  return mapped(x, functions[known.name](alpha, beta));
}

/** Over the last axis. */
export function softmax(x: Values): Values {
  const width = lastAxis(x);
  const data = x.data.slice();
  for (let from = 0; from < data.length; from += width) {
    const row = data.subarray(from, from + width);
    const most = row.reduce((a, b) => Math.max(a, b), -Infinity);
    const sum = row.reduce((a, b) => a + Math.exp(b - most), 0);
    row.forEach((v, k) => { row[k] = Math.exp(v - most) / sum; });
  }
  return { ...x, data };
}
