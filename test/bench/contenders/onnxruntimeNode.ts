import * as ort from 'onnxruntime-node';
import { inputOf } from '../case';
import { packageVersion, type Contender } from '../contender';
import { lastOf, onnxModel } from './onnx';

/** ONNX Runtime's native operators, which give Y and no gates. */
export function onnxruntimeNode(threads: 1 | 2): Contender {
  return {
    id: 'onnxruntime-node', threads,
    available: () => packageVersion('onnxruntime-node'),
    takes: c => c.pass === 'forward' && threads <= c.threads,
    prepare: async c => {
      const session = await ort.InferenceSession.create(onnxModel(c), { executionProviders: ['cpu'], intraOpNumThreads: threads, interOpNumThreads: 1, executionMode: 'sequential', logSeverityLevel: 4 });
      const X = new ort.Tensor('float32', inputOf(c), [c.steps, c.batch, c.inputSize]);
      let y = new Float32Array();
      return {
        run: async () => { y = (await session.run({ X }))['Y']!.data as Float32Array<ArrayBuffer>; },
        last: () => lastOf(c, y),
        dispose: () => session.release(),
      };
    },
  };
}
