import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { byDistance, crossings, directPath, fateOf, quantile, reachOf, rowNorms, spreadOf, strongestColumns } from '../../src/analysis/gradients';
import { near, normal, seeded } from './seeded';

const random = seeded(11);
const numbers = (n: number): Float64Array => Float64Array.from({ length: n }, () => normal(random));

describe('gradients against distance', () => {
  it('are the rows before the loss, or after it for a reverse layer', () => {
    const rows = Float64Array.from({ length: 10 }, (_, k) => k); // 5 steps of 2
    assert.deepEqual([...byDistance(rows, 2, 3, false, 3)], [6, 7, 4, 5, 2, 3]);
    assert.deepEqual([...byDistance(rows, 2, 3, true, 2)], [6, 7, 8, 9]);
  });

  it('have Euclidean norms, also where squares would vanish', () => {
    const rows = numbers(21);
    const naive = [0, 1, 2].map(r => Math.sqrt([...rows.subarray(7 * r, 7 * r + 7)].reduce((s, v) => s + v * v, 0)));
    rowNorms(rows, 7).forEach((v, r) => assert.ok(near(v, naive[r]!, 1e-14)));
    assert.ok(near(rowNorms(Float64Array.of(3e-200, 4e-200), 2)[0]! * 1e200, 5));
    assert.deepEqual([...rowNorms(Float64Array.of(0, 0, NaN, 1, Infinity, 1), 2)], [0, NaN, Infinity]);
  });

  it('by the direct path are the start times the keep factors, as a naive loop has them', () => {
    const units = 5, count = 9;
    const start = numbers(units), keep = Float64Array.from({ length: units * count }, () => random());
    const found = directPath(start, keep, count);
    for (let d = 0; d < count; d++) {
      let sum = 0;
      for (let u = 0; u < units; u++) {
        let value = start[u]!;
        for (let k = 0; k < d; k++) value *= keep[k * units + u]!;
        sum += value ** 2;
      }
      assert.ok(near(found[d]!, Math.sqrt(sum), 1e-12), `distance ${d}`);
    }
  });

  it('of many windows have a median and a middle half where at least half of them go', () => {
    const { median, low, high } = spreadOf([Float64Array.of(1, 5), Float64Array.of(2, 6, 9), Float64Array.of(3, 7, 8), Float64Array.of(4, NaN)]);
    assert.deepEqual([[...median], [...low], [...high]], [[2.5, 6, 8.5], [1.75, 5.5, 8.25], [3.25, 6.5, 8.75]]);
    assert.equal(spreadOf([]).median.length, 0);
    assert.ok(Number.isNaN(quantile(new Float64Array(), 0.5)));
  });

  it('vanish, explode or hold, told with the distance', () => {
    const curve = (by: number, n: number): Float64Array => Float64Array.from({ length: n }, (_, d) => 3 * by ** d);
    const gone = fateOf(curve(0.8, 100));
    assert.deepEqual([gone.kind, gone.distance], ['vanishes', Math.ceil(Math.log(1e-6) / Math.log(0.8))]);
    assert.ok(gone.ratio < 1e-6 && gone.ratio > 0.8e-6);
    assert.deepEqual(fateOf(curve(0.8, 31)).distance, 30);
    const grown = fateOf(curve(1.1, 50));
    assert.deepEqual([grown.kind, grown.distance], ['explodes', 49]);
    assert.ok(near(grown.ratio, 1.1 ** 49));
    assert.equal(fateOf(curve(0.99, 100)).kind, 'holds');
    assert.equal(fateOf(new Float64Array(5)).kind, 'vanishes');
    assert.deepEqual(fateOf(Float64Array.of(1, 0.5, NaN)), { kind: 'broken', ratio: NaN, distance: 2 });
    assert.deepEqual(fateOf(Float64Array.of(2)), { kind: 'holds', ratio: 1, distance: 0 });
  });

  it('reach as far as a hundredth arrives without a break', () => {
    for (const f of [0.5, 0.9, 0.97]) assert.equal(reachOf(Float64Array.from({ length: 400 }, (_, d) => f ** d)), Math.floor(Math.log(0.01) / Math.log(f)), `f = ${f}`);
    assert.equal(reachOf([1, 0.5, 0.001, 0.5]), 1);
    assert.equal(reachOf([0, 0]), -1);
    assert.equal(reachOf([1, NaN, 1]), 0);
  });

  it('cross where the other curve begins to lead', () => {
    assert.deepEqual(crossings(Float64Array.of(1, 1, 1, 1), Float64Array.of(1, 2, 0.5, 0.5)), [{ distance: 2, first: true }]);
    assert.deepEqual(crossings(Float64Array.of(1, 1.02), Float64Array.of(1, 1)), []);
  });

  it('name the columns that get most', () => {
    assert.deepEqual(strongestColumns(Float64Array.of(0, 1, 0, -3, 0, 2, 0, 0), 4, 3), [3, 1]);
  });
});
