import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { lstm } from '../../src/core/cells/lstm';
import type { Trace } from '../../src/formats/format';
import { encodeLayer, FormatError, memory, open, traceLayout, writeTrace, type TracePlan } from '../../src/formats/index';

const plan: TracePlan = {
  model: 'char_lstm', steps: 5, evaluator: 'reference', input: 'noise, seed 7', labels: ['a', '"', '\n', 'ä', '😀'],
  levels: [
    { name: 'enc/lstm 100%', cell: lstm, inputSize: 3, directions: [{ direction: 'forward', signals: [{ name: 'f', units: 2 }, { name: 'h', units: 2 }] }, { direction: 'reverse', signals: [{ name: 'f', units: 2 }] }] },
    { name: '../x](command:a)', directions: [{ direction: 'forward', signals: [{ name: 'dh', units: 3 }] }] },
  ],
  metadata: { loss: '0@4', gatescope: 'not this' },
};

/** Every number of a trace is its own: level, direction, signal, step and unit. */
const value = (name: string, t: number, unit: number): number => [...name].reduce((a, c) => (a * 31 + c.charCodeAt(0)) % 9973, 7) + t / 8 + unit / 64;

async function written(p: TracePlan = plan): Promise<{ bytes: Uint8Array; chunks: number }> {
  const chunks: Uint8Array[] = [];
  await writeTrace(p, (t, from, to) => Float32Array.from({ length: (to - from) * t.units }, (_, k) => value(t.name, from + Math.floor(k / t.units), k % t.units)), async chunk => { chunks.push(chunk.slice()); });
  const bytes = new Uint8Array(chunks.reduce((n, c) => n + c.length, 0));
  let at = 0;
  for (const chunk of chunks) { bytes.set(chunk, at); at += chunk.length; }
  return { bytes, chunks: chunks.length };
}

const opened = async (bytes: Uint8Array): Promise<Trace> => {
  const trace = await open(memory('out.safetensors', bytes));
  assert.equal(trace.kind, 'trace');
  return trace;
};

