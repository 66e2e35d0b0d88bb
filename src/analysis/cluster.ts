/**
 * Hierarchical clustering with average linkage (Sokal & Michener 1958) by the nearest-neighbour chain (Müllner 2011, arXiv 1109.2378), n² steps.
 */

/** A binary tree over 0..n−1: a leaf, or two trees that are `height` apart. */
export type Tree = { readonly leaf: number } | { readonly left: Tree; readonly right: Tree; readonly height: number; readonly leaves: readonly number[] };

/** The leaves of a tree, left to right. */
export function leavesOf(tree: Tree): readonly number[] {
  return 'leaf' in tree ? [tree.leaf] : tree.leaves;
}

/** The tree of n ≥ 1 things by their symmetric distances [n, n]. Equal distances go to the lower index, so the answer is always the same. */
export function cluster(distance: Float64Array, n: number): Tree {
  const d = distance.slice();
  const trees: (Tree | undefined)[] = Array.from({ length: n }, (_, leaf) => ({ leaf }));
  const sizes = new Float64Array(n).fill(1);
  const chain: number[] = [];
  for (let left = n; left > 1;) {
    if (chain.length === 0) chain.push(trees.findIndex(tree => tree !== undefined));
    const top = chain.at(-1)!, before = chain.at(-2);
    const next = nearest(d, n, trees, top, before);
    if (next !== before) { chain.push(next); continue; }
    chain.length -= 2;
    merge(d, n, trees, sizes, Math.min(top, next), Math.max(top, next));
    left--;
  }
  return trees.find(tree => tree !== undefined)!;
}

/** The nearest other cluster; the one before in the chain wins ties, or the chain could run in a circle. */
function nearest(d: Float64Array, n: number, trees: readonly (Tree | undefined)[], of: number, before: number | undefined): number {
  let best = before ?? -1;
  let least = before === undefined ? Infinity : d[of * n + before]!;
  for (let k = 0; k < n; k++) {
    if (k === of || !trees[k]) continue;
    const here = d[of * n + k]!;
    if (here < least || best < 0) { best = k; least = here; }
  }
  return best;
}

/** Puts b into a; distances to the pair are the mean over its members (Lance & Williams 1967). */
function merge(d: Float64Array, n: number, trees: (Tree | undefined)[], sizes: Float64Array, a: number, b: number): void {
  const left = trees[a]!, right = trees[b]!;
  trees[a] = { left, right, height: d[a * n + b]!, leaves: [...leavesOf(left), ...leavesOf(right)] };
  trees[b] = undefined;
  const na = sizes[a]!, nb = sizes[b]!;
  sizes[a] = na + nb;
  for (let k = 0; k < n; k++) {
    if (!trees[k] || k === a) continue;
    const da = d[a * n + k]!, db = d[b * n + k]!;
    // no nearer than the nearer half, not even by rounding: the chain relies on it
    d[a * n + k] = d[k * n + a] = Math.max(Math.min(da, db), (na * da + nb * db) / (na + nb));
  }
}
