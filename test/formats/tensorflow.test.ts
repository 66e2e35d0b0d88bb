/** TensorFlow's checkpoints and SavedModels: against TensorFlow, and what is said where files are missing or damaged. */
import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { FormatError, type Checkpoint } from '../../src/formats/format';
import { memory, open } from '../../src/formats/index';
import { readTable } from '../../src/formats/parts/sstable';
import { onDisk } from './helpers';
import { truths } from './truth';

truths('tf1');
truths('tf2');

const FILES = 'test/fixtures/files';
const bytes = (path: string): Uint8Array => new Uint8Array(readFileSync(`${FILES}/${path}`));
const DATA = 'objects.ckpt.data-00000-of-00001';

async function opened(name: string, data: Uint8Array, siblings: Record<string, Uint8Array>): Promise<Checkpoint> {
  const found = await open(memory(name, data, siblings));
  assert.ok(found.kind === 'checkpoint');
  return found;
}

/** An entry of a block: all of its key is its own. */
const entry = (key: string, value: readonly number[]): number[] => [0, key.length, value.length, ...new TextEncoder().encode(key), ...value];
/** A block of uncompressed entries, with one restart and a checksum that nobody checks. */
const block = (entries: readonly number[], kind = 0): number[] => [...entries, 0, 0, 0, 0, 1, 0, 0, 0, kind, 0, 0, 0, 0];

/** A table of one block, as LevelDB's document has it, by hand. */
function table(entries: readonly number[], handles?: readonly number[], kind = 0): Uint8Array {
  const data = block(entries, kind);
  const meta = block([]);
  const index = block(handles ?? entry('z', [0, data.length - 5]));
  const footer = [data.length, meta.length - 5, data.length + meta.length, index.length - 5];
  return Uint8Array.from([...data, ...meta, ...index, ...footer, ...Array<number>(40 - footer.length).fill(0), 0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb]);
}

const HEADER = entry('', [0x08, 1]);
/** float32 [2], 8 bytes at 4. */
const FLOATS = [0x08, 1, 0x12, 4, 0x12, 2, 0x08, 2, 0x20, 4, 0x28, 8];

