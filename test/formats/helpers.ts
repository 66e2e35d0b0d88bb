/** What the tests of formats share. */
import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { FormatError, type Bytes } from '../../src/formats/format';

/** A file as Bytes, read by ranges; counts what was read. */
export function onDisk(path: string): Bytes & { total: number } {
  const file = {
    name: basename(path), size: statSync(path).size, total: 0,
    read: async (offset: number, length: number): Promise<Uint8Array> => {
      const buffer = new Uint8Array(Math.max(0, Math.min(length, file.size - offset)));
      const handle = openSync(path, 'r');
      readSync(handle, buffer, 0, buffer.length, offset);
      closeSync(handle);
      file.total += buffer.length;
      return buffer;
    },
  };
  return file;
}

export const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(`test/fixtures/formats/${name}`));

/** A seeded stream of numbers in [0, 1): mulberry32. */
export function random(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Distinct numbers in U(-bound, bound). */
export const uniform = (count: number, bound: number, next: () => number): Float32Array => Float32Array.from({ length: count }, () => (2 * next() - 1) * bound);

/** Only FormatError may come out of a reader; anything else is a bug, said with what was done to the file. */
export async function onlyFormatError(what: string, read: () => Promise<unknown>): Promise<'read' | 'refused'> {
  try {
    await read();
    return 'read';
  } catch (error) {
    assert.ok(error instanceof FormatError, `${what}: ${error instanceof Error ? error.stack : String(error)}`);
    return 'refused';
  }
}

/** A .npy file of float32 with three axes. */
export function npyBatch([a, b, c]: readonly [number, number, number], value: (i: number, j: number, k: number) => number): Uint8Array {
  const data = Float32Array.from({ length: a * b * c }, (_, n) => value(Math.floor(n / (b * c)), Math.floor(n / c) % b, n % c));
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${a}, ${b}, ${c}), }`;
  const header = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const file = new Uint8Array(10 + header.length + data.byteLength);
  file.set([0x93, ...new TextEncoder().encode('NUMPY'), 1, 0, header.length & 255, header.length >> 8]);
  file.set(new TextEncoder().encode(header), 10);
  file.set(new Uint8Array(data.buffer), 10 + header.length);
  return file;
}
