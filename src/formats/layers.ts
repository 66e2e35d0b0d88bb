/** Tensors of a checkpoint to recurrent stacks: one row a framework. */
import type { StackRef, TensorRef } from './format';
import { equinox } from './layers/equinox';
import { flax } from './layers/flax';
import { haiku } from './layers/haiku';
import { kerasNames } from './layers/kerasNames';
import { isCopy } from './layers/names';
import { pytorch } from './layers/pytorch';
import { tensorflow1 } from './layers/tensorflow1';

/** How one framework names and packs the tensors of its recurrent layers. */
export interface Convention {
  readonly id: string;
  /** All stacks that follow this naming; `fallback` names a stack whose tensors have no prefix. */
  find(tensors: readonly TensorRef[], fallback: string): readonly StackRef[];
}

/** Adding a framework is a file and a word here. */
export const conventions: readonly Convention[] = [equinox, pytorch, flax, kerasNames, tensorflow1, haiku];

/** Every row's names have one of these words: a file without any need not be looked into. A new row may need a new word. */
const WORDS = /weight|kernel|linear|w_h|_to_hidden/i;
export const maybeLayers = (names: readonly string[]): boolean => names.some(name => WORDS.test(name));

/** Stacks of a file, by the first convention that finds any. `file` names what has no prefix. */
export function stacksOf(tensors: readonly TensorRef[], file: string): readonly StackRef[] {
  const fallback = file.replace(/\.[^.]+$/, '') || file;
  const own = tensors.filter(t => !isCopy(t.name));
  for (const convention of conventions) {
    const stacks = convention.find(own, fallback);
    if (stacks.length > 0) return stacks;
  }
  return [];
}

export { candidates, type Candidate, type Wanted } from './layers/candidates';
export { stackFromTensors, type PackedRefs, type LevelTensors } from './layers/packed';
