/** Damaged files: cut at every byte (every few of the larger ones) and with bits flipped. Only FormatError may come out, and soon. */
import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { lstm } from '../../src/core/cells/lstm';
import { memory, open, openSequence, readVocabulary, writeTrace } from '../../src/formats/index';
import { fixture, onlyFormatError, random } from './helpers';

const SEED = 4711;
const FLIPS = 400;
const MOST_CUTS = 700;
/** Milliseconds for one damaged file: generous, since other work shares the machine; what hangs or allocates takes far longer. */
const MOST_TIME = 1500;

/** Everything that a panel might ask of a file. */
async function readAll(name: string, bytes: Uint8Array): Promise<void> {
  const file = memory(name, bytes, { 'helper_external.data': fixture('helper_external.data') });
  if (name.endsWith('.npy') || name.endsWith('.csv') || name.endsWith('.txt')) return void await openSequence(file);
  if (name.endsWith('.json')) return void await readVocabulary(file);
  const opened = await open(file);
  if (opened.kind === 'trace') {
    for (const { directions } of opened.levels) for (const { signals } of directions) for (const signal of signals) await signal.read(0, opened.steps);
    return;
  }
  // One failure must not hide what the others would do.
  const reads = [...opened.tensors.map(t => () => t.read()), ...opened.stacks.flatMap(s => s.levels.filter(l => l.problem === undefined).map(l => () => l.load()))];
  const failures: Error[] = [];
  for (const read of reads) await read().catch((error: unknown) => failures.push(error as Error));
  const odd = failures.find(e => e.name !== 'FormatError') ?? failures[0];
  if (odd) throw odd;
}

async function traceFile(): Promise<Uint8Array> {
  const chunks: number[] = [];
  const signals = [{ name: 'f', units: 2 }, { name: 'h', units: 2 }];
  await writeTrace({ model: 'm', steps: 3, evaluator: 'reference', input: 'x', labels: ['a', 'b', 'c'], levels: [{ name: 'l', cell: lstm, inputSize: 1, directions: [{ direction: 'forward', signals }] }] },
    () => new Float32Array(6), async chunk => { chunks.push(...chunk); });
  return Uint8Array.from(chunks);
}

const text = new TextEncoder();
const made: readonly (readonly [string, () => Promise<Uint8Array> | Uint8Array])[] = [
  ...readdirSync('test/fixtures/formats').filter(f => /\.(safetensors|onnx|npy)$/.test(f) && !/^array_(3d|[iu][1248])|\.[xy]\.npy$|^helper\./.test(f)).map(f => [f, () => fixture(f)] as const),
  ['trace.safetensors', traceFile],
  ['table.csv', () => text.encode('when;"a ""b""";c\n2020-01-01;1,5;2\n2020-01-02;;oops\n2020-01-03;3;1e5\n')],
  ['text.txt', () => text.encode('ein „Text“ mit 😀\r\n')],
  ['vocabulary.json', () => text.encode('{"a": 0, "ä": 1, "\\n": 2}')],
];

describe(`damaged files (seed ${SEED})`, () => {
  for (const [name, make] of made) {
    it(name, async function () {
      const whole = await make();
      const untouched = await onlyFormatError(`${name} as it is`, () => readAll(name, whole));
      assert.equal(untouched, /object|records|complex|empty/.test(name) ? 'refused' : 'read');
      const outcomes = { read: 0, refused: 0 };
      let slowest = 0;
      const attempt = async (what: string, bytes: Uint8Array): Promise<void> => {
        const start = performance.now();
        outcomes[await onlyFormatError(`${name}, ${what}`, () => readAll(name, bytes))]++;
        slowest = Math.max(slowest, performance.now() - start);
      };
      const step = Math.ceil(whole.length / MOST_CUTS);
      for (let length = 0; length < whole.length; length += step) await attempt(`cut to ${length} bytes`, whole.subarray(0, length));
      assert.ok(outcomes.refused > 0, 'cutting did nothing');
      const next = random(SEED);
      for (let k = 0; k < FLIPS; k++) {
        const bytes = whole.slice();
        // Half of the flips go to the beginning, where the headers are.
        const at = Math.floor(next() * (k % 2 ? bytes.length : Math.min(bytes.length, 200)));
        const bit = Math.floor(next() * 8);
        bytes[at] = bytes[at]! ^ (1 << bit);
        await attempt(`bit ${bit} of byte ${at} flipped`, bytes);
      }
      this.test!.title += `: ${outcomes.refused} of ${outcomes.read + outcomes.refused} refused, slowest ${slowest.toFixed(0)} ms`;
      assert.ok(slowest < MOST_TIME, `one took ${slowest} ms`);
    });
  }

  it('random bytes under every name are refused or read, never more', async () => {
    const next = random(SEED);
    for (const extension of ['safetensors', 'onnx', 'npy', 'csv', 'txt', 'json', 'bin']) {
      for (let k = 0; k < 100; k++) {
        const bytes = Uint8Array.from({ length: Math.floor(next() * 400) }, () => Math.floor(next() * 256));
        if (k % 3 === 0 && extension === 'onnx') bytes.set([0x08, 0x07, 0x12, 0x00].slice(0, bytes.length));
        await onlyFormatError(`${k}.${extension}`, () => readAll(`${k}.${extension}`, bytes));
      }
    }
  });

  it('says what can be opened when a file is of no known format', async () => {
    await assert.rejects(open(memory('photo.jpg', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0))), /photo\.jpg is of no known format\. What can be opened: \.safetensors, \.onnx/);
    await assert.rejects(open(memory('empty.onnx', new Uint8Array(0))), /empty\.onnx is empty/);
  });

  it('names in messages cannot break out of their line', async () => {
    await assert.rejects(open(memory('a\nb\u202e\u001b[31m.jpg', Uint8Array.of(1, 2, 3))), (e: Error) => !/[\n\u202e\u001b]/.test(e.message));
  });

  it('a file that becomes shorter while it is open is said to', async () => {
    let bytes = fixture('torch_lstm.safetensors');
    const file = memory('x.safetensors', bytes);
    const opened = await open({ ...file, read: async (o, l) => bytes.subarray(o, o + l) });
    bytes = bytes.subarray(0, 200);
    await assert.rejects(opened.kind === 'checkpoint' ? opened.tensors.at(-1)!.read() : Promise.resolve(), /became shorter/);
  });
});
