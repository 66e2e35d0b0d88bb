/**
 * Layers of Keras that may stand before a recurrent one, as inference runs them, on one sequence. Adding one is a row here.
 * Formulas and defaults are those of Keras' documentation.
 */
import { FormatError } from '../../formats/format';
import { field, record, text, type JsonRecord } from '../../formats/keras/json';
import { plainClass } from '../../formats/keras/names';
import { activated, softmax } from './activations';
import { isOn, numberOf, numbersOf, sizeOf, wordOf } from './config';
import { convolved, pooled, type Windows } from './convolution';
import { combined, concatenated, permuted, repeated, reshaped, rows } from './shapes';
import { countOf, lastAxis, mapped, weight, zeros, type Values, type Weights } from './values';

/** One call of a layer. */
export interface Call {
  readonly name: string;
  readonly config: JsonRecord;
  readonly weights: Weights;
  /** Which hard sigmoid is meant. */
  readonly keras3: boolean;
}

type Run = (x: Values, call: Call, inputs: readonly Values[]) => Values;

const same: Run = x => x;

function dense(x: Values, { name, config, weights, keras3 }: Call): Values {
  const { shape: [inputs = 0, units = 0], data: kernel } = weight(weights, 'kernel', name);
  const bias = isOn(config, 'use_bias', true) ? weight(weights, 'bias', name).data : undefined;
  if (lastAxis(x) !== inputs) throw new FormatError('keras', `layer ${name} should read ${inputs} numbers, but gets ${lastAxis(x)}`);
  const count = x.data.length / inputs;
  const out = zeros([...x.shape.slice(0, -1), units], x.mask);
  for (let r = 0; r < count; r++) {
    const row = out.data.subarray(r * units, (r + 1) * units);
    if (bias) row.set(bias.subarray(0, units));
    for (let k = 0; k < inputs; k++) {
      const v = x.data[r * inputs + k]!;
      if (v !== 0) for (let u = 0; u < units; u++) row[u]! += v * kernel[k * units + u]!;
    }
  }
  return activated(out, field(config, 'activation'), keras3, name);
}

function embedding(x: Values, { name, config, weights }: Call): Values {
  const { shape: [size = 0, width = 0], data: table } = weight(weights, 'embeddings', name);
  const out = zeros([...x.shape, width], isOn(config, 'mask_zero', false) ? Uint8Array.from(x.data, id => (id === 0 ? 0 : 1)) : undefined);
  x.data.forEach((id, k) => {
    if (!Number.isInteger(id) || id < 0 || id >= size) throw new FormatError('keras', `layer ${name} has ${size} entries, but step ${k} asks for entry ${id}`);
    out.data.set(table.subarray(id * width, (id + 1) * width), k * width);
  });
  return out;
}

function windows(config: JsonRecord, sizeKey: string, strideKey: string, name: string, stride: number): Windows {
  const padding = wordOf(config, 'padding', 'valid');
  if (padding !== 'valid' && padding !== 'same' && padding !== 'causal') throw new FormatError('keras', `padding of layer ${name} is "${padding}"; valid, same and causal can be run`);
  return { size: sizeOf(config, sizeKey, stride, name), stride: sizeOf(config, strideKey, stride, name), dilation: sizeOf(config, 'dilation_rate', 1, name), padding };
}

function conv1d(x: Values, call: Call): Values {
  const { name, config, weights, keras3 } = call;
  const bias = isOn(config, 'use_bias', true) ? weight(weights, 'bias', name).data : undefined;
  const out = convolved(x, weight(weights, 'kernel', name), bias, sizeOf(config, 'groups', 1, name), windows(config, 'kernel_size', 'strides', name, 1), name);
  return activated(out, field(config, 'activation'), keras3, name);
}

const pooling = (kind: 'max' | 'average'): Run => (x, { name, config }) => {
  const size = sizeOf(config, 'pool_size', 2, name);
  return pooled(x, kind, { ...windows({ ...config, strides: field(config, 'strides') ?? size }, 'pool_size', 'strides', name, size), dilation: 1 });
};

/** Steps where any feature differs from the mask value count. */
const masking: Run = (x, { config }) => {
  const value = numberOf(config, 'mask_value', 0);
  const width = lastAxis(x);
  const mask = Uint8Array.from({ length: x.data.length / width }, (_, t) => (x.data.subarray(t * width, (t + 1) * width).some(v => v !== value) ? 1 : 0));
  return { shape: x.shape, mask, data: x.data.map((v, k) => (mask[Math.floor(k / width)] ? v : 0)) };
};

