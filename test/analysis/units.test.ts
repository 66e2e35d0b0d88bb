import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { column, unitRows } from '../../src/analysis/column';
import { describeTest, shiftP, shiftTest } from '../../src/analysis/shifts';
import type { Track } from '../../src/analysis/tracks';
import { follows, movesWith, pearson, scaleOf, strongestContexts } from '../../src/analysis/units';
import { autoregressive, near, normal, seeded } from './seeded';
import { english } from '../../src/core/said';

const track = (name: string, values: Float32Array): Track => ({ name, phrase: `with ${name}`, values });
const options = (seed: number, count: number, work?: number) => ({ count, random: seeded(seed), tested: 6, ...(work !== undefined && { work }) });

describe('pearson', () => {
  it("gives Anscombe's 0.816 (1973, first and fourth set)", () => {
    const x = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5], y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68];
    assert.ok(near(pearson(x, y), 0.81642051634484, 1e-12));
    const x4 = [8, 8, 8, 8, 8, 8, 8, 19, 8, 8, 8], y4 = [6.58, 5.76, 7.71, 8.84, 8.47, 7.04, 5.25, 12.5, 5.56, 7.91, 6.89];
    assert.ok(near(pearson(x4, y4), 0.81652143688850, 1e-12));
  });
  it('is ±1 for a line, unmoved by scale, offset and steps that are not finite; NaN for a constant', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 3, maxLength: 30 }), fc.integer({ min: -9, max: 9 }), (x, scale) => {
      fc.pre(new Set(x).size > 1 && scale !== 0);
      assert.ok(near(pearson(x, x.map(v => scale * v + 7)), Math.sign(scale)));
      assert.ok(near(pearson([...x, NaN, 5], [...x, 3, Infinity]), 1));
    }), { seed: 1 });
    assert.ok(Number.isNaN(pearson([1, 2, 3], [4, 4, 4])));
    assert.ok(Number.isNaN(pearson([0.1, 0.1, 0.1], [1, 2, 3])));
    assert.ok(Number.isNaN(pearson([1], [1])));
    assert.ok(Number.isNaN(pearson([], [])));
  });
});

describe('shift test', () => {
  it('equals the count by definition, with all shifts', () => {
    fc.assert(fc.property(fc.integer(), seed => {
      const random = seeded(seed), steps = 30;
      const x = autoregressive(steps, 0.5, random), y = autoregressive(steps, 0.5, random);
      const turned = (k: number) => y.map((_, t) => y[(t + k) % steps]!);
      const seen = Math.abs(pearson(x, y)), rs = Array.from({ length: steps - 1 }, (_, k) => Math.abs(pearson(x, turned(k + 1))));
      const test = shiftTest([track('y', y)], steps, options(1, 400));
      assert.equal(test.shifts.length, steps);
      assert.equal(shiftP(test, 0, x), (1 + rs.filter(r => r >= seen).length) / steps);
    }), { seed: 5, numRuns: 50 });
  });
  it('thinned, it equals the count by definition on the steps looked at', () => {
    const random = seeded(8), steps = 101;
    const x = autoregressive(steps, 0.5, random), y = autoregressive(steps, 0.5, random);
    const test = shiftTest([track('y', y)], steps, options(1, 1000, 101 * 101 / 3));
    assert.equal(test.stride, 3);
    const some = (v: Float32Array, shift: number) => Array.from({ length: 34 }, (_, j) => v[(3 * j + shift) % steps]!);
    const rs = Array.from({ length: steps }, (_, k) => Math.abs(pearson(some(x, 0), some(y, k))));
    assert.equal(shiftP(test, 0, x), rs.filter(r => r >= rs[0]! - 1e-12).length / steps);
    assert.equal(english(describeTest(test)), '100 circular shifts, one step in 3');
  });
  for (const work of [undefined, 20000]) {
    it(`p is uniform where nothing ties the two, though neighbours are alike${work ? ' (thinned)' : ''}`, () => {
      const random = seeded(9), runs = 600, steps = 400;
      const ps = Array.from({ length: runs }, () => {
        const test = shiftTest([track('y', autoregressive(steps, 0.9, random))], steps, options(Math.floor(random() * 1e9), 99, work));
        assert.equal(test.stride, work ? 2 : 1);
        return shiftP(test, 0, autoregressive(steps, 0.9, random))!;
      }).toSorted((a, b) => a - b);
      const distance = Math.max(...ps.map((p, k) => Math.max(Math.abs(p - k / runs), Math.abs(p - (k + 1) / runs)))); // Kolmogorov-Smirnov
      assert.ok(distance < 1.63 / Math.sqrt(runs) + 0.01, `distance ${distance}`); // the 1 % point, and the step of p
      const share = ps.filter(p => p <= 0.05).length / runs;
      assert.ok(share > 0.02 && share < 0.09, `p ≤ 0.05 in ${share}`);
    });
  }
  it('finds a planted correlation among units that have none', () => {
    const random = seeded(10), steps = 2000;
    const y = Float32Array.from({ length: steps }, (_, t) => Math.floor(t / 37) % 3 === 0 || random() < 0.1 ? 1 : 0);
    const tracks = [track('noise', autoregressive(steps, 0.9, random)), track('y', y)];
    const test = shiftTest(tracks, steps, options(3, 400));
    const [first, second] = follows(Float32Array.from(y, v => -v + normal(random)), tracks, test);
    assert.equal(first!.track, 'y');
    assert.ok(first!.r < -0.35 && first!.p === 1 / 401, JSON.stringify(first));
    assert.ok(second!.p! > 0.01, JSON.stringify(second));
  });
  it('draws different shifts, the same ones for the same seed, even from a broken generator', () => {
    const tracks = [track('y', autoregressive(5000, 0.5, seeded(1)))];
    const a = shiftTest(tracks, 5000, options(3, 400)), b = shiftTest(tracks, 5000, options(3, 400)), c = shiftTest(tracks, 5000, { count: 400, random: () => 0, tested: 6 });
    assert.deepEqual(a.shifts, b.shifts);
    for (const { shifts } of [a, c]) {
      assert.equal(new Set(shifts).size, 401);
      assert.ok(shifts.every((s, k) => (s > 0 || k === 0) && s < 5000));
    }
  });
  it('none for tracks or units that never change, or fewer than 8 steps', () => {
    const flat = new Float32Array(20).fill(0.1), wave = Float32Array.from({ length: 20 }, (_, t) => t % 3);
    const test = shiftTest([track('flat', flat), track('wave', wave)], 20, options(1, 400));
    assert.equal(shiftP(test, 0, wave), undefined);
    assert.equal(shiftP(test, 1, flat), undefined);
    assert.equal(shiftP(test, 7, wave), undefined);
    assert.deepEqual(follows(wave, [track('flat', flat)], undefined), []);
    assert.equal(shiftP(shiftTest([track('w', wave.slice(0, 7))], 7, options(1, 400)), 0, wave.slice(0, 7)), undefined);
  });
});

