/**
 * The order of a tree's leaves with the least sum of distances between neighbours, of all orders the tree allows: Bar-Joseph, Gifford &
 * Jaakkola 2001, "Fast optimal leaf ordering for hierarchical clustering", Bioinformatics 17(S1), S22-S29. At most about n³/2 steps.
 */
import { leavesOf, type Tree } from './cluster';

/** Optimal leaf order by distances [n, n]. The end with the lower number comes first. */
export function optimalLeafOrder(tree: Tree, distance: Float64Array, n: number): number[] {
  const cost = new Float64Array(n * n); // cost[u, w]: the best order of the smallest tree that holds both, from u to w
  fill(tree, distance, cost, n);
  if ('leaf' in tree) return [tree.leaf];
  let best = Infinity, from = -1, to = -1;
  for (const u of leavesOf(tree.left)) {
    for (const w of leavesOf(tree.right)) {
      if (cost[u * n + w]! < best || from < 0) { best = cost[u * n + w]!; from = u; to = w; }
    }
  }
  return from < to ? path(tree, from, to, distance, cost, n) : path(tree, to, from, distance, cost, n);
}

/** A quick order for many leaves: at each merge the two halves are turned so that their touching ends are nearest. */
export function greedyLeafOrder(tree: Tree, distance: Float64Array, n: number): number[] {
  const order = touching(tree);
  return order[0]! <= order.at(-1)! ? order : order.reverse();
  function touching(node: Tree): number[] {
    if ('leaf' in node) return [node.leaf];
    const a = touching(node.left), b = touching(node.right);
    const turns = [[a, b], [a, b.toReversed()], [a.toReversed(), b], [a.toReversed(), b.toReversed()]] as const;
    const gaps = turns.map(([x, y]) => distance[x.at(-1)! * n + y[0]!]!);
    const [x, y] = turns[gaps.indexOf(Math.min(...gaps))] ?? turns[0];
    return [...x, ...y];
  }
}

/** The two halves of a tree as (ends, possible other ends): an order from one end in one half ends in the other. */
function halves(tree: Tree): readonly (readonly [ends: readonly number[], others: readonly number[]])[] {
  if ('leaf' in tree) return [[[tree.leaf], [tree.leaf]]];
  const left = leavesOf(tree.left), right = leavesOf(tree.right);
  return [[left, right], [right, left]];
}

function fill(tree: Tree, d: Float64Array, cost: Float64Array, n: number): void {
  if ('leaf' in tree) return;
  fill(tree.left, d, cost, n);
  fill(tree.right, d, cost, n);
  const rights = leavesOf(tree.right);
  const reach = new Float64Array(n); // from u through all of the left tree to k, the first leaf of the right one
  for (const [us, ms] of halves(tree.left)) {
    for (const u of us) {
      for (const k of rights) reach[k] = least(cost, u * n, d, k * n, ms);
      for (const [ws, ks] of halves(tree.right)) {
        for (const w of ws) cost[u * n + w] = cost[w * n + u] = leastOf(reach, cost, w * n, ks);
      }
    }
  }
}

/** min over m of a[i + m] + b[j + m] */
function least(a: Float64Array, i: number, b: Float64Array, j: number, ms: readonly number[]): number {
  let best = Infinity;
  for (const m of ms) { const v = a[i + m]! + b[j + m]!; if (v < best) best = v; }
  return best;
}
function leastOf(a: Float64Array, b: Float64Array, j: number, ms: readonly number[]): number {
  return least(a, 0, b, j, ms);
}

/** The order from u to w that has the cost found by `fill`. */
function path(tree: Tree, u: number, w: number, d: Float64Array, cost: Float64Array, n: number): number[] {
  if ('leaf' in tree) return [tree.leaf];
  const turned = !leavesOf(tree.left).includes(u);
  const [near, far] = turned ? [tree.right, tree.left] : [tree.left, tree.right];
  let best = Infinity, m = -1, k = -1;
  for (const a of othersOf(near, u)) {
    for (const b of othersOf(far, w)) {
      const v = cost[u * n + a]! + d[a * n + b]! + cost[b * n + w]!;
      if (v < best || m < 0) { best = v; m = a; k = b; }
    }
  }
  return [...path(near, u, m, d, cost, n), ...path(far, k, w, d, cost, n)];
}

function othersOf(tree: Tree, end: number): readonly number[] {
  return (halves(tree).find(([ends]) => ends.includes(end)) ?? [[], []])[1];
}
