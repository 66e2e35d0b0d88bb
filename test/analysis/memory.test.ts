import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { column } from '../../src/analysis/column';
import { keepName, keepOf } from '../../src/analysis/keep';
import { halfLife, halfLives, keepRuns, keepValues, ranks, retention, timeConstant } from '../../src/analysis/memory';
import { near } from './seeded';

const f = [0.99, 0.99, 0.99, 0.99, 0.99, 0.99, 0.99, 0.99, 0.99, 0.01];

describe('memory', () => {
  it('half-life of .99 nine times, then .01 is 1.5 steps, not the 6.1 of ln(mean f)', () => {
    assert.equal(halfLife(f).toFixed(1), '1.5');
    const byMean = Math.log(0.5) / Math.log(f.reduce((a, b) => a + b) / f.length);
    assert.equal(byMean.toFixed(1), '6.1');
  });
  it('is 1 step for a constant half, ln(1/2)/ln(.9) = 6.5788 for .9', () => {
    assert.ok(near(halfLife([0.5, 0.5, 0.5]), 1));
    assert.ok(near(halfLife([0.9]), 6.578813478960585));
  });
  it('agrees with the retention: after T steps 2^(−T/half-life) is left', () => {
    fc.assert(fc.property(fc.array(fc.double({ min: 0.05, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 40 }), keep => {
      const left = retention(keep, -1, keep.length - 1);
      assert.ok(near(Math.log2(left), -keep.length / halfLife(keep)), `${left} for ${keep.join()}`);
    }), { seed: 7 });
  });
  it('f = 0 once forgets all, f = 1 nothing; NaN is left out, and only NaN gives NaN', () => {
    assert.equal(halfLife([0.9, 0, 0.9]), 0);
    assert.equal(halfLife([1, 1, 1]), Infinity);
    assert.equal(halfLife([1.2, 0.9]), Infinity);
    assert.equal(halfLife([-0.5, 0.5]), 1);
    assert.ok(near(halfLife([NaN, 0.5, NaN]), 1));
    assert.ok(Number.isNaN(halfLife([NaN])));
    assert.ok(Number.isNaN(halfLife([])));
  });
  it('time constant is 1/(1 − mean f)', () => {
    assert.ok(near(timeConstant([0.8, 1]), 10));
    assert.equal(timeConstant([1, 1]), Infinity);
    assert.ok(Number.isNaN(timeConstant([NaN])));
  });
  it('retention multiplies steps s+1 to t', () => {
    assert.ok(near(retention([0.5, 0.4, 0.3, 0.2], 0, 2), 0.12));
    assert.equal(retention([0.5, 0.4], 1, 1), 1);
    assert.ok(Number.isNaN(retention([0.5], 0, 1)));
    assert.ok(Number.isNaN(retention([0.5, 0.5], 1, 0)));
  });
  it('runs of k ≥ 0.5: exactly 0.5 counts, NaN ends a run, the last run is closed by the end', () => {
    assert.deepEqual(keepRuns([0.5, 0.9, 0.1, 0.8, NaN, 0.7, 0.7, 0.7, 0.7]), { count: 3, median: 2, longest: 4 });
    assert.deepEqual(keepRuns([0.9, 0.1, 0.9, 0.9]), { count: 2, median: 1.5, longest: 2 });
    assert.deepEqual(keepRuns([0.1]), { count: 0, median: 0, longest: 0 });
  });
  it('ranks: 1 is the longest, equal ones share, NaN last', () => {
    assert.deepEqual([...ranks([2, Infinity, NaN, 5, 2, 0])], [3, 1, 6, 2, 3, 5]);
  });
  it('reads one unit of a column, inverted where 1 − z keeps', () => {
    const z = column(Float32Array.of(0.25, 0.5, 0.75, 0.5), 2, 2);
    assert.deepEqual([...keepValues(z, { signal: 'z', invert: true }, 0)], [0.75, 0.25]);
    assert.deepEqual([...keepValues(z, { signal: 'z', invert: false }, 1)], [0.5, 0.5]);
    const [a, b] = halfLives(z, { signal: 'z', invert: true });
    assert.ok(near(a!, -2 * Math.LN2 / Math.log(0.75 * 0.25)));
    assert.ok(near(b!, 1));
  });
});

describe('half-lives of a column', () => {
  it('are those of its units one by one', () => {
    fc.assert(fc.property(fc.array(fc.constantFrom(0, 0.2, 0.5, 0.99, 1, NaN), { minLength: 12, maxLength: 12 }), fc.boolean(), (values, invert) => {
      const gate = column(Float32Array.from(values), 4, 3), keep = { signal: 'z', invert };
      assert.deepEqual([...halfLives(gate, keep)], [0, 1, 2].map(unit => halfLife(keepValues(gate, keep, unit))));
    }), { seed: 3 });
  });
});

describe('keepOf', () => {
  const gates = 'z = σ(Wz x + Uz h + bz)  update gate\nr = σ(Wr x + Ur h + br)\nf = σ(Wf x + Uf h + bf)\ni = σ(Wi x)\no = σ(Wo x)\n';
  const table: readonly (readonly [string, string, string | undefined])[] = [
    ['LSTM', "c' = f ⊙ c + i ⊙ g        cell state\nh' = o ⊙ tanh(c')", 'f'],
    ['LSTM, other order and keyboard', "c' = i * g + c * f\nh' = o * tanh(c')", 'f'],
    ['PyTorch GRU', "h' = (1 − z) ⊙ n + z ⊙ h  hidden state", 'z'],
    ['the paper GRU', "h' = (1 - z) ⊙ h + z ⊙ n", '1−z'],
    ['state first', "h′ = z ⊙ n + h ⊙ (1 - z)", '1−z'],
    ['a product inside the candidate is not the keep gate', "h' = (1 - z) ⊙ tanh(Wn x + Un (r ⊙ h) + bn) + z ⊙ h", 'z'],
    ['RNN', "h' = tanh(W x + U h + b)", undefined],
    ['a learned vector is no gate', "h' = tanh(W x + a ⊙ h)", undefined],
    ['a learned vector outside brackets is no gate', "h' = a ⊙ h + W x", undefined],
    ['the new state is not the old one', "c' = i ⊙ g\nh' = o ⊙ c'", undefined],
  ];
  for (const [what, equations, expected] of table) {
    it(`${what} ==> ${expected ?? 'none'}`, () => {
      const keep = keepOf(gates + equations);
      assert.equal(keep && keepName(keep), expected);
    });
  }
});
