/** What the fuzzer hands to readers: a file in memory with others beside it. */
import { basename } from 'node:path';
import type { Bytes } from '../../src/formats/format';

export type Beside = ReadonlyMap<string, Uint8Array>;

/** A file by content; `beside` by path relative to its folder. */
export interface FuzzFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly beside: Beside;
}

/** How a file may be asked: as a model or trace, as an input, as a vocabulary, as saved states. */
export type Use = 'model' | 'sequence' | 'vocabulary' | 'states';

/** One thing to try. */
export interface Case {
  /** What was done to which file. */
  readonly what: string;
  readonly file: FuzzFile;
  readonly uses: readonly Use[];
  /** The file beside it that was damaged, where it was not the file itself. */
  readonly changed?: string;
  /** Instead of the file in memory, such as one on disk with links beside it. */
  readonly open?: () => Promise<Bytes>;
}

/** Seeded numbers in [0, 1). */
export type Next = () => number;

export const below = (next: Next, n: number): number => Math.floor(next() * n);

export function pick<T>(next: Next, list: readonly T[]): T {
  return list[below(next, list.length)]!;
}

/** The file as readers see it. Like the platform's: what leads out of the folder, or is not there, is an Error. */
export function bytesOf({ name, bytes, beside }: FuzzFile): Bytes {
  return {
    name: basename(name), size: bytes.length,
    read: (offset, length) => Promise.resolve(bytes.subarray(offset, Math.min(offset + length, bytes.length))),
    sibling: relative => {
      const found = beside.get(relative);
      return found ? Promise.resolve(bytesOf({ name: relative, bytes: found, beside })) : Promise.reject(new Error(`ENOENT: ${relative}`));
    },
  };
}

const encoder = new TextEncoder();
export const utf8 = (text: string): Uint8Array => encoder.encode(text);

type Piece = Uint8Array | readonly number[];

export const joined = (...parts: readonly Piece[]): Uint8Array => joinedAll(parts);

/** The same for lists that are too long to be arguments. */
export function joinedAll(parts: readonly Piece[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const part of parts) { out.set(part, at); at += part.length; }
  return out;
}
