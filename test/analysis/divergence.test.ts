import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { apart, parting } from '../../src/analysis/divergence';

const UNITS = 3, STEPS = 8;
const rows = (change: Readonly<Record<string, number>> = {}): Float32Array =>
  Float32Array.from({ length: STEPS * UNITS }, (_, k) => Math.sin(k) + (change[`${Math.floor(k / UNITS)},${k % UNITS}`] ?? 0));

/** Both signals in windows of three steps. */
function parted(f: Float32Array, h: Float32Array, tolerance: number, reverse = false) {
  const found = parting(['f', 'h'], tolerance, reverse);
  const starts = [0, 3, 6];
  for (const from of reverse ? starts.reverse() : starts) {
    for (const [signal, b] of [['f', f], ['h', h]] as const) {
      const [start, end] = [from * UNITS, Math.min(STEPS, from + 3) * UNITS];
      found.add(from, { signal, units: UNITS, a: rows().subarray(start, end), b: b.subarray(start, end) });
    }
  }
  return found.finish();
}

describe('two runs part', () => {
  const f = rows({ '4,1': 0.02, '4,2': -0.05, '6,0': 0.5 }), h = rows({ '4,0': 0.9, '5,1': 0.1 });

  it('at the first step, in the first signal of the equations, at the unit that differs most', () => {
    const { first, signals } = parted(f, h, 0.01);
    assert.deepEqual([first?.step, first?.signal, first?.unit], [4, 'f', 2]);
    assert.deepEqual(signals.map(s => [s.signal, s.first?.step, s.first?.unit, s.most.step, s.most.unit]), [['f', 4, 2, 6, 0], ['h', 4, 0, 4, 0]]);
    assert.deepEqual(signals.map(s => Math.round(s.share * STEPS * UNITS)), [3, 2]);
  });

  it('later, or in another signal, where more is tolerated', () => {
    const { first } = parted(f, h, 0.06);
    assert.deepEqual([first?.step, first?.signal, first?.unit], [4, 'h', 0]);
    assert.equal(parted(f, h, 1).first, undefined);
  });

  it('from the end, where the layer runs in reverse', () => {
    const { first } = parted(f, h, 0.01, true);
    assert.deepEqual([first?.step, first?.signal, first?.unit], [6, 'f', 0]);
  });

  it('by size where values are large, and where one is no number', () => {
    assert.equal(apart(1000, 1000.5, 0.001), false);
    assert.equal(apart(1, 1.5, 0.001), true);
    assert.equal(apart(NaN, 1, 10), true);
    assert.equal(apart(NaN, NaN, 0), false);
    assert.equal(apart(Infinity, Infinity, 0), false);
    assert.equal(apart(Infinity, 1, 10), true);
  });
});
