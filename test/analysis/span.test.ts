import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import fc from 'fast-check';
import { column } from '../../src/analysis/column';
import { spanStats } from '../../src/analysis/span';
import { cellById } from '../../src/core/cells/index';
import { initialise } from '../../src/core/initialise';
import { near, seeded } from './seeded';
import { joined } from '../session/joined';

describe('a unit in some of the steps', () => {
  it('has the mean, extremes and deviation that lists of its values have', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 5 }), fc.integer(), fc.nat(), fc.nat(), (steps, units, seed, a, b) => {
      const random = seeded(seed), data = Float32Array.from({ length: steps * units }, () => random() * 4 - 2);
      const from = a % steps, to = from + 1 + b % (steps - from), unit = a % units;
      const values = Array.from({ length: steps }, (_, t) => data[t * units + unit]!), inside = values.slice(from, to), outside = [...values.slice(0, from), ...values.slice(to)];
      const mean = (v: readonly number[]): number => v.reduce((x, y) => x + y, 0) / v.length;
      const found = spanStats(column(data, steps, units), unit, from, to);
      assert.deepEqual([found.min, found.max, found.broken], [Math.min(...inside), Math.max(...inside), 0]);
      assert.ok(near(found.mean, mean(inside), 1e-9));
      assert.ok(outside.length === 0 ? Number.isNaN(found.elsewhere) : near(found.elsewhere, mean(outside), 1e-9));
      assert.ok(near(found.deviation, Math.sqrt(mean(values.map(v => (v - mean(values)) ** 2))), 1e-6));
    }), { seed: 4, numRuns: 100 });
  });
  it('leaves out what is not finite, and counts it', () => {
    const found = spanStats(column(Float32Array.of(1, NaN, 3, Infinity, 5), 5, 1), 0, 0, 4);
    assert.deepEqual([found.mean, found.min, found.max, found.elsewhere, found.broken], [2, 1, 3, 5, 2]);
    assert.ok(Number.isNaN(spanStats(column(Float32Array.of(NaN, 1), 2, 1), 0, 0, 1).mean));
  });
  it('has to be there', () => assert.throws(() => spanStats(column(new Float32Array(4), 2, 2), 2, 0, 1), /unit from 0 to 1/));

  it('is answered by the worker for every signal but the input', async () => {
    const { recorder } = joined(), gru = cellById('gru'), steps = 30;
    const random = seeded(8);
    await recorder.run({
      revision: 1, seed: 1, invented: false,
      network: { name: 'n', levels: [{ name: 'l', merge: 'none', directions: [{ cell: gru, inputSize: 3, units: 4, direction: 'forward', params: initialise(gru, 3, 4, 'pytorch', 2) }] }] },
      sequence: { steps, width: 3, data: Float32Array.from({ length: steps * 3 }, () => random()), axis: 'steps', description: '', notes: [] },
    });
    const answer = await recorder.ask('range', { level: 0, direction: 0, unit: 2, from: 10, to: 14 });
    assert.deepEqual([answer.signals.map(s => s.name).sort().join(), answer.from, answer.to, answer.stride], ['h,n,r,z', 10, 14, 1]);
    for (const { name, mean } of answer.signals) {
      const { mean: tile } = await recorder.tile({ revision: 1, level: 0, direction: 0, signal: name, from: 10, to: 14, columns: 4 });
      assert.ok(near(mean, [0, 1, 2, 3].reduce((sum, t) => sum + tile[t * 4 + 2]!, 0) / 4, 1e-6), name);
    }
    const { groups } = await recorder.ask('groups', { level: 0, direction: 0 });
    assert.equal(groups.reduce((n, g) => n + g.size, 0), 4);
  });
});