function batchNormalization(x: Values, { name, config, weights }: Call): Values {
  const width = lastAxis(x);
  const axis = numberOf(config, 'axis', -1);
  if (axis !== -1 && axis !== x.shape.length) throw new FormatError('keras', `layer ${name} normalises axis ${axis}; the last one can be run`);
  const [mean, variance] = [weight(weights, 'moving_mean', name).data, weight(weights, 'moving_variance', name).data];
  const gamma = isOn(config, 'scale', true) ? weight(weights, 'gamma', name).data : undefined;
  const beta = isOn(config, 'center', true) ? weight(weights, 'beta', name).data : undefined;
  const epsilon = numberOf(config, 'epsilon', 1e-3);
  return { ...x, data: x.data.map((v, k) => {
    const c = k % width;
    return (v - mean[c]!) / Math.sqrt(variance[c]! + epsilon) * (gamma?.[c] ?? 1) + (beta?.[c] ?? 0);
  }) };
}

function layerNormalization(x: Values, { name, config, weights }: Call): Values {
  const width = lastAxis(x);
  const axis = numberOf(config, 'axis', -1);
  if (axis !== -1 && axis !== x.shape.length) throw new FormatError('keras', `layer ${name} normalises axis ${axis}; the last one can be run`);
  const gamma = isOn(config, 'scale', true) ? weight(weights, 'gamma', name).data : undefined;
  const beta = isOn(config, 'center', true) ? weight(weights, 'beta', name).data : undefined;
  const epsilon = numberOf(config, 'epsilon', 1e-3);
  const data = x.data.slice();
  for (let from = 0; from < data.length; from += width) {
    const row = data.subarray(from, from + width);
    const mean = row.reduce((a, b) => a + b, 0) / width;
    const variance = row.reduce((a, b) => a + (b - mean) ** 2, 0) / width;
    row.forEach((v, c) => { row[c] = (v - mean) / Math.sqrt(variance + epsilon) * (gamma?.[c] ?? 1) + (beta?.[c] ?? 0); });
  }
  return { ...x, data };
}

/** The preprocessing layer: what `adapt` saw, or what the config says. */
function normalization(x: Values, { name, config, weights }: Call): Values {
  const width = lastAxis(x);
  const own = (key: string): ArrayLike<number> => weights.get(key)?.data ?? (numbersOf(config, key).length > 0 ? numbersOf(config, key) : [numberOf(config, key, NaN)]);
  const [mean, variance] = [own('mean'), own('variance')];
  if ([mean, variance].some(v => v.length !== 1 && v.length !== width || Number.isNaN(v[0]))) throw new FormatError('keras', `layer ${name} should have a mean and a variance for ${width} features`);
  const at = (v: ArrayLike<number>, k: number): number => v[v.length === 1 ? 0 : k % width]!;
  const forth = (v: number, k: number): number => (v - at(mean, k)) / Math.max(Math.sqrt(at(variance, k)), 1e-7);
  const back = (v: number, k: number): number => at(mean, k) + v * Math.max(Math.sqrt(at(variance, k)), 1e-7);
  return { ...x, data: x.data.map(isOn(config, 'invert', false) ? back : forth) };
}

/** The inner layer, step by step. */
const timeDistributed: Run = (x, call) => {
  const inner = record(field(call.config, 'layer'));
  const className = plainClass(text(field(inner, 'class_name')) ?? '');
  const run = runnerOf(className, call.name);
  const [steps = 0, ...rest] = x.shape;
  const own = { ...call, config: record(field(inner, 'config')) };
  const made = Array.from({ length: steps }, (_, t) => {
    const row = { shape: rest, data: x.data.subarray(t * countOf(rest), (t + 1) * countOf(rest)) };
    return run(row, own, [row]);
  });
  const out = zeros([steps, ...(made[0]?.shape ?? [])], x.mask);
  made.forEach((v, t) => out.data.set(v.data, t * v.data.length));
  return out;
};

const merging = (f: (values: readonly number[]) => number): Run => (_x, { name }, inputs) => combined(inputs, name, f);
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

