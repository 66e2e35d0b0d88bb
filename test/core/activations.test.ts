/** Each activation's value and derivative around its kinks, against closed forms written here a second time. */
import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { activationNames, describeActivation, writeActivation, type Activation } from '../../src/core/cells/activations';
import { parse } from '../../src/core/equations';
import { sizesOf } from '../../src/core/sizes';
import { backward, unroll } from './numeric';

type Formula = (v: number) => number;

interface Row {
  readonly activation: Activation;
  readonly value: Formula;
  readonly slope: Formula;
  /** Where the derivative jumps: there either side's will do. */
  readonly kinks?: readonly number[];
  /** As the equations write it. */
  readonly written: string;
}

const logistic: Formula = v => v < 0 ? Math.exp(v) / (1 + Math.exp(v)) : 1 / (1 + Math.exp(-v));
const within = (v: number, low: number, high: number): number => v < low ? low : v > high ? high : v;
const sech2: Formula = v => 1 / Math.cosh(v) ** 2;
/** PyTorch's and Keras 3's own constants. */
const SCALE = 1.0507009873554805, ALPHA = 1.6732632423543772;

const rows: readonly Row[] = [
  { activation: { name: 'sigmoid' }, written: 'σ(x)', value: logistic, slope: v => logistic(v) * logistic(-v) },
  { activation: { name: 'tanh' }, written: 'tanh(x)', value: v => 1 - 2 / (Math.exp(2 * v) + 1), slope: sech2 },
  { activation: { name: 'relu' }, written: 'relu(x)', value: v => v > 0 ? v : 0, slope: v => v > 0 ? 1 : 0, kinks: [0] },
  { activation: { name: 'softsign' }, written: 'softsign(x)', value: v => v / (1 + Math.abs(v)), slope: v => (1 + Math.abs(v)) ** -2 },
  { activation: { name: 'softplus' }, written: 'softplus(x)', value: v => v > 30 ? v + Math.exp(-v) : Math.log1p(Math.exp(v)), slope: logistic },
  { activation: { name: 'exp' }, written: 'exp(x)', value: Math.exp, slope: Math.exp },
  { activation: { name: 'linear' }, written: '(x)', value: v => v, slope: () => 1 },
  // Keras up to 2, TF.js, the default of ONNX: a fifth.
  { activation: { name: 'hardSigmoid' }, written: 'hardσ(x, 0.2, 0.5)', value: v => within(v / 5 + 0.5, 0, 1), slope: v => Math.abs(v) < 2.5 ? 0.2 : 0, kinks: [-2.5, 2.5] },
  // Keras 3 and PyTorch: relu6(v + 3) / 6.
  { activation: { name: 'hardSigmoid', alpha: 1 / 6 }, written: `hardσ(x, ${1 / 6}, 0.5)`, value: v => within(v + 3, 0, 6) / 6, slope: v => Math.abs(v) < 3 ? 1 / 6 : 0, kinks: [-3, 3] },
  { activation: { name: 'hardSigmoid', alpha: 0.4, beta: 0.3 }, written: 'hardσ(x, 0.4, 0.3)', value: v => within(0.4 * v + 0.3, 0, 1), slope: v => v > -0.75 && v < 1.75 ? 0.4 : 0, kinks: [-0.75, 1.75] },
  { activation: { name: 'affine', alpha: -0.7, beta: 0.2 }, written: 'affine(x, -0.7, 0.2)', value: v => 0.2 - 0.7 * v, slope: () => -0.7 },
  { activation: { name: 'scaledTanh', alpha: 1.7159, beta: 2 / 3 }, written: `scaledTanh(x, 1.7159, ${2 / 3})`, value: v => 1.7159 * Math.tanh(2 * v / 3), slope: v => 1.7159 * 2 / 3 * sech2(2 * v / 3) },
  { activation: { name: 'leakyRelu' }, written: 'leaky(x, 0.01)', value: v => v >= 0 ? v : v / 100, slope: v => v > 0 ? 1 : 0.01, kinks: [0] },
  { activation: { name: 'leakyRelu', alpha: 0.3 }, written: 'leaky(x, 0.3)', value: v => v >= 0 ? v : 0.3 * v, slope: v => v > 0 ? 1 : 0.3, kinks: [0] },
  { activation: { name: 'thresholdedRelu' }, written: 'thresholded(x, 1)', value: v => v > 1 ? v : 0, slope: v => v > 1 ? 1 : 0, kinks: [1] },
  { activation: { name: 'thresholdedRelu', alpha: 0.25 }, written: 'thresholded(x, 0.25)', value: v => v > 0.25 ? v : 0, slope: v => v > 0.25 ? 1 : 0, kinks: [0.25] },
  { activation: { name: 'elu' }, written: 'elu(x, 1)', value: v => v > 0 ? v : Math.expm1(v), slope: v => v > 0 ? 1 : Math.exp(v) },
  { activation: { name: 'elu', alpha: 0.5 }, written: 'elu(x, 0.5)', value: v => v > 0 ? v : 0.5 * Math.expm1(v), slope: v => v > 0 ? 1 : 0.5 * Math.exp(v), kinks: [0] },
  { activation: { name: 'selu' }, written: 'selu(x)', value: v => SCALE * (v > 0 ? v : ALPHA * Math.expm1(v)), slope: v => SCALE * (v > 0 ? 1 : ALPHA * Math.exp(v)), kinks: [0] },
  { activation: { name: 'swish' }, written: 'swish(x)', value: v => v * logistic(v), slope: v => logistic(v) * (1 + v * logistic(-v)) },
];

const NEAR = 1e-6, BESIDE = 4e-15;
/** Far, near and beside zero; softplus, elu and tanh may not overflow at ±40. */
const everywhere = [-40, -6, -3.5, -2, -1, -0.3, -1e-9, 0, 1e-9, 0.3, 1, 2, 3.5, 6, 40];

describe('activations', () => {
  it('all have a row here', () => {
    assert.deepEqual([...new Set(rows.map(r => r.activation.name))].sort(), [...activationNames].sort());
  });

  for (const row of rows) {
    const { activation, kinks = [], written } = row;
    it(`${describeActivation(activation)}: written, value and derivative`, () => {
      assert.equal(writeActivation(activation, 'x'), written);
      const points = Float64Array.from([...everywhere, ...kinks.flatMap(k => [k - NEAR, k, k + NEAR])]);
      const { values, slopes } = evaluated(written, points);
      points.forEach((v, k) => {
        near(values[k]!, [row.value(v)], `value at ${v}`);
        const sides = kinks.includes(v) ? [row.slope(v - BESIDE), row.slope(v + BESIDE)] : [row.slope(v)];
        near(slopes[k]!, sides, `derivative at ${v}`);
      });
    });
  }
});

/** By the interpreter and the differentiated program, at all points at once. */
function evaluated(written: string, points: Float64Array): { values: Float64Array; slopes: Float64Array } {
  const program = parse(`h' = ${written}`);
  const sizes = sizesOf(program, { x: points.length, h: points.length });
  const point = { params: {}, states: { h: new Float64Array(points.length) }, x: [points], weights: [new Float64Array(points.length).fill(1)] };
  return { values: unroll(program, sizes, point).nodes[0]![program.states[0]!.next]!, slopes: backward(program, sizes, point).x[0]! };
}

/** One of those expected: exactly, or within 1e-14 of the greater of 1 and itself. */
function near(found: number, expected: readonly number[], what: string): void {
  assert.ok(expected.some(e => Math.abs(found - e) <= 1e-14 * Math.max(1, Math.abs(e))), `${what}: found ${found}, expected ${expected.join(' or ')}`);
}