describe('tensorflow', () => {
  it('reads an index written by hand, and its numbers from the data file beside it', async () => {
    const data = Uint8Array.from([0, 0, 0, 0, ...new Uint8Array(Float32Array.of(3, 4).buffer)]);
    const found = await opened('m.index', table([...HEADER, ...entry('a', FLOATS)]), { 'm.data-00000-of-00001': data });
    assert.deepEqual(found.tensors.map(t => [t.name, t.dtype, t.shape]), [['a', 'float32', [2]]]);
    assert.deepEqual(Array.from(await found.tensors[0]!.read()), [3, 4]);
  });

  it('reads numbers of the other byte order', async () => {
    const data = Uint8Array.from([0, 0, 0, 0, 0x40, 0x40, 0, 0, 0xbf, 0x80, 0, 0]);
    const found = await opened('m.index', table([...entry('', [0x08, 1, 0x10, 1]), ...entry('a', FLOATS)]), { 'm.data-00000-of-00001': data });
    assert.deepEqual(Array.from(await found.tensors[0]!.read()), [3, -1]);
  });

  it('where data are missing opens by the index, says so, and names variables by their keys', async () => {
    const found = await opened('objects.ckpt.index', bytes('tf2/objects.ckpt.index'), {});
    assert.match(found.warnings!.join(), new RegExp(`${DATA} should lie beside the index .*named by their keys`));
    assert.deepEqual(found.stacks.map(s => s.name), [0, 1, 2].map(k => `model/layer_with_weights-${k}`));
    await assert.rejects(found.stacks[0]!.levels[0]!.load(), (e: unknown) => e instanceof FormatError && e.message.includes(DATA));
  });

  it('where data are cut says which tensor is', async () => {
    const whole = bytes('tf1/model.ckpt.data-00000-of-00001');
    const found = await opened('model.ckpt.index', bytes('tf1/model.ckpt.index'), { 'model.ckpt.data-00000-of-00001': whole.subarray(0, 4000) });
    const outcomes = await Promise.allSettled(found.tensors.map(t => t.read()));
    const refused = outcomes.filter(o => o.status === 'rejected');
    assert.ok(refused.length > 0 && refused.length < outcomes.length);
    for (const { reason } of refused) assert.match(String(reason), /tensor ".+" should take \d+ bytes/);
  });

  it('a SavedModel needs its variables, and another graph has none', async () => {
    await assert.rejects(open(memory('saved_model.pb', bytes('tf1/saved1/saved_model.pb'), {})), /variables\/variables\.index should lie beside saved_model\.pb/);
    const { sibling: _, ...lone } = memory('saved_model.pb', bytes('tf1/saved1/saved_model.pb'));
    await assert.rejects(open(lone), /cannot be reached from here/);
    await assert.rejects(open(memory('frozen.pb', Uint8Array.of(10, 4, 1, 2, 3, 4))), /frozen\.pb is a graph without variables/);
  });

  it('does not take optimizers\' copies for layers, in either version', async () => {
    const found = await open(onDisk(`${FILES}/tf1/model.ckpt.index`));
    assert.ok(found.kind === 'checkpoint');
    assert.ok(found.tensors.some(t => /\/kernel\/Adam_1$/.test(t.name)));
    assert.ok(found.stacks.every(s => s.levels.every(l => l.tensors.every(t => !/Adam/.test(t)))));
  });

  it('opens without reading the data', async () => {
    const index = onDisk(`${FILES}/tf1/model.ckpt.index`);
    const reads: string[] = [];
    await open({ ...index, sibling: name => { reads.push(name); return Promise.reject(new Error('not now')); } });
    assert.deepEqual(reads, []);
  });

  const sliced = [...FLOATS, 0x3a, 0];
  const later: readonly (readonly [string, readonly number[], RegExp])[] = [
    ['saved in slices', sliced, /"a" is saved in slices/], ['of strings', [0x08, 7, 0x28, 3], /"a" is of type string/],
    ['in a data file beyond the last', [...FLOATS, 0x18, 5], /one of 1 data files, but names number 5/],
    ['beyond the data', [0x08, 1, 0x12, 4, 0x12, 2, 0x08, 2, 0x20, 100, 0x28, 8], /"a" should take 8 bytes/],
  ];
  for (const [what, value, message] of later) {
    it(`a tensor ${what} is refused when it is asked for`, async () => {
      const found = await opened('m.index', table([...HEADER, ...entry('a', value)]), { 'm.data-00000-of-00001': new Uint8Array(12) });
      await assert.rejects(found.tensors[0]!.read(), (e: unknown) => e instanceof FormatError && message.test(e.message));
    });
  }

  const bad: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ['has no header', table(entry('a', FLOATS)), /should begin with a header/],
    ['names no data file', table(entry('', [0x10, 0])), /1 to 100000 data files, but names 0/],
    ['has a tensor of the wrong length', table([...HEADER, ...entry('a', [0x08, 1, 0x12, 4, 0x12, 2, 0x08, 3, 0x28, 8])]), /"a" of shape \[3\] and type float32 should take 12 bytes, but has 8/],
    ['has a tensor of a negative size', table([...HEADER, ...entry('a', [0x08, 1, 0x12, 13, 0x12, 11, 0x08, ...Array<number>(9).fill(255), 1])]), /no list of counts/],
    ['is compressed', table([...HEADER], undefined, 1), /compressed \(kind 1\)/],
    ['has an entry that shares more than there is', table([...HEADER, 9, 1, 0, 97]), /entry of the table is damaged/],
    ['names a block twice', table([...HEADER], [...entry('y', [0, 13]), ...entry('z', [0, 13])]), /blocks of the table overlap/],
    ['names a block beyond the file', table([...HEADER], entry('z', [0xff, 0xff, 3, 10])), /truncated or damaged/],
    ['names a huge block', table([...HEADER], entry('z', [0, 0xff, 0xff, 0xff, 0xff, 0x0f])), /is too large/],
  ];
  for (const [what, data, message] of bad) {
    it(`refuses an index that ${what}`, () => assert.rejects(open(memory('m.index', data, {})), (e: unknown) => e instanceof FormatError && message.test(e.message)));
  }

  it('refuses a table that does not end as one', () => assert.rejects(readTable(memory('t', new Uint8Array(60)), 'tensorflow', () => undefined), /does not end as one/));
});
