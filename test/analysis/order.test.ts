import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cluster, leavesOf, type Tree } from '../../src/analysis/cluster';
import { groupsOf } from '../../src/analysis/groups';
import { column } from '../../src/analysis/column';
import { greedyLeafOrder, optimalLeafOrder } from '../../src/analysis/leafOrder';
import { byActivity, byCoactivation, coactivation, byHalfLife, byIndex, bySaturation } from '../../src/analysis/order';
import { autoregressive, cpuTime, near, normal, seeded } from './seeded';

/** Symmetric random distances [n, n]. */
function distances(n: number, random: () => number): Float64Array {
  const d = new Float64Array(n * n);
  for (let a = 0; a < n; a++) for (let b = 0; b < a; b++) d[a * n + b] = d[b * n + a] = random();
  return d;
}
function length(order: readonly number[], d: Float64Array, n: number): number {
  return order.slice(1).reduce((sum, b, k) => sum + d[order[k]! * n + b]!, 0);
}
/** All orders a tree allows. */
function orders(tree: Tree): number[][] {
  if ('leaf' in tree) return [[tree.leaf]];
  const left = orders(tree.left), right = orders(tree.right);
  return left.flatMap(a => right.flatMap(b => [[...a, ...b], [...b, ...a]]));
}
/** Average linkage by its definition: always merge the pair of clusters with the least mean distance. */
function textbook(d: Float64Array, n: number): string {
  let clusters = Array.from({ length: n }, (_, k) => [k]);
  const merged: string[] = [];
  while (clusters.length > 1) {
    let best = Infinity, pair: [number[], number[]] | undefined;
    for (const a of clusters) for (const b of clusters) {
      if (a === b) continue;
      const mean = a.flatMap(i => b.map(j => d[i * n + j]!)).reduce((x, y) => x + y, 0) / (a.length * b.length);
      if (mean < best) { best = mean; pair = [a, b]; }
    }
    const union = [...pair![0], ...pair![1]];
    clusters = [...clusters.filter(c => !pair!.includes(c)), union];
    merged.push(union.toSorted((x, y) => x - y).join());
  }
  return merged.toSorted().join(' ');
}
function clades(tree: Tree): string[] {
  if ('leaf' in tree) return [];
  return [leavesOf(tree).toSorted((x, y) => x - y).join(), ...clades(tree.left), ...clades(tree.right)];
}

/** By its definition. */
function pearsonOf(data: Float32Array, steps: number, units: number, a: number, b: number): number {
  const of = (u: number): number[] => Array.from({ length: steps }, (_, t) => data[t * units + u]!);
  const mean = (v: readonly number[]): number => v.reduce((x, y) => x + y, 0) / v.length;
  const [x, y] = [of(a), of(b)], [mx, my] = [mean(x), mean(y)];
  const sum = (f: (t: number) => number): number => x.reduce((s, _, t) => s + f(t), 0);
  return sum(t => (x[t]! - mx) * (y[t]! - my)) / Math.sqrt(sum(t => (x[t]! - mx) ** 2) * sum(t => (y[t]! - my) ** 2));
}

