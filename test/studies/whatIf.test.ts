import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { cellById } from '../../src/core/cells/index';
import { initialise } from '../../src/core/initialise';
import type { Network } from '../../src/core/layer';
import type { Sequence } from '../../src/core/sequence';
import type { Change } from '../../src/core/variations/change';
import type { Tile } from '../../src/protocol';
import { entry } from '../../src/shades';
import type { Job } from '../../src/studies/run';
import { tilesOf } from '../../webview/whatIf/brought';
import { joined } from '../session/joined';

const STEPS = 40, UNITS = 5, LETTERS = 'abcd';
const ids = Int32Array.from({ length: STEPS }, (_, t) => (t * t + t) % 3);
const sequence: Sequence = { steps: STEPS, width: 4, data: { kind: 'lookup', ids }, ids, labels: Array.from(ids, k => LETTERS[k]!), axis: 'characters', description: 'letters', notes: [] };
const cell = cellById('lstm');
const network: Network = { name: 'lstm', levels: [{ name: 'lstm', merge: 'none', directions: [{ cell, inputSize: 4, units: UNITS, direction: 'forward', params: initialise(cell, 4, UNITS, 'pytorch', 7) }] }] };
const job: Job = { revision: 1, network, sequence, seed: 1, invented: true };
const clamp = (value: number, from = 10): Change => ({ kind: 'clamp', level: 0, direction: 0, signal: 'f', units: [2], value, from });

type Made = ReturnType<typeof joined>['recorder'];
async function rows(recorder: Made, signal: string, run?: string): Promise<Float32Array> {
  return (await recorder.tile({ revision: 1, ...(run && { run }), level: 0, direction: 0, signal, from: 0, to: STEPS, columns: STEPS })).mean;
}

