/** HDF5 files of every version against what h5py reads of them (test/fixtures/makers/hdf5_files.py), and against h5wasm. */
import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as H5wasm from 'h5wasm/node';
import type { Bytes } from '../../src/formats/format';
import { memory } from '../../src/formats/memory';
import { looksLikeHdf5, openHdf5, walk, type H5Dataset, type H5Group, type H5Value } from '../../src/formats/parts/hdf5';
import { datatypeOf } from '../../src/formats/parts/hdf5/datatype';
import { Cursor, fileOf } from '../../src/formats/parts/hdf5/file';
import { layoutOf } from '../../src/formats/parts/hdf5/layout';
import { unpackLzf } from '../../src/formats/parts/hdf5/lzf';
import { onDisk, onlyFormatError, random } from './helpers';

const FOLDER = 'test/fixtures/files/hdf5';

interface Expected {
  readonly path: string;
  readonly kind: 'group' | 'dataset';
  readonly names?: readonly string[];
  readonly dtype?: string;
  readonly shape?: readonly number[];
  readonly f4?: string;
  readonly rows?: readonly { readonly from: number; readonly to: number; readonly f4: string }[];
  readonly strings?: readonly string[];
  readonly attributes: readonly { readonly name: string; readonly dtype: string; readonly value?: H5Value }[];
}

const files = readdirSync(FOLDER).filter(f => f.endsWith('.h5'));
const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(`${FOLDER}/${name}`));
const opened = (name: string): Promise<H5Group> => openHdf5(memory(name, bytesOf(name)));
const floats = (f4: string): Float32Array => new Float32Array(new Uint8Array(Buffer.from(f4, 'base64')).buffer);

async function objectsOf(root: H5Group): Promise<readonly (H5Group | H5Dataset)[]> {
  const found: (H5Group | H5Dataset)[] = [root];
  await walk(root, object => { found.push(object); });
  return found;
}

async function datasetAt(root: H5Group, path: string): Promise<H5Dataset> {
  const found = await root.get(path);
  assert.ok(found?.kind === 'dataset', path);
  return found;
}

describe('HDF5 against h5py', () => {
  it('has files of all kinds', () => assert.equal(files.length, 24));
  for (const name of files) {
    it(name, async () => {
      const expected = (JSON.parse(readFileSync(`${FOLDER}/${name}.json`, 'utf8')) as { objects: readonly Expected[] }).objects;
      const found = await objectsOf(await opened(name));
      assert.deepEqual(found.map(o => o.path), expected.map(o => o.path));
      for (const [k, object] of found.entries()) await same(object, expected[k]!);
    });
  }
});

async function same(object: H5Group | H5Dataset, expected: Expected): Promise<void> {
  assert.equal(object.kind, expected.kind, object.path);
  assert.deepEqual(await object.attributeNames(), expected.attributes.map(a => a.name), `attributes of ${object.path}`);
  assert.equal(await object.attribute('no such'), undefined);
  for (const { name, dtype, value } of expected.attributes) {
    if (dtype === 'unread') await assert.rejects(object.attribute(name), /FormatError: .*not read/, `${object.path}@${name}`);
    else assert.deepEqual(await object.attribute(name), value, `${object.path}@${name}`);
  }
  if (object.kind === 'group') assert.deepEqual(await object.names(), expected.names, object.path);
  else await sameData(object, expected);
}

async function sameData(object: H5Dataset, { dtype, shape, f4, rows, strings }: Expected): Promise<void> {
  assert.deepEqual(object.shape, shape, object.path);
  if (dtype !== 'unread') assert.equal(object.dtype, dtype, object.path);
  if (f4) await sameRows(object, floats(f4));
  if (strings) assert.deepEqual(await object.strings(), strings, object.path);
  for (const { from, to, f4: part } of rows ?? []) assert.deepEqual(await object.rows(from, to), floats(part), `${object.path}, rows ${from} to ${to}`);
  if (!f4 && !strings && !rows && !shape?.includes(0)) await assert.rejects(object.read(), /FormatError: .*(not read|virtual)/, object.path);
}

/** All at once, and every range of rows. */
async function sameRows(object: H5Dataset, values: Float32Array): Promise<void> {
  assert.deepEqual(await object.read(), values, object.path);
  const rows = object.shape[0] ?? 1;
  const row = values.length / rows;
  for (let from = 0; from < Math.min(rows, 8); from++) {
    for (let to = from; to <= Math.min(rows, 8); to++) assert.deepEqual(await object.rows(from, to), values.slice(from * row, to * row), `${object.path}, rows ${from} to ${to}`);
  }
}