describe('order', () => {
  it('clusters as average linkage by definition does', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 14 }), fc.integer(), (n, seed) => {
      const d = distances(n, seeded(seed));
      assert.equal(clades(cluster(d, n)).toSorted().join(' '), textbook(d, n));
    }), { seed: 11, numRuns: 60 });
  });
  it('ends with every leaf once where many distances are equal', () => {
    fc.assert(fc.property(fc.integer({ min: 2, max: 40 }), fc.integer({ min: 1, max: 4 }), fc.integer(), (n, kinds, seed) => {
      const d = distances(n, seeded(seed)).map(v => v === 0 ? 0 : 0.1 * (1 + Math.floor(v * kinds)));
      const order = optimalLeafOrder(cluster(d, n), d, n);
      assert.deepEqual(order.toSorted((a, b) => a - b), [...byIndex(n)]);
    }), { seed: 13, numRuns: 200 });
  });
  it('finds the shortest of all orders the tree allows (by trying them all)', () => {
    fc.assert(fc.property(fc.integer({ min: 2, max: 9 }), fc.integer(), (n, seed) => {
      const d = distances(n, seeded(seed));
      const tree = cluster(d, n);
      const order = optimalLeafOrder(tree, d, n);
      const shortest = Math.min(...orders(tree).map(o => length(o, d, n)));
      assert.ok(near(length(order, d, n), shortest), `${length(order, d, n)} > ${shortest}`);
      assert.ok(orders(tree).some(o => o.join() === order.join()), 'not an order of this tree');
      assert.ok(order[0]! < order.at(-1)!, 'the lower end comes first');
      const quick = greedyLeafOrder(tree, d, n);
      assert.ok(orders(tree).some(o => o.join() === quick.join()), 'greedy: not an order of this tree');
    }), { seed: 12, numRuns: 60 });
  });
  it('parts the order into groups where units no longer move together', () => {
    const random = seeded(5), steps = 600, units = 22, own = 2;
    const causes = Array.from({ length: 4 }, () => autoregressive(steps, 0.6, random));
    // Units 20 and 21 follow nobody.
    const data = Float32Array.from({ length: steps * units }, (_, k) => {
      const u = k % units, t = Math.floor(k / units);
      return (u < units - own ? causes[u % 4]![t]! : 0) + (u < units - own ? 0.3 : 1) * normal(random);
    });
    const { order, groups } = coactivation(column(data, steps, units));
    assert.deepEqual(order, byCoactivation(column(data, steps, units)));
    assert.deepEqual([groups.reduce((n, g) => n + g.size, 0), groups.map(g => g.start)], [units, groups.map((_, k) => groups.slice(0, k).reduce((n, g) => n + g.size, 0))]);
    const together = groups.filter(g => !Number.isNaN(g.r));
    assert.deepEqual(together.map(g => g.size), [5, 5, 5, 5]);
    for (const { start, size, r } of together) {
      const members = [...order.slice(start, start + size)];
      assert.equal(new Set(members.map(u => u % 4)).size, 1, members.join());
      const pairs = members.flatMap((a, i) => members.slice(i + 1).map(b => pearsonOf(data, steps, units, a, b)));
      assert.ok(near(r, pairs.reduce((x, y) => x + y, 0) / pairs.length, 1e-5) && r > 0.6, `mean r ${r}`);
    }
    assert.equal(groups.filter(g => Number.isNaN(g.r)).reduce((n, g) => n + g.size, 0), own);
  });
  it('cuts lower where there would be too many groups, and says none where even that is too many', () => {
    const pairs = (n: number, r: number): { d: Float64Array; tree: Tree } => { // pairs of units that move together, and nobody else with them
      const d = Float64Array.from({ length: n * n }, (_, k) => { const a = Math.floor(k / n), b = k % n; return a === b ? 0 : a >> 1 === b >> 1 ? 0.1 : 1 - r; });
      return { d, tree: cluster(d, n) };
    };
    const few = pairs(12, 0.25), many = pairs(40, 0.25), apart = pairs(40, -0.1);
    assert.deepEqual(groupsOf(few.tree, optimalLeafOrder(few.tree, few.d, 12), few.d, 12).map(g => g.size), [2, 2, 2, 2, 2, 2]);
    assert.deepEqual(groupsOf(many.tree, optimalLeafOrder(many.tree, many.d, 40), many.d, 40).map(g => g.size), [40]);
    assert.deepEqual(groupsOf(apart.tree, optimalLeafOrder(apart.tree, apart.d, 40), apart.d, 40), []);
  });
  it('puts units that move together side by side, whatever their index', () => {
    const random = seeded(3), steps = 500, groups = 4, units = 24;
    const causes = Array.from({ length: groups }, () => autoregressive(steps, 0.8, random));
    const data = Float32Array.from({ length: steps * units }, (_, k) => causes[k % units % groups]![Math.floor(k / units)]! + 0.3 * normal(random));
    const order = [...byCoactivation(column(data, steps, units))].map(u => u % groups);
    const changes = order.filter((g, k) => k > 0 && g !== order[k - 1]).length;
    assert.equal(changes, groups - 1, order.join());
  });
  it('recovers a travelling wave: neighbours in phase are neighbours in order', () => {
    const steps = 1000, units = 16, place = [5, 2, 9, 14, 0, 7, 11, 3, 15, 1, 8, 4, 12, 6, 13, 10];
    const data = Float32Array.from({ length: steps * units }, (_, k) => Math.sin(2 * Math.PI * Math.floor(k / units) / 50 + Math.PI * 0.9 * place[k % units]! / units));
    const order = [...byCoactivation(column(data, steps, units))].map(u => place[u]!);
    const jumps = order.slice(1).map((p, k) => Math.abs(p - order[k]!));
    assert.ok(jumps.reduce((a, b) => a + b) <= 2 * units, order.join());
  });
  it('keeps units that move against each other apart', () => {
    const random = seeded(14), steps = 300, units = 12;
    const cause = autoregressive(steps, 0.8, random);
    const data = Float32Array.from({ length: steps * units }, (_, k) => (k % 2 ? 1 : -1) * cause[Math.floor(k / units)]! + 0.3 * normal(random));
    const parity = [...byCoactivation(column(data, steps, units))].map(u => u % 2).join('');
    assert.match(parity, /^(0{6}1{6}|1{6}0{6})$/);
  });
  it('is a permutation, and the same one every time, with constant and NaN units too', () => {
    const random = seeded(5), steps = 50, units = 9;
    const data = Float32Array.from({ length: steps * units }, (_, k) => k % units === 2 ? 1 : k % units === 4 ? NaN : random());
    const once = byCoactivation(column(data, steps, units)), again = byCoactivation(column(data, steps, units));
    assert.deepEqual(once, again);
    assert.deepEqual([...once].toSorted((a, b) => a - b), [...byIndex(units)]);
  });
  it('orders 512 units x 10,000 steps, and 1,500 units, in a few seconds', function () {
    this.timeout(20000);
    for (const [units, steps] of [[512, 10000], [1500, 200]] as const) {
      const random = seeded(6), data = Float32Array.from({ length: steps * units }, () => random());
      const start = cpuTime();
      assert.equal(new Set(byCoactivation(column(data, steps, units))).size, units);
      const taken = cpuTime() - start;
      console.log(`      ${units} units: ${Math.round(taken)} ms`);
      assert.ok(taken < 6000, `${taken} ms`);
    }
  });
  it('half-life: longest first, ties by index, NaN last; by index without any', () => {
    assert.deepEqual([...byHalfLife(5, [1, NaN, Infinity, 4, 1])], [2, 3, 0, 4, 1]);
    assert.deepEqual([...byHalfLife(3, undefined)], [0, 1, 2]);
    assert.deepEqual([...byHalfLife(2, [NaN, NaN])], [0, 1]);
    assert.deepEqual([...byCoactivation(column(new Float32Array(2), 1, 2))], [0, 1]);
  });
});

describe('orders by saturation and activity', () => {
  it('put first the unit whose gates are at their ends most often, equal ones by index', () => {
    const share = (closed: number, open: number) => ({ closed, open });
    const gates = [[share(0, 0.2), share(0.5, 0.5), share(0.1, 0), share(0, 0.2)], [share(0.1, 0), share(0, 0), share(0, 0), share(0, 0.1)]];
    assert.deepEqual([...bySaturation(4, gates)], [1, 0, 3, 2]);
    assert.deepEqual([...bySaturation(3, [])], [0, 1, 2]);
  });

  it('put first the unit that varies most, and last what never counts', () => {
    const random = seeded(11);
    const size = [0.5, 3, 1, 2];
    const steps = 400;
    const data = Float32Array.from({ length: steps * 5 }, (_, k) => (k % 5 === 4 ? NaN : k % 5 + size[k % 5]! * normal(random)));
    data[0] = NaN;
    assert.deepEqual([...byActivity(column(data, steps, 5))], [1, 3, 2, 0, 4]);
  });
});
