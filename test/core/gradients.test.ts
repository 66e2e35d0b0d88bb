import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { cells } from '../../src/core/cells/index';
import type { Cell } from '../../src/core/cells/cell';
import { activationNames } from '../../src/core/cells/activations';
import { gruVariant, lstmVariant, rnnVariant } from '../../src/core/cells/variants';
import { parse } from '../../src/core/equations';
import { sizesOf } from '../../src/core/sizes';
import type { Program } from '../../src/core/program';
import { differentiate } from '../../src/core/differentiate';
import { step, type Values } from '../../src/core/interpret';
import { compareWithDifferences, difference, randomPoint, unroll, type Point } from './numeric';

const I = 3, H = 5, STEPS = 4;

const variants: readonly Cell[] = [
  lstmVariant({ clip: 0.5 }),
  lstmVariant({ coupledInputForget: true, peepholes: true }),
  lstmVariant({ peepholes: true, projected: true, clip: 1 }),
  gruVariant({ resetAfter: true, clip: 0.7 }),
  gruVariant({ resetAfter: false, activations: { f: { name: 'hardSigmoid' }, g: { name: 'softsign' } } }),
  ...activationNames.map(name => rnnVariant({ activation: { name } })),
];

describe('the backward pass against finite differences', () => {
  for (const cell of [...cells, ...variants]) {
    it(`${cell.id}: every parameter, state and input`, () => {
      const program = parse(cell.equations);
      const more = cell.equations.includes('Wr') && cell.family === 'lstm' ? { c: 7 } : {};
      const sizes = sizesOf(program, { x: I, h: H, ...more });
      const { compared, atKinks, worst, where } = compareWithDifferences(program, sizes, randomPoint(program, sizes, STEPS, 11, 0.8));
      assert.ok(worst <= 1e-6, `${worst} at ${where}`);
      assert.ok(compared > 9 * atKinks, `${compared} compared, ${atKinks} too near a kink`);
    });
  }

  for (const cell of cells) {
    it(`${cell.id}: every signal`, () => {
      const program = parse(cell.equations);
      const given = { x: I, h: H, ...(cell.id === 'lstmProjected' ? { c: 7 } : {}) };
      const sizes = sizesOf(program, given);
      const point = randomPoint(program, sizes, STEPS, 12, 0.8);
      const sums = signalGradients(program, sizes, point);
      for (const signal of program.signals) {
        const nudged = parse(nudge(program, signal.name));
        const nudgedSizes = sizesOf(nudged, given);
        const shift = new Float64Array(sizes[signal.size]!);
        const moved: Point = { ...point, params: { ...point.params, nudge: shift } };
        const { pattern } = unroll(nudged, nudgedSizes, moved);
        for (let k = 0; k < shift.length; k++) {
          const numeric = difference(shift, k, 1e-3, () => unroll(nudged, nudgedSizes, moved), pattern);
          const a = sums[`d${signal.name}`]![k]!;
          assert.ok(numeric !== undefined && Math.abs(a - numeric) <= 1e-6 * Math.max(Math.abs(a), Math.abs(numeric), 1e-3), `d${signal.name}[${k}]: ${a}, differences ${numeric}`);
        }
      }
    });
  }
});

/** The cell with `+ nudge` at the end of one signal's equation. */
function nudge(program: Program, name: string): string {
  return program.signals.map(s => `${s.name}${s.kind === 'state' ? "'" : ''} = ${s.equation}${s.name === name ? ' + nudge' : ''}`).join('\n');
}

/** Gradients of every signal, summed over the steps. */
function signalGradients(program: Program, sizes: readonly number[], point: Point): Record<string, Float64Array> {
  const back = differentiate(program);
  const { nodes } = unroll(program, sizes, point);
  const sums: Record<string, Float64Array> = {};
  let carried: Values = {};
  for (let t = point.x.length - 1; t >= 0; t--) {
    const { signals, states } = step(back, sizes, point.params, point.weights[t]!, carried, nodes[t]);
    for (const [name, v] of Object.entries(signals)) sums[name] = v.map((d, k) => d + (sums[name]?.[k] ?? 0));
    carried = states;
  }
  return sums;
}
