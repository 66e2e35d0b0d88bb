import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { bandsOf, quantile } from '../../src/core/bands';
import type { Part } from '../../src/core/narrow';
import { random } from '../../src/core/random';
import { pyramid, tile, type TileData } from '../../src/core/timeline';
import { noise } from './networks';

const [STEPS, UNITS] = [300, 7];
const signal = noise(STEPS, UNITS);
const all = pyramid(signal, STEPS, UNITS);
const order = Int32Array.of(3, 0, 6, 1, 5, 2, 4);

describe('less than all units of a window', () => {
  const ask = (columns: number, part?: Part, extremes?: boolean): TileData => tile(all, 10, 290, columns, { part, extremes });

  it('has the columns of the units that are asked for, with their extremes if they are wanted', () => {
    for (const columns of [3, 20, 100, 300]) {
      const whole = ask(columns);
      for (const [first, end] of [[0, 1], [6, 7], [2, 5], [0, 7]] as const) {
        const some = ask(columns, { kind: 'units', first, end });
        assert.equal(some.units, end - first);
        for (const name of ['mean', 'min', 'max'] as const) {
          assert.equal(some[name] === undefined, whole.bucket === 1 && name !== 'mean');
          some[name]?.forEach((v, k) => assert.equal(v, whole[name]![Math.floor(k / some.units) * UNITS + first + k % some.units], `${name} ${k} of ${columns} columns`));
        }
      }
      const plain = ask(columns, undefined, false);
      assert.deepEqual([plain.mean, 'min' in plain, 'max' in plain], [whole.mean, false, false]);
    }
    assert.deepEqual([ask(3, { kind: 'units', first: 9, end: 10 }).units, ask(3, { kind: 'units', first: 9, end: 10 }).mean.length], [0, 0]);
  });

  it('has means of units that follow one another in the order, the last line of those that are left', () => {
    const [whole, lines] = [ask(20), ask(20, { kind: 'lines', order, pool: 3 })];
    assert.deepEqual([lines.units, lines.columns, lines.from, lines.bucket], [3, whole.columns, whole.from, whole.bucket]);
    for (let c = 0; c < lines.columns; c++) for (const [line, units] of [[3, 0, 6], [1, 5, 2], [4]].entries()) {
      const mean = units.reduce((sum, u) => sum + whole.mean[c * UNITS + u]!, 0) / units.length;
      assert.ok(Math.abs(lines.mean[c * 3 + line]! - mean) < 1e-6, `column ${c}, line ${line}`);
    }
    const other = ask(20, { kind: 'lines', order: Int32Array.of(1, 0), pool: 7 });
    assert.equal(other.mean.length, other.columns, 'an order of other units is that of the index');
  });

  it('is not finite where one of the units of a line is not', () => {
    const broken = Float32Array.of(1, NaN, 3, 4);
    const { mean } = tile(pyramid(broken, 1, 4), 0, 1, 1, { part: { kind: 'lines', order: Int32Array.of(0, 2, 1, 3), pool: 2 } });
    assert.deepEqual([...mean], [2, NaN]);
  });

  it('says of all units what a naive sort says (seed 11)', () => {
    const [whole, bands] = [ask(20), ask(20, { kind: 'bands' })];
    assert.equal(bands.units, 5);
    for (let c = 0; c < bands.columns; c++) {
      const sorted = [...whole.mean.subarray(c * UNITS, (c + 1) * UNITS)].sort((a, b) => a - b);
      const wanted = [sorted.reduce((a, b) => a + b) / UNITS, (sorted[1]! + sorted[2]!) / 2, (sorted[4]! + sorted[5]!) / 2, Math.min(...whole.min!.subarray(c * UNITS, (c + 1) * UNITS)), Math.max(...whole.max!.subarray(c * UNITS, (c + 1) * UNITS))];
      wanted.forEach((v, k) => assert.ok(Math.abs(bands.mean[c * 5 + k]! - v) < 1e-6, `column ${c}: ${bands.mean.subarray(c * 5, c * 5 + 5)}, not ${wanted}`));
    }
    for (const count of [1, 2, 3, 5, 64, 129]) for (const spread of [0, 1, 1e-30, 1e30]) {
      const values = noise(1, count).map((v, k) => (k % 5 === 0 ? Math.round(4 * v) / 4 : v) * spread);
      const quartiles = tile(pyramid(values, 1, count), 0, 1, 1, { part: { kind: 'bands' } }).mean;
      for (const [k, share] of [[1, 0.25], [2, 0.75]] as const) assert.equal(quartiles[k], Math.fround(quantile(values.slice(), count, share)), `${count} values to ${spread}`);
    }
    const source = random(11);
    for (let n = 1; n < 80; n++) {
      const values = Float32Array.from({ length: n }, () => Math.round(20 * source.uniform()) / 7);
      const sorted = values.slice().sort();
      for (const share of [0, 0.25, 0.5, 0.75, 1]) {
        const [place, low] = [share * (n - 1), Math.floor(share * (n - 1))];
        const wanted = sorted[low]! + ((sorted[low + 1] ?? sorted[low]!) - sorted[low]!) * (place - low);
        assert.ok(Math.abs(quantile(values.slice(), n, share) - wanted) < 1e-6, `${n} values, share ${share}`);
      }
    }
  });

  it('leaves out of the bands what is not finite, and leaves a gap where nothing is', () => {
    const mean = Float32Array.of(1, NaN, 3, Infinity, NaN, NaN, NaN, NaN);
    assert.deepEqual([...bandsOf({ mean, min: mean, max: mean }, 0, 2, 4)], [2, 1.5, 2.5, 1, 3, NaN, NaN, NaN, NaN, NaN]);
  });
});
