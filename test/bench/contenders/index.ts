/** All who take part. Adding one is a file beside this and a word in the list; the first is what the others are measured against. */
import type { Contender } from '../contender';
import { gatescope } from './gatescope';
import { gatescope2 } from './gatescope2';
import { onnxruntimeNode } from './onnxruntimeNode';
import { onnxruntimeWeb } from './onnxruntimeWeb';
import { tfjs } from './tfjs';
import { torch } from './torch';

export const contenders: readonly Contender[] = [
  onnxruntimeNode(1),
  gatescope('gatescope', 'fast'),
  gatescope2,
  onnxruntimeNode(2),
  onnxruntimeWeb,
  torch,
  tfjs('wasm'),
  tfjs('cpu'),
  gatescope('gatescope-reference', 'reference'),
];

/** ONNX Runtime on one thread. */
export const BASELINE: Contender = contenders[0]!;