const padded: Run = (x, { config }) => {
  const own = numbersOf(config, 'padding');
  const [before, after] = own.length === 2 ? own as [number, number] : [numberOf(config, 'padding', 1), numberOf(config, 'padding', 1)];
  return rows(x, -before, (x.shape[0] ?? 0) + after);
};

const cropped: Run = (x, { config }) => {
  const own = numbersOf(config, 'cropping');
  const [before, after] = own.length === 2 ? own as [number, number] : [numberOf(config, 'cropping', 1), numberOf(config, 'cropping', 1)];
  return rows(x, before, (x.shape[0] ?? 0) - after);
};

const upsampled: Run = (x, { name, config }) => {
  const times = sizeOf(config, 'size', 2, name);
  const [steps = 0, ...rest] = x.shape;
  const width = countOf(rest);
  const out = zeros([steps * times, ...rest]);
  for (let t = 0; t < steps * times; t++) out.data.set(x.data.subarray(Math.floor(t / times) * width, (Math.floor(t / times) + 1) * width), t * width);
  return out;
};

const leaky = (key: string, otherwise: number): Run => (x, { config }) => {
  const slope = numberOf(config, key, numberOf(config, 'alpha', otherwise));
  return mapped(x, v => (v < 0 ? slope * v : v));
};

const relu: Run = (x, { config }) => {
  const [most, slope, threshold] = [numberOf(config, 'max_value', Infinity), numberOf(config, 'negative_slope', 0), numberOf(config, 'threshold', 0)];
  return mapped(x, v => (v >= threshold ? Math.min(v, most) : slope * (v - threshold)));
};

const layers = new Map<string, Run>([
  ...['InputLayer', 'Dropout', 'SpatialDropout1D', 'GaussianDropout', 'GaussianNoise', 'AlphaDropout', 'ActivityRegularization', 'Identity'].map((name): [string, Run] => [name, same]),
  ['Dense', dense], ['Embedding', embedding], ['Conv1D', conv1d], ['Convolution1D', conv1d], ['Masking', masking],
  ['BatchNormalization', batchNormalization], ['LayerNormalization', layerNormalization], ['Normalization', normalization],
  ['Activation', (x, { name, config, keras3 }) => activated(x, field(config, 'activation'), keras3, name)],
  ['ReLU', relu], ['LeakyReLU', leaky('negative_slope', 0.3)], ['Softmax', softmax],
  ['ELU', (x, { config }) => mapped(x, v => (v < 0 ? numberOf(config, 'alpha', 1) * Math.expm1(v) : v))],
  ['Rescaling', (x, { config }) => mapped(x, v => v * numberOf(config, 'scale', 1) + numberOf(config, 'offset', 0))],
  ['MaxPooling1D', pooling('max')], ['AveragePooling1D', pooling('average')],
  ['Reshape', (x, { name, config }) => reshaped(x, numbersOf(config, 'target_shape'), name)],
  ['Flatten', x => ({ shape: [x.data.length], data: x.data })],
  ['Permute', (x, { name, config }) => permuted(x, numbersOf(config, 'dims'), name)],
  ['RepeatVector', (x, { name, config }) => repeated(x, sizeOf(config, 'n', 1, name))],
  ['ZeroPadding1D', padded], ['Cropping1D', cropped], ['UpSampling1D', upsampled],
  ['TimeDistributed', timeDistributed],
  ['Concatenate', (_x, { name, config }, inputs) => concatenated(inputs, numberOf(config, 'axis', -1), name)],
  ['Add', merging(sum)], ['Multiply', merging(v => v.reduce((a, b) => a * b, 1))], ['Average', merging(v => sum(v) / v.length)],
  ['Subtract', merging(([a = 0, b = 0]) => a - b)], ['Maximum', merging(v => Math.max(...v))], ['Minimum', merging(v => Math.min(...v))],
]);

/** Whether such a layer can be run here. */
export const canRun = (className: string): boolean => layers.has(className);

/** @throws FormatError that names what can be run */
export function runnerOf(className: string, name: string): Run {
  const found = layers.get(className);
  if (!found) throw new FormatError('keras', `layer ${name} stands before the recurrent one and is of class ${className || 'unknown'}, which cannot be run here. What can: ${[...layers.keys()].join(', ')}. Give what the recurrent layer reads instead`);
  return found;
}
