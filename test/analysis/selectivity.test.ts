import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { column, type Column } from '../../src/analysis/column';
import { selectivity } from '../../src/analysis/selectivity';
import type { Track } from '../../src/analysis/tracks';
import { pearson } from '../../src/analysis/units';
import { atOnce } from '../../src/core/recording/recording';
import { autoregressive, near, seeded } from './seeded';

const track = (values: Float32Array): Track => ({ name: 'track', phrase: 'track', values });
const sideBySide = (series: readonly Float32Array[]): Column => column(Float32Array.from({ length: series.length * series[0]!.length }, (_, k) => series[k % series.length]![Math.floor(k / series.length)]!), series[0]!.length, series.length);

describe('selectivity', () => {
  it('is Pearson’s r, and p counts shifts at which any unit follows any track as closely', () => {
    for (let seed = 1; seed <= 5; seed++) {
      const random = seeded(seed), steps = 41;
      const units = Array.from({ length: 3 }, () => autoregressive(steps, 0.6, random)), tracks = Array.from({ length: 2 }, () => autoregressive(steps, 0.6, random));
      const found = atOnce(selectivity(sideBySide(units), tracks.map(track), { random: seeded(9) }));
      const turned = (values: Float32Array, by: number): number[] => Array.from(values, (_, t) => values[(t + by) % steps]!);
      const largest = Array.from({ length: steps - 1 }, (_, k) => Math.max(...units.flatMap(u => tracks.map(v => Math.abs(pearson(u, turned(v, k + 1)))))));
      assert.equal(found.shifts, steps - 1);
      units.forEach((u, i) => tracks.forEach((v, j) => {
        const r = pearson(u, v), p = (1 + largest.filter(m => m >= Math.abs(r) * (1 - 1e-6)).length) / steps;
        assert.ok(near(found.all[i * 2 + j]!, r, 1e-6), `r ${i} ${j}: ${found.all[i * 2 + j]} for ${r}`);
        assert.ok(near(found.allP[i * 2 + j]!, p), `p ${i} ${j}: ${found.allP[i * 2 + j]} for ${p}`);
      }));
      units.forEach((u, i) => assert.equal(found.track[i], Math.abs(pearson(u, tracks[0]!)) >= Math.abs(pearson(u, tracks[1]!)) ? 0 : 1));
    }
  });
  it('finds the one unit that follows among many that do not', () => {
    const random = seeded(3), steps = 600;
    const quotes = Float32Array.from({ length: steps }, (_, t) => Math.floor(t / 7) % 3 === Math.floor(t / 50) % 3 ? 1 : 0);
    const units = Array.from({ length: 40 }, (_, u) => { const noise = autoregressive(steps, 0.9, random); return u === 17 ? noise.map((v, t) => 0.3 * v + 3 * quotes[t]!) : noise; });
    const found = atOnce(selectivity(sideBySide(units), [track(quotes)], { random: seeded(1) }));
    assert.equal(found.p[17], 1 / 401);
    assert.ok(found.p.every((p, u) => u === 17 || p > 0.02), String(found.p));
  });
  it('claims something of noise in no more than about p of all cases, however many units there are', () => {
    let claims = 0;
    for (let seed = 1; seed <= 100; seed++) {
      const random = seeded(seed), units = Array.from({ length: 30 }, () => autoregressive(120, 0.8, random));
      const found = atOnce(selectivity(sideBySide(units), [track(autoregressive(120, 0.8, random))], { count: 99, random }));
      if (found.p.some(p => p <= 0.05)) claims++;
    }
    assert.ok(claims >= 0 && claims <= 12, `${claims} of 100`); // 5 expected; 12 has a chance of 0.4 %
  });
  it('says nothing of what never changes, of too few steps, and tests nothing where no shifts are wanted', () => {
    const still = atOnce(selectivity(sideBySide([new Float32Array(20).fill(1), autoregressive(20, 0.5, seeded(1))]), [track(autoregressive(20, 0.5, seeded(2)))], { random: seeded(1) }));
    assert.deepEqual([still.track[0], still.r[0], still.p[0], still.track[1]], [-1, NaN, NaN, 0]);
    assert.ok(Number.isNaN(atOnce(selectivity(sideBySide([Float32Array.of(1, 2, 3)]), [track(Float32Array.of(1, 2, 4))], { random: seeded(1) })).p[0]));
    const untested = atOnce(selectivity(sideBySide([autoregressive(20, 0.5, seeded(1))]), [track(autoregressive(20, 0.5, seeded(2)))], { count: 0, random: seeded(1) }));
    assert.deepEqual([untested.shifts, untested.p[0]], [0, NaN]);
    assert.deepEqual([...atOnce(selectivity(sideBySide([autoregressive(20, 0.5, seeded(1))]), [], { random: seeded(1) })).track], [-1]);
  });
  it('thins the steps where there is too much to do', () => {
    const random = seeded(4), units = Array.from({ length: 4 }, () => autoregressive(2000, 0.9, random));
    const found = atOnce(selectivity(sideBySide(units), [track(units[2]!)], { random, work: 4 * 401 * 200 }));
    assert.equal(found.stride, 10);
    assert.ok(near(found.r[2]!, 1, 1e-6));
    assert.equal(found.p[2], 1 / 200); // the 199 shifts of 200 steps
  });
});
