/** NumPy's .npz as checkpoints: against what wrote them, and what is warned of, refused, or left to others. */
import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { zipSync } from 'fflate';
import { FormatError, type Checkpoint } from '../../src/formats/format';
import { memory } from '../../src/formats/memory';
import { npz, openNpz } from '../../src/formats/npz';
import { onDisk } from './helpers';
import { truths } from './truth';

truths('npz');

const FILES = 'test/fixtures/files/npz';

/** An array as NumPy's format document has it, version 1, made by hand so that the fixtures' writer is checked too. */
function npy(descr: string, shape: readonly number[], data: Uint8Array, fortran = false): Uint8Array {
  const text = `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': (${shape.map(n => `${n},`).join(' ')}), }`;
  const header = new TextEncoder().encode(`${text.padEnd(117)}\n`);
  const out = new Uint8Array(10 + header.length + data.length);
  out.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 255, header.length >> 8]);
  out.set(header, 10);
  out.set(data, 10 + header.length);
  return out;
}

const f4 = (values: readonly number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);
const file = (members: Record<string, Uint8Array>, level: 0 | 6 = 0) => memory('x.npz', zipSync(members, { level }));
const tensor = (opened: Checkpoint, name: string) => opened.tensors.find(t => t.name === name)!;

describe('npz', () => {
  it('gives row-major numbers of a Fortran-ordered array of three axes', async () => {
    const stored = [0, 12, 4, 16, 8, 20, 1, 13, 5, 17, 9, 21, 2, 14, 6, 18, 10, 22, 3, 15, 7, 19, 11, 23];
    const opened = await openNpz(file({ 'a.npy': npy('<f4', [2, 3, 4], f4(stored), true), 'b.npy': npy('<f4', [2, 2], f4([1, 3, 2, 4]), true) }));
    assert.deepEqual(Array.from(await tensor(opened, 'a').read()), Array.from({ length: 24 }, (_, k) => k));
    assert.deepEqual(Array.from(await tensor(opened, 'b').read()), [1, 2, 3, 4]);
  });

  it('reads every type of numbers, either way round', async () => {
    const opened = await openNpz(file({
      'i.npy': npy('>i4', [2], Uint8Array.of(0, 0, 1, 0, 255, 255, 255, 255)), 'b.npy': npy('|b1', [3], Uint8Array.of(0, 1, 1)), 'u.npy': npy('|u1', [], Uint8Array.of(200)),
      'h.npy': npy('>f2', [1], Uint8Array.of(0x3c, 0)), 'v.npy': npy('|V2', [2], Uint8Array.of(0x80, 0x3f, 0, 0xc0)), 'q.npy': npy('<u8', [1], Uint8Array.of(7, 0, 0, 0, 0, 0, 0, 0)),
    }));
    const read = async (name: string): Promise<number[]> => Array.from(await tensor(opened, name).read());
    assert.deepEqual(await Promise.all([...'ibuhvq'].map(read)), [[256, -1], [0, 1, 1], [200], [1], [1, -2], [7]]);
    assert.deepEqual([...'ibuhvq'].map(n => tensor(opened, n).dtype), ['int32', 'bool', 'uint8', 'float16', 'bfloat16', 'uint64']);
    assert.match(opened.warnings!.join(), /bfloat16.*: v\./);
  });

  it('lists what cannot be read, says so, and refuses it alone', async () => {
    const opened = await openNpz(file({ 'o.npy': npy('|O', [], Uint8Array.of(0x80, 4)), 'c.npy': npy('<c8', [1], new Uint8Array(8)), 's.npy': npy('<U1', [1], new Uint8Array(4)), 'ok.npy': npy('<f4', [1], f4([5])) }));
    assert.deepEqual(opened.tensors.map(t => t.dtype), ['object', '<c8', '<U1', 'float32']);
    assert.match(opened.warnings!.join(), /executed.*left alone: o\./);
    await assert.rejects(tensor(opened, 'o').read(), (e: unknown) => e instanceof FormatError && /^npz: o\.npy holds Python objects/.test(e.message));
    await assert.rejects(tensor(opened, 'c').read(), /c\.npy: numbers of type <c8 cannot be read/);
    assert.deepEqual(Array.from(await tensor(opened, 'ok').read()), [5]);
  });

  it('claims a file by the layers in it, and leaves signals and other archives to others', async () => {
    const head = async (bytes: ReturnType<typeof memory>): Promise<boolean> => npz.match(await bytes.read(0, 4096), bytes);
    const layer = { 'rnn.weight_ih_l0.npy': npy('<f4', [1, 1], f4([1])), 'rnn.weight_hh_l0.npy': npy('<f4', [1, 1], f4([1])) };
    assert.equal(await head(file(layer)), true);
    assert.equal(await head(file({ 'h.npy': npy('<f4', [2, 1], f4([1, 2])) })), false);
    assert.equal(await head(file({ ...layer, 'config.json': Uint8Array.of(123, 125) })), false);
    assert.equal(await head(memory('x.npz', Uint8Array.of(0x50, 0x4b, 3, 4, 0))), false);
    await assert.rejects(openNpz(file({ 'a.txt': Uint8Array.of(1) })), /should be a zip archive of \.npy files/);
  });

  it('opens by headers, compressed ones too: numbers are unpacked when they are asked for', async () => {
    const noise = Float32Array.from({ length: 200_000 }, (_, k) => Math.sin(k * k));
    const packed = file({ 'a.npy': npy('<f4', [noise.length], new Uint8Array(noise.buffer)) }, 6);
    let read = 0;
    const counted = { ...packed, read: async (at: number, length: number) => { const found = await packed.read(at, length); read += found.length; return found; } };
    const opened = await openNpz(counted);
    // The zip's own search for its end takes up to 64 kB.
    assert.ok(read < 70_000 && packed.size > 500_000, `${read} of ${packed.size} bytes were read`);
    assert.deepEqual(tensor(opened, 'a').shape, [noise.length]);
    assert.deepEqual(await tensor(opened, 'a').read(), noise);
  });

  it('names the member that is damaged, and reads the one whose header is long', async () => {
    await assert.rejects(openNpz(file({ 'a.npy': npy('<f4', [3], f4([1, 2])) })), /\[3\] and type float32 needs 12 bytes, but only 8 follow/);
    const shape = Array.from({ length: 60 }, () => 1);
    const opened = await openNpz(file({ 'long.npy': npy('<f4', shape, f4([9])) }, 6));
    assert.deepEqual([tensor(opened, 'long').shape, Array.from(await tensor(opened, 'long').read())], [shape, [9]]);
  });

  it('does not take an optimizer\'s copies for layers', async () => {
    const opened = await openNpz(file({ 'opt_state.0.mu.cell.weight_ih.npy': npy('<f4', [4, 1], f4([1, 2, 3, 4])), 'opt_state.0.mu.cell.weight_hh.npy': npy('<f4', [4, 1], f4([1, 2, 3, 4])), 'opt_state.0.mu.cell.bias.npy': npy('<f4', [4], f4([1, 2, 3, 4])) }));
    assert.deepEqual(opened.stacks.map(s => s.framework), []);
  });

  it('reads of a file on disk what it must', async () => {
    const disk = onDisk(`${FILES}/torch-float64.npz`);
    await openNpz(disk);
    // Once the whole, in search of the zip's directory; then 30 + 256 bytes for each of 22 members.
    assert.ok(disk.total < 2 * disk.size + 22 * 290, `${disk.total} of ${disk.size}`);
  });
});
