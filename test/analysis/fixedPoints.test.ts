/** Fixed and slow points of systems whose points are known. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { restingPoints, type StepMap } from '../../src/analysis/fixedPoints';
import { stepJacobian } from '../../src/analysis/jacobians';
import { cellById } from '../../src/core/cells/index';
import { initialise } from '../../src/core/initialise';
import { step } from '../../src/core/interpret';
import { layerSizes, parameterValues } from '../../src/core/parameters';
import { programOf } from '../../src/core/programs';
import { atOnce } from '../../src/core/recording/recording';

/** h' = tanh(W h + b) without an input. */
function vanilla(w: readonly number[], b: readonly number[]): StepMap {
  const n = b.length;
  return {
    size: n,
    apply: h => {
      const next = Float64Array.from(b, (bias, r) => Math.tanh(bias + h.reduce((s, v, k) => s + w[r * n + k]! * v, 0)));
      return { next, jacobian: () => Float64Array.from(w, (v, k) => v * (1 - next[Math.floor(k / n)]! ** 2)) };
    },
  };
}
const from = (...starts: number[][]): Float64Array[] => starts.map(s => Float64Array.from(s));

describe('fixed points', () => {
  it("of h' = tanh(2h) are 0, which repels, and ±0.9575, which attract", () => {
    const { points, lost } = atOnce(restingPoints(vanilla([2], [0]), from([0.01], [0.9], [-0.5], [-0.9], [0.8]), 0));
    assert.deepEqual(points.map(p => Number(p.state[0]!.toFixed(4))).sort((a, b) => a - b).map(v => (v === 0 ? 0 : v)), [-0.9575, 0, 0.9575]);
    assert.equal(lost, 0);
    for (const { state, growing, radius, fixed } of points) {
      const slope = 2 * (1 - Math.tanh(2 * state[0]!) ** 2);
      assert.ok(fixed && Math.abs(radius - slope) < 1e-9 && growing === (Math.abs(state[0]!) < 0.1 ? 1 : 0), `${state[0]}: ${radius}, ${growing}`);
    }
  });

  it('of two such units side by side are nine: four attract, four are saddles, one repels', () => {
    const grid = [-0.9, -0.05, 0.04, 0.9].flatMap(a => [-0.9, -0.05, 0.04, 0.9].map(b => [a, b]));
    const { points } = atOnce(restingPoints(vanilla([2, 0, 0, 2], [0, 0]), from(...grid), 0));
    assert.deepEqual([0, 1, 2].map(k => points.filter(p => p.growing === k).length), [4, 4, 1]);
  });

  it('that are not there are lost, or slow where the state nearly rests', () => {
    // tanh(h) + 0.02 touches nothing near 0, but moves by 0.02 only where h is small.
    const ghost: StepMap = { size: 1, apply: h => ({ next: h.map(v => v + 0.02 + v * v), jacobian: () => Float64Array.of(1 + 2 * h[0]!) }) };
    const slow = atOnce(restingPoints(ghost, from([-0.4], [0.3]), 0.05));
    assert.equal(slow.points.length, 1);
    assert.ok(!slow.points[0]!.fixed && Math.abs(slow.points[0]!.state[0]!) < 1e-3 && Math.abs(slow.points[0]!.speed - 0.02) < 1e-6, JSON.stringify(slow));
    assert.deepEqual(atOnce(restingPoints(ghost, from([-0.4], [0.3]), 0.01)), { points: [], lost: 2 });
  });

  it('are found by the Jacobian of a step, which is that of differences', () => {
    for (const id of ['rnn', 'gru', 'lstm', 'lstmPeephole']) {
      const cell = cellById(id), layer = { cell, inputSize: 2, units: 3, direction: 'forward' as const, params: initialise(cell, 2, 3, 'pytorch', 5) };
      const program = programOf(cell), sizes = layerSizes(layer), params = parameterValues(layer), x = Float64Array.of(0.3, -0.7), count = program.states.length * 3;
      const cut = (v: Float64Array) => Object.fromEntries(program.states.map((s, k) => [s.name, v.slice(3 * k, 3 * k + 3)]));
      const next = (v: Float64Array): number[] => { const { states } = step(program, sizes, params, x, cut(v)); return program.states.flatMap(s => [...states[s.name]!]); };
      const at = Float64Array.from({ length: count }, (_, k) => Math.sin(k + 1) / 2), e = 1e-6;
      const found = stepJacobian(program, sizes, params, step(program, sizes, params, x, cut(at)).nodes);
      for (let j = 0; j < count; j++) {
        const [up, down] = [1, -1].map(sign => next(at.map((v, k) => (k === j ? v + sign * e : v)))) as [number[], number[]];
        for (let i = 0; i < count; i++) assert.ok(Math.abs(found[i * count + j]! - (up[i]! - down[i]!) / (2 * e)) < 1e-7, `${id}: output ${i} by state ${j}`);
      }
    }
  });
});
