import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { generatorById, generators } from '../../src/core/generate';
import { wholeOf } from '../../src/core/rows';
import { stats, tally, TALLY_STEPS } from '../../src/core/stats';
import { poolPairs, poolPlainly } from '../../src/core/poolPairs';
import { pyramid, tile } from '../../src/core/timeline';
import { random } from '../../src/core/random';
import { noise } from './networks';

describe('timeline', () => {
  it('tiles equal what pooling the signal says, at every resolution and window', () => {
    for (const [steps, units] of [[1, 3], [7, 1], [16, 2], [37, 3], [100, 2]] as const) {
      const signal = noise(steps, units);
      const p = pyramid(signal, steps, units);
      for (const columns of [1, 2, 5, 16, 1000]) for (const [from, to] of [[0, steps], [Math.floor(steps / 3), steps], [1, Math.ceil(steps / 2)]] as const) {
        const t = tile(p, from, to, columns);
        assert.ok(t.columns <= columns && Number.isInteger(Math.log2(t.bucket)), `${t.columns} columns of ${t.bucket}`);
        assert.ok(t.from <= from && t.to >= to && t.from % t.bucket === 0);
        assert.equal('min' in t, t.bucket > 1);
        for (let c = 0; c < t.columns; c++) for (let u = 0; u < units; u++) {
          const [a, b] = [t.from + c * t.bucket, Math.min(steps, t.from + (c + 1) * t.bucket)];
          const values = Array.from({ length: b - a }, (_, k) => signal[(a + k) * units + u]!);
          const mean = values.reduce((s, v) => s + v, 0) / values.length;
          assert.ok(Math.abs(t.mean[c * units + u]! - mean) < 1e-6);
          if (t.min && t.max) assert.deepEqual([t.min[c * units + u], t.max[c * units + u]], [Math.min(...values), Math.max(...values)]);
        }
      }
    }
  });

  it('takes the finest resolution that fits', () => {
    const p = pyramid(noise(64, 1), 64, 1);
    assert.deepEqual([tile(p, 0, 64, 64).bucket, tile(p, 0, 64, 63).bucket, tile(p, 1, 64, 32).bucket, tile(p, 3, 5, 1).bucket], [1, 2, 2, 8]);
  });

  it('clamps windows to the signal', () => {
    const t = tile(pyramid(noise(10, 2), 10, 2), -5, 99.5, 100);
    assert.deepEqual([t.from, t.to, t.columns], [0, 10, 10]);
    assert.equal(tile(pyramid(noise(10, 2), 10, 2), 20, 30, 5).columns, 0);
  });

  it('keeps NaN visible in every storey', () => {
    const signal = noise(33, 2);
    signal[2 * 32 + 1] = NaN;
    signal[2 * 5] = NaN;
    const p = pyramid(signal, 33, 2);
    for (const columns of [33, 17, 9, 5, 3, 2, 1]) {
      const t = tile(p, 0, 33, columns);
      for (const rows of [t.mean, t.min ?? t.mean, t.max ?? t.mean]) {
        const at = [...rows].flatMap((v, k) => Number.isNaN(v) ? [k] : []);
        assert.deepEqual(new Set(at), new Set([Math.floor(5 / t.bucket) * 2, Math.floor(32 / t.bucket) * 2 + 1]));
      }
    }
  });
});

describe('stats', () => {
  it('are over the finite values, and locate the first that is not', () => {
    const s = stats(Float32Array.of(0.5, -1, Infinity, 0.25, NaN, 0.25), 2, 'state');
    assert.deepEqual([s.mean, s.min, s.max, s.saturated], [0, -1, 0.5, 0.25]);
    assert.deepEqual(s.notFinite, { step: 1, unit: 0, value: 'Infinity' });
    assert.ok(Number.isNaN(stats(Float32Array.of(NaN), 1, 'gate').mean));
    assert.equal('notFinite' in stats(Float32Array.of(1), 1, 'gate'), false);
  });

  it('count saturation by kind', () => {
    const values = Float32Array.of(0.05, 0.5, 0.95, -0.95, 1.2, 2);
    const share = (kind: Parameters<typeof stats>[2]): number => Math.round(stats(values, 1, kind).saturated * 6);
    assert.deepEqual([share('gate'), share('candidate'), share('state'), share('cell'), share('value'), share('input')], [5, 4, 4, 1, 0, 0]);
  });

  it('find the 98th percentile of the magnitude, also from a sample', () => {
    assert.equal(stats(new Float32Array(100).map((_, k) => -k), 1, 'value').p98, 98);
    const rows = new Float32Array(4000 * 512).map((_, k) => (k % 512) / 511);
    assert.ok(Math.abs(stats(rows, 512, 'value').p98 - 0.98) < 0.005, 'all units are looked at');
  });
});

