import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { checkBinding, type Binding, type Files } from '../../src/binding';
import { memory } from '../../src/formats/index';
import { fileBytes } from '../../src/platform/node';
import type { Scene } from '../../src/protocol';
import { propose } from '../../src/propose';
import type { Session } from '../../src/session';
import { subjectOf } from '../../src/subject';
import { traceSubject } from '../../src/traceSubject';
import { anything } from '../../src/wanted';
import { npyBatch } from '../formats/helpers';
import { joined } from './joined';

const SETTINGS = { maximumSteps: 1e6, seed: 7 };
const COUNT = 5, STEPS = 40, WIDTH = 4;
/** Every sequence begins and goes on otherwise. */
const value = (sequence: number, step: number, feature: number): number => Math.fround(Math.sin(1 + sequence * 1.7 + step * (0.1 + feature / 9)) + 0.2 * feature);
const batch = npyBatch([COUNT, STEPS, WIDTH], (n, t, k) => value(n, t, k));
const swapped = npyBatch([STEPS, COUNT, WIDTH], (t, n, k) => value(n, t, k));

const files = (own: Readonly<Record<string, Uint8Array>>): Files => ({ list: async () => Object.keys(own), open: async path => own[path] ? memory(path, own[path]) : fileBytes(`examples/${path}`) });
async function shown(binding: Binding, own: Readonly<Record<string, Uint8Array>>): Promise<{ readonly session: Session; readonly scene: Scene }> {
  const { session } = joined();
  const whole = (await propose(anything(''), 'x', files(own), binding)).binding;
  const scene = await session.open(await subjectOf({ reference: 'r', model: 'm', wanted: anything(''), cellId: null, binding: whole }, files(own), SETTINGS));
  return { session, scene };
}
const GRU: Binding = { checkpoint: 'time_series/weather_gru.safetensors', input: 'batch.npy' };
const tileOf = async ({ session, scene }: Awaited<ReturnType<typeof shown>>, signal: string): Promise<Float32Array> => {
  const [tile] = await session.tiles([{ revision: scene.revision, level: 0, direction: 0, signal, from: 0, to: scene.steps, columns: scene.steps }]);
  return tile!.mean;
};

describe('several sequences of an input', () => {
  it('are listed, the bound one is run, and small courses of the others are what they are when they are opened', async () => {
    const first = await shown(GRU, { 'batch.npy': batch });
    assert.deepEqual(first.scene.sequences, { pieces: Array.from({ length: COUNT }, (_, k) => ({ name: String(k), steps: STEPS })), at: 0, all: false, courses: COUNT });
    const { courses } = await first.session.ask('sequences', { level: 0, direction: 0, signal: 'z', unit: 3, first: 0, end: 16 });
    assert.deepEqual(courses.map(c => c.at), [0, 1, 2, 3, 4]);
    for (const { at, steps, min, max } of courses) {
      const alone = await shown({ ...GRU, sequence: at }, { 'batch.npy': batch });
      assert.equal(alone.scene.sequences?.at, at);
      const units = alone.scene.levels[0]!.units, z = await tileOf(alone, 'z');
      assert.equal(steps, STEPS);
      const exact = Array.from({ length: STEPS }, (_, t) => z[t * units + 3]!);
      assert.deepEqual([Array.from(min), Array.from(max)], [exact, exact], `sequence ${at}`);
    }
    assert.ok(new Set(courses.map(c => c.min.join())).size === COUNT, 'all courses are the same');
  });

  it('may lie along the second axis', async () => {
    const one = await shown({ ...GRU, sequence: 3 }, { 'batch.npy': batch });
    const other = await shown({ ...GRU, sequence: 3, batchAxis: 1 }, { 'batch.npy': swapped });
    assert.equal(other.scene.steps, STEPS);
    assert.deepEqual(await tileOf(other, 'h'), await tileOf(one, 'h'));
  });

  it('of another file may be fewer than the one that was chosen', async () => {
    const { scene } = await shown({ ...GRU, sequence: 90 }, { 'batch.npy': batch });
    assert.equal(scene.sequences?.at, COUNT - 1);
  });

  it('are none of an ordinary input', async () => {
    const { scene, session } = await shown({ ...GRU, input: 'one.npy' }, { 'one.npy': npyBatch([1, STEPS, WIDTH], (_, t, k) => value(0, t, k)) });
    assert.equal(scene.sequences, undefined);
    assert.deepEqual((await session.ask('sequences', { level: 0, direction: 0, signal: 'h', unit: 0, first: 0, end: 9 })).courses, []);
  });

  it('are the lines of a text where a person says so, with labels of their own', async () => {
    const text = readFileSync('examples/char_lstm/text.txt', 'utf8').slice(0, 700);
    const binding: Binding = { checkpoint: 'char_lstm/char_lstm.safetensors', input: 't.txt', vocabulary: 'char_lstm/vocab.json', encoder: 'embed.weight', split: 'lines', sequence: 1 };
    const { scene, session } = await shown(binding, { 't.txt': new TextEncoder().encode(text) });
    const lines = text.split('\n').filter(l => l.trim() !== '');
    assert.deepEqual(scene.sequences?.pieces.map(p => p.steps), lines.map(l => [...l].length));
    assert.equal((await session.labels(0, scene.steps)).join(''), lines[1]);
  });

  it('are kept in a binding that is checked', () => {
    assert.deepEqual(checkBinding({ sequence: 2, split: 'lines', batchAxis: 1 }), { sequence: 2, split: 'lines', batchAxis: 1 });
    assert.deepEqual(checkBinding({ sequence: -1, split: 'words', batchAxis: 2 }), {});
  });
});

describe('several sequences of a recording', () => {
  it('are listed whichever is shown, with courses as they were recorded', async () => {
    const path = 'test/fixtures/files/recordings/batch_first.npz', own = { 'r.npz': new Uint8Array(readFileSync(path)) };
    for (const [assume, at, steps] of [[{}, 0, 9], [{ sequence: '1' }, 1, 9], [{ sequence: 'all' }, -1, 18]] as const) {
      const { session } = joined();
      const subject = await traceSubject('r.npz', 'r', files(own), SETTINGS, { assume });
      const scene = await session.open(subject);
      assert.deepEqual([scene.steps, scene.sequences?.at, scene.sequences?.all, scene.sequences?.courses, scene.sequences?.pieces.map(p => p.steps)], [steps, at, true, 2, [9, 9]]);
      const signal = scene.levels[0]!.directions[0]!.signals.at(-1)!;
      const { courses } = await session.ask('sequences', { level: 0, direction: 0, signal: signal.name, unit: 1, first: 0, end: 9 });
      assert.equal(courses.length, 2);
      if (subject.content.kind !== 'trace') return;
      const data = subject.content.recorded.levels[0]!.directions[0]!.signals.find(s => s.name === signal.name)!.data;
      const start = at === 1 ? 1 : 0;
      assert.deepEqual(Array.from(courses[start]!.min), Array.from({ length: 9 }, (_, t) => data[t * signal.units + 1]!));
    }
  });
});
