import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Web from 'onnxruntime-web';
import { inputOf } from '../case';
import { packageVersion, type Contender } from '../contender';
import { lastOf, onnxModel } from './onnx';

/** ONNX Runtime as WebAssembly: what an editor in a browser has. */
export const onnxruntimeWeb: Contender = {
  id: 'onnxruntime-web', threads: 1,
  available: () => packageVersion('onnxruntime-web'),
  takes: c => c.pass === 'forward' && c.threads === 1,
  prepare: async c => {
    const ort = await load();
    const session = await ort.InferenceSession.create(onnxModel(c), { executionProviders: ['wasm'], logSeverityLevel: 4 });
    const X = new ort.Tensor('float32', inputOf(c), [c.steps, c.batch, c.inputSize]);
    let y = new Float32Array();
    return {
      run: async () => { y = (await session.run({ X }))['Y']!.data as Float32Array<ArrayBuffer>; },
      last: () => lastOf(c, y),
      dispose: () => session.release(),
    };
  },
};

async function load(): Promise<typeof Web> {
  const ort = await import('onnxruntime-web');
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = `${pathToFileURL(resolve('node_modules/onnxruntime-web/dist')).href}/`;
  return ort;
}