describe('the study of what if', () => {
  it('answers a changed run beside the main one, and what could be changed', async () => {
    const { recorder } = joined();
    await recorder.run(job);
    const none = await recorder.ask('whatIf', { changes: [] });
    assert.equal(none.run, undefined);
    assert.deepEqual(none.knobs[0]![0]!.map(k => [k.signal, k.bias]), [['i', true], ['f', true], ['g', true], ['o', true], ['c', false], ['h', false]]);
    assert.deepEqual(none.alphabet, [{ id: 0, label: 'a' }, { id: 2, label: 'c' }]);
    const before = await rows(recorder, 'f');
    const { run, reach } = await recorder.ask('whatIf', { changes: [clamp(1)] });
    assert.deepEqual(reach, { from: 10, to: STEPS });
    const changed = await rows(recorder, 'f', run);
    for (let t = 0; t < STEPS; t++) for (let u = 0; u < UNITS; u++) {
      const at = t * UNITS + u;
      if (t >= 10 && u === 2) assert.equal(changed[at], 1);
      else if (t <= 10) assert.equal(changed[at], before[at], `f of unit ${u} at step ${t}`);
    }
    assert.deepEqual(await rows(recorder, 'f'), before);
  });

  it('answers how far every signal departs, and from where', async () => {
    const { recorder } = joined();
    await recorder.run(job);
    const { run } = await recorder.ask('whatIf', { changes: [clamp(0)] });
    const { directions } = await recorder.ask('departure', { run: run! });
    for (const { name, difference, stats } of directions[0]![0]!) {
      const [a, b] = [await rows(recorder, name, run), await rows(recorder, name)];
      let [max, at, first] = [0, 0, -1];
      a.forEach((v, k) => { const d = Math.abs(v - b[k]!); if (d > 0 && first < 0) first = k; if (d > max) { max = d; at = k; } });
      const width = a.length / STEPS;
      const { p98, ...rest } = difference!;
      const apart = Array.from(a, (v, k) => Math.abs(v - b[k]!)).filter(d => d > 0);
      const below = (limit: number): number => apart.filter(d => d <= limit).length;
      assert.ok(below(p98) >= 0.98 * apart.length && (apart.length === 0 || below(p98 - max / 200) < 0.98 * apart.length), `98th percentile of ${name}: ${p98}`);
      assert.deepEqual(rest, { max, step: Math.floor(at / width), unit: at % width, ...(first < 0 ? {} : { first: Math.floor(first / width) }) }, name);
      assert.ok(Math.abs(stats.mean - a.reduce((s, v) => s + v, 0) / a.length) < 1e-6, `mean of ${name}`);
    }
    const first = Object.fromEntries(directions[0]![0]!.map(s => [s.name, s.difference!.first]));
    assert.deepEqual(first, { x: undefined, i: 11, f: 10, g: 11, o: 11, c: 10, h: 10 });
  });

  it('brings what is seen along: shades, differences and numbers as the tiles have them, and nothing of what did not change', async () => {
    const { recorder } = joined();
    await recorder.run(job);
    const place = { level: 0, direction: 0, from: 0, to: STEPS, columns: STEPS / 2 };
    const scale = { kind: 'signed', max: 0.5 } as const, part = { first: 1, end: 4 };
    const seen = [{ ...place, signal: 'x' }, { ...place, signal: 'h', scale }, { ...place, signal: 'c', part, extremes: true }, { ...place, signal: 'h', scale, apart: true }, { ...place, signal: 'f', part: 'bands' as const }];
    const answer = await recorder.ask('whatIf', { changes: [clamp(0)], seen });
    const asked = (n: number, run?: string): Promise<Tile> => recorder.tile({ ...seen[n]!, revision: 1, ...(run && { run }) });
    const tiles = tilesOf(answer, seen, 1, k => ({ same: k }) as unknown as Tile);
    assert.deepEqual(tiles[0], { same: 0, run: answer.run });
    assert.deepEqual([answer.windows![0], tiles.slice(1).map(t => t.run)], ['same', [answer.run, answer.run, `${answer.run}-main`, answer.run]]);
    const [h, was] = [await asked(1, answer.run), await asked(1)];
    assert.deepEqual([...tiles[1]!.shades!.entries], Array.from(h.mean, v => entry(scale, v)));
    assert.deepEqual([...tiles[3]!.shades!.entries], Array.from(h.mean, (v, k) => entry(scale, Math.fround(v - was.mean[k]!))));
    for (const n of [2, 4]) {
      const { run: _run, part: _part, ...whole } = await asked(n, answer.run), { run: _r, part: _p, ...came } = tiles[n]!;
      assert.deepEqual(came, whole, seen[n]!.signal);
    }
  });

  it('keeps the last three changed runs, and gives the same numbers for the same changes', async () => {
    const { recorder } = joined();
    await recorder.run(job);
    const runs = [];
    for (const value of [0, 1, 0.5, 0.25]) runs.push((await recorder.ask('whatIf', { changes: [clamp(value)] })).run!);
    const [, second] = await Promise.all(runs.slice(0).map(run => rows(recorder, 'h', run).catch((error: Error) => error.message)));
    assert.match(String(await rows(recorder, 'h', runs[0]).catch((error: Error) => error.message)), /is gone/);
    const again = (await recorder.ask('whatIf', { changes: [clamp(1)] })).run!;
    assert.deepEqual(await rows(recorder, 'h', again), second);
    assert.equal((await recorder.card(0, 0, 2, again)).unit, 2);
  });

  it('changes a letter of the input, and the labels with it', async () => {
    const { recorder } = joined();
    await recorder.run(job);
    const letter = 1 - Math.min(1, ids[6]!) === 1 ? 2 : 0;
    const { run } = await recorder.ask('whatIf', { changes: [{ kind: 'input', step: 6, id: letter }] });
    const [x, was] = [await rows(recorder, 'x', run), await rows(recorder, 'x')];
    const expected = was.slice();
    expected.fill(0, 24, 28);
    expected[24 + letter] = 1;
    assert.deepEqual(x, expected);
  });

  it('says what is in the way: a trace has no weights, a long run no parts', async () => {
    const { recorder } = joined();
    await recorder.load({ revision: 1, steps: 4, axis: 'steps', levels: [{ name: 'l', inputSize: 1, directions: [{ direction: 'forward', signals: [{ name: 'h', units: 1, data: new Float32Array(4) }] }] }] });
    await assert.rejects(recorder.ask('whatIf', { changes: [] }), /open its checkpoint/);
    const long = { ...sequence, steps: 4096, ids: Int32Array.from({ length: 4096 }, (_, t) => t % 3), labels: Array.from({ length: 4096 }, () => 'a') };
    await recorder.run({ ...job, sequence: { ...long, data: { kind: 'lookup', ids: long.ids } }, memory: 100_000 });
    await assert.rejects(recorder.ask('whatIf', { changes: [clamp(1)] }), /4096 steps is too long to be held, so a change must last/);
    const { run } = await recorder.ask('whatIf', { changes: [clamp(1, 0)] });
    const tile = await recorder.tile({ revision: 1, run: run!, level: 0, direction: 0, signal: 'f', from: 4000, to: 4001, columns: 1 });
    assert.equal(tile.mean[2], 1);
    assert.equal((await recorder.ask('departure', { run: run! })).directions[0]![0]![2]!.difference, undefined);
  });
});
