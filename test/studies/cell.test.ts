import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { amountOf } from '../../src/analysis/contributions';
import { cellById, cells } from '../../src/core/cells/index';
import { initialise } from '../../src/core/initialise';
import type { Layer, Network } from '../../src/core/layer';
import type { Sequence } from '../../src/core/sequence';
import type { Job } from '../../src/studies/run';
import { joined } from '../session/joined';

const STEPS = 9, WIDTH = 3, UNITS = 4;
const data = Float32Array.from({ length: STEPS * WIDTH }, (_, k) => Math.sin(k + 1));
const sequence: Sequence = { steps: STEPS, width: WIDTH, data, axis: 'steps', description: 'sines', notes: [] };

function jobOf(id: string, more: Partial<Layer> = {}, input: Partial<Sequence> = {}): Job {
  const cell = cellById(id);
  const params = initialise(cell, WIDTH, UNITS, 'pytorch', 7);
  const layer: Layer = { cell, inputSize: WIDTH, units: UNITS, direction: 'forward', params, ...more };
  const network: Network = { name: id, levels: [{ name: id, merge: 'none', directions: [layer] }] };
  return { revision: 1, network, sequence: { ...sequence, ...input }, seed: 1, invented: true };
}

const bends: Readonly<Record<string, (v: number) => number>> = { σ: v => 1 / (1 + Math.exp(-v)), '1 − σ': v => 1 - 1 / (1 + Math.exp(-v)), tanh: Math.tanh, relu: v => Math.max(0, v), '': v => v };

describe('one unit in one step', () => {
  for (const { id } of cells) for (const direction of ['forward', 'reverse'] as const) {
    it(`is split into parts that make what was recorded: ${id}, ${direction}`, async () => {
      const { recorder } = joined();
      await recorder.run(jobOf(id, { direction }));
      const { splits, statements } = await recorder.ask('diagram', { level: 0, direction: 0 });
      assert.ok(splits.length > 0 && statements.length > 0);
      for (const step of [0, 4, STEPS - 1]) for (const signal of splits) {
        const found = await recorder.ask('split', { level: 0, direction: 0, unit: 2, step, signal });
        const sum = found.parts.reduce((s, p) => s + amountOf(p), 0);
        assert.ok(Math.abs(sum - found.sum) < 1e-14);
        const bend = bends[found.bend];
        assert.ok(bend, `unknown bend ${found.bend}`);
        assert.ok(Math.abs(bend(sum) - found.value) < 1e-5, `${signal} at ${step}: ${found.bend}(${sum}) is not ${found.value}`);
      }
    });
  }

  it('says the initial states before its first step, and every expression', async () => {
    const { recorder } = joined();
    const initial = { h: Float32Array.of(1, 2, 3, 4), c: Float32Array.of(-1, -2, -3, -4) };
    await recorder.run(jobOf('lstm', { initial }));
    const { before, parts, values } = await recorder.ask('cell', { level: 0, direction: 0, unit: 2, step: 0 });
    assert.deepEqual(before, { c: -3, h: 3 });
    assert.ok(Math.abs(parts['4.l']! + 3 * values['f']!.now) < 1e-6);
    assert.ok(Math.abs(parts['4.l']! + parts['4.r']! - values['c']!.now) < 1e-6);
    const later = await recorder.ask('cell', { level: 0, direction: 0, unit: 2, step: 1 });
    assert.equal(later.before['c'], values['c']!.now);
  });

  it('is not split where it was masked', async () => {
    const { recorder } = joined();
    await recorder.run(jobOf('gru', {}, { mask: Uint8Array.from({ length: STEPS }, (_, t) => (t === 3 ? 0 : 1)) }));
    await assert.rejects(recorder.ask('split', { level: 0, direction: 0, unit: 0, step: 3, signal: 'z' }), /does not count/);
    const after = await recorder.ask('split', { level: 0, direction: 0, unit: 0, step: 4, signal: 'z' });
    assert.ok(Math.abs(bends['σ']!(after.sum) - after.value) < 1e-5);
  });

  it('of a trace has values and equations, and no parts', async () => {
    const { recorder } = joined();
    await recorder.run(jobOf('lstm'));
    const signals = await Promise.all(['x', 'i', 'f', 'g', 'o', 'c', 'h'].map(async name => {
      const tile = await recorder.tile({ revision: 1, level: 0, direction: 0, signal: name, from: 0, to: STEPS, columns: STEPS });
      return { name, units: tile.units, data: tile.mean };
    }));
    const whole = await recorder.ask('cell', { level: 0, direction: 0, unit: 1, step: 5 });
    const trace = (cell?: ReturnType<typeof cellById>) => ({ revision: 2, steps: STEPS, axis: 'steps' as const, levels: [{ name: 'lstm', cell, inputSize: WIDTH, directions: [{ direction: 'forward' as const, signals }] }] });
    await recorder.load(trace(cellById('lstm')));
    const found = await recorder.ask('cell', { level: 0, direction: 0, unit: 1, step: 5 });
    assert.deepEqual(found.values, whole.values);
    assert.equal(found.parts['4.l'], whole.parts['4.l']);
    assert.equal(found.parts['0.0'], undefined);
    assert.equal((await recorder.ask('diagram', { level: 0, direction: 0 })).statements.length, 6);
    await assert.rejects(recorder.ask('split', { level: 0, direction: 0, unit: 1, step: 5, signal: 'f' }), /no weights; open its checkpoint/);
    await recorder.load(trace());
    await assert.rejects(recorder.ask('diagram', { level: 0, direction: 0 }), /does not say what cell/);
    assert.equal((await recorder.ask('cell', { level: 0, direction: 0, unit: 1, step: 5 })).values['f']!.now, whole.values['f']!.now);
  });
});
