import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'mocha';
import { cellById } from '../../src/core/cells/index';
import { initialise } from '../../src/core/initialise';
import type { Network } from '../../src/core/layer';
import type { Sequence } from '../../src/core/sequence';
import { localSession } from '../../src/local';
import { pack, unpack } from '../../src/report/codec';
import { documentOf } from '../../src/report/document';
import { carried, excerptOf, labelRows, MOST_STEPS, shifted } from '../../src/report/excerpt';
import type { Session, Subject } from '../../src/session';
import { labelTracks } from '../../webview/views/units/labelsFile';

const WIDTH = 3, UNITS = 4, STEPS = MOST_STEPS + 300;
const session = (): Session => localSession(() => new Promise(resolve => { setImmediate(resolve); }));

function sequence(steps: number): Sequence {
  return {
    steps, width: WIDTH, data: Float32Array.from({ length: steps * WIDTH }, (_, k) => Math.sin(1.3 * k) + Math.cos(0.07 * k)), axis: 'time', description: 'waves', notes: [],
    labels: Array.from({ length: steps }, (_, t) => `label ${t}`), curves: [{ name: 'wave', perStep: 2, data: Float32Array.from({ length: 2 * steps }, (_, k) => k) }],
  };
}

/** Two levels, the lower one in both directions. */
function network(): Network {
  const layer = (cell: string, inputSize: number, direction: 'forward' | 'reverse', seed: number) =>
    ({ cell: cellById(cell), inputSize, units: UNITS, direction, params: initialise(cellById(cell), inputSize, UNITS, 'pytorch', seed) });
  return {
    name: 'stack', levels: [
      { name: 'low', merge: 'concat', directions: [layer('lstm', WIDTH, 'forward', 1), layer('lstm', WIDTH, 'reverse', 2)] },
      { name: 'high', merge: 'none', directions: [layer('gru', 2 * UNITS, 'forward', 3)] },
    ],
  };
}

const subject = (steps: number): Subject => ({
  reference: 'r', model: '<script>alert(1)</script>', weights: { description: 'w' }, notes: [], canReveal: true,
  content: { kind: 'run', network: network(), sequence: sequence(steps), parameters: [1, 2], seed: 1 },
});

async function opened(made: Subject): Promise<Session> {
  const s = session();
  await s.open(made);
  return s;
}

const tile = (s: Session, level: number, direction: number, signal: string, from: number, to: number): Promise<{ mean: Float32Array }> =>
  s.tile({ revision: 1, level, direction, signal, from, to, columns: to - from });

describe('the codec of reports', () => {
  it('gives back arrays to the bit, numbers that JSON has not, and texts that look like markup', () => {
    const value = { a: Float32Array.of(0.1, -0, NaN, Infinity), b: Float64Array.of(Math.PI), c: Int32Array.of(-5), d: Uint8Array.of(255), e: [NaN, -Infinity, 'x </script><!-- y'], f: undefined };
    const text = pack(value);
    assert.ok(!text.includes('<'));
    const back = unpack(text) as typeof value;
    for (const key of ['a', 'b', 'c', 'd'] as const) {
      assert.equal(back[key].constructor, value[key].constructor);
      assert.deepEqual(new Uint8Array(back[key].buffer), new Uint8Array(value[key].buffer));
    }
    assert.deepEqual(back.e, value.e);
  });

  it('takes part of a buffer for what it is', () => {
    const view = new Float32Array([1, 2, 3, 4]).subarray(1, 3);
    assert.deepEqual(unpack(pack(view)), Float32Array.of(2, 3));
  });
});

