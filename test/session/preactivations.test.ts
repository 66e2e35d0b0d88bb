import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { cellById } from '../../src/core/cells/index';
import { initialise } from '../../src/core/initialise';
import type { Subject } from '../../src/session';
import { joined } from './joined';

const STEPS = 6, WIDTH = 2, UNITS = 3;
const cell = cellById('gru');
const subject = (preactivations?: boolean): Subject => ({
  reference: 'r', model: 'm', weights: { description: 'w' }, notes: [], canReveal: false,
  content: {
    kind: 'run', seed: 1, parameters: [1], ...(preactivations === undefined ? {} : { preactivations }),
    network: { name: 'n', levels: [{ name: 'n', merge: 'none', directions: [{ cell, inputSize: WIDTH, units: UNITS, direction: 'forward', params: initialise(cell, WIDTH, UNITS, 'pytorch', 3) }] }] },
    sequence: { steps: STEPS, width: WIDTH, data: Float32Array.from({ length: STEPS * WIDTH }, (_, k) => Math.sin(k)), axis: 'steps', description: 's', notes: [] },
  },
});

describe('preactivations', () => {
  it('are rows of their own where they are wanted, and what the activations read', async () => {
    const { session } = joined();
    const plain = await session.open(subject());
    assert.equal(plain.preactivations, false);
    assert.deepEqual(plain.levels[0]!.directions[0]!.signals.map(s => s.name), ['x', 'r', 'z', 'n', 'h']);
    const { revision, levels, preactivations } = await session.open(subject(true));
    assert.equal(preactivations, true);
    const signals = levels[0]!.directions[0]!.signals;
    assert.deepEqual(signals.map(s => s.name), ['x', 'r.pre', 'r', 'z.pre', 'z', 'n.pre', 'n', 'h']);
    assert.deepEqual(signals.filter(s => s.name === 'z.pre').map(s => [s.label, s.kind, s.hue]), [['preactivation of z', 'value', 'f']]);
    const read = async (signal: string): Promise<Float32Array> => (await session.tile({ revision, level: 0, direction: 0, signal, from: 0, to: STEPS, columns: STEPS })).mean;
    for (const [name, activation] of [['z', (v: number) => 1 / (1 + Math.exp(-v))], ['n', Math.tanh]] as const) {
      const [before, after] = [await read(`${name}.pre`), await read(name)];
      before.forEach((v, k) => assert.ok(Math.abs(activation(v) - after[k]!) < 1e-6, `${name} at ${k}`));
    }
  });

  it('are not offered for a recording', async () => {
    const { session } = joined();
    const scene = await session.open({ ...subject(), content: { kind: 'trace', description: 't', recorded: { steps: 2, axis: 'steps', levels: [{ name: 'l', inputSize: 1, directions: [{ direction: 'forward', signals: [{ name: 'h', units: 1, data: Float32Array.of(1, 2) }] }] }] } } });
    assert.equal('preactivations' in scene, false);
  });
});
