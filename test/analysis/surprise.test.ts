import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { surprise } from '../../src/analysis/surprise';
import { near, normal, seeded } from './seeded';

describe('surprise', () => {
  it('is log2 V bits for a read-out of zeros', () => {
    const bits = surprise({ h: new Float32Array(6), units: 2, decoder: { weight: new Float32Array(16) }, ids: [0, 3, 7] });
    assert.ok(Number.isNaN(bits[0]));
    assert.deepEqual([...bits.slice(1)], [3, 3]);
  });
  it('uses h of the step before: p = 1/4 and 3/4 from a logit of ln 3', () => {
    const decoder = { weight: Float32Array.of(0, 1) }; // two characters, one unit: p = 1/(1+e^h), e^h/(1+e^h)
    const bits = surprise({ h: Float32Array.of(Math.log(3), 0, 9), units: 1, decoder, ids: [0, 0, 1] });
    assert.ok(near(bits[1]!, 2, 1e-6));
    assert.ok(near(bits[2]!, 1, 1e-6));
  });
  it('NaN at t = 0, for −1, for ids that are missing or too large, and behind a NaN', () => {
    const bits = surprise({ h: Float32Array.of(0, 0, NaN, 0, 0), units: 1, decoder: { weight: Float32Array.of(1, 2) }, ids: [0, -1, 0, 0, 9] });
    assert.deepEqual([...bits].map(v => Number.isNaN(v)), [true, true, false, true, true]);
    assert.ok(Number.isNaN(surprise({ h: new Float32Array(2), units: 1, decoder: { weight: Float32Array.of(1, 2) }, ids: [0] })[1]));
  });
  it('does not overflow: a logit 2000 lower costs 2000/ln 2 bits', () => {
    const bits = surprise({ h: Float32Array.of(2, 0), units: 1, decoder: { weight: Float32Array.of(-500, 500) }, ids: [0, 0] });
    assert.ok(near(bits[1]!, 2000 / Math.LN2, 1e-6));
  });
  it('equals the textbook softmax, in one piece or several, and probabilities sum to 1', () => {
    fc.assert(fc.property(fc.integer(), seed => {
      const random = seeded(seed), steps = 7, units = 3, vocabulary = 5;
      const some = (n: number) => Float32Array.from({ length: n }, () => normal(random));
      const decoder = { weight: some(vocabulary * units), bias: some(vocabulary) };
      const input = { h: some(steps * units), units, decoder, ids: Array.from({ length: steps }, () => Math.floor(random() * vocabulary)) };
      const bits = surprise(input);
      for (let t = 1; t < steps; t++) {
        const e = Array.from(decoder.bias, (b, v) => Math.exp([0, 1, 2].reduce((sum, u) => sum + decoder.weight[v * units + u]! * input.h[(t - 1) * units + u]!, b)));
        assert.ok(near(bits[t]!, -Math.log2(e[input.ids[t]!]! / e.reduce((a, b) => a + b)), 1e-6));
      }
      assert.deepEqual(Float32Array.of(...surprise(input, 0, 3), ...surprise(input, 3)), bits);
      const all = [0, 1, 2, 3, 4].map(v => surprise({ ...input, ids: input.ids.map(() => v) })[4]!);
      assert.ok(near(all.reduce((sum, b) => sum + 2 ** -b, 0), 1, 1e-5));
    }), { seed: 2, numRuns: 30 });
  });
  it('says which sizes do not fit', () => {
    assert.throws(() => surprise({ h: new Float32Array(4), units: 2, decoder: { weight: new Float32Array(5) }, ids: [] }), /Expected h \[steps, 2\] and a decoder \[vocabulary, 2\], found 4 and 5/);
    assert.throws(() => surprise({ h: new Float32Array(4), units: 2, decoder: { weight: new Float32Array(6), bias: new Float32Array(2) }, ids: [] }), /bias of 3 numbers, found 2/);
  });
});
