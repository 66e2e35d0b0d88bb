/** Groups of units that are active together: where the tree of co-activation is cut, in the order in which units are drawn. */
import { leavesOf, type Tree } from './cluster';

/** A run of places in the order. */
export interface Group {
  /** First place in the order, and how many units. */
  readonly start: number;
  readonly size: number;
  /** Mean r over all pairs of it; NaN where its units belong to no group: they follow nobody. */
  readonly r: number;
}

/** Two groups are apart where the mean r between their units is below it; a lower one where that makes too many. */
const CUTS = [0.3, 0.2, 0.1, 0] as const;
/** So many can be told apart by their gaps. */
const MOST = 12;

/**
 * The groups by cutting the tree (average linkage over distances 1 − r) where the mean r falls below 0.3, or lower where that would make more
 * than 12. What is left of single units between two groups stays together as one run without r. `order` lists the tree's leaves.
 */
export function groupsOf(tree: Tree, order: ArrayLike<number>, distance: Float64Array, n: number): readonly Group[] {
  const cuts = CUTS.map(r => runs(cut(tree, 1 - r), order, distance, n));
  return cuts.find(groups => groups.length <= MOST) ?? [];
}

/** Subtrees below a height. */
function cut(tree: Tree, height: number): readonly Tree[] {
  if ('leaf' in tree || tree.height < height) return [tree];
  return [...cut(tree.left, height), ...cut(tree.right, height)];
}

function runs(trees: readonly Tree[], order: ArrayLike<number>, distance: Float64Array, n: number): Group[] {
  const of = new Int32Array(n);
  trees.forEach((tree, k) => { for (const leaf of leavesOf(tree)) of[leaf] = 'leaf' in tree ? -1 : k; });
  const found: Group[] = [];
  for (let start = 0, end = 0; start < order.length; start = end) {
    const own = of[order[start]!]!;
    while (end < order.length && of[order[end]!] === own) end++;
    found.push({ start, size: end - start, r: own < 0 ? NaN : meanR(leavesOf(trees[own]!), distance, n) });
  }
  return found;
}

function meanR(units: readonly number[], distance: Float64Array, n: number): number {
  let sum = 0;
  for (let a = 0; a < units.length; a++) for (let b = 0; b < a; b++) sum += 1 - distance[units[a]! * n + units[b]!]!;
  return sum / (units.length * (units.length - 1) / 2);
}
