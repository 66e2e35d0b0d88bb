/** Recordings in other forms, and back: the same numbers, to the last bit. */
import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { lstm } from '../../src/core/cells/lstm';
import { cell, shortest } from '../../src/formats/export/csv';
import { chosen, exporters, sourceOf, type ExportSource } from '../../src/formats/export';
import { crc32, zipStream } from '../../src/formats/export/zip';
import type { SignalRef, Trace } from '../../src/formats/format';
import { FormatError, memory, open } from '../../src/formats/index';
import { openZip } from '../../src/formats/parts/zip';
import { random, uniform } from './helpers';

const next = random(3);
const STEPS = 7;

function signal(name: string, units: number, steps = STEPS): SignalRef & { data: Float32Array } {
  const data = uniform(steps * units, 1, next);
  return { name, units, data, read: async (from, to) => data.slice(from * units, to * units) };
}

const strange = signal('f/x%', 2);
strange.data.set([NaN, Infinity, -Infinity, -0, 1e-45, 3.4028234663852886e38, 0.1, 16777217, 1e-7, -1.5]);

const source: ExportSource = {
  model: 'char', steps: STEPS, evaluator: 'reference', input: 'noise, seed 7', rate: 31.25, labels: ['a', '=1+1', '"q"', 'x,y', '-', 'é😀', '0'],
  levels: [
    { name: 'enc/lstm.l0', cell: lstm, inputSize: 3, directions: [{ direction: 'forward', signals: [signal('f', 4), signal('f.pre', 4), signal('h', 4)] }, { direction: 'reverse', signals: [signal('h', 4)] }] },
    { name: 'top', directions: [{ direction: 'forward', signals: [strange] }] },
  ],
  sequences: [{ name: 'one', from: 0, to: 3 }, { name: 'two', from: 3, to: 7 }],
  tracks: [signal('speech', 1), signal('waveform', 5)],
  metadata: { loss: '0@4' },
};

async function written(id: string, from: ExportSource): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of exporters.find(e => e.id === id)!.write(from)) pieces.push(piece.slice());
  const all = new Uint8Array(pieces.reduce((n, p) => n + p.length, 0));
  pieces.reduce((at, p) => { all.set(p, at); return at + p.length; }, 0);
  return all;
}

async function again(id: string, from: ExportSource = source): Promise<Trace> {
  const trace = await open(memory(`out.${exporters.find(e => e.id === id)!.extension}`, await written(id, from)));
  assert.equal(trace.kind, 'trace');
  return trace;
}

const bits = (data: Float32Array): number[] => Array.from(new Uint32Array(data.slice().buffer));

async function sameSignals(trace: Trace, tracks: readonly string[]): Promise<void> {
  assert.deepEqual(trace.levels.map(l => [l.name, l.directions.map(d => [d.direction, d.signals.map(s => [s.name, s.units])])]), source.levels.map(l => [l.name, l.directions.map(d => [d.direction, d.signals.map(s => [s.name, s.units])])]));
  for (const [k, level] of trace.levels.entries()) for (const [j, d] of level.directions.entries()) for (const [n, s] of d.signals.entries()) {
    const want = await source.levels[k]!.directions[j]!.signals[n]!.read(0, STEPS);
    assert.deepEqual(bits(await s.read(0, STEPS)), bits(want), `${level.name} ${d.direction} ${s.name}`);
    assert.deepEqual(bits(await s.read(2, 5)), bits(want.slice(2 * s.units, 5 * s.units)));
  }
  assert.deepEqual(trace.tracks?.map(t => t.name), tracks);
  for (const t of trace.tracks ?? []) assert.deepEqual(bits(await t.read(0, STEPS)), bits(await source.tracks!.find(o => o.name === t.name)!.read(0, STEPS)), t.name);
  assert.deepEqual(trace.labels, source.labels);
  assert.deepEqual(trace.sequences, source.sequences);
}

