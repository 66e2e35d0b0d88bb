/** Gates of recorded states, against PyTorch's states and gates worked out by hand; and what is said where something is missing. */
import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { lstm } from '../../src/core/cells/lstm';
import { run } from '../../src/core/engine';
import { initialise } from '../../src/core/initialise';
import type { Level } from '../../src/core/layer';
import type { SignalRef, Trace } from '../../src/formats/format';
import { FormatError, open } from '../../src/formats/index';
import { recompute } from '../../src/recompute';
import { onDisk, random, uniform } from '../formats/helpers';

const FOLDER = 'test/fixtures/files/recordings';
const expected = JSON.parse(readFileSync(`${FOLDER}/expected.json`, 'utf8')) as Readonly<Record<string, { readonly gates: readonly Readonly<Record<string, readonly (readonly number[])[]>>[] }>>;

async function opened(states: string, weights: string): Promise<{ trace: Trace; levels: Level[] }> {
  const trace = await open(onDisk(`${FOLDER}/${states}`));
  const checkpoint = await open(onDisk(`${FOLDER}/${weights}`));
  assert.ok(trace.kind === 'trace' && checkpoint.kind === 'checkpoint');
  return { trace, levels: await Promise.all(checkpoint.stacks[0]!.levels.map(l => l.load())) };
}

const find = (trace: Trace, level: number, name: string): SignalRef => {
  const [signal, way] = name.split('/');
  return trace.levels[level]!.directions.find(d => (d.direction === 'reverse') === (way === 'reverse'))!.signals.find(s => s.name === signal)!;
};

/** Without some signals of the trace. */
const without = (trace: Trace, ...names: string[]): Trace =>
  ({ ...trace, levels: trace.levels.map(l => ({ ...l, directions: l.directions.map(d => ({ ...d, signals: d.signals.filter(s => !names.includes(s.name)) })) })) });

const held = (name: string, units: number, data: Float32Array): SignalRef => ({ name, units, read: async (from, to) => data.slice(from * units, to * units) });