describe('moves with and contexts', () => {
  it('r of unit rows is Pearson, strongest first, NaN as the mean and constants left out', () => {
    const random = seeded(4), steps = 9, units = 6;
    const cause = autoregressive(steps, 0.5, random);
    const data = Float32Array.from({ length: steps * units }, (_, k) => k % units === 5 ? 2 : (k % units - 2) * cause[Math.floor(k / units)]! + normal(random));
    const c = column(data, steps, units), rows = unitRows(c, 1000);
    const of = (u: number) => Array.from({ length: steps }, (_, t) => data[t * units + u]!);
    const expected = [1, 2, 3, 4].map(u => ({ unit: u, r: pearson(of(0), of(u)) })).toSorted((a, b) => Math.abs(b.r) - Math.abs(a.r));
    const found = movesWith(rows, 0);
    assert.deepEqual(found.map(m => m.unit), expected.map(m => m.unit));
    found.forEach((m, k) => assert.ok(near(m.r, expected[k]!.r, 1e-6)));
    assert.deepEqual(movesWith(rows, 5), []);
    assert.equal(movesWith(unitRows(c, 7), 0, 2).length, 2);
  });
  it('takes the largest places, windows apart, cut at the ends', () => {
    const values = new Float32Array(40);
    values[1] = -9; values[2] = 8; values[20] = 7; values[22] = 6.5; values[30] = NaN; values[39] = 5;
    const contexts = strongestContexts(values, undefined, { count: 4, before: 3, after: 2 });
    assert.deepEqual(contexts.map(c => [c.from, c.peak, c.values.length]), [[0, 1, 4], [17, 20, 6], [36, 39, 4]]);
    assert.deepEqual(contexts[0], { from: 0, peak: 1, values: [0, -9, 8, 0], labels: ['0', '1', '2', '3'] });
    assert.equal(scaleOf(values), 9);
    assert.deepEqual(strongestContexts(values, [...'ab'], { count: 1, before: 1, after: 1 })[0]!.labels, ['a', 'b', '2']);
    assert.deepEqual(strongestContexts(new Float32Array(5), undefined), []);
    assert.equal(scaleOf(Float32Array.of(NaN, Infinity)), 0);
  });
  it('windows never overlap and peaks never grow', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { maxLength: 150 }), fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }), (values, before, after) => {
      const found = strongestContexts(values, undefined, { count: 5, before, after });
      found.forEach((c, k) => {
        assert.equal(c.values[c.peak - c.from], values[c.peak]);
        if (k > 0) assert.ok(Math.abs(values[c.peak]!) <= Math.abs(values[found[k - 1]!.peak]!));
      });
      const sorted = found.toSorted((a, b) => a.from - b.from);
      sorted.slice(1).forEach((c, k) => assert.ok(c.from >= sorted[k]!.from + sorted[k]!.values.length));
    }), { seed: 6 });
  });
});