describe('a tally', () => {
  it('of blocks in any order is the statistics of the whole, to the last bit', () => {
    const source = random(3);
    for (const [steps, units] of [[1, 1], [64, 3], [65, 2], [1000, 7], [3000, 50]] as const) for (const kind of ['gate', 'candidate', 'cell', 'value'] as const) {
      const signal = noise(steps, units, steps);
      if (steps === 1000) for (const k of [700 * units + 1, 300 * units + 2]) signal[k] = [NaN, Infinity][k % 2]!;
      const all = tally(steps, units, kind);
      const starts = Array.from({ length: Math.ceil(steps / TALLY_STEPS) }, (_, k) => k * TALLY_STEPS).sort(() => source.uniform() - 0.5);
      for (const from of starts) all.add(signal.subarray(from * units, (from + TALLY_STEPS) * units), from);
      const whole = stats(signal, units, kind);
      assert.deepEqual(all.finish(), whole);
      const finite = [...signal].filter(Number.isFinite);
      assert.ok(Math.abs(whole.mean - finite.reduce((a, b) => a + b, 0) / finite.length) < 1e-12);
      assert.deepEqual(whole.notFinite, steps === 1000 ? { step: 300, unit: 2, value: String(signal[300 * units + 2]) } : undefined);
    }
  });
});

describe('generated sequences', () => {
  it('are the same for the same seed, say what they are, and have their size', () => {
    for (const g of generators) {
      const [a, b] = [g.make({ steps: 50, width: 3, seed: 7 }), g.make({ steps: 50, width: 3, seed: 7 })];
      assert.deepEqual(a, b);
      assert.equal(a.width, g.width ?? 3);
      assert.equal(wholeOf(a).length, 50 * a.width);
      assert.ok(wholeOf(a).some(v => v !== 0), g.id);
      assert.equal(a.invented, `${g.label.toLowerCase()}, seed 7`);
      assert.equal(generatorById(g.id), g);
      assert.equal(g.make({ steps: 1, width: 1, seed: 1 }).steps, 1);
      assert.throws(() => g.make({ steps: 0, width: 1, seed: 1 }), /at least 1 step/);
    }
    assert.throws(() => generatorById('saw'), /known are impulse, step, sine, noise, adding/);
  });

  it('mark one step in each half of the adding problem', () => {
    for (let seed = 0; seed < 20; seed++) {
      const data = wholeOf(generatorById('adding').make({ steps: 21, width: 1, seed }));
      const marked = [...data].flatMap((v, k) => k % 2 === 1 && v === 1 ? [(k - 1) / 2] : []);
      assert.ok(marked.length === 2 && marked[0]! < 10 && marked[1]! >= 10, marked.join());
      assert.ok([...data].every((v, k) => k % 2 === 1 || (v >= 0 && v < 1)));
    }
  });

  it('hold one impulse, one step up, five periods', () => {
    const make = (id: string): number[] => [...wholeOf(generatorById(id).make({ steps: 20, width: 1, seed: 1 }))];
    assert.deepEqual(make('impulse'), Array.from({ length: 20 }, (_, t) => t === 2 ? 1 : 0));
    assert.deepEqual(make('step'), Array.from({ length: 20 }, (_, t) => t >= 2 ? 1 : 0));
    assert.deepEqual(make('sine').map(v => Math.round(v) + 0), Array.from({ length: 5 }, () => [0, 1, 0, -1]).flat());
  });
});

describe('pooling pairs of rows', () => {
  it('is the same in WebAssembly and in plain steps, to the last bit', () => {
    const strange = [NaN, Infinity, -Infinity, -0, 0, 1e-45, -3e-39, 3.4e38];
    for (const [pairs, units] of [[1, 1], [3, 2], [5, 4], [70, 7], [700, 130], [2, 40_000]] as const) {
      const three = [1, 2, 3].map(seed => noise(2 * pairs, units, seed).map((v, k) => k % 13 === 5 ? strange[Math.abs(Math.round(1000 * v)) % strange.length]! : v)) as [Float32Array, Float32Array, Float32Array];
      const [mean, min, max] = three;
      for (const from of [{ mean, min, max }, { mean, min: mean, max: mean }]) {
        const [fast, plain] = [0, 1].map(() => ({ mean: new Float32Array(pairs * units), min: new Float32Array(pairs * units), max: new Float32Array(pairs * units) })) as [Record<'mean' | 'min' | 'max', Float32Array>, Record<'mean' | 'min' | 'max', Float32Array>];
        poolPairs(from, fast, pairs, units);
        poolPlainly(from, plain, pairs, units);
        for (const name of ['mean', 'min', 'max'] as const) assert.ok(fast[name].every((v, k) => Object.is(v, plain[name][k])), `${name} of ${pairs} x ${units}`);
      }
    }
  });
});
