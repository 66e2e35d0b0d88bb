import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { FormatError } from '../../src/formats/format';
import { memory } from '../../src/formats/memory';
import { looksLikeZip, openZip } from '../../src/formats/parts/zip';
import { onDisk, onlyFormatError, random } from './helpers';

const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(`test/fixtures/files/torch/${name}.zip`));

/** What every archive of the fixtures holds. */
const contents: readonly (readonly [string, Uint8Array])[] = [
  ['a/one.txt', new TextEncoder().encode('one'.repeat(100))], ['two.bin', Uint8Array.from({ length: 256 }, (_, k) => k)], ['empty', new Uint8Array(0)],
];

async function allOf(bytes: Uint8Array): Promise<readonly (readonly [string, Uint8Array])[]> {
  const { members } = await openZip(memory('x.zip', bytes), 'zip');
  const found: (readonly [string, Uint8Array])[] = [];
  for (const member of members) {
    const inner = await member.open();
    assert.equal(inner.size, member.size, member.name);
    found.push([member.name, Uint8Array.from(await inner.read(0, inner.size))]);
  }
  return found;
}

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const find = (bytes: Uint8Array, signature: number, nth = 0): number => {
  let at = -1;
  for (let k = 0; k <= nth; k++) do at++; while (view(bytes).getUint32(at, true) !== signature);
  return at;
};
const LOCAL = 0x04034b50, ENTRY = 0x02014b50, END = 0x06054b50, END64 = 0x06064b50, LOCATOR64 = 0x07064b50;

/** A copy with one number written over, `offset` behind the nth signature. */
function changed(name: string, signature: number, nth: number, offset: number, value: number, size: 2 | 4 | 8): Uint8Array {
  const bytes = Uint8Array.from(fixture(name));
  const at = find(bytes, signature, nth) + offset;
  if (size === 2) view(bytes).setUint16(at, value, true);
  else if (size === 4) view(bytes).setUint32(at, value, true);
  else view(bytes).setBigUint64(at, BigInt(value), true);
  return bytes;
}

