import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { column } from '../../src/analysis/column';
import { similarPlaces, thresholdFor } from '../../src/analysis/similar';
import { atOnce } from '../../src/core/recording/recording';
import { autoregressive, seeded } from './seeded';

/** Rows written as digits: one unit a digit, − below 0 by a letter (a = −1). */
function drawn(...rows: readonly string[]): ReturnType<typeof column> {
  const values = rows.map(row => [...row].map(c => c >= 'a' ? -(c.charCodeAt(0) - 96) : Number(c)));
  return column(Float32Array.from(values.flat()), rows.length, rows[0]!.length);
}

/** The same by going through every unit and step, and every pair of ends. */
function naive(data: Float32Array, steps: number, units: number, from: number, to: number, threshold: number): { units: number[]; places: { from: number; to: number; shared: number }[] } {
  const value = (t: number, u: number): number => data[t * units + u]!;
  const chosen = Array.from({ length: units }, (_, u) => u).filter(u => [1, -1].some(s => Array.from({ length: to - from }, (_, k) => s * value(from + k, u)).every(v => v > threshold)));
  const on = (t: number): number => chosen.filter(u => Math.sign(value(from, u)) * value(t, u) > threshold).length;
  const places: { from: number; to: number; shared: number }[] = [];
  const free = (a: number, b: number): boolean => !(a < to && from < b) && places.every(p => !(a < p.to && p.from < b));
  for (let least = chosen.length; least >= Math.max(1, Math.ceil(0.6 * chosen.length)); least--) {
    const found: { from: number; to: number; shared: number }[] = [];
    for (let a = 0; a < steps; a++) for (let b = a + 1; b <= steps; b++) {
      const inside = Array.from({ length: b - a }, (_, k) => on(a + k) >= least).every(Boolean);
      const whole = (a === 0 || on(a - 1) < least) && (b === steps || on(b) < least);
      if (inside && whole && 2 * (b - a) >= to - from && free(a, b)) found.push({ from: a, to: b, shared: least });
    }
    found.sort((p, q) => Math.abs(p.to - p.from - to + from) - Math.abs(q.to - q.from - to + from) || p.from - q.from);
    places.push(...found.slice(0, Math.max(0, 12 - places.length)));
  }
  return { units: chosen, places };
}

describe('similar places', () => {
  it('are those where the same units are on, on the same side of 0', () => {
    //                     0      1      2      3      4      5      6      7      8
    const column = drawn('000', '92a', '92c', '000', '91b', '000', '929', '000', '22c');
    const found = atOnce(similarPlaces(column, { from: 1, to: 3 }, 0.5));
    assert.deepEqual(found.units, [0, 1, 2]);
    assert.deepEqual(found.signs, [1, 1, -1]);
    assert.deepEqual([...found.on], [0, 3, 3, 0, 3, 0, 2, 0, 3]);
    assert.deepEqual(found.places, [{ from: 4, to: 5, shared: 3 }, { from: 8, to: 9, shared: 3 }, { from: 6, to: 7, shared: 2 }]);
  });
  it('need places at least half as long, prefer those of the same length, and never touch the range', () => {
    const column = drawn('1', '1', '1', '1', '0', '1', '0', '1', '1', '1', '1', '1', '1', '0', '1', '1', '1', '1');
    const found = atOnce(similarPlaces(column, { from: 0, to: 4 }, 0.5));
    assert.deepEqual(found.places, [{ from: 14, to: 18, shared: 1 }, { from: 7, to: 13, shared: 1 }]);
  });
  it('equal the search by definition on series like those of a network', () => {
    for (let seed = 1; seed <= 12; seed++) {
      const random = seeded(seed), steps = 60, units = 7;
      const series = Array.from({ length: units }, () => autoregressive(steps, 0.85, random));
      const data = Float32Array.from({ length: steps * units }, (_, k) => series[k % units]![Math.floor(k / units)]!);
      const from = 5 + seed, to = from + 1 + seed % 4;
      const found = atOnce(similarPlaces(column(data, steps, units), { from, to }, 0.4)), expected = naive(data, steps, units, from, to, 0.4);
      assert.deepEqual([...found.units].sort((a, b) => a - b), expected.units, `seed ${seed}`);
      assert.deepEqual(found.places, expected.places, `seed ${seed}`);
    }
  });
  it('have a threshold at which so many units are on, where so many can be', () => {
    const column = drawn('59a1', '47b0', '88c1'), on = (count: number): number => atOnce(similarPlaces(column, { from: 0, to: 3 }, thresholdFor(column, { from: 0, to: 3 }, count))).units.length;
    assert.deepEqual([1, 2, 3, 4, 9].map(on), [1, 2, 3, 3, 3]);
  });
  it('are none where no unit is on, and NaN is never on', () => {
    const none = atOnce(similarPlaces(drawn('00', '00'), { from: 0, to: 1 }, 0.5));
    assert.deepEqual([none.units, none.places, [...none.on]], [[], [], [0, 0]]);
    const broken = atOnce(similarPlaces(column(Float32Array.of(1, NaN, 1, 1, 1, NaN), 3, 2), { from: 0, to: 1 }, 0.5));
    assert.deepEqual([broken.units, [...broken.on]], [[0], [1, 1, 1]]);
  });
});
