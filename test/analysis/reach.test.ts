import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { gradientLeft, lossSteps, lostAt, spread } from '../../src/analysis/reach';
import { cellById } from '../../src/core/cells/index';
import { initialise } from '../../src/core/initialise';
import { step, type Values } from '../../src/core/interpret';
import type { Layer } from '../../src/core/layer';
import { layerSizes, parameterValues } from '../../src/core/parameters';
import { programOf } from '../../src/core/programs';
import { atOnce } from '../../src/core/recording/recording';

const STEPS = 9, UNITS = 4, INPUTS = 3;
const x = Float32Array.from({ length: STEPS * INPUTS }, (_, k) => Math.sin(3 * k + 1));

function layerOf(id: string, direction: 'forward' | 'reverse'): Layer {
  const cell = cellById(id);
  const params = initialise(cell, INPUTS, UNITS, 'pytorch', 5);
  return { cell, inputSize: INPUTS, units: UNITS, direction, params };
}

/** ‖dL/dh‖ by moving h of one step a little and running on from there, a step at a time in float64. */
function byDifferences(layer: Layer, distance: number): number {
  const order = Array.from({ length: STEPS }, (_, k) => (layer.direction === 'reverse' ? STEPS - 1 - k : k));
  const [program, sizes, params] = [programOf(layer.cell), layerSizes(layer), parameterValues(layer)];
  const runFrom = (from: number, to: number, initial: Values): Values =>
    order.slice(from, to).reduce((states, t) => step(program, sizes, params, x.subarray(t * INPUTS, (t + 1) * INPUTS), states).states, initial);
  const cut = STEPS - distance;
  const states = runFrom(0, cut, {});
  const loss = (unit: number, by: number): number => {
    const h = Float64Array.from(states['h']!, (v, u) => (u === unit ? v + by : v));
    return Array.from(runFrom(cut, STEPS, { ...states, h })['h']!).reduce((a, b) => a + b, 0);
  };
  const little = 1e-5;
  return Math.hypot(...Array.from({ length: UNITS }, (_, u) => (loss(u, little) - loss(u, -little)) / (2 * little)));
}

describe('how much of a gradient is left', () => {
  for (const id of ['rnn', 'gru', 'lstm']) {
    for (const direction of ['forward', 'reverse'] as const) {
      it(`agrees with finite differences: ${id}, ${direction}`, () => {
        const layer = layerOf(id, direction);
        const left = atOnce(gradientLeft(layer, { x, steps: STEPS }));
        assert.equal(left[0], 1);
        for (const distance of [1, 2, 5, 8]) {
          const expected = byDifferences(layer, distance) / byDifferences(layer, 0);
          assert.ok(Math.abs(left[distance]! - expected) <= 1e-5, `${distance}: ${left[distance]}, expected ${expected}`);
        }
      });
    }
  }

  it('has a median and a middle half, and says where it is lost', () => {
    const curves = [1, 2, 3, 4, 5].map(k => Float64Array.from([1, 0.1 * k, 0.004 * k]));
    const { median, low, high } = spread(curves);
    assert.deepEqual([...median].map(v => Number(v.toFixed(6))), [1, 0.3, 0.012]);
    assert.deepEqual([low[1]!, high[1]!].map(v => Number(v.toFixed(6))), [0.2, 0.4]);
    assert.equal(lostAt(low, 0.01), 2);
    assert.equal(lostAt(median, 0.01), undefined);
  });

  it('is asked at losses spread over the sequence, each with its steps before it', () => {
    assert.deepEqual(lossSteps(100, 19, 5, false), [19, 39, 59, 79, 99]);
    assert.deepEqual(lossSteps(100, 19, 5, true), [80, 60, 40, 20, 0]);
    assert.deepEqual(lossSteps(1, 0, 5, false), [0]);
    assert.deepEqual(lossSteps(3, 1, 16, false), [1, 2]);
  });
});
