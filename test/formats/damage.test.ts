/** Damage that is the same every time: files cut at every byte (every few of the larger ones), random bytes, files that shrink. The fuzzer does the rest. */
import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { corpus } from '../fuzz/corpus';
import { execute } from '../fuzz/execute';
import { bytesOf, type Use } from '../fuzz/file';
import { memory, open } from '../../src/formats/index';
import { fixture, random } from './helpers';

const SEED = 4711;
const MOST_CUTS = 300;
/** Milliseconds of our own time for one damaged file: generous; what hangs or allocates takes far longer. */
const MOST_TIME = 1500;

describe('damaged files', () => {
  it('cut anywhere, they are read or refused', async function () {
    this.timeout(300_000);
    let [read, refused, slowest] = [0, 0, 0];
    const some = (await corpus()).filter(e => /fixtures\/formats\/|made\//.test(e.name) && !/array_(3d|[iu][1248])|\.[xy]\.npy$|helper\.\w\.npy$/.test(e.name));
    assert.ok(some.length > 40);
    for (const entry of some) {
      const step = Math.ceil(entry.bytes.length / MOST_CUTS);
      let here = 0;
      for (let length = 0; length < entry.bytes.length; length += step) {
        const start = process.cpuUsage().user;
        const refusals = await execute(() => Promise.resolve(bytesOf({ ...entry, bytes: entry.bytes.subarray(0, length) })), entry.uses)
          .catch((error: unknown) => assert.fail(`${entry.name} cut to ${length} bytes: ${error instanceof Error ? error.stack : String(error)}`));
        slowest = Math.max(slowest, (process.cpuUsage().user - start) / 1000);
        if (refusals.length > 0) here++;
        else read++;
      }
      assert.ok(here > 0, `cutting ${entry.name} did nothing`);
      refused += here;
    }
    this.test!.title += `: ${refused} of ${read + refused} refused, slowest ${slowest.toFixed(0)} ms`;
    assert.ok(slowest < MOST_TIME, `one took ${slowest} ms`);
  });

  const uses: readonly (readonly [string, Use])[] = [
    ...['safetensors', 'onnx', 'npz', 'pt', 'bin', 'keras', 'h5', 'json', 'msgpack', 'index', 'npy', 'csv'].map(e => [e, 'model'] as const),
    ...['npy', 'csv', 'txt', 'wav', 'jsonl'].map(e => [e, 'sequence'] as const), ['json', 'vocabulary'],
  ];
  it('random bytes under every name are refused or read, never more', async () => {
    const next = random(SEED);
    for (const [extension, use] of uses) {
      for (let k = 0; k < 60; k++) {
        const bytes = Uint8Array.from({ length: Math.floor(next() * 400) }, () => Math.floor(next() * 256));
        if (k % 3 === 0) bytes.set((BEGINNINGS.get(extension) ?? []).slice(0, bytes.length));
        await execute(() => Promise.resolve(bytesOf({ name: `${k}.${extension}`, bytes, beside: new Map() })), [use])
          .catch((error: unknown) => assert.fail(`${k}.${extension}: ${error instanceof Error ? error.stack : String(error)}`));
      }
    }
  });

  it('says what can be opened when a file is of no known format', async () => {
    await assert.rejects(open(memory('photo.jpg', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0))), /photo\.jpg is of no known format\. What can be opened: .*\.safetensors.*\.onnx/);
    await assert.rejects(open(memory('empty.onnx', new Uint8Array(0))), /empty\.onnx is empty/);
  });

  it('names in messages cannot break out of their line', async () => {
    await assert.rejects(open(memory('a\nb\u202e\u001b[31m.jpg', Uint8Array.of(1, 2, 3))), (e: Error) => !/[\n\u202e\u001b]/.test(e.message));
  });

  it('a file that becomes shorter while it is open is said to', async () => {
    let bytes = fixture('torch_lstm.safetensors');
    const file = memory('x.safetensors', bytes);
    const opened = await open({ ...file, read: (o, l) => Promise.resolve(bytes.subarray(o, o + l)) });
    bytes = bytes.subarray(0, 200);
    await assert.rejects(opened.kind === 'checkpoint' ? opened.tensors.at(-1)!.read() : Promise.resolve(), /became shorter/);
  });
});

/** What makes a reader believe that a file is its own. */
const BEGINNINGS: ReadonlyMap<string, readonly number[]> = new Map([
  ['onnx', [0x08, 0x07, 0x12, 0x00]], ['npz', [0x50, 0x4b, 3, 4]], ['keras', [0x50, 0x4b, 3, 4]], ['pt', [0x80, 2]], ['bin', [0x80, 4, 0x95]],
  ['h5', [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]], ['msgpack', [0x81, 0xa6]], ['json', [0x7b, 0x22]], ['npy', [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]],
  ['wav', [0x52, 0x49, 0x46, 0x46, 9, 0, 0, 0, 0x57, 0x41, 0x56, 0x45]], ['jsonl', [0x7b, 0x22]],
]);
