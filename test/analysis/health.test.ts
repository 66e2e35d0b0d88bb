import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { column } from '../../src/analysis/column';
import { deadUnits, deviations, explodingUnits, stuckUnits } from '../../src/analysis/health';
import { gateSaturation } from '../../src/analysis/saturation';
import { near, normal, seeded } from './seeded';

const of = (units: number, steps: number, value: (t: number, u: number) => number): ReturnType<typeof column> =>
  column(Float32Array.from({ length: steps * units }, (_, k) => value(Math.floor(k / units), k % units)), steps, units);

describe('health', () => {
  it('knows deviations as a naive two-pass sum does, far from 0 too', () => {
    const random = seeded(3);
    const made = of(3, 50, (_, u) => 1000 * u + normal(random));
    for (let u = 0; u < 3; u++) {
      const own = Array.from({ length: 50 }, (_, t) => made.data[3 * t + u]!);
      const mean = own.reduce((a, b) => a + b) / 50;
      assert.ok(near(deviations(made)[u]!, Math.sqrt(own.reduce((s, v) => s + (v - mean) ** 2, 0) / 50), 1e-12));
    }
  });

  it('finds units that hardly move, and none in a single step', () => {
    const still = of(3, 40, (t, u) => [Math.sin(t), 0.7, 0.3 + 5e-5 * Math.sin(t)][u]!);
    const { units, std } = deadUnits(still);
    assert.deepEqual(units, [1, 2]);
    assert.ok(std > 3e-5 && std < 4e-5);
    assert.deepEqual(deadUnits(of(3, 1, () => 1)).units, []);
  });

  it('finds gates that stay on one side for more than 99 of 100 steps', () => {
    const { units } = gateSaturation(of(3, 200, (t, u) => [0.02, t === 0 ? 0.5 : 0.99, t < 3 ? 0.5 : 0.99][u]!));
    assert.deepEqual([stuckUnits(units, 'closed'), stuckUnits(units, 'open')], [[0], [1]]);
  });

  it('finds states beyond 10 that still rise, in the order of the layer', () => {
    const made = of(4, 80, (t, u) => [0.3 * t, 12, -0.5 * t, t === 79 ? NaN : 0.1][u]!);
    const { units, value, step } = explodingUnits(made, false);
    assert.deepEqual([units, value, step], [[2, 0], 39.5, 79]);
    assert.deepEqual(explodingUnits(made, true).units, [], 'backwards they fall');
    assert.deepEqual(explodingUnits(of(1, 3, t => 20 * t), false).units, [], 'three steps are too few to say');
  });
});
