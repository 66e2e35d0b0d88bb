import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { readers, silenced } from '../../src/analysis/silence';
import { cellById } from '../../src/core/cells/index';
import { running } from '../../src/core/engine';
import { initialise } from '../../src/core/initialise';
import type { Layer, Level, Network } from '../../src/core/layer';
import { programOf } from '../../src/core/programs';
import { atOnce } from '../../src/core/recording/recording';
import { near, seeded } from './seeded';

const READ: Readonly<Record<string, readonly string[]>> = {
  rnn: ['U'], lstm: ['Uf', 'Ug', 'Ui', 'Uo'], lstmPeephole: ['Uf', 'Ug', 'Ui', 'Uo'], lstmProjected: ['Uf', 'Ug', 'Ui', 'Uo'], cifg: ['Ug', 'Ui', 'Uo'],
  gru: ['Un', 'Ur', 'Uz'], gruResetBefore: ['Un', 'Ur', 'Uz'], mgu: ['Uf', 'Un'], minGRU: [],
};
const layer = (id: string, inputSize: number, units: number, seed: number, direction: Layer['direction'] = 'forward'): Layer =>
  ({ cell: cellById(id), inputSize, units, direction, params: initialise(cellById(id), inputSize, units, 'pytorch', seed) });
const level = (name: string, merge: Level['merge'], ...directions: readonly Layer[]): Level => ({ name, merge, directions });
const outputOf = (network: Network, x: Float32Array, steps: number): Float32Array => atOnce(running(network, x, steps, { evaluator: 'reference' })).levels.at(-1)!.output;

describe('a unit that nobody hears', () => {
  for (const [id, expected] of Object.entries(READ)) {
    it(`of a ${id} is read by ${expected.join(', ') || 'no matrix of its layer'}`, () => {
      assert.deepEqual([...readers(programOf(cellById(id)), 'state')].sort(), expected);
      assert.ok([...readers(programOf(cellById(id)), 'input')].every(name => name.startsWith('W')));
    });
  }

  it('of an LSTM gives what equations give in which its h counts as 0', () => {
    const [steps, width, units, off] = [20, 3, 5, 2], random = seeded(8);
    const made = layer('lstm', width, units, 3), x = Float32Array.from({ length: steps * width }, () => 2 * random() - 1);
    const network: Network = { name: 'n', levels: [level('l', 'none', made)] };
    const weight = { shape: [4, units], data: Float32Array.from({ length: 4 * units }, () => random()) };
    const { network: without, decoder } = silenced(network, { weight }, 0, 0, off);
    const got = outputOf(without, x, steps);
    const p = (name: string): Float32Array => made.params[name]!.data;
    const sigmoid = (v: number): number => 1 / (1 + Math.exp(-v));
    let h = new Array<number>(units).fill(0), c = h;
    for (let t = 0; t < steps; t++) {
      const heard = h.map((v, u) => u === off ? 0 : v);
      const sum = (gate: string, u: number): number => p(`b${gate}`)[u]! + [...Array(width).keys()].reduce((s, k) => s + p(`W${gate}`)[u * width + k]! * x[t * width + k]!, 0) + heard.reduce((s, v, k) => s + p(`U${gate}`)[u * units + k]! * v, 0);
      const next = c.map((v, u) => sigmoid(sum('f', u)) * v + sigmoid(sum('i', u)) * Math.tanh(sum('g', u)));
      h = next.map((v, u) => sigmoid(sum('o', u)) * Math.tanh(v));
      c = next;
      h.forEach((v, u) => assert.ok(near(got[t * units + u]!, v, 1e-6), `step ${t}, unit ${u}: ${got[t * units + u]} for ${v}`));
    }
    assert.deepEqual(Array.from(decoder!.weight.data).map((v, k) => v === (k % units === off ? 0 : weight.data[k]!)), new Array(4 * units).fill(true));
    assert.ok(made.params['Ui']!.data[off] !== 0 && weight.data[off] !== 0, 'the weights themselves were changed');
  });

  it('of the second direction below is not heard above either', () => {
    const [steps, width, units] = [9, 2, 3], random = seeded(2);
    const below = level('l', 'concat', layer('gru', width, units, 1), layer('gru', width, units, 2, 'reverse'));
    const above = level('l1', 'none', layer('lstm', 2 * units, 4, 3));
    const network: Network = { name: 'n', levels: [below, above] };
    const x = Float32Array.from({ length: steps * width }, () => random());
    const { network: without } = silenced(network, undefined, 0, 1, 2);
    const off = without.levels[1]!.directions[0]!.params['Wi']!.data, on = above.directions[0]!.params['Wi']!.data;
    assert.deepEqual(Array.from(off).flatMap((v, k) => v === on[k] ? [] : [k]), [5, 11, 17, 23]);
    assert.equal(without.levels[0]!.directions[0], below.directions[0]);
    // by hand: what the level above would read, with that column zero
    const lower = atOnce(running({ name: 'n', levels: [without.levels[0]!] }, x, steps, { evaluator: 'reference' })).levels[0]!.output.slice();
    for (let t = 0; t < steps; t++) lower[t * 2 * units + 5] = 0;
    const expected = outputOf({ name: 'n', levels: [above] }, lower, steps), got = outputOf(without, x, steps);
    got.forEach((v, k) => assert.ok(near(v, expected[k]!, 1e-6), `${k}: ${v} for ${expected[k]}`));
  });

  it('is refused where directions are added up, and where there is none', () => {
    const both = level('l', 'sum', layer('gru', 2, 3, 1), layer('gru', 2, 3, 2, 'reverse'));
    assert.throws(() => silenced({ name: 'n', levels: [both] }, undefined, 0, 0, 0), /joined element by element/);
    assert.throws(() => silenced({ name: 'n', levels: [both] }, undefined, 0, 0, 3), /unit from 0 to 2, found 3/);
  });
});
