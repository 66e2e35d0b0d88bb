import { resolve } from 'node:path';
import type * as TF from '@tensorflow/tfjs';
import { inputOf, networkOf, sequenceOf, type Case, type CellId } from '../case';
import { packageVersion, type Contender } from '../contender';
import { stacked, transposed } from '../packing';

/** TF.js has no GRU that resets after the product: it runs the other one, of the same size. */
const ORDERS: Readonly<Record<CellId, readonly string[]>> = { lstm: ['i', 'f', 'g', 'o'], gru: ['z', 'r', 'n'], rnn: [''] };

/** A recurrent layer of TensorFlow.js on one of its backends. */
export function tfjs(backend: 'wasm' | 'cpu'): Contender {
  return {
    id: `tfjs-${backend}`, threads: 1,
    available: () => packageVersion(backend === 'wasm' ? '@tensorflow/tfjs-backend-wasm' : '@tensorflow/tfjs'),
    takes: c => c.pass === 'forward' && c.threads === 1,
    prepare: async c => {
      const tf = await load(backend);
      const layer = layerOf(tf, c);
      const x = tf.tensor3d(batchMajor(c), [c.batch, c.steps, c.inputSize]);
      tf.tidy(() => { layer.apply(x.slice([0, 0, 0], [-1, 1, -1])); }); // which builds it
      const made = weights(tf, c);
      layer.setWeights(made);
      tf.dispose(made);
      let y = new Float32Array();
      return {
        run: async () => {
          await tf.setBackend(backend);
          y = tf.tidy(() => (layer.apply(x) as TF.Tensor).dataSync<'float32'>()) as Float32Array<ArrayBuffer>;
        },
        ...(c.cell !== 'gru' && { last: () => y.subarray((c.steps - 1) * c.units, c.steps * c.units) }),
        dispose: () => { x.dispose(); layer.dispose(); },
      };
    },
  };
}

async function load(backend: string): Promise<typeof TF> {
  const tf = await import('@tensorflow/tfjs');
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  wasm.setWasmPaths(`${resolve('node_modules/@tensorflow/tfjs-backend-wasm/dist')}/`);
  wasm.setThreadsCount(1);
  tf.enableProdMode();
  await tf.setBackend(backend);
  await tf.ready();
  return tf;
}

function layerOf(tf: typeof TF, c: Case): TF.layers.Layer {
  const shape = { units: c.units, returnSequences: true, activation: 'tanh', kernelInitializer: 'zeros', recurrentInitializer: 'zeros' } as const;
  const layers: Readonly<Record<CellId, () => TF.layers.Layer>> = {
    lstm: () => tf.layers.lstm({ ...shape, recurrentActivation: 'sigmoid' }),
    gru: () => tf.layers.gru({ ...shape, recurrentActivation: 'sigmoid' }),
    rnn: () => tf.layers.simpleRNN(shape),
  };
  return layers[c.cell]();
}

function weights(tf: typeof TF, c: Case): TF.Tensor[] {
  const [layer, order] = [networkOf(c).levels[0]!.directions[0]!, ORDERS[c.cell]];
  const rows = order.length * c.units;
  const matrix = (prefix: string, columns: number): TF.Tensor => tf.tensor2d(transposed(stacked(layer, prefix, order), rows), [columns, rows]);
  return [matrix('W', c.inputSize), matrix('U', c.units), tf.tensor1d(stacked(layer, 'b', order))];
}

function batchMajor(c: Case): Float32Array {
  const x = inputOf(c);
  const turned = new Float32Array(x.length);
  for (let n = 0; n < c.batch; n++) turned.set(sequenceOf(c, x, n), n * c.steps * c.inputSize);
  return turned;
}
