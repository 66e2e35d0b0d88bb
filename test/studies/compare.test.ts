import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { gradientLeft, lossSteps, spread } from '../../src/analysis/reach';
import { cellById } from '../../src/core/cells/index';
import { initialise } from '../../src/core/initialise';
import type { Network } from '../../src/core/layer';
import { atOnce } from '../../src/core/recording/recording';
import type { Sequence } from '../../src/core/sequence';
import { told } from '../../src/l10n';
import type { CompareAsk } from '../../src/questions/compare';
import type { Job } from '../../src/studies/run';
import { joined } from '../session/joined';

const STEPS = 40, WIDTH = 6, UNITS = 8;
const sequence: Sequence = { steps: STEPS, width: WIDTH, data: Float32Array.from({ length: STEPS * WIDTH }, (_, k) => Math.sin(k + 1)), axis: 'steps', description: 'sines', notes: [] };

function jobOf(id: string, seed: number, levels = 1, both = false): Job {
  const cell = cellById(id);
  const layer = (inputSize: number, direction: 'forward' | 'reverse') => ({ cell, inputSize, units: UNITS, direction, params: initialise(cell, inputSize, UNITS, 'pytorch', seed) });
  const network: Network = { name: id, levels: Array.from({ length: levels }, (_, k) => {
    const width = k === 0 ? WIDTH : UNITS * (both ? 2 : 1);
    return { name: `${id}${k}`, merge: both ? 'concat' : 'none', directions: [layer(width, 'forward'), ...(both ? [layer(width, 'reverse')] : [])] };
  }) };
  return { revision: 1, network, sequence, seed: 1, invented: false };
}

const ask = (more: Partial<CompareAsk> = {}): CompareAsk =>
  ({ level: 0, direction: 0, columns: [{ cell: 'rnn' }, { cell: 'gru' }, { run: 'main' }], rule: 'pytorch', seed: 7, ...more });

