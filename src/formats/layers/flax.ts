/** Flax, linen and nnx: cells of both kinds, since nnx has both, and Bidirectional's two. */
import type { Convention } from '../layers';
import { linenCells } from './flaxLinen';
import { nnxCells } from './flaxNnx';
import { paired, shortened, type Split } from './names';
import { stackFromRecipes } from './recipe';

export const flax: Convention = {
  id: 'flax',
  find(tensors, fallback) {
    const place = new Map(tensors.map((t, k) => [t, k]));
    const first = (found: { recipe: { tensors: readonly (typeof tensors)[number][] } }): number => Math.min(...found.recipe.tensors.map(t => place.get(t) ?? 0));
    const cells = [...linenCells(tensors), ...nnxCells(tensors)].sort((a, b) => first(a) - first(b));
    return paired(cells, directions, prefix => shortened(prefix, fallback)).map(level => stackFromRecipes('flax', level.name, [level]));
  },
};

/** `forward_rnn/cell` and `backward_rnn/cell`. */
const directions: Split = prefix => {
  const [, base = '', way] = /^(?:(.*)[./])?(forward|backward)_rnn(?:[./]cell)?$/s.exec(prefix) ?? [];
  return way === undefined ? undefined : { base, twin: 'rnn', direction: way === 'forward' ? 'forward' : 'reverse' };
};
