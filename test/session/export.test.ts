import assert from 'node:assert/strict';
import { cellById } from '../../src/core/cells/index';
import { running } from '../../src/core/engine';
import { initialise } from '../../src/core/initialise';
import type { Network } from '../../src/core/layer';
import { atOnce } from '../../src/core/recording/recording';
import { exporters } from '../../src/formats/export';
import { memory, open } from '../../src/formats/index';
import { changesThatFit } from '../../src/fitting';
import { exportSourceOf } from '../../src/sessionExport';
import { joined } from './joined';

const STEPS = 5000;
const cell = cellById('gru');
const network: Network = { name: 'gru', levels: [{ name: 'gru', merge: 'none', directions: [{ cell, inputSize: 2, units: 3, direction: 'forward', params: initialise(cell, 2, 3, 'pytorch', 4) }] }] };
const x = Float32Array.from({ length: STEPS * 2 }, (_, k) => Math.cos(k * 0.7));
const wave = Float32Array.from({ length: STEPS * 3 }, (_, k) => Math.sin(k));

describe('export of what is shown', () => {
  it('writes a trace that opens with every number as it was, whatever is held', async () => {
    for (const memoryLimit of [2 ** 28, 2 ** 16]) {
      const { session } = joined();
      await session.open({
        reference: '', model: 'weather', weights: { description: 'w.pt' }, notes: [], canReveal: false,
        content: { kind: 'run', network, parameters: [0], seed: 1, memory: memoryLimit, sequence: { steps: STEPS, width: 2, data: x, axis: 'time', rate: 50, curves: [{ name: 'wave', perStep: 3, data: wave }], description: 'sound.wav', notes: [] } },
      });
      const pieces: Uint8Array[] = [];
      for await (const piece of exporters.find(e => e.id === 'trace')!.write(await exportSourceOf(session))) pieces.push(piece);
      const trace = await open(memory('t.safetensors', Buffer.concat(pieces)));
      assert.equal(trace.kind, 'trace');
      if (trace.kind !== 'trace') return;
      assert.equal(trace.steps, STEPS);
      assert.equal(trace.rate, 50);
      assert.equal(trace.levels[0]!.cell?.id, 'gru');
      const expected = atOnce(running(network, x, STEPS)).levels[0]!.directions[0]!.signals;
      for (const signal of trace.levels[0]!.directions[0]!.signals) {
        assert.deepEqual(await signal.read(0, STEPS), signal.name === 'x' ? x : Float32Array.from(expected[signal.name]!), `${signal.name} with ${memoryLimit} bytes`);
      }
      assert.deepEqual(trace.levels[0]!.directions[0]!.signals.map(s => s.name), ['x', 'r', 'z', 'n', 'h']);
      assert.deepEqual(await trace.tracks?.[0]?.read(0, STEPS), wave);
    }
  });

  it('holds the changed run and says what was changed', async () => {
    const { session } = joined();
    await session.open({
      reference: '', model: 'weather', weights: { description: 'w.pt' }, notes: [], canReveal: false,
      content: { kind: 'run', network, parameters: [0], seed: 1, sequence: { steps: STEPS, width: 2, data: x, axis: 'time', rate: 50, description: 'sound.wav', notes: [] } },
    });
    const changes = [{ kind: 'clamp', level: 0, direction: 0, signal: 'z', value: 1, from: 3 }] as const;
    const source = await exportSourceOf(session, changes);
    assert.deepEqual(JSON.parse(source.metadata!['changes']!), changes);
    const z = await source.levels[0]!.directions[0]!.signals.find(s => s.name === 'z')!.read(0, STEPS);
    assert.ok(z.subarray(0, 9).every(v => v < 1) && z.subarray(9).every(v => v === 1), 'z is not held from step 3 on');
  });

  it('may be of some steps only, as they were among all', async () => {
    const { session } = joined();
    await session.open({
      reference: '', model: 'weather', weights: { description: 'w.pt' }, notes: [], canReveal: false,
      content: { kind: 'run', network, parameters: [0], seed: 1, sequence: { steps: STEPS, width: 2, data: x, axis: 'time', rate: 50, labels: Array.from({ length: STEPS }, (_, t) => `t${t}`), curves: [{ name: 'wave', perStep: 3, data: wave }], description: 'sound.wav', notes: [] } },
    });
    const source = await exportSourceOf(session, [], { from: 4090, to: 4100 });
    const h = atOnce(running(network, x, STEPS)).levels[0]!.directions[0]!.signals['h']!;
    assert.deepEqual([source.steps, source.labels?.[0], source.labels?.length, source.metadata?.['from']], [10, 't4090', 10, '4090']);
    assert.deepEqual(await source.levels[0]!.directions[0]!.signals.find(s => s.name === 'h')!.read(2, 9), Float32Array.from(h.slice(4092 * 3, 4099 * 3)));
    assert.deepEqual(await source.tracks![0]!.read(1, 3), wave.slice(4091 * 3, 4093 * 3));
  });

  it('is refused where nothing is shown', async () => {
    await assert.rejects(exportSourceOf(joined().session), /Nothing is shown/);
  });

  it('leaves out changes that were kept for another layer, which the engine refuses', async () => {
    const { session } = joined();
    await session.open({
      reference: '', model: 'm', weights: { description: 'w' }, notes: [], canReveal: false,
      content: { kind: 'run', network, parameters: [0], seed: 1, sequence: { steps: 8, width: 2, data: x.slice(0, 16), axis: 'steps', description: 'x', notes: [] } },
    });
    const alien = [{ kind: 'clamp', level: 2, direction: 0, signal: 'f', value: 1, from: 0 }, { kind: 'off', level: 0, direction: 0, units: [7], from: 0 }] as const;
    await assert.rejects(exportSourceOf(session, alien));
    const fitting = changesThatFit([...alien, { kind: 'clamp', level: 0, direction: 0, signal: 'z', value: 1, from: 0 }, 'nonsense'], session.scene!);
    assert.equal(fitting.length, 1);
    const z = (await exportSourceOf(session, fitting)).levels[0]!.directions[0]!.signals.find(s => s.name === 'z')!;
    assert.deepEqual(await z.read(0, 8), new Float32Array(24).fill(1));
  });
});
