/** TensorFlow 1's names: `rnn/multi_rnn_cell/cell_0/lstm_cell/kernel` over [x; h], `gru_cell/gates/kernel`, `bidirectional_rnn/fw/...`. */
import type { Direction } from '../../core/layer';
import type { TensorRef } from '../format';
import type { Convention } from '../layers';
import { grouped } from './names';
import { stackFromRecipes, type Recipe, type RecipeLevel } from './recipe';
import { tensorflowCell } from './tensorflowCells';

const ends = [
  'kernel', 'bias', 'weights', 'biases', 'w_i_diag', 'w_f_diag', 'w_o_diag', 'projection/kernel', 'projection/weights', 'recurrent_kernel',
  'gates/kernel', 'gates/bias', 'gates/weights', 'gates/biases', 'candidate/kernel', 'candidate/bias', 'candidate/weights', 'candidate/biases', 'opaque_kernel',
  'candidate/input_projection/kernel', 'candidate/input_projection/bias', 'candidate/hidden_projection/kernel', 'candidate/hidden_projection/bias',
];

export const tensorflow1: Convention = {
  id: 'tensorflow1',
  find(tensors, fallback) {
    const stacks = new Map<string, Map<number, Map<Direction, Cell>>>();
    for (const { prefix, parts } of grouped(tensors, ends)) {
      const place = placeOf(prefix);
      const recipe = tensorflowCell(place.cell, name => partOf(parts, name));
      if (!recipe) continue;
      const levels = entry(stacks, place.stack, () => new Map<number, Map<Direction, Cell>>());
      const level = entry(levels, place.level, () => new Map<Direction, Cell>());
      // Two cells in one place, such as rnn/lstm_cell and rnn/lstm_cell_1, are two stacks.
      if (!level.has(place.direction)) level.set(place.direction, { prefix, recipe });
      else entry(entry(stacks, prefix, () => new Map<number, Map<Direction, Cell>>()), 0, () => new Map<Direction, Cell>()).set(place.direction, { prefix, recipe });
    }
    return [...stacks].map(([name, levels]) => stackFromRecipes('tensorflow1', name || fallback, levelsOf(name || fallback, levels)));
  },
};

interface Cell { readonly prefix: string; readonly recipe: Recipe }

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key) ?? make();
  map.set(key, found);
  return found;
}

/** Before version 1.2 a kernel was called weights. */
const partOf = (parts: ReadonlyMap<string, TensorRef>, name: string): TensorRef | undefined =>
  parts.get(name) ?? parts.get(name.replace(/kernel$/, 'weights').replace(/bias$/, 'biases'));

function levelsOf(name: string, levels: ReadonlyMap<number, ReadonlyMap<Direction, Cell>>): readonly RecipeLevel[] {
  const numbers = [...levels.keys()].sort((a, b) => a - b);
  return numbers.map((number, k) => ({
    name: numbers.length === 1 ? name : `${name}.l${k}`,
    directions: (['forward', 'reverse'] as const).flatMap(d => {
      const cell = levels.get(number)?.get(d);
      return cell ? [[d, cell.recipe] as const] : [];
    }),
  }));
}

interface Place { readonly stack: string; readonly level: number; readonly direction: Direction; readonly cell: string }

/** Where a cell stands, by the scopes around it, inside out. */
function placeOf(prefix: string): Place {
  const scopes = prefix.split(/[./]/);
  const cell = scopes.pop() ?? '';
  const inner = numbered(scopes);
  if (inner !== undefined && /^multi_rnn_cell(_\d+)?$/.test(scopes.at(-1) ?? '')) scopes.pop();
  const way = /^(fw|bw)$/.exec(scopes.at(-1) ?? '')?.[1];
  if (way === undefined) return { stack: scopes.join('/'), level: inner ?? 0, direction: 'forward', cell };
  const direction = way === 'fw' ? 'forward' : 'reverse';
  // Each direction of bidirectional_dynamic_rnn over stacked cells is a stack that never meets the other.
  if (inner !== undefined) return { stack: scopes.join('/'), level: inner, direction, cell };
  scopes.pop();
  if (!/^cell_\d+$/.test(scopes.at(-2) ?? '')) return { stack: scopes.join('/'), level: 0, direction, cell };
  scopes.pop();
  return { level: numbered(scopes) ?? 0, stack: scopes.join('/'), direction, cell };
}

/** Takes `cell_3` off the end, and gives 3. */
function numbered(scopes: string[]): number | undefined {
  const number = /^cell_(\d{1,4})$/.exec(scopes.at(-1) ?? '')?.[1];
  if (number === undefined) return undefined;
  scopes.pop();
  return Number(number);
}
