import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { cellById } from '../../src/core/cells/index';
import { initialise } from '../../src/core/initialise';
import type { Network } from '../../src/core/layer';
import type { Sequence } from '../../src/core/sequence';
import { joined } from '../session/joined';
import type { Job } from '../../src/studies/run';

const STEPS = 12, WIDTH = 3;
const data = Float32Array.from({ length: STEPS * WIDTH }, (_, k) => Math.sin(k + 1));
const sequence: Sequence = { steps: STEPS, width: WIDTH, data, axis: 'steps', description: 'sines', notes: [] };

/** One layer of five units, initialised with a seed. */
function jobOf(cell: string, seed: number, direction: 'forward' | 'reverse' = 'forward'): Job {
  const made = cellById(cell);
  const network: Network = { name: cell, levels: [{ name: cell, merge: 'none', directions: [{ cell: made, inputSize: WIDTH, units: 5, direction, params: initialise(made, WIDTH, 5, 'pytorch', seed) }] }] };
  return { revision: 1, network, sequence, seed: 1, invented: true };
}

describe('questions', () => {
  for (const direction of ['forward', 'reverse'] as const) {
    it(`are answered about one unit in one step, and the one before it, ${direction}`, async () => {
      const { recorder } = joined();
      await recorder.run(jobOf('lstm', 7, direction));
      const { values } = await recorder.ask('cell', { level: 0, direction: 0, unit: 3, step: 5 });
      const tile = await recorder.tile({ revision: 1, level: 0, direction: 0, signal: 'c', from: 0, to: STEPS, columns: STEPS });
      const c = (t: number): number => tile.mean[t * 5 + 3]!;
      assert.deepEqual(values['c'], { now: c(5), before: c(direction === 'forward' ? 4 : 6) });
      assert.deepEqual(Object.keys(values).sort(), ['c', 'f', 'g', 'h', 'i', 'o']);
      const first = await recorder.ask('cell', { level: 0, direction: 0, unit: 3, step: direction === 'forward' ? 0 : STEPS - 1 });
      assert.deepEqual(Object.keys(first.values['c']!), ['now']);
    });
  }

  it('go to the run that they name, beside the one that is shown, until that one is run anew', async () => {
    const { recorder } = joined();
    await recorder.run(jobOf('lstm', 7));
    const summary = await recorder.beside('other', jobOf('gru', 8));
    assert.deepEqual(summary.levels[0]!.directions[0]!.signals.map(s => s.name), ['x', 'r', 'z', 'n', 'h']);
    const own = await recorder.ask('cell', { level: 0, direction: 0, unit: 0, step: 4 });
    const other = await recorder.ask('cell', { run: 'other', level: 0, direction: 0, unit: 0, step: 4 });
    assert.deepEqual([Object.keys(own.values).length, Object.keys(other.values).length], [6, 4]);
    const tile = await recorder.tile({ revision: 1, run: 'other', level: 0, direction: 0, signal: 'h', from: 4, to: 5, columns: 1 });
    assert.equal(tile.mean[0], other.values['h']!.now);
    assert.equal(recorder.order(0, 0, 'index', 'other').length, 5);
    await recorder.run(jobOf('lstm', 9));
    await assert.rejects(recorder.ask('cell', { run: 'other', level: 0, direction: 0, unit: 0, step: 4 }), /The run other is gone/);
  });

  it('that nobody answers are refused by name', async () => {
    const { recorder } = joined();
    await assert.rejects(recorder.ask('nothing' as 'cell', { level: 0, direction: 0, unit: 0, step: 0 }), /There is no study nothing; there are .*cell/);
  });

  it('that were overtaken by a newer one of the same kind end', async () => {
    const { recorder } = joined();
    await recorder.run(jobOf('lstm', 7));
    const [old, young] = await Promise.allSettled([1, 2].map(step => recorder.ask('cell', { level: 0, direction: 0, unit: 0, step })));
    assert.equal(young!.status, 'fulfilled');
    assert.ok(old!.status === 'rejected' || old!.value.values['c'] !== undefined);
  });
});
