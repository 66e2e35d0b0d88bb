/** Products of step Jacobians against dense ones, made by central differences of the interpreted step. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { productNorms, productNormsByPower, type Trail } from '../../src/analysis/jacobians';
import { singularValues } from '../../src/analysis/weights/singular';
import { step, type Values } from '../../src/core/interpret';
import { layerSizes, parameterValues } from '../../src/core/parameters';
import { programOf } from '../../src/core/programs';
import { atOnce } from '../../src/core/recording/recording';
import { layer, noise } from '../core/networks';

const UNITS = 5, WIDTH = 3, STEPS = 8, H = 1e-5;
const CELLS = ['rnn', 'lstm', 'gru', 'gruResetBefore', 'lstmPeephole', 'cifg', 'janet', 'mgu', 'minGRU', 'lstmLayerNorm', 'lstmProjected'];

interface Case { readonly trail: Trail; readonly product: (distance: number) => Float64Array; readonly size: number }

function made(cell: string): Case {
  const own = layer(cell, WIDTH, UNITS, 3);
  const program = programOf(own.cell), sizes = layerSizes(own);
  const params = Object.fromEntries(Object.entries(parameterValues(own)).map(([name, v]) => [name, Float64Array.from(v, x => 2.5 * x)]));
  const x = Float64Array.from(noise(STEPS, WIDTH));
  const names = program.states.map(s => s.name), lengths = program.states.map(s => sizes[s.size]!);
  const flat = (v: Values): number[] => names.flatMap(n => [...v[n]!]);
  const split = (v: readonly number[]): Values => Object.fromEntries(names.map((n, k) => { const left = lengths.slice(0, k).reduce((a, b) => a + b, 0); return [n, Float64Array.from(v.slice(left, left + lengths[k]!))]; }));
  const at = (t: number, states: Values): ReturnType<typeof step> => step(program, sizes, params, x.subarray(t * WIDTH, (t + 1) * WIDTH), states);
  const befores: number[][] = [];
  const nodes = [];
  let states: Values = split(lengths.flatMap((n, k) => Array.from({ length: n }, (_, u) => 0.1 * (u - k))));
  for (let t = 0; t < STEPS; t++) {
    befores.push(flat(states));
    const result = at(t, states);
    nodes.push(result.nodes);
    states = result.states;
  }
  const size = befores[0]!.length;
  /** The states after the last `distance` steps by those before them, whole: no product of steps is formed here. */
  const product = (distance: number): Float64Array => {
    const from = (v: number[]): number[] => { let s = split(v); for (let t = STEPS - distance; t < STEPS; t++) s = at(t, s).states; return flat(s); };
    const out = new Float64Array(size * size);
    for (let j = 0; j < size; j++) {
      const moved = (by: number): number[] => from(befores[STEPS - distance]!.map((v, k) => (k === j ? v + by : v)));
      const [a, b] = [moved(H), moved(-H)];
      a.forEach((v, i) => { out[i * size + j] = (v - b[i]!) / (2 * H); });
    }
    return out;
  };
  return { trail: { program, sizes, params, nodes }, product, size };
}

describe('products of step Jacobians', () => {
  for (const cell of CELLS) {
    it(`${cell}: spectral norms are those of dense Jacobians by finite differences, exactly and by power iteration`, () => {
      const { trail, product, size } = made(cell);
      const distances = [1, 2, 4, 8];
      const dense = distances.map(d => atOnce(singularValues(product(d), size, size))[0]!);
      const found = atOnce(productNorms(trail, distances));
      found.forEach((v, k) => assert.ok(Math.abs(v - dense[k]!) <= 1e-7 * Math.max(dense[k]!, 1e-3), `${distances[k]} steps: ${v}, by differences ${dense[k]}`));
      const power = atOnce(productNormsByPower(trail, distances));
      power.forEach((v, k) => assert.ok(v <= dense[k]! * (1 + 1e-6) && v >= 0.93 * dense[k]!, `${distances[k]} steps: power iteration ${v}, by differences ${dense[k]}`));
    });
  }

  it('are none of no step', () => {
    assert.deepEqual(atOnce(productNorms(made('lstm').trail, [])), []);
    assert.deepEqual(atOnce(productNormsByPower(made('lstm').trail, [])), []);
  });
});