describe('cells beside one another', () => {
  it('have sizes near to those of the layer that is shown, and are held under names that tiles can ask for', async () => {
    const { recorder } = joined();
    await recorder.run(jobOf('lstm', 3));
    const { columns, budget } = await recorder.ask('compare', ask());
    assert.equal(budget, 4 * UNITS * (WIDTH + UNITS + 1));
    assert.deepEqual(columns.map(c => [c.cell.id, c.units, c.parameters, c.carried, c.states.join()]), [['rnn', 19, 19 * 26, 19, 'h'], ['gru', 9, 9 * 16 * 3 + 9, 9, 'h'], ['lstm', 8, 480, 16, 'c,h']]);
    assert.deepEqual(columns.map(c => c.invented?.seed), [7, 7, undefined]);
    for (const { run, units } of columns) {
      const tile = await recorder.tile({ revision: 1, run, level: 0, direction: 0, signal: 'h', from: 0, to: STEPS, columns: STEPS });
      assert.deepEqual([tile.columns, tile.units], [STEPS, units]);
    }
    const again = await recorder.ask('compare', ask({ columns: [{ run: 'main' }] }));
    assert.equal(again.columns.length, 1);
    await assert.rejects(recorder.tile({ revision: 1, run: columns[0]!.run, level: 0, direction: 0, signal: 'h', from: 0, to: 1, columns: 1 }), /gone/);
  });

  it('are made by the same rule from the same seed: the same cell gives the same numbers', async () => {
    const { recorder } = joined();
    await recorder.run(jobOf('lstm', 7));
    const { columns } = await recorder.ask('compare', ask({ columns: [{ run: 'main' }, { cell: 'lstm' }] }));
    const found = await recorder.ask('divergence', { level: 0, direction: 0, other: columns[1]!.run, tolerance: 0 });
    assert.equal(found.first, undefined);
  });

  it('begin as the rule that is asked for says, and name it', async () => {
    const { recorder } = joined();
    await recorder.run(jobOf('lstm', 7));
    const started = new Set<string>();
    for (const [rule, called] of [['pytorch', 'PyTorch'], ['keras', 'Keras'], ['tfjs', 'TensorFlow.js'], ['flax', 'Flax'], ['haiku', 'Haiku']] as const) {
      const { columns } = await recorder.ask('compare', ask({ columns: [{ cell: 'lstm' }], rule }));
      const [column] = columns;
      assert.equal(told(column!.invented!.rule), `${called} default initialisation`);
      const { mean } = await recorder.tile({ revision: 1, run: column!.run, level: 0, direction: 0, signal: 'f', from: 0, to: 1, columns: 1 });
      const params = initialise(cellById('lstm'), WIDTH, column!.units, rule, 7), x = sequence.data as Float32Array;
      const before = Array.from({ length: column!.units }, (_, u) => params['bf']!.data[u]! + Array.from({ length: WIDTH }, (_k, k) => params['Wf']!.data[u * WIDTH + k]! * x[k]!).reduce((a, b) => a + b, 0));
      for (const [u, v] of before.entries()) assert.ok(Math.abs(mean[u]! - 1 / (1 + Math.exp(-v))) < 1e-6, `${rule}, forget gate of unit ${u} at step 0`);
      started.add(mean.join());
    }
    assert.equal(started.size, 5, 'no two rules begin alike');
  });

  it('read what a level deep in a stack reads, in its direction', async () => {
    const { recorder } = joined();
    await recorder.run(jobOf('gru', 7, 2, true));
    const { columns } = await recorder.ask('compare', ask({ level: 1, direction: 1, columns: [{ run: 'main' }, { cell: 'gru' }] }));
    assert.deepEqual(columns.map(c => [c.inputSize, c.units]), [[2 * UNITS, UNITS], [2 * UNITS, UNITS]]);
    const tiles = await Promise.all([columns[0]!, columns[1]!].map(({ run, level, direction }) => recorder.tile({ revision: 1, run, level, direction, signal: 'h', from: 0, to: STEPS, columns: STEPS })));
    assert.deepEqual(tiles[0]!.mean, tiles[1]!.mean);
  });

  it('have the sizes of Chung et al. 2014 on made-up inputs', async () => {
    const { recorder } = joined();
    await recorder.run(jobOf('lstm', 3));
    const chung = (inputs: number, units: number) => recorder.ask('compare', ask({ inputs, budget: units * (inputs + units + 1), columns: [{ cell: 'lstmPeephole' }, { cell: 'gruResetBefore' }, { cell: 'rnn' }] }));
    assert.deepEqual((await chung(100, 100)).columns.map(c => [c.units, c.parameters]), [[36, 19_836], [46, 20_286], [100, 20_100]]);
    assert.deepEqual((await chung(20, 400)).columns.map(c => [c.units, c.parameters]), [[195, 169_065], [227, 168_888], [400, 168_400]]);
  });

  it('say what all units do in a step, and the one before', async () => {
    const { recorder } = joined();
    await recorder.run(jobOf('lstm', 3));
    const { signals } = await recorder.ask('moment', { level: 0, direction: 0, unit: 2, step: 9 });
    const tile = (signal: string) => recorder.tile({ revision: 1, level: 0, direction: 0, signal, from: 0, to: STEPS, columns: STEPS });
    const f = (await tile('f')).mean.subarray(9 * UNITS, 10 * UNITS), c = (await tile('c')).mean;
    assert.deepEqual([signals['f']!.now, signals['f']!.open], [f[2], f.filter(v => v > 0.5).length / UNITS]);
    assert.ok(Math.abs(signals['f']!.mean - f.reduce((a, b) => a + b, 0) / UNITS) < 1e-6);
    assert.equal(signals['c']!.before, c[8 * UNITS + 2]);
    assert.equal(signals['x'], undefined);
    assert.equal((await recorder.ask('moment', { level: 0, direction: 0, unit: 2, step: 0 })).signals['c']!.before, undefined);
  });

  it('have gradients that fade from 1, and times of a step', async () => {
    const { recorder } = joined();
    await recorder.run(jobOf('rnn', 3));
    const { columns } = await recorder.ask('compare', ask());
    for (const { run, level, direction } of columns) {
      const { median, windows, lost } = await recorder.ask('reach', { run, level, direction });
      assert.deepEqual([median.length, median[0], windows], [STEPS, 1, 1]);
      assert.ok(lost === undefined || (median[lost]! < 0.01 && median[lost - 1]! >= 0.01));
    }
    const { microseconds, steps } = await recorder.ask('pace', { columns });
    assert.ok(steps > 0 && microseconds.length === 3 && microseconds.every(t => t > 0 && t < 1e5), String(microseconds));
  });

  for (const direction of ['forward', 'reverse'] as const) {
    it(`have gradients that begin from the states that were there, ${direction}`, async () => {
      const { recorder } = joined();
      const steps = 400, x = Float32Array.from({ length: steps * WIDTH }, (_, k) => Math.sin(k * k));
      const job = jobOf('gru', 3);
      const layer = { ...job.network.levels[0]!.directions[0]!, direction };
      const strong = { ...layer, params: Object.fromEntries(Object.entries(layer.params).map(([name, p]) => [name, { ...p, data: p.data.map(v => 4 * v) }])) };
      await recorder.run({ ...job, sequence: { ...sequence, steps, data: x }, network: { name: 'gru', levels: [{ name: 'gru0', merge: 'none', directions: [strong] }] } });
      const found = await recorder.ask('reach', { level: 0, direction: 0 });
      assert.deepEqual([found.windows, found.median.length], [16, 161]);
      // From the sequence's beginning to each loss, without cutting.
      const whole = lossSteps(steps, 160, 16, direction === 'reverse').map(t => {
        const [from, to] = direction === 'reverse' ? [t, steps] : [0, t + 1];
        return atOnce(gradientLeft(strong, { x: x.subarray(from * WIDTH, to * WIDTH), steps: to - from })).subarray(0, 161);
      });
      const { median } = spread(whole);
      for (const [k, v] of median.entries()) assert.ok(Math.abs(found.median[k]! - v) <= 1e-4 * v + 1e-30, `distance ${k}: ${found.median[k]}, expected ${v}`);
    });
  }

  it('part at a step, a gate and a unit', async () => {
    const { recorder } = joined();
    const job = jobOf('lstm', 3);
    await recorder.run(job);
    const layer = job.network.levels[0]!.directions[0]!;
    const bf = layer.params['bf']!;
    const changed = { ...layer, params: { ...layer.params, bf: { ...bf, data: bf.data.map((v, u) => (u === 5 ? v + 1 : v)) } } };
    await recorder.beside('other', { ...job, network: { name: 'lstm', levels: [{ name: 'lstm0', merge: 'none', directions: [changed] }] } });
    const { first, signals } = await recorder.ask('divergence', { level: 0, direction: 0, other: 'other', tolerance: 0.01 });
    assert.deepEqual([first?.step, first?.signal, first?.unit], [0, 'f', 5]);
    assert.deepEqual(signals.map(s => s.signal), ['x', 'i', 'f', 'g', 'o', 'c', 'h']);
    assert.equal(signals[0]!.first, undefined);
    assert.ok(signals[2]!.share > 0.1);
  });

  it('need weights: a recording alone is refused in words', async () => {
    const { recorder } = joined();
    const h = new Float32Array(STEPS * 2);
    await recorder.load({ revision: 2, steps: STEPS, axis: 'steps', levels: [{ name: 'a', inputSize: 1, directions: [{ direction: 'forward', signals: [{ name: 'h', units: 2, data: h }] }] }] });
    await assert.rejects(recorder.ask('compare', ask()), /open its checkpoint/);
  });
});
