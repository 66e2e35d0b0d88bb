import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { before, describe, it } from 'mocha';
import type { Files } from '../../src/binding';
import { run } from '../../src/core/engine';
import { generatorById } from '../../src/core/generate';
import { wholeOf } from '../../src/core/rows';
import { english } from '../../src/core/said';
import { asProblem } from '../../src/errors';
import { fileBytes } from '../../src/platform/node';
import { propose } from '../../src/propose';
import type { Scene, Tile } from '../../src/protocol';
import type { Session, Subject } from '../../src/session';
import { outline } from '../../src/source/index';
import { subjectOf } from '../../src/subject';
import { wantedOf } from '../../src/wanted';
import { layer, level, network } from '../core/networks';
import { joined } from './joined';

const STEPS = 1e6;
const net = network(level('lstm', [layer('lstm', 4, 24, 1)]));
const generated: Subject = {
  reference: 'r', model: 'm', weights: { description: 'w' }, notes: [], canReveal: false,
  content: { kind: 'run', network: net, sequence: generatorById('noise').make({ steps: STEPS, width: 4, seed: 7 }), parameters: [0], seed: 7, memory: 64 * 2 ** 20 },
};

describe('a session over a million steps', () => {
  const { session } = joined();
  let scene: Scene;
  let grown = 0;
  before(async () => {
    const held = process.memoryUsage().arrayBuffers;
    scene = await session.open(generated);
    grown = process.memoryUsage().arrayBuffers - held;
  });

  const tile = (signal: string, from: number, to: number, columns: number): Promise<Tile> => session.tile({ revision: scene.revision, level: 0, direction: 0, signal, from, to, columns, extremes: true });

  it('holds no more than its budget', () => {
    // What is garbage is counted until it is collected: as much again, at most.
    assert.ok(grown < 128 * 2 ** 20, `${Math.round(grown / 2 ** 20)} MB; all signals would be ${Math.round(STEPS * 148 * 4 / 2 ** 20)} MB`);
    assert.equal(scene.steps, STEPS);
  });

  it('shows the whole range, and a hundred steps of it as they were run', async () => {
    const whole = await tile('c', 0, STEPS, 1000);
    assert.ok(whole.columns > 200 && whole.columns <= 1000 && whole.from === 0 && whole.to === STEPS);
    const trace = await run(net, wholeOf(generatorById('noise').make({ steps: 50_100, width: 4, seed: 7 })), 50_100);
    for (const signal of ['f', 'c']) {
      const fine = await tile(signal, 50_000, 50_100, 100);
      assert.equal(fine.bucket, 1);
      assert.deepEqual(fine.mean, trace.levels[0]!.directions[0]!.signals[signal]!.slice(50_000 * 24));
    }
    const { stats } = scene.levels[0]!.directions[0]!.signals.find(s => s.name === 'c')!;
    assert.deepEqual([Math.min(...whole.min!), Math.max(...whole.max!)], [stats.min, stats.max]);
  });

  it('makes cards and orders', async () => {
    const card = await session.card(0, 0, 3);
    assert.equal(card.contexts.length, 4);
    const first = card.contexts[0]!;
    const there = await tile('c', first.from, first.from + first.values.length, 100);
    assert.deepEqual(first.values, Array.from(first.values, (_, t) => there.mean[t * 24 + 3]!));
    assert.equal(Math.abs(first.values[first.peak - first.from]!), card.contextScale);
    assert.match(english(card.test), /r from one step in \d+$/);
    for (const by of ['coactivation', 'halfLife'] as const) assert.deepEqual([...await session.order(0, 0, by)].sort((a, b) => a - b), Array.from({ length: 24 }, (_, k) => k));
  });

  it('stops when asked, soon', async () => {
    let asked = 0;
    const other = joined(p => { if (asked === 0 && p.done > STEPS / 10) { asked = performance.now(); other.session.cancel(); } });
    await assert.rejects(other.session.open(generated), error => asProblem(error, '').title === 'Stopped.');
    // Some 10 ms; a busy machine may take its time, but a run that does not hear takes far longer than this.
    assert.ok(performance.now() - asked < 2000, `${performance.now() - asked} ms`);
  });
});

describe('a session over a text that does not fit its memory', () => {
  const files: Files = { list: async () => readdirSync('examples', { recursive: true, encoding: 'utf8' }).map(p => p.replaceAll('\\', '/')), open: path => fileBytes(`examples/${path}`) };
  const [short, long] = [joined().session, joined().session];
  let scenes: Scene[];
  const close = (a: number, b: number, by: number, what: string): void => { assert.ok(a === b || Math.abs(a - b) <= by, `${what}: ${a} and ${b}`); };

  before(async () => {
    const text = readFileSync('examples/char_lstm/model.py', 'utf8');
    const spec = outline(text, 'python').layers[0]!;
    const { binding } = await propose(wantedOf(spec), 'char_lstm/model.py', files, {}, text);
    const open = async (session: Session, memory: number): Promise<Scene> =>
      session.open(await subjectOf({ reference: 'r', model: 'm', wanted: wantedOf(spec), spec, cellId: spec.cell, binding }, files, { maximumSteps: 1e6, seed: 7, memory }));
    scenes = [await open(short, 1024), await open(long, 4)];
  });

  it('says the same of every signal', () => {
    assert.deepEqual({ ...scenes[1], revision: 0 }, { ...scenes[0], revision: 0 });
  });

  it('is as surprised', async () => {
    assert.deepEqual(await long.surprise(), await short.surprise());
  });

  it('makes nearly the same cards, and says from what', async () => {
    for (const unit of [0, 36, 63]) {
      const [a, b] = [await short.card(0, 0, unit), await long.card(0, 0, unit)];
      assert.match(english(b.test), /r from one step in (2|4|8|16|32)$/);
      assert.doesNotMatch(english(a.test), /r from one step/);
      close(b.halfLife!.steps, a.halfLife!.steps, 1e-9 * a.halfLife!.steps, 'half-life');
      assert.equal(b.halfLife!.rank, a.halfLife!.rank);
      assert.deepEqual([b.halfLife!.runMedian, b.halfLife!.runLongest], [a.halfLife!.runMedian, a.halfLife!.runLongest]);
      assert.deepEqual(b.saturation, a.saturation);
      assert.deepEqual(b.contexts[0], a.contexts[0]);
      assert.equal(b.contextScale, a.contextScale);
      const r = new Map(a.follows.map(f => [f.track, f.r]));
      for (const f of b.follows) close(f.r, r.get(f.track)!, 0.2, f.track);
    }
    assert.equal(english((await long.card(0, 0, 36)).sentence), 'Its cell state rises inside quotes.');
    assert.deepEqual(await long.order(0, 0, 'halfLife'), await short.order(0, 0, 'halfLife'));
  });
});
