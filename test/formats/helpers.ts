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
