/** The kinds of model files whose beginning can be run. Adding one is a file and a word here. */
import type { Bytes, Checkpoint, StackRef } from '../formats/format';
import { kerasUpstream } from './keras';
import { onnx } from './onnx';
import type { Provider, Runtimes, Upstream } from './upstream';

export const providers: readonly Provider[] = [onnx, kerasUpstream];

/** What stands before `stack` in the model that `bytes` hold; undefined where it reads the model's input itself. @throws FormatError */
export async function upstreamOf(bytes: Bytes, checkpoint: Checkpoint, stack: StackRef, runtimes: Runtimes): Promise<Upstream | undefined> {
  for (const provider of providers) {
    const found = await provider.upstreamOf(bytes, checkpoint, stack, runtimes);
    if (found) return found;
  }
  return undefined;
}

export { NotReached } from './onnx/recording';
export type * from './upstream';
