import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { median, ratios, rotated, spread } from './stats';

const SEED = 20240611;
const holds = <T extends unknown[]>(property: fc.IProperty<T>): void => { fc.assert(property, { seed: SEED }); };

describe('the statistics of the bench', () => {
  const MEDIANS: readonly [values: number[], expected: number][] = [
    [[7], 7], [[3, 1, 2], 2], [[4, 1, 3, 2], 2.5], [[10, 9, 100, 1, 11], 10], [[-1, -10, -2], -2], [[5, 5, 5, 1], 5],
  ];
  for (const [values, expected] of MEDIANS) it(`median of ${values.join(', ')}`, () => { assert.equal(median(values), expected); });

  it('median of none is refused', () => { assert.throws(() => median([]), /no values/); });

  it('median leaves its argument alone', () => {
    const values = [3, 1, 2];
    median(values);
    assert.deepEqual(values, [3, 1, 2]);
  });

  it('a median has as many above as below', () => {
    holds(fc.property(fc.array(fc.integer(), { minLength: 1 }), values => {
      const m = median(values);
      return values.filter(v => v < m).length <= values.length / 2 && values.filter(v => v > m).length <= values.length / 2;
    }));
  });

  it('spread says middle, least and greatest', () => { assert.deepEqual(spread([4, 8, 1]), { median: 4, min: 1, max: 8 }); });

  it('ratios are taken round by round, so that a slow round falls out', () => {
    const [theirs, ours] = [[10, 50, 10], [5, 25, 5]];
    assert.deepEqual(ratios(theirs, ours), [2, 2, 2]);
    assert.deepEqual(ratios([1, 4], [2, 1]), [0.5, 4]);
  });

  it('ratios of unequally many rounds are refused', () => { assert.throws(() => ratios([1], [1, 2]), /1 against 2/); });

  it('rotation goes around', () => {
    assert.deepEqual([0, 1, 2, 3, 4].map(k => rotated(['a', 'b', 'c'], k).join('')), ['abc', 'bca', 'cab', 'abc', 'bca']);
    assert.deepEqual(rotated([], 3), []);
  });

  it('over as many rounds as contenders everyone is once in every place', () => {
    holds(fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 50 }), (n, from) => {
      const list = Array.from({ length: n }, (_, k) => k);
      const orders = list.map(k => rotated(list, from + k));
      return list.every(place => new Set(orders.map(o => o[place])).size === n);
    }));
  });
});
