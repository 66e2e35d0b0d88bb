import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { outline } from '../../src/source/index';

/** A call of `tf.layers`, which can be written as code and run by the package. */
class Call {
  constructor(readonly name: string, readonly options: Readonly<Record<string, unknown>>) {}
}

const call = (name: string, options: Readonly<Record<string, unknown>>): Call => new Call(name, options);
const sizes: readonly (readonly [number, number])[] = [[1, 1], [3, 4], [12, 5], [7, 16]];
const more: readonly object[] = [{}, { useBias: false }, { unitForgetBias: true }, { returnSequences: true, returnState: true }, { recurrentActivation: 'sigmoid', dropout: 0.5 }];
const layers = ['lstm', 'gru', 'simpleRNN'];
const plain = layers.flatMap(layer => sizes.flatMap(([units, width]) => more.map(m => call(layer, { units, inputShape: [6, width], ...m }))));
const wrapped = layers.flatMap(layer => [null, 'sum', 'concat', 'mul', 'ave'].map(mergeMode => call('bidirectional', { layer: call(layer, { units: 3 }), inputShape: [6, 4], mergeMode })));
const stacked = layers.map(layer => call('rnn', { cell: [call(`${layer}Cell`, { units: 5 }), call(`${layer}Cell`, { units: 5 })], inputShape: [6, 4] }));
const rows: readonly (readonly Call[])[] = [
  [call('embedding', { inputDim: 9, outputDim: 4, inputLength: 6 }), call('lstm', { units: 7, returnSequences: true }), call('gru', { units: 2 })],
  [call('bidirectional', { layer: call('gru', { units: 3, returnSequences: true }), inputShape: [5, 2] }), call('dropout', { rate: 0.1 }), call('lstm', { units: 4 })],
  [call('conv1d', { filters: 6, kernelSize: 2, inputShape: [8, 3] }), call('maxPooling1d', { poolSize: 2 }), call('simpleRNN', { units: 4 })],
  [call('dense', { units: 6, inputShape: [4] }), call('repeatVector', { n: 3 }), call('gru', { units: 5, returnSequences: true }),
    call('timeDistributed', { layer: call('dense', { units: 2 }) }), call('lstm', { units: 1 })],
  [call('dense', { units: 12, inputShape: [4] }), call('reshape', { targetShape: [4, 3] }), call('lstm', { units: 5 })],
];

function written(value: unknown): string {
  if (value instanceof Call) return `tf.layers.${value.name}(${written(value.options)})`;
  if (Array.isArray(value)) return `[${value.map(written).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value).map(([k, v]) => `${k}: ${written(v)}`).join(', ')} }`;
}

type Maker = (options: Record<string, unknown>) => tf.layers.Layer;

function made(value: unknown): unknown {
  if (value instanceof Call) return (tf.layers as unknown as Readonly<Record<string, Maker>>)[value.name]?.(made(value.options) as Record<string, unknown>);
  if (Array.isArray(value)) return value.map(made);
  return typeof value !== 'object' || value === null ? value : Object.fromEntries(Object.entries(value).map(([k, v]) => [k, made(v)]));
}

const recurrent = /^(LSTM|GRU|SimpleRNN|RNN|Bidirectional)$/;
const counts = (all: readonly tf.layers.Layer[]): number[] => all.filter(l => recurrent.test(l.getClassName())).map(l => l.countParams());

function built(code: Call): tf.layers.Layer {
  const layer = made(code) as tf.layers.Layer;
  layer.apply(tf.input({ shape: layer.batchInputShape.slice(1) }));
  return layer;
}

function parametersOf(code: string): (number | null)[] {
  return outline(`import * as tf from '@tensorflow/tfjs';\nconst x = ${code};`, 'javascript').layers.map(l => l.parameters);
}

describe('parameters of TensorFlow.js layers', () => {
  it('are as many as the package itself counts', () => {
    for (const one of [...plain, ...wrapped, ...stacked]) assert.deepEqual(parametersOf(written(one)), counts([built(one)]), written(one));
  });
  it('are as many in a row, where a layer reads the one before', () => {
    for (const row of rows) {
      const model = tf.sequential({ layers: made(row) as tf.layers.Layer[] });
      assert.deepEqual(parametersOf(`tf.sequential({ layers: ${written(row)} })`), counts(model.layers), written(row));
    }
  });
  it('its defaults are those of the package', () => {
    for (const layer of layers) {
      const code = call(layer, { units: 3, inputShape: [2, 2] });
      const [read] = outline(`const x = ${written(code)}`, 'javascript').layers;
      const config = (made(code) as tf.layers.Layer).getConfig();
      for (const [name, value] of Object.entries(read?.options ?? {})) assert.equal(value, config[name] ?? false, `${layer}.${name}`);
      assert.deepEqual([read?.bias, read?.dropout], [config['useBias'], config['dropout']]);
    }
  });
});
