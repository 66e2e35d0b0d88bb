import fc from 'fast-check';
import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { column } from '../../src/analysis/column';
import { longTally } from '../../src/analysis/longRun';
import { halfLives, keepRuns, keepValues } from '../../src/analysis/memory';
import { gateSaturation } from '../../src/analysis/saturation';

const SEED = 5;

describe(`what is added up over a long run (seed ${SEED})`, () => {
  const gate = fc.oneof({ weight: 6, arbitrary: fc.float({ min: 0, max: 1, noNaN: true }) }, { weight: 1, arbitrary: fc.constantFrom(0, 1, NaN, 0.5, Math.fround(1e-30)) });
  const split = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 });

  it('is what the whole columns say, in both directions', () => {
    fc.assert(fc.property(split, fc.integer({ min: 1, max: 4 }), fc.boolean(), fc.boolean(), fc.infiniteStream(gate), (sizes, units, reverse, invert, values) => {
      const steps = sizes.reduce((a, b) => a + b, 0);
      const f = Float32Array.from({ length: steps * units }, () => values.next().value as number);
      const tally = longTally(['f'], { signal: 'f', invert }, reverse);
      const starts = sizes.map((_, k) => sizes.slice(0, k).reduce((a, b) => a + b, 0));
      const blocks = starts.map((from, k) => f.slice(from * units, (from + sizes[k]!) * units));
      for (const block of reverse ? blocks.reverse() : blocks) tally.add({ f: block }, block.length / units);
      const { saturation, keep } = tally.finish();
      const whole = column(f, steps, units);
      assert.deepEqual(saturation, [{ signal: 'f', units: gateSaturation(whole).units }]);
      const expected = halfLives(whole, { signal: 'f', invert });
      for (let u = 0; u < units; u++) {
        const [a, b] = [keep!.halfLives[u]!, expected[u]!];
        assert.ok(Object.is(a, b) || Math.abs(a - b) <= 1e-9 * Math.abs(b), `${a} and ${b}`);
        const runs = keepRuns(keepValues(whole, { signal: 'f', invert }, u)), own = keep!.runs[u]!;
        assert.deepEqual([own.count, own.longest], [runs.count, runs.longest]);
        if (runs.longest <= 64) assert.equal(own.median, runs.median);
        else assert.ok(Math.abs(own.median - runs.median) <= 0.1 * runs.median, `${own.median} and ${runs.median}`);
      }
    }), { seed: SEED, numRuns: 200 });
  });

  it('knows medians of long runs to a tenth', () => {
    for (const length of [65, 100, 1000, 54_321]) {
      const f = new Float32Array(3 * (length + 1)).map((_, t) => t % (length + 1) === length ? 0.1 : 0.9);
      const tally = longTally([], { signal: 'f', invert: false }, false);
      for (let at = 0; at < f.length; at += 777) tally.add({ f: f.subarray(at, at + 777) }, Math.min(777, f.length - at));
      const [runs] = tally.finish().keep!.runs;
      assert.deepEqual([runs!.count, runs!.longest], [3, length]);
      assert.ok(Math.abs(runs!.median - length) <= 0.1 * length, `${runs!.median} for ${length}`);
    }
  });

  it('has nothing to say of a cell without gates', () => {
    const tally = longTally([], undefined, false);
    tally.add({ h: new Float32Array(4) }, 4);
    assert.deepEqual(tally.finish(), { saturation: [] });
  });
});
