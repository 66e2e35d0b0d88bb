import assert from 'node:assert/strict';
import { cellById } from '../../src/core/cells/index';
import { running } from '../../src/core/engine';
import { initialise } from '../../src/core/initialise';
import type { Network } from '../../src/core/layer';
import { atOnce } from '../../src/core/recording/recording';
import type { Expected } from '../../src/studies/run';
import type { Subject } from '../../src/session';
import { joined } from './joined';

const STEPS = 700;
const cell = cellById('lstm');
const network: Network = {
  name: 'lstm',
  levels: [{ name: 'lstm', merge: 'concat', directions: (['forward', 'reverse'] as const).map((direction, k) => ({ cell, inputSize: 3, units: 5, direction, params: initialise(cell, 3, 5, 'pytorch', k) })) }],
};
const x = Float32Array.from({ length: STEPS * 3 }, (_, k) => Math.sin(k * 1.7));

/** Both directions side by side, as runtimes give them. */
function output(): Float32Array {
  const { directions } = atOnce(running(network, x, STEPS)).levels[0]!;
  return Float32Array.from({ length: STEPS * 10 }, (_, k) => directions[Math.floor(k % 10 / 5)]!.signals['h']![Math.floor(k / 10) * 5 + k % 5]!);
}

const subject = (expected: Expected): Subject => ({
  reference: '', model: 'm', weights: { description: '' }, notes: [], canReveal: false,
  content: { kind: 'run', network, sequence: { steps: STEPS, width: 3, data: x, axis: 'steps', description: '', notes: [] }, parameters: [0], seed: 1, expected },
});

describe('parity with another runtime', () => {
  it('is nothing where it gave the same numbers', async () => {
    const { parity } = await joined().session.open(subject({ runtime: 'Other 1.0', output: output() }));
    assert.deepEqual(parity, { runtime: 'Other 1.0', max: 0, step: 0, bound: 1e-5 });
  });

  it('is the greatest difference and where, in either direction', async () => {
    const other = output();
    other[650 * 10 + 7]! += 0.25;
    other[3]! += 0.125;
    const { parity } = await joined().session.open(subject({ runtime: 'Other 1.0', output: other }));
    assert.equal(parity?.step, 650);
    assert.ok(Math.abs(parity.max - 0.25) < 1e-6, String(parity.max));
  });

  it('is NaN where either is', async () => {
    const other = output();
    other[20] = NaN;
    assert.ok(Number.isNaN((await joined().session.open(subject({ runtime: 'Other 1.0', output: other }))).parity?.max));
  });

  it('is refused where the sizes differ', async () => {
    await assert.rejects(joined().session.open(subject({ runtime: 'Other 1.0', output: new Float32Array(7) })), /700 steps of 10/);
  });
});