describe('gates of recorded states', () => {
  for (const [states, weights] of [['torch_lstm_states.npz', 'torch_lstm.safetensors'], ['torch_gru_states.npz', 'torch_gru.safetensors']] as const) {
    it(`${states}: are those worked out by hand, and the states are PyTorch's`, async () => {
      const { trace, levels } = await opened(states, weights);
      const { trace: filled, differences, notes } = await recompute(trace, levels);
      let most = 0;
      for (const [k, gates] of expected[states]!.gates.entries()) for (const [name, rows] of Object.entries(gates)) {
        const found = await find(filled, k, name).read(0, trace.steps);
        rows.flat().forEach((v, at) => { most = Math.max(most, Math.abs(found[at]! - v)); });
        assert.equal(found.length, rows.flat().length);
      }
      assert.ok(most < 1e-7, `gates are off by ${most}`);
      assert.equal(differences.length, levels.length * (states.includes('lstm') ? 2 : 1) * levels[0]!.directions.length);
      for (const d of differences) assert.ok(d.most < 2e-7 && d.most > 0, `${d.level} ${d.direction} ${d.state}: ${d.most}`);
      assert.deepEqual(notes, []);
      // What was recorded stays as it was recorded.
      assert.deepEqual(await find(filled, 0, 'h').read(0, 9), await find(trace, 0, 'h').read(0, 9));
    });
  }

  it('show where a recording is not of these weights', async () => {
    const { trace, levels } = await opened('torch_lstm_states.npz', 'torch_lstm.safetensors');
    const h = await find(trace, 1, 'h').read(0, 9);
    h[5 * 4 + 2]! += 0.25;
    const wrong = { ...trace, levels: trace.levels.map((l, k) => (k === 1 ? { ...l, directions: [{ direction: 'forward' as const, signals: [held('h', 4, h), find(trace, 1, 'c')] }] } : l)) };
    const { differences, trace: filled } = await recompute(wrong, levels);
    const worst = differences.find(d => d.level === 'l1' && d.state === 'h')!;
    assert.deepEqual([worst.step, worst.unit], [5, 2]);
    assert.ok(Math.abs(worst.most - 0.25) < 1e-6 && worst.mostAfterFirst === worst.most);
    // The wrong state is what the next step reads, and no step after it.
    const f = await find(filled, 1, 'f').read(0, 9);
    const off = expected['torch_lstm_states.npz']!.gates[1]!['f']!.map((row, t) => Math.max(...row.map((v, u) => Math.abs(v - f[t * 4 + u]!))));
    assert.deepEqual(off.map(d => (d > 1e-3 ? 'other' : d < 1e-7 ? 'same' : d)), ['same', 'same', 'same', 'same', 'same', 'same', 'other', 'same', 'same']);
  });

  it('carry along a state that was not recorded', async () => {
    const { trace, levels } = await opened('torch_lstm_states.npz', 'torch_lstm.safetensors');
    const { trace: filled, differences, notes } = await recompute(without(trace, 'c'), levels);
    assert.deepEqual(notes, ['c of l0 is not recorded; it is carried along from step to step.', 'c of l1 is not recorded; it is carried along from step to step.']);
    assert.ok(differences.every(d => d.state === 'h' && d.most < 5e-7), JSON.stringify(differences));
    const [found, want] = [await find(filled, 1, 'c').read(0, 9), await find(trace, 1, 'c').read(0, 9)];
    found.forEach((v, k) => { assert.ok(Math.abs(v - want[k]!) < 1e-6); });
  });

  it('need the input, and say so', async () => {
    const { trace, levels } = await opened('torch_lstm_states.npz', 'torch_lstm.safetensors');
    const x = await find(trace, 0, 'x').read(0, 9);
    const bare = without(trace, 'x');
    await assert.rejects(recompute(bare, levels), (e: unknown) => e instanceof FormatError && /gates of l0 also depend on what it read, 3 numbers a step, which is not recorded/.test(e.message));
    const { differences } = await recompute(bare, levels, { x });
    assert.ok(differences.every(d => d.most < 2e-7));
    await assert.rejects(recompute(bare, levels, { x: x.slice(3) }), /reads 3 numbers a step, but its input has 24 in 9 steps/);
    await assert.rejects(recompute(without(trace, 'h', 'c'), levels), /no state \(c, h\) is recorded|no state \(h, c\) is recorded/);
    await assert.rejects(recompute({ ...bare, levels: [bare.levels[1]!].map(l => ({ ...l, name: 'torch_lstm.l1' })) }, levels), /depend on the level below, which is not recorded/);
  });

  it('begin anew with every sequence, and from the last step in reverse', async () => {
    const { trace, levels } = await opened('torch_gru_states.npz', 'torch_gru.safetensors');
    const two = async (name: string): Promise<SignalRef> => { const s = find(trace, 0, name); const d = await s.read(0, 9); return held(s.name, s.units, Float32Array.of(...d, ...d)); };
    const twice: Trace = {
      ...trace, steps: 18, sequences: [{ name: 'a', from: 0, to: 9 }, { name: 'b', from: 9, to: 18 }],
      levels: [{ ...trace.levels[0]!, directions: [{ direction: 'forward', signals: [await two('x'), await two('h')] }, { direction: 'reverse', signals: [await two('h/reverse')] }] }],
    };
    assert.ok((await recompute(twice, levels)).differences.every(d => d.most < 2e-7));
    const { sequences: _, ...joined } = twice;
    assert.ok((await recompute(joined, levels)).differences.every(d => d.most > 1e-2), 'without the border the states do not fit');
  });

  it('of 10,000 steps of 128 units take seconds, can be stopped, and are the engine\'s', async function () {
    this.timeout(60_000);
    const steps = 10_000;
    const level: Level = { name: 'l', merge: 'concat', directions: [{ cell: lstm, inputSize: 64, units: 128, direction: 'forward', params: initialise(lstm, 64, 128, 'pytorch', 1) }] };
    const x = uniform(steps * 64, 1, random(5));
    const made = (await run({ name: 'n', levels: [level] }, x, steps, { evaluator: 'fast' })).levels[0]!.directions[0]!;
    const trace: Trace = { kind: 'trace', format: 'recording', steps, metadata: {}, levels: [{ name: 'l', directions: [{ direction: 'forward', signals: ['h', 'c'].map(n => held(n, 128, made.signals[n]!)) }] }] };
    const since = performance.now();
    const { trace: filled, differences } = await recompute(trace, [level], { x });
    const took = performance.now() - since;
    assert.ok(took < 20_000, `${took} ms`);
    assert.ok(differences.every(d => d.most < 2e-6), JSON.stringify(differences));
    const f = await find(filled, 0, 'f').read(0, steps);
    f.forEach((v, k) => { if (Math.abs(v - made.signals['f']![k]!) > 2e-6) assert.fail(`f is off at ${k}`); });
    await assert.rejects(recompute(trace, [level], { x, signal: { aborted: true } }), /Stopped/);
  });
});