describe('HDF5 against h5wasm', () => {
  for (const name of files) {
    it(name, async () => {
      const theirs = await h5wasm();
      const file = new theirs.File(`${FOLDER}/${name}`, 'r');
      let compared = 0;
      for (const object of await objectsOf(await opened(name))) compared += await alike(object, file.get(object.path) as H5wasm.Group | H5wasm.Dataset);
      file.close();
      assert.ok(compared > 0, 'something was compared');
    });
  }
});

async function h5wasm(): Promise<typeof H5wasm> {
  const module = await import('h5wasm/node');
  await module.ready;
  return module;
}

/** LZF is h5py's own; h5wasm cuts strings at a zero inside, and leaves spaces behind them, other than h5py. */
const NOT_THEIRS = /lzf|fixed$|spaces$/;
/** h5wasm has no float16. */
const HALF = /f2$/;

async function alike(object: H5Group | H5Dataset, other: H5wasm.Group | H5wasm.Dataset): Promise<number> {
  assert.deepEqual([...await object.attributeNames()].sort(), Object.keys(other.attrs).sort(), object.path);
  for (const name of await object.attributeNames()) {
    const value = await object.attribute(name).catch(() => undefined);
    if (value !== undefined && !HALF.test(object.path)) assert.deepEqual(flat(value), flat(other.attrs[name]?.value), `${object.path}@${name}`);
  }
  if (object.kind === 'group') {
    assert.deepEqual([...await object.names()].sort(), [...(other as H5wasm.Group).keys()].sort(), object.path);
    return 1;
  }
  const numbers = /^(u?int(8|16|32)|float(32|64)|bool)$/.test(object.dtype);
  if ((!numbers && object.dtype !== 'string') || NOT_THEIRS.test(object.path) || object.shape.length > 2) return 0;
  if ((object.shape[0] ?? 1) > 3000) return 0;
  const mine = await (numbers ? object.read() : object.strings()).catch(() => undefined);
  if (mine) assert.deepEqual(flat([...mine]), flat((other as H5wasm.Dataset).value).map(v => typeof v === 'number' ? Math.fround(v) : v), object.path);
  return mine ? 1 : 0;
}

/** Whatever h5wasm makes of arrays, as one row of numbers or texts. */
function flat(value: unknown): (number | string)[] {
  if (value === null || value === undefined) return [];
  if (typeof value === 'bigint' || typeof value === 'boolean') return [Number(value)];
  if (ArrayBuffer.isView(value)) return [...value as unknown as Iterable<number | bigint>].map(Number);
  return Array.isArray(value) ? value.flatMap(flat) : [value as number | string];
}

