import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { column } from '../../src/analysis/column';
import { gateSaturation, saturatedShare } from '../../src/analysis/saturation';

describe('saturation', () => {
  it('shares of each unit and of all: below 0.1, above 0.9', () => {
    const gate = column(Float32Array.of(0.05, 0.95, 0.5, 0.99, 0.09, 0.5, 0.2, 0.91), 4, 2); // units: .05 .5 .09 .2 and .95 .99 .5 .91
    const { units, all } = gateSaturation(gate);
    assert.deepEqual(units, [{ closed: 0.5, open: 0 }, { closed: 0, open: 0.75 }]);
    assert.deepEqual(all, { closed: 0.25, open: 0.375 });
  });
  it('leaves NaN out, and says 0 where nothing is left', () => {
    const { units, all } = gateSaturation(column(Float32Array.of(0.05, NaN, NaN, NaN), 2, 2));
    assert.deepEqual(units, [{ closed: 1, open: 0 }, { closed: 0, open: 0 }]);
    assert.deepEqual(all, { closed: 1, open: 0 });
    assert.deepEqual(gateSaturation(column(new Float32Array(0), 0, 1)).all, { closed: 0, open: 0 });
  });
  it('share of a gate, of a value, and of c by |tanh c|', () => {
    const v = Float32Array.of(-2, -0.95, -0.5, 0, 0.05, 0.5, 0.95, 1.4, 1.5, NaN); // atanh(.9) = 1.472
    assert.equal(saturatedShare(v, 'gate'), 8 / 9); // all but .5
    assert.equal(saturatedShare(v, 'value'), 5 / 9);
    assert.equal(saturatedShare(v, 'tanh'), 2 / 9);
    assert.equal(saturatedShare(Float32Array.of(Infinity, -Infinity, 0), 'tanh'), 2 / 3);
    assert.equal(saturatedShare(new Float32Array(0), 'value'), 0);
  });
  it('says which size was expected and found', () => {
    assert.throws(() => column(new Float32Array(5), 2, 3), /Expected 2 steps x 3 units = 6 numbers, found 5/);
  });
});
