import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import * as ort from 'onnxruntime-node';
import { NotReached } from '../../src/upstream/onnx/recording';
import { memory } from '../../src/formats/index';
import { upstreamOf, type Given } from '../../src/upstream';
import { farthest, FOLDER, opened, reached, sequenceOf, tokensOf } from './reach';
import { webRuntime } from './runtime';

interface Case {
  readonly file: string;
  /** The first where absent. */
  readonly stack?: string;
  readonly given: { readonly data?: readonly (readonly number[])[]; readonly ids?: readonly number[]; readonly values?: Given['values'] };
  readonly x: readonly (readonly number[])[];
  readonly y: readonly (readonly number[])[];
  readonly outputs: Readonly<Record<string, readonly number[]>>;
}

const caseOf = (name: string): Case => JSON.parse(readFileSync(`${FOLDER}/${name}.graph.json`, 'utf8')) as Case;
const names = readdirSync(FOLDER).filter(f => f.endsWith('.graph.json')).map(f => f.replace('.graph.json', ''));
const givenOf = ({ given: { data, ids, values } }: Case): Given => ({ sequence: ids ? tokensOf(ids) : sequenceOf(Float32Array.from(data!.flat()), data![0]!.length), ...(values ? { values } : {}) });

describe('upstream: graphs by PyTorch\'s exporter and built by hand', () => {
  for (const name of names) it(name, async function () {
    const one = caseOf(name);
    const runtime = webRuntime();
    const file = await opened(`${FOLDER}/${one.file}`, () => Promise.resolve(runtime), { 'external.data': readFileSync(`${FOLDER}/external.data`) });
    const { reached: found, ours } = await reached(file, one.stack ?? file.checkpoint.stacks[0]!.name, givenOf(one));
    const [x, y, own, levels] = [farthest(found.x, one.x.flat()), farthest(found.expected!, one.y.flat()), farthest(ours.at(-1)!, one.y.flat()), farthest(ours.at(-1)!, found.expected!)];
    this.test!.title += `: x ${x.difference.toExponential(1)}, y ${own.difference.toExponential(1)}`;
    assert.equal(found.steps, one.x.length);
    assert.ok(x.difference <= 2e-6, `what reached the layer: ${x.text}`);
    assert.ok(y.difference <= 2e-6, `what the runtime gave: ${y.text}`);
    assert.ok(own.difference <= 2e-6 && levels.difference <= 2e-6, `what our engine gives: ${own.text}`);
    for (const [track, expected] of Object.entries(one.outputs)) {
      const away = farthest(found.tracks.find(t => t.name === track)?.data ?? [], expected);
      assert.ok(away.difference <= 2e-6 * Math.max(1, ...expected.map(Math.abs)), `track ${track}: ${away.text}`);
    }
    assert.equal(runtime.open, 0, 'every session was released');
    assert.match(found.runtime!, /^ONNX Runtime 1\.\d+$/);
  });
});

describe('upstream: what is taken for granted, or given', () => {
  const runtime = webRuntime();
  const file = (name: string): ReturnType<typeof opened> => opened(`${FOLDER}/${name}.onnx`, () => Promise.resolve(runtime));

  it('states are carried from piece to piece, so that pieces make no difference', async () => {
    const one = caseOf('deep_stream');
    const deep = await file('deep_stream');
    for (const chunk of [1, 3, 9]) {
      const { reached: found, ours } = await reached(deep, deep.checkpoint.stacks[0]!.name, { ...givenOf(one), values: { chunk: [chunk] } });
      for (const [level, h] of ours.entries()) assert.ok(farthest(h, found.expectedLevels![level]!).difference <= 2e-6, `level ${level}`);
      const y = farthest(ours.at(-1)!, one.y.flat());
      assert.ok(found.steps === 9 && y.difference <= 2e-6, `chunk ${chunk}: ${y.text}`);
    }
  });

  it('a last piece that is not full is filled up, and that is said', async () => {
    const deep = await file('deep_stream');
    const { reached: found } = await reached(deep, deep.checkpoint.stacks[0]!.name, { ...givenOf(caseOf('deep_stream')), values: { chunk: [4] } });
    assert.equal(found.steps, 12);
    assert.ok(found.notes.some(n => n.includes('filled up with 3 zeros')), found.notes.join(' '));
  });

  it('lengths are those of the recording', async () => {
    const { data } = caseOf('lengths').given;
    assert.equal((await reached(await file('lengths'), 'counted', { sequence: sequenceOf(Float32Array.from(data!.flat()), 3) })).reached.steps, 9);
  });

  it('a state may begin elsewhere than at zero', async () => {
    const deep = await file('deep_stream');
    const h0 = Array.from({ length: 8 }, (_, k) => k / 10);
    const { reached: found, ours } = await reached(deep, deep.checkpoint.stacks[0]!.name, { ...givenOf(caseOf('deep_stream')), values: { h0 } });
    assert.deepEqual([...found.initial![1]![0]!['h']!], [...Float32Array.from(h0.slice(4))]);
    assert.ok(farthest(ours.at(-1)!, found.expected!).difference <= 2e-6);
  });
});

