/** Tensors of a checkpoint to recurrent stacks: one row a framework. */
import type { StackRef, TensorRef } from './format';
import { pytorch } from './layers/pytorch';

/** How one framework names and packs the tensors of its recurrent layers. */
export interface Convention {
  readonly id: string;
  /** All stacks that follow this naming; `fallback` names a stack whose tensors have no prefix. */
  find(tensors: readonly TensorRef[], fallback: string): readonly StackRef[];
}

/** Adding a framework is a file and a word here. */
export const conventions: readonly Convention[] = [pytorch];

/** Stacks of a file, by the first convention that finds any. `file` names what has no prefix. */
export function stacksOf(tensors: readonly TensorRef[], file: string): readonly StackRef[] {
  const fallback = file.replace(/\.[^.]+$/, '') || file;
  for (const convention of conventions) {
    const stacks = convention.find(tensors, fallback);
    if (stacks.length > 0) return stacks;
  }
  return [];
}

export { candidates, type Candidate, type Wanted } from './layers/candidates';
export { stackFromTensors, type PackedRefs, type LevelTensors } from './layers/packed';