describe('exports', () => {
  it('as a trace come back whole', async () => {
    const trace = await again('trace');
    await sameSignals(trace, ['speech', 'waveform']);
    assert.deepEqual([trace.levels[0]!.cell, trace.levels[0]!.inputSize, trace.rate, trace.metadata['loss'], trace.metadata['model']], [lstm, 3, 31.25, '0@4', 'char']);
  });

  it('as .npz come back whole', async () => {
    const trace = await again('npz');
    await sameSignals(trace, ['speech', 'waveform']);
    assert.deepEqual([trace.levels[0]!.cell, trace.levels[0]!.inputSize, trace.rate, trace.metadata['loss'], trace.doubts], [lstm, 3, 31.25, '0@4', undefined]);
  });

  it('as .csv come back with the same float32 numbers', async () => sameSignals(await again('csv'), ['speech']));

  it('as .csv are tables that any program reads', async () => {
    const small: ExportSource = {
      ...source, steps: 3, labels: ['a', '=1', ' '], tracks: undefined, sequences: [{ name: 'one', from: 0, to: 2 }, { name: 'two', from: 2, to: 3 }],
      levels: [{ name: 'l', directions: [{ direction: 'forward', signals: [{ name: 'h', units: 2, read: async (from, to) => Float32Array.of(0.1, -2, 3.5, NaN, 1e-7, 6).slice(from * 2, to * 2) }] }, { direction: 'reverse', signals: [{ name: 'h', units: 1, read: async (from, to) => new Float32Array(to - from) }] }] }],
    };
    assert.equal(new TextDecoder().decode(await written('csv', small)), 'step,sequence,label,l.h[0],l.h[1],l.h.reverse[0]\r\n0,one,a,0.1,-2,0\r\n1,one,\'=1,3.5,NaN,0\r\n0,two," ",1e-7,6,0\r\n');
  });

  it('go from one form to another and back', async () => {
    const first = await written('trace', source);
    const { metadata: _, ...rest } = sourceOf(await again('npz'), 'x');
    const second = await written('trace', { ...rest, metadata: source.metadata });
    assert.deepEqual(second, first);
  });

  it('of a part hold that part', async () => {
    const trace = await again('trace');
    const part = chosen(trace, { signals: ['h'], from: 2, to: 6 });
    const back = await again('csv', sourceOf(part, 'x'));
    assert.deepEqual([back.steps, back.labels, back.sequences], [4, source.labels!.slice(2, 6), [{ name: 'one', from: 0, to: 1 }, { name: 'two', from: 1, to: 4 }]]);
    assert.deepEqual(back.levels.map(l => l.directions.map(d => d.signals.map(s => s.name))), [[['h'], ['h']]]);
    assert.throws(() => chosen(trace, { signals: ['q'] }), (e: unknown) => e instanceof FormatError && /there is no signal "q"; there are f, f\.pre, h/.test(e.message));
    assert.throws(() => chosen(trace, { from: 3, to: 8 }), FormatError);
  });

  it('are streams: pieces of about a megabyte, windows of the source', async () => {
    let widest = 0;
    const long = { ...source, steps: 20_000, labels: undefined, sequences: undefined, tracks: undefined, levels: [{ name: 'l', directions: [{ direction: 'forward' as const, signals: [{ name: 'h', units: 64, read: async (from: number, to: number) => { widest = Math.max(widest, to - from); return new Float32Array((to - from) * 64).fill(0.125); } }] }] }] };
    for (const { id, write } of exporters) {
      let most = 0;
      for await (const piece of write(long)) most = Math.max(most, piece.length);
      assert.ok(most <= 1 << 20 && widest < 5000, `${id}: pieces of ${most} bytes, windows of ${widest}`);
    }
  });

  it('refuse a source that gives too few numbers', async () => {
    const poor = { ...source, levels: [{ name: 'l', directions: [{ direction: 'forward' as const, signals: [{ name: 'h', units: 4, read: async () => new Float32Array(3) }] }] }] };
    for (const { id } of exporters) await assert.rejects(written(id, poor), /numbers were expected/);
  });

  it('write numbers as short as they can be and no shorter', () => {
    assert.deepEqual([0.1, 1 / 3, 16777216, 1e-45, 3.4028234663852886e38, -0, 0.5, 123456.789].map(v => shortest(Math.fround(v))), ['0.1', '0.33333334', '16777216', '1e-45', '3.4028235e+38', '-0', '0.5', '123456.79']);
    const view = new DataView(new ArrayBuffer(4));
    for (let k = 0; k < 20_000; k++) {
      view.setUint32(0, Math.floor(next() * 2 ** 32));
      const value = view.getFloat32(0);
      if (!Number.isNaN(value)) assert.ok(Object.is(Math.fround(Number(shortest(value).replace('inf', 'Infinity'))), value), `${value} as ${shortest(value)}`);
    }
  });

  it('quote cells by the rules, and defuse formulas', () => {
    assert.deepEqual(['a', 'a,b', 'a"b', 'a\nb', ' ', '=SUM(A1)', '+1', '-', '@x', '\t'].map(cell), ['a', '"a,b"', '"a""b"', '"a\nb"', '" "', "'=SUM(A1)", "'+1", "'-", "'@x", `"'\t"`]);
  });

  it('zip: has the usual checksum', () => assert.equal(crc32(new TextEncoder().encode('123456789')), 0xcbf43926));

  it('zip: fields of eight bytes where four are too few (here from 100 bytes on)', async () => {
    const contents = [250, 3, 100, 99].map(size => uniform(size, 100, next)).map(values => Uint8Array.from(values, v => v & 255));
    const entries = contents.map((bytes, k) => ({ name: `member ${k}`, size: bytes.length, content: async function* () { yield bytes.subarray(0, 2); yield bytes.subarray(2); } }));
    const file = await joined(zipStream(entries, 100));
    const zip = await openZip(memory('large.zip', file));
    for (const [k, bytes] of contents.entries()) assert.deepEqual(await (await zip.member(`member ${k}`).open()).read(0, 1000), bytes);
    assert.notDeepEqual(file, await joined(zipStream(entries)));
  });

  it('zip: checksums are those of the members, behind them and in the directory', async () => {
    const content = new TextEncoder().encode('123456789');
    const file = await joined(zipStream([{ name: 'm', size: 9, content: async function* () { yield content.subarray(0, 4); yield content.subarray(4); } }]));
    const view = new DataView(file.buffer);
    const places = Array.from({ length: file.length - 4 }, (_, at) => at).filter(at => view.getUint32(at, true) === 0xcbf43926);
    assert.deepEqual(places.map(at => [view.getUint32(at - 4, true) === 0x08074b50, at >= 16 && view.getUint32(at - 16, true) === 0x02014b50]), [[true, false], [false, true]]);
  });
});

async function joined(pieces: AsyncGenerator<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return new Uint8Array(Buffer.concat(all));
}