describe('HDF5', () => {
  for (const name of ['links.h5', 'links_latest.h5']) {
    it(`follows links within the file: ${name}`, async () => {
      const root = await opened(name);
      const group = await root.get('a');
      assert.ok(group?.kind === 'group');
      const data = await (await datasetAt(root, '/a/b/data')).read();
      const ways = [[root, 'soft'], [group, 'relative'], [group, 'chain'], [group, '/soft'], [group, 'group/data'], [group, 'self/b/up/./twin'], [root, '//a//twin']] as const;
      for (const [from, path] of ways) assert.deepEqual(await (await datasetAt(from, path)).read(), data, path);
      for (const path of ['gone', 'no', 'a/no/such', 'a/twin/x', 'type', 'soft/x', '..']) assert.equal(await root.get(path), undefined, path);
      assert.equal((await root.get('/'))?.address, root.address);
      await assert.rejects(root.get('ring'), /FormatError: hdf5: "ring" leads through more than 1000 links/);
      await assert.rejects(root.get('other/x'), /FormatError: hdf5: "other" is a link into another file \("other.h5", "\/there"\), which is not opened/);
      assert.deepEqual(await (await datasetAt(root, 'typed')).attribute('typed'), 7.5);
    });
  }

  it('tells HDF5 by its signature, behind blocks of others too', () => {
    assert.ok(looksLikeHdf5(bytesOf('keras.h5').subarray(0, 4096)));
    assert.ok(looksLikeHdf5(bytesOf('userblock.h5').subarray(0, 4096)));
    assert.ok(!looksLikeHdf5(new Uint8Array(4096)));
    assert.ok(!looksLikeHdf5(bytesOf('keras.h5').subarray(1)));
  });

  it('reads a 5 GB file by a few kB', async () => {
    const head = new Uint8Array(readFileSync(`${FOLDER}/large.head`));
    const size = 640_000_000 * 8 + 2048;
    let total = 0;
    const read = async (offset: number, length: number): Promise<Uint8Array> => {
      total += length;
      const found = new Uint8Array(length);
      if (offset < head.length) found.set(head.subarray(offset, offset + length));
      if (offset === size - 8) found.set(new Uint8Array(Float32Array.of(5, 6).buffer));
      return found;
    };
    const bytes: Bytes = { name: 'large.h5', size, read };
    const states = await datasetAt(await openHdf5(bytes), 'states');
    assert.deepEqual(states.shape, [640_000_000, 2]);
    assert.deepEqual(await states.rows(0, 3), Float32Array.of(1, 2, 3, 4, 0, 0));
    assert.equal((await states.rows(639_990_000, 639_999_999)).length, 19_998);
    assert.ok(total < 300_000, `${total} bytes read`);
    await assert.rejects(states.read(), /FormatError: .*5120000000 bytes here; at most 2147483648 are read at once/);
    await assert.rejects(states.rows(0, 640_000_001), /FormatError: hdf5: rows 0 to 640000001 are asked of dataset "\/states", which has 640000000/);
    await assert.rejects(openHdf5({ ...bytes, size: size - 8 }), /FormatError: .*truncated, or still being written/);
  });

  it('reads only the chunks that the rows need', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatescope-hdf5-'));
    try {
      const theirs = await h5wasm();
      const path = join(folder, 'chunks.h5');
      const file = new theirs.File(path, 'w');
      const next = random(11);
      const data = Float32Array.from({ length: 400 * 256 }, () => next() - 0.5);
      for (const compression of [6, 0]) file.create_dataset({ name: compression > 0 ? 'gzip' : 'plain', data, shape: [400, 256], chunks: [20, 256], ...(compression > 0 ? { compression } : {}) });
      file.flush();
      file.close();
      for (const name of ['gzip', 'plain']) {
        const bytes = onDisk(path);
        const rows = await (await datasetAt(await openHdf5(bytes), name)).rows(111, 135);
        assert.deepEqual(rows, data.slice(111 * 256, 135 * 256));
        assert.ok(bytes.total < 2 * 20 * 256 * 4 + 80_000, `${bytes.total} of ${bytes.size} bytes read`);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('refuses an array of chunks that grows in two directions', async () => {
    const raw = bytesOf('layouts_latest.h5');
    const bounds = [...long(40), ...long(3), ...new Array<number>(8).fill(255), ...long(3)];
    const at = raw.findIndex((_, k) => bounds.every((b, j) => raw[k + j] === b));
    assert.ok(at > 0);
    raw.fill(255, at + 24, at + 32);
    await assert.rejects((await datasetAt(await openHdf5(memory('layouts.h5', raw)), 'extensible')).read(), /FormatError: .*grow without bound in more ways/);
  });

  it('refuses a tree that is its own child', async () => {
    const raw = bytesOf('many.h5');
    const node = [...'TREE'].map(c => c.charCodeAt(0)).concat(0, 1); // of a group, one level above the leaves
    const at = raw.findIndex((_, k) => node.every((b, j) => raw[k + j] === b));
    assert.ok(at > 0);
    new DataView(raw.buffer).setBigUint64(at + 32, BigInt(at), true);
    await assert.rejects(objectsOf(await openHdf5(memory('many.h5', raw))), /FormatError: .*has a node of level 1 under one of level 1/);
  });

  it('keeps no more than a walk needs: few reads for many objects', async () => {
    let reads = 0;
    const whole = memory('many.h5', bytesOf('many.h5'));
    const found = await objectsOf(await openHdf5({ ...whole, read: (from, length) => { reads++; return whole.read(from, length); } }));
    assert.equal(found.length, 4);
    assert.ok(reads < 10, `${reads} reads`);
  });
});

/** A cursor over bytes made by hand; addresses and lengths take 8 bytes. */
const cursor = (...raw: number[]): Cursor => new Cursor(fileOf(memory('hand.h5', new Uint8Array(64)), 'hdf5', { address: 8, length: 8 }), 'a message', 0, Uint8Array.from(raw));
const long = (n: number): number[] => [n, 0, 0, 0, 0, 0, 0, 0];
const int = (n: number): number[] => [n, 0, 0, 0];

describe('HDF5 messages that no writer of today writes', () => {
  it('data layouts of versions 1 and 2', () => {
    assert.deepEqual(layoutOf(cursor(1, 2, 1, 0, ...int(0), ...long(96), ...int(3), ...int(4)), 2), { kind: 'contiguous', address: 96 });
    assert.deepEqual(layoutOf(cursor(2, 3, 2, 0, ...int(0), ...long(96), ...int(3), ...int(4), ...int(8)), 2), { kind: 'chunked', chunk: [3, 4], index: { kind: 'tree1', address: 96 }, partial: false });
    const compact = layoutOf(cursor(1, 1, 0, 0, ...int(0), ...int(2), ...int(2), 7, 8), 1);
    assert.deepEqual(compact.kind === 'compact' && [...compact.data.raw], [7, 8]);
  });
  it('an array datatype of version 2, and one nested too deeply', () => {
    const float = [0x11, 0x20, 31, 0, ...int(4), 0, 0, 32, 0, 23, 8, 0, 23, ...int(127)];
    const array = (of: readonly number[], size: number): number[] => [0x2a, 0, 0, 0, ...int(size), 1, 0, 0, 0, ...int(1), ...int(0), ...of];
    const found = datatypeOf(cursor(...array(float, 4)));
    assert.deepEqual([found.kind, found.name, found.size], ['array', 'float32', 4]);
    let deep: number[] = float;
    for (let k = 0; k < 20; k++) deep = array(deep, 4);
    assert.throws(() => datatypeOf(cursor(...deep)), /FormatError: .*nests more than 8 datatypes/);
  });
  it('damaged LZF', () => {
    assert.deepEqual([...unpackLzf(Uint8Array.of(1, 5, 6, 0x20, 1), 5)], [5, 6, 5, 6, 5]);
    for (const raw of [[3, 1], [0x20, 0], [0xe0], [0, 1, 0x20, 5]]) assert.throws(() => unpackLzf(Uint8Array.from(raw), 8), Error);
  });
});

const SEED = 5171;
const FLIPS = 60;
const CUTS = 12;
/** Milliseconds for one damaged file: generous, since other work shares the machine. */
const MOST_TIME = 3000;
const MOST_READS = 2000;

describe(`HDF5 damaged (seed ${SEED})`, () => {
  for (const name of files.filter(f => !f.startsWith('wide'))) { // slow, and like many_latest.h5
    it(name, async () => {
      const whole = bytesOf(name);
      const next = random(SEED + name.length);
      for (let k = 0; k < FLIPS + CUTS; k++) {
        const cut = k < CUTS;
        const bytes = cut ? whole.slice(0, Math.floor(next() * whole.length)) : new Uint8Array(whole);
        const [at, value] = cut ? [bytes.length, 0] : [anyByte(whole, next), next() < 0.5 ? Math.floor(next() * 256) : 255];
        if (!cut) bytes[at] = value;
        const what = cut ? `${name} cut at ${at}` : `${name}, byte ${at} as ${value}`;
        const begin = performance.now();
        const reads = await readAll(what, name, bytes);
        const time = performance.now() - begin;
        assert.ok(reads < MOST_READS && time < MOST_TIME, `${what}: ${reads} reads, ${time.toFixed(0)} ms`);
      }
    });
  }
});

/** Mostly one that is not zero: large parts of these files are empty. */
function anyByte(whole: Uint8Array, next: () => number): number {
  let at = 0;
  for (let k = 0; k < 50; k++) {
    at = Math.floor(next() * whole.length);
    if (whole[at] !== 0) break;
  }
  return at;
}

/** Everything there is to ask; what one object refuses must not hide the others. */
async function readAll(what: string, name: string, raw: Uint8Array): Promise<number> {
  let reads = 0;
  const bytes = memory(name, raw);
  const found: (H5Group | H5Dataset)[] = [];
  await onlyFormatError(what, async () => {
    const root = await openHdf5({ ...bytes, read: (from, length) => { reads++; return bytes.read(from, length); } });
    found.push(root);
    await walk(root, object => { found.push(object); });
  });
  for (const object of found) {
    const names: string[] = [];
    await onlyFormatError(what, async () => names.push(...await object.attributeNames()));
    for (const attribute of names) await onlyFormatError(what, () => object.attribute(attribute));
    if (object.kind === 'dataset') await onlyFormatError(what, () => object.dtype === 'string' ? object.strings() : object.rows(0, Math.min(object.shape[0] ?? 1, 600)));
  }
  return reads;
}