describe('zip', () => {
  for (const name of ['stored', 'deflated', 'commented', 'piped', 'forced64', 'zip64']) {
    it(`${name}: members are what went in, folders are left out`, async () => assert.deepEqual(await allOf(fixture(name)), contents));
  }

  it('zip64 records are there in the fixture that should have them', () => {
    const bytes = fixture('zip64');
    assert.ok(find(bytes, END64) > 0 && find(bytes, LOCATOR64) > 0);
    assert.equal(view(bytes).getUint32(find(bytes, ENTRY, 2) + 24, true), 0xffffffff);
  });

  it('a stored member is a window on the file: only what is asked for is read', async () => {
    const disk = onDisk('test/fixtures/files/torch/stored.zip');
    const member = await (await openZip(disk)).member('two.bin').open();
    const before = disk.total;
    assert.deepEqual([...await member.read(100, 4)], [100, 101, 102, 103]);
    assert.deepEqual([...await member.read(254, 100)], [254, 255]);
    assert.equal(disk.total - before, 6);
  });

  it('reads the directory once for the same file, and again where it failed', async () => {
    let reads = 0;
    let bytes = fixture('stored').subarray(0, 50);
    const file = { name: 'x', size: fixture('stored').length, read: async (from: number, length: number) => { reads++; return bytes.subarray(from, from + length); } };
    await assert.rejects(openZip(file, 'one'), /^FormatError: one:/);
    await assert.rejects(openZip(file, 'two'), /^FormatError: two:/);
    bytes = fixture('stored');
    await openZip(file);
    const before = reads;
    await openZip(file);
    assert.equal(reads, before);
  });

  it('is told by its first bytes, also when it is empty', () => {
    assert.ok(looksLikeZip(fixture('stored')) && looksLikeZip(Uint8Array.of(0x50, 0x4b, 5, 6)) && !looksLikeZip(Uint8Array.of(0x50, 0x4b, 7, 8)));
  });

  const damaged: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ['is cut', fixture('stored').subarray(0, 600), /end of the zip archive is missing/],
    ['is compressed in another way', fixture('bzip2'), /compressed by method 12/],
    ['says that a member is elsewhere', changed('stored', ENTRY, 2, 42, 5, 4), /does not begin where the directory says/],
    ['says that a member lies behind the directory', changed('stored', ENTRY, 2, 42, 1 << 30, 4), /should lie before the directory/],
    ['says that a member is longer than the file', changed('stored', ENTRY, 2, 20, 1 << 30, 4), /should lie before the directory/],
    ['says two sizes of a stored member', changed('stored', ENTRY, 2, 24, 255, 4), /has 256 bytes instead of 255/],
    ['has a member that unpacks to more', changed('deflated', ENTRY, 1, 24, 200, 4), /should unpack to 200 bytes, but gave more/],
    ['has a member that unpacks to less', changed('deflated', ENTRY, 1, 24, 400, 4), /should unpack to 400 bytes, but gave 300/],
    ['has a member that claims to unpack to gigabytes', changed('deflated', ENTRY, 1, 24, 0xfffffff0, 4), /claims to unpack/],
    ['has damaged deflated data', (() => { const b = Uint8Array.from(fixture('deflated')); b.fill(0xff, find(b, LOCAL, 1) + 40, find(b, LOCAL, 1) + 46); return b; })(), /cannot be unpacked|should unpack/],
    ['is encrypted', changed('stored', ENTRY, 1, 8, 1, 2), /is encrypted/],
    ['has more entries than its directory has room for', changed('stored', END, 0, 10, 60000, 2), /which cannot be/],
    ['has a directory beyond its end', changed('stored', END, 0, 16, 1 << 30, 4), /which cannot be/],
    ['has a damaged entry', changed('stored', ENTRY, 1, 0, 0, 4), /entry 1 of the zip directory's 4 is damaged/],
    ['has an entry with a name beyond the directory', changed('stored', ENTRY, 3, 28, 60000, 2), /reaches beyond its end/],
    ['has a zip64 record elsewhere', changed('zip64', LOCATOR64, 0, 8, 3, 8), /zip64 record is missing/],
    ['has a zip64 offset beyond exact numbers', changed('zip64', END64, 0, 48, 2 ** 60, 8), /which cannot be/],
    ['has a zip64 field that is too short', changed('zip64', ENTRY, 2, 46 + 7 + 2, 4, 2), /zip64 field of the directory is too short/],
  ];
  for (const [what, bytes, message] of damaged) {
    it(`refuses an archive that ${what}`, () => assert.rejects(allOf(bytes), (e: unknown) => e instanceof FormatError && message.test(e.message)));
  }

  it('refuses two members of one name, and names what is there when one is missing', async () => {
    const zip = await openZip(memory('x', fixture('stored')));
    assert.throws(() => zip.member('three'), /there is no member "three"; the archive has a\/one\.txt, two\.bin, empty/);
    const same = Uint8Array.from(fixture('stored'));
    // The member two.bin gets the length of a name and the letters of another: `empty`.
    const entry = find(same, ENTRY, 2);
    view(same).setUint16(entry + 28, 5, true);
    view(same).setUint16(entry + 30, 2, true);
    same.set(new TextEncoder().encode('empty'), entry + 46);
    await assert.rejects(allOf(same), /two members named "empty"/);
  });

  it('damaged ones are read or refused, never more', async () => {
    const next = random(4713);
    const outcomes = { read: 0, refused: 0 };
    for (const name of ['stored', 'deflated', 'piped', 'zip64', 'commented']) {
      for (let k = 0; k < 1500; k++) {
        const bytes = k % 5 === 0 ? fixture(name).slice(0, Math.floor(next() * fixture(name).length)) : fixture(name);
        for (let n = 0; n <= k % 4; n++) bytes[Math.floor(next() * bytes.length)] = Math.floor(next() * 256);
        outcomes[await onlyFormatError(`${name} ${k}`, () => allOf(bytes))]++;
      }
    }
    assert.ok(outcomes.read > 500 && outcomes.refused > 500, JSON.stringify(outcomes));
  });
});