describe('upstream: what is said', () => {
  const runtime = webRuntime();
  const file = (name: string): ReturnType<typeof opened> => opened(`${FOLDER}/${name}.onnx`, () => Promise.resolve(runtime));

  it('which inputs are what', async () => {
    const rolesIn = async (name: string): Promise<readonly string[]> => {
      const { checkpoint, upstream } = await file(name);
      return (await upstream(checkpoint.stacks[0]!.name))!.inputs.map(i => `${i.name}:${i.role}`);
    };
    assert.deepEqual(await rolesIn('deep_stream'), ['frames:sequence', 'h0:state', 'c0:state']);
    assert.deepEqual(await rolesIn('branches'), ['frames:sequence', 'state:state']);
    assert.deepEqual(await rolesIn('lengths'), ['frames:sequence', 'frame_lens:constant']);
    assert.deepEqual(await rolesIn('embedding_lstm'), ['ids:sequence']);
  });

  it('which layers the execution comes by, where it is not the one asked for', async () => {
    const one = caseOf('two_rooms');
    const rooms = await file('two_rooms');
    const negative = sequenceOf(Float32Array.from(one.given.data!.flat(), v => -Math.abs(v)), 3);
    await assert.rejects(reached(rooms, 'room0', { sequence: negative }), (error: unknown) => error instanceof NotReached && error.reached.join() === 'room1');
    const { reached: found } = await reached(rooms, 'room1', givenOf(one));
    assert.equal(found.steps, 2);
    assert.ok(found.notes.some(n => n.includes('4 of 5 pieces')), found.notes.join(' '));
  });

  it('where the model sets states anew: only a stretch without is one run', async () => {
    const { reached: found } = await reached(await file('two_rooms'), 'room0', givenOf(caseOf('two_rooms')));
    assert.ok(found.notes.some(n => /sets the layer's states anew.*steps 0 to 2 of 8/.test(n)), found.notes.join(' '));
  });

  it('keeps cuts for other branches, and does not load a model for each piece', async () => {
    const own = webRuntime();
    const rooms = await opened(`${FOLDER}/two_rooms.onnx`, () => Promise.resolve(own));
    const turns = Float32Array.from({ length: 40 * 6 }, (_, k) => (Math.floor(k / 6) % 2 ? -1 : 1) * (1 + k % 6));
    const { reached: found, ours } = await reached(rooms, 'room0', { sequence: sequenceOf(turns, 3) });
    assert.ok(found.notes.some(n => n.includes('20 of 40 pieces')), found.notes.join(' '));
    assert.ok(farthest(ours[0]!, found.expected!).difference <= 2e-6);
    assert.equal(own.loads, 4, 'for each of two branches, a model up to the condition and one behind it');
  });

  const wrong: readonly [string, string, Given, RegExp][] = [
    ['a width that no axis has', 'conv_gru', { sequence: sequenceOf(new Float32Array(20), 4) }, /"features" is of shape \[batch, 3, frames\].*4 numbers a step/],
    ['a constant that nobody gives', 'lengths', { sequence: sequenceOf(new Float32Array(9), 3), values: { frame_lens: [1, 2, 3] } }, /should have 2 numbers, but 3/],
    ['numbers for indices', 'embedding_lstm', { sequence: sequenceOf(Float32Array.of(1, 2.5), 1) }, /"ids" takes indices/],
    ['an index that the model has no row for', 'embedding_lstm', { sequence: tokensOf([1, 99]) }, /cannot be run.*99/],
    ['a word that is in no vocabulary', 'embedding_lstm', { sequence: tokensOf([1, -1]) }, /step 1 of the text is not in the vocabulary/],
    ['nothing', 'deep_stream', { sequence: sequenceOf(new Float32Array(0), 3) }, /is empty/],
    ['a piece that is not as long as the shape says', 'branches', { sequence: sequenceOf(new Float32Array(9), 3), values: { chunk: [2] } }, /"frames" \[1, 3, 3\] takes 3 new steps at a time, but chunk is 2/],
  ];
  for (const [name, model, given, expected] of wrong) it(`what is wrong with ${name}`, async () => {
    const one = await file(model);
    await assert.rejects(reached(one, one.checkpoint.stacks[0]!.name, given), expected);
    assert.equal(runtime.open, 0, 'every session was released');
  });

  it('that external data are not there, or more than can be run', async () => {
    const alone = await file('external');
    await assert.rejects(reached(alone, 'beside', givenOf(caseOf('external'))), /tensors lie in "external\.data", which cannot be opened/);
    const bytes = memory('external.onnx', readFileSync(`${FOLDER}/external.onnx`));
    const huge = { ...bytes, sibling: () => Promise.resolve({ ...memory('external.data', new Uint8Array(0)), size: 2 ** 31 }) };
    const upstream = await upstreamOf(huge, alone.checkpoint, alone.checkpoint.stacks[0]!, () => Promise.resolve(runtime));
    await assert.rejects(upstream!.run(givenOf(caseOf('external'))), /the model takes 2\.0 GB; at most 1\.5 GB can be run here/);
  });

  it('that it was stopped, and leaves nothing behind', async () => {
    const signal = { aborted: false } as { aborted: boolean } & AbortSignal;
    await assert.rejects(reached(await file('branches'), 'deep', givenOf(caseOf('branches')), { signal, progress: ({ done }) => { signal.aborted ||= done > 0; } }), /Stopped before it was done/);
    assert.equal(runtime.open, 0);
  });
});

describe('upstream: models are written again as they were', () => {
  it('gives the outputs that the native runtime gives for the whole model', async () => {
    const one = caseOf('deep_stream');
    const session = await ort.InferenceSession.create(readFileSync(`${FOLDER}/deep_stream.onnx`), { logSeverityLevel: 4, intraOpNumThreads: 1 });
    const zero = new ort.Tensor('float32', new Float32Array(8), [2, 1, 4]);
    const { y } = await session.run({ frames: new ort.Tensor('float32', Float32Array.from(one.given.data!.flat()), [1, 9, 3]), h0: zero, c0: zero }, ['y']);
    await session.release();
    const away = farthest(y!.data as Float32Array, one.y.flat());
    assert.ok(away.difference <= 2e-6, away.text);
  });
});