describe('an excerpt for a report', () => {
  it('is the whole, where that is short', async () => {
    const s = await opened(subject(40));
    const { from, to, subject: cut } = await excerptOf(s, { from: 10, to: 20 });
    assert.deepEqual([from, to], [0, 40]);
    assert.deepEqual(cut.notes, []);
    assert.equal(cut.canReveal, false);
  });

  it('is a window around what is looked at, that gives the same numbers to the bit, in both directions and all levels', async () => {
    const s = await opened(subject(STEPS));
    const { from, to, subject: cut } = await excerptOf(s, { from: 2800, to: 2900 });
    assert.deepEqual([from, to], [300, STEPS]);
    assert.match(cut.notes[0]!.text, /Steps \d+ to \d+ of 5300/);
    const again = await opened(unpack(pack(cut)) as Subject);
    for (const [level, direction, signals] of [[0, 0, ['x', 'f', 'c', 'h']], [0, 1, ['i', 'c', 'h']], [1, 0, ['z', 'h']]] as const) {
      for (const signal of signals) {
        const own = await tile(s, level, direction, signal, from + 100, from + 140), other = await tile(again, level, direction, signal, 100, 140);
        assert.deepEqual(other.mean, own.mean, `${level} ${direction} ${signal}`);
        const first = await tile(s, level, direction, signal, from, from + 1);
        assert.deepEqual((await tile(again, level, direction, signal, 0, 1)).mean, first.mean, `${level} ${direction} ${signal} at its first step`);
      }
    }
    assert.deepEqual(await again.labels(0, 2), [`label ${from}`, `label ${from + 1}`]);
    assert.deepEqual([...(await again.curve('wave', 0, 1, 2)).min], [2 * from, 2 * from + 1]);
  });

  it('of a trace is its signals', async () => {
    const recorded = { steps: 9, axis: 'steps' as const, levels: [{ name: 'l', inputSize: 1, directions: [{ direction: 'forward' as const, signals: [{ name: 'h', units: 2, data: Float32Array.from({ length: 18 }, (_, k) => k) }] }] }] };
    const s = await opened({ ...subject(9), content: { kind: 'trace', recorded, description: 't' } });
    const { subject: cut } = await excerptOf(s, { from: 0, to: 9 });
    assert.ok(cut.content.kind === 'trace');
    assert.deepEqual(cut.content.recorded.levels[0]!.directions[0]!.signals.find(x => x.name === 'h')?.data, recorded.levels[0]!.directions[0]!.signals[0]!.data);
  });

  it('keeps what is looked at in sight', () => {
    assert.deepEqual(carried(100_000, { from: 10, to: 20 }), { from: 0, to: MOST_STEPS });
    assert.deepEqual(carried(100_000, { from: 99_990, to: 100_000 }), { from: 95_000, to: 100_000 });
    const state = shifted({ selection: { level: 0, direction: 0, unit: 1, step: 5010, signal: 'f' }, from: 5000, to: 5100, open: [], order: 'index' }, { from: 4900, to: 9900 });
    assert.deepEqual([state.selection.step, state.from, state.to], [110, 100, 200]);
  });

  it('takes the labels of its own steps, under their names', () => {
    const table = { name: 'labels.csv', text: `\ufeffquote,word\r\n${Array.from({ length: 12 }, (_, t) => `${t % 2},w${t}`).join('\r\n')}\r\n` };
    const { text, name } = labelRows(table, { from: 4, to: 7 });
    assert.deepEqual([name, text], ['labels.csv', '\ufeffquote,word\n0,w4\n1,w5\n0,w6']);
    assert.deepEqual(labelTracks(text).tracks.find(t => t.name === 'quote'), { name: 'quote', values: [0, 1, 0] });
    assert.equal(labelRows({ ...table, text: 'a\n1' }, { from: 4, to: 7 }).text, 'a', 'a table of too few rows has none there');
  });

  it('is refused where nothing is shown', async () => {
    await assert.rejects(excerptOf(session(), { from: 0, to: 1 }), /Nothing is shown/);
  });
});

describe('a report', () => {
  it('runs nothing but its own scripts, and holds names as text', async () => {
    const hash = (text: string): string => createHash('sha256').update(text).digest('base64');
    const page = await documentOf({ subject: subject(3), made: '' }, { scripts: ['let a = "</script>";'], styles: ['p { } @font-face { src: url("./codicon.ttf?1") }'], font: 'AAAA' });
    assert.ok(!page.includes('<script>alert'));
    const scripts = [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(m => m[1]!);
    assert.equal(scripts.length, 1);
    for (const script of scripts) assert.ok(page.includes(`'sha256-${hash(script)}'`), 'a script whose hash is not allowed');
    const [, sheet = ''] = /<style>([\s\S]*?)<\/style>/.exec(page) ?? [];
    assert.ok(page.includes(`'sha256-${hash(sheet)}'`) && sheet.includes('data:font/ttf;base64,AAAA'));
    assert.match(page, /default-src 'none'/);
  });
});