describe('traces', () => {
  it('come back as they were written: levels, directions, cells, labels, numbers', async () => {
    const { bytes } = await written();
    const trace = await opened(bytes);
    assert.deepEqual(trace.levels.map(l => [l.name, l.cell?.id, l.inputSize, l.directions.map(d => [d.direction, d.signals.map(s => [s.name, s.units])])]), [
      ['enc/lstm 100%', 'lstm', 3, [['forward', [['f', 2], ['h', 2]]], ['reverse', [['f', 2]]]]],
      ['../x](command:a)', undefined, undefined, [['forward', [['dh', 3]]]]],
    ]);
    assert.deepEqual(trace.labels, plan.labels);
    assert.deepEqual([trace.steps, trace.metadata['model'], trace.metadata['loss'], trace.metadata['gatescope']], [5, 'char_lstm', '0@4', '1']);
    assert.deepEqual(trace.levels[0]!.cell, lstm);
    const [f] = trace.levels[0]!.directions[1]!.signals;
    assert.deepEqual(Array.from(await f!.read(1, 3)), [1, 2].flatMap(t => [0, 1].map(u => Math.fround(value('enc%2Flstm%20100%25/f/reverse', t, u)))));
  });

  it('are laid out as the plan says, aligned, so that a writer that seeks makes the same file', async () => {
    const { bytes } = await written();
    const layout = traceLayout(plan);
    assert.equal(layout.size, bytes.length);
    assert.deepEqual(bytes.subarray(0, layout.header.length), layout.header);
    for (const { name, offset } of layout.tensors) {
      assert.equal(offset % 4, 0);
      assert.equal(new DataView(bytes.buffer).getFloat32(offset, true), Math.fround(value(name, 0, 0)));
    }
    assert.deepEqual(layout.tensors.map(t => t.name), ['enc%2Flstm%20100%25/f', 'enc%2Flstm%20100%25/h', 'enc%2Flstm%20100%25/f/reverse', '..%2Fx%5D(command%3Aa)/dh']);
  });

  it('are written in pieces of about a megabyte', async () => {
    const { chunks } = await written({ model: 'm', steps: 10_000, evaluator: 'fast', input: '', levels: [{ name: 'l', directions: [{ direction: 'forward', signals: [{ name: 'h', units: 100 }] }] }] });
    assert.equal(chunks, 1 + 4);
  });

  it('survive a library that reorders the header', async () => {
    const { bytes } = await written();
    const length = new DataView(bytes.buffer).getUint32(0, true);
    const { __metadata__, ...tensors } = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<string, unknown>;
    const json = JSON.stringify({ ...tensors, padding: { dtype: 'F32', shape: [0, 0], data_offsets: [0, 0] }, __metadata__ }).replace('"padding":{"dtype":"F32","shape":[0,0],"data_offsets":[0,0]},', ' '.repeat(5000));
    const header = new TextEncoder().encode(json);
    const again = new Uint8Array(8 + header.length + bytes.length - 8 - length);
    new DataView(again.buffer).setUint32(0, header.length, true);
    again.set(header, 8);
    again.set(bytes.subarray(8 + length), 8 + header.length);
    assert.equal((await opened(again)).steps, 5);
  });

  it('refuse a source that gives too few numbers', () => assert.rejects(writeTrace(plan, () => new Float32Array(1), async () => {}), /10 numbers were expected/));

  it('say which steps exist when others are asked for', async () => {
    const trace = await opened((await written()).bytes);
    await assert.rejects(trace.levels[0]!.directions[0]!.signals[0]!.read(3, 6), (e: unknown) => e instanceof FormatError && /it has 5/.test(e.message));
  });

  it('encode any name, even half of a surrogate pair', () => assert.equal(encodeLayer('a\ud800/b'), 'a%EF%BF%BD%2Fb'));

  it('hold sequences, moments of a training and tracks, and can be asked for each', async () => {
    const rich: TracePlan = {
      ...plan, sequences: [{ name: 'a', steps: 2 }, { name: 'b', steps: 3 }], training: [{ step: 0 }, { step: 50, name: 'epoch 1' }], tracks: [{ name: 'speech/probability', perStep: 1 }, { name: 'wave', perStep: 4 }], rate: 16,
      levels: [{ name: 'l', directions: [{ direction: 'forward', signals: [{ name: 'a/b%', units: 2 }] }] }],
    };
    const trace = await opened((await written(rich)).bytes);
    assert.deepEqual([trace.metadata['gatescope'], trace.steps, trace.rate, trace.moments, trace.sequences], ['2', 5, 16, [{ step: 0 }, { step: 50, name: 'epoch 1' }], [{ name: 'a', from: 0, to: 2 }, { name: 'b', from: 2, to: 5 }]]);
    assert.deepEqual(trace.tracks!.map(t => [t.name, t.units]), [['speech/probability', 1], ['wave', 4]]);
    assert.deepEqual(trace.mapping!.fields.map(f => [f.id, f.value, f.options.map(o => o.id)]), [['sequence', 'all', ['all', '0', '1']], ['moment', '50', ['0', '50']]]);
    const rows = async (t: Trace): Promise<number[]> => Array.from(await t.levels[0]!.directions[0]!.signals[0]!.read(0, t.steps));
    const want = (from: number, to: number): number[] => Array.from({ length: (to - from) * 2 }, (_, k) => Math.fround(value('l/a%2Fb%25', from + Math.floor(k / 2), k % 2)));
    assert.equal(trace.levels[0]!.directions[0]!.signals[0]!.name, 'a/b%');
    assert.deepEqual(await rows(trace), want(5, 10));
    const early = trace.decide!({ moment: '0' });
    assert.deepEqual(await rows(early), want(0, 5));
    const part = early.decide!({ sequence: '1' });
    assert.deepEqual(await rows(part), want(2, 5));
    assert.deepEqual([part.labels, part.sequences, Array.from(await part.tracks![1]!.read(0, 1))], [plan.labels!.slice(2), [{ name: 'b', from: 0, to: 3 }], [0, 1, 2, 3].map(u => Math.fround(value('@tracks/wave', 2, u)))]);
    assert.equal(part.decide!({ sequence: 'all', moment: 'none' }).steps, 5);
    await assert.rejects(part.levels[0]!.directions[0]!.signals[0]!.read(0, 4), FormatError);
  });

  /** A file with these metadata and one signal [5, 2]; `shape` and `name` may be others. */
  const plain = (metadata: Record<string, string>, name = 'l/h', shape: readonly number[] = [5, 2]): Uint8Array => {
    const size = shape.reduce((a, b) => a * b, 4);
    const json = new TextEncoder().encode(JSON.stringify({ __metadata__: { gatescope: '2', ...metadata }, [name]: { dtype: 'F32', shape, data_offsets: [0, size] } }));
    const bytes = new Uint8Array(8 + json.length + size);
    new DataView(bytes.buffer).setUint32(0, json.length, true);
    bytes.set(json, 8);
    return bytes;
  };

  it('say what is wrong with their metadata', async () => {
    const wrong: readonly (readonly [Record<string, string>, RegExp, string?, (readonly number[])?])[] = [
      [{ gatescope: '3' }, /version 3/], [{ steps: 'x' }, /"steps" should be a count/], [{ steps: '1e400' }, /"steps" should be a count/], [{ steps: '6' }, /should be of shape \[6, units\], but is \[5, 2\]/],
      [{ sequences: '[{"name":"a","steps":4}]' }, /have 4 steps together, but the trace has 5/], [{ sequences: '{}' }, /"sequences" should be a JSON list/], [{ sequences: '[{"steps":-1},{"steps":6}]' }, /entry 0 .* should say its "steps"/],
      [{ training: '[]' }, /lists 0 moments/], [{ training: '[{"step":1},{"step":1}]' }, /should rise/], [{ training: '[{"step":"1"}]' }, /entry 0 .* should say its "step"/],
      [{ training: '[{"step":1},{"step":2}]', steps: '5' }, /of shape \[2, 5, units\] or \[5, units\], but is \[3, 5, 2\]/, 'l/h', [3, 5, 2]], [{ rate: '0' }, /"rate" should be steps a second/],
      [{ labels: '["a"]' }, /list of 5 texts/], [{}, /LAYER\/SIGNAL/, 'h'], [{ cells: '[' }, /"cells" should be JSON/],
    ];
    for (const [metadata, message, name, shape] of wrong) await assert.rejects(opened(plain(metadata, name, shape)), (e: unknown) => e instanceof FormatError && message.test(e.message), `${JSON.stringify(metadata)} ${message}`);
  });

  it('leave reserved names alone, and know cells by id', async () => {
    assert.deepEqual((await opened(plain({ cells: '{"l":"gru"}' }))).levels.map(l => [l.name, l.cell?.id]), [['l', 'gru']]);
    const later = await opened(plain({ steps: '5' }, '@later/x'));
    assert.deepEqual([later.steps, later.levels], [5, []]);
  });
});
