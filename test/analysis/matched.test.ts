import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { matchedUnits, parametersOf, stepCost } from '../../src/analysis/matched';
import { cellById, cells } from '../../src/core/cells/index';
import { parameterCount } from '../../src/core/parameters';

/** Units and parameters of the nearest sizes, in the order LSTM with peepholes, GRU with reset before the product, tanh. */
const table = (inputs: number, budget: number): number[][] => ['lstmPeephole', 'gruResetBefore', 'rnn'].map(id => {
  const units = matchedUnits(cellById(id), inputs, budget);
  return [units, parametersOf(cellById(id), inputs, units)];
});

describe('sizes matched by parameters', () => {
  it('are those of Chung et al. 2014 at 100 inputs, near to 100 tanh units', () => {
    assert.deepEqual(table(100, parameterCount(cellById('rnn'), 100, 100)), [[36, 19_836], [46, 20_286], [100, 20_100]]);
  });

  it('and at 20 inputs, near to 400 tanh units', () => {
    assert.deepEqual(table(20, parameterCount(cellById('rnn'), 20, 400)), [[195, 169_065], [227, 168_888], [400, 168_400]]);
  });

  it('are the nearest of all, for every cell', () => {
    for (const cell of cells) {
      for (const budget of [1, 50, 777, 5000]) {
        const all = Array.from({ length: 400 }, (_, k) => Math.abs(parametersOf(cell, 7, k + 1) - budget));
        const units = matchedUnits(cell, 7, budget);
        assert.equal(all.indexOf(Math.min(...all)) + 1, units, `${cell.id} for ${budget}`);
      }
    }
  });
});

describe('what a step costs', () => {
  it('is counted by hand for three cells of 24 inputs', () => {
    assert.deepEqual(stepCost(cellById('lstm'), 24, 64), { parameters: 4 * 64 * 89, multiplyAdds: 4 * 64 * 88, states: ['c', 'h'], carried: 128 });
    assert.deepEqual(stepCost(cellById('gru'), 24, 75), { parameters: 3 * 75 * 100 + 75, multiplyAdds: 3 * 75 * 99, states: ['h'], carried: 75 });
    assert.deepEqual(stepCost(cellById('rnn'), 24, 139), { parameters: 139 * 164, multiplyAdds: 139 * 163, states: ['h'], carried: 139 });
  });
});
