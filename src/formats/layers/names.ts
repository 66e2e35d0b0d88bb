/** Names of tensors as paths, however a file writes them: `a/b/kernel:0`, `a.b.kernel`, `['a']['b'].kernel`. */
import type { Direction } from '../../core/layer';
import type { TensorRef } from '../format';
import type { Recipe, RecipeLevel } from './recipe';

/** Tensors whose names differ only in the end, by that end with slashes: `gates/kernel`. */
export interface Group {
  /** As the file writes it; empty where names have no prefix. */
  readonly prefix: string;
  readonly parts: ReadonlyMap<string, TensorRef>;
}

/** Copies that optimizers keep of every weight. */
const COPIES = /(^|[./])(opt_state|optimizers?|optimizer_states?)([./]|$)/;

/** Whether a tensor is an optimizer's, and no layer's. */
export const isCopy = (name: string): boolean => COPIES.test(plain(name));

/** Without what says nothing of the layer: TensorFlow's output number and attribute, JAX's brackets. */
export function plain(name: string): string {
  const bare = name.replace(/\/\.ATTRIBUTES\/VARIABLE_VALUE$/, '').replace(/:0$/, '');
  const dotted = bare.includes('[') ? bare.replace(/\[['"]?([^\]'"]*)['"]?\]/g, '.$1') : bare;
  return dotted.replace(/^[./]+/, '');
}

/** Groups in the order of their first tensors. `ends` are the ends to look for, with slashes, longest first where one ends another. */
export function grouped(tensors: readonly TensorRef[], ends: readonly string[]): readonly Group[] {
  const groups = new Map<string, Map<string, TensorRef>>();
  const known = new Map(ends.map(end => [end, end.split('/').length]));
  const longest = Math.max(...known.values());
  for (const tensor of tensors) {
    const name = plain(tensor.name);
    const found = endOf(name, known, longest);
    if (!found) continue;
    const parts = groups.get(found.prefix) ?? new Map<string, TensorRef>();
    groups.set(found.prefix, parts);
    if (!parts.has(found.end)) parts.set(found.end, tensor);
  }
  return [...groups].map(([prefix, parts]) => ({ prefix, parts }));
}

/** The longest known end of a name. */
function endOf(name: string, known: ReadonlyMap<string, number>, longest: number): { prefix: string; end: string } | undefined {
  const segments = name.split(/[./]/);
  for (let count = Math.min(longest, segments.length); count > 0; count--) {
    const end = segments.slice(-count).join('/');
    if (known.get(end) === count) return { prefix: name.slice(0, Math.max(0, name.length - end.length - 1)), end };
  }
  return undefined;
}

/** A layer found: where it stands and what it is made of. */
export interface Found {
  readonly prefix: string;
  readonly recipe: Recipe;
}

/** How a convention names the two directions of one layer: the name they share, what tells them from others of that name, and which this is. */
export type Split = (prefix: string) => { readonly base: string; readonly twin: string; readonly direction: Direction } | undefined;

/** One level for each layer, directions joined where both are there; a lone reverse direction stays one. Names by `named`, each once. */
export function paired(found: readonly Found[], split: Split, named: (prefix: string) => string): readonly RecipeLevel[] {
  const pairs = new Map<string, { readonly base: string; readonly prefix: string; readonly directions: Map<Direction, Recipe> }>();
  for (const { prefix, recipe } of found) {
    const { base, twin, direction } = split(prefix) ?? { base: prefix, twin: '', direction: 'forward' as const };
    const key = JSON.stringify([base, twin]);
    const pair = pairs.get(key) ?? { base, prefix, directions: new Map<Direction, Recipe>() };
    pairs.set(key, pair);
    pair.directions.set(direction, recipe);
  }
  const all = [...pairs.values()];
  const count = (name: string): number => all.filter(p => named(p.base) === name).length;
  return all.map(({ base, prefix, directions }) => ({
    name: count(named(base)) > 1 ? prefix || named(base) : named(base),
    directions: (['forward', 'reverse'] as const).flatMap(d => (directions.has(d) ? [[d, directions.get(d) as Recipe] as const] : [])),
  }));
}

/** Left out of names: the collection that holds all weights, and the word for the one cell in a layer. */
export const shortened = (prefix: string, fallback: string): string =>
  prefix.replace(/^(?:params(?:[./]|$))+/, '').replace(/(?:^|[./])cell$/, '') || fallback;
