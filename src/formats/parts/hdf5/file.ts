/** The file under an HDF5 tree: reads of metadata through a few cached blocks, and cursors over what was read. */
import { FormatError, type Bytes } from '../../format';
import { printable, readExactly } from '../checked';
import { recent } from './recent';

/** Widths in bytes that the superblock declares. */
export interface Widths {
  /** Of a file address. */
  readonly address: number;
  /** Of a length. */
  readonly length: number;
}

/** An HDF5 file: addresses count from its superblock. */
export interface File {
  readonly format: string;
  readonly name: string;
  readonly size: number;
  readonly widths: Widths;
  /** Bytes to look at, not to keep: they may be a part of a cached block. @throws FormatError beyond the end */
  read(what: string, at: number, length: number): Promise<Uint8Array>;
  /** The same under a cursor. */
  cursor(what: string, at: number, length: number): Promise<Cursor>;
  /** A cursor over at most `length` bytes: what the file has of them. */
  upTo(what: string, at: number, length: number): Promise<Cursor>;
}

/** Structures are small and lie close together: a walk of a model's tree takes a few reads. */
const BLOCK = 1 << 14;
const MOST_BLOCKS = 64;

/** @throws FormatError only when read */
export function fileOf(bytes: Bytes, format: string, widths: Widths): File {
  const { name, size } = bytes;
  const block = recent(MOST_BLOCKS, (k: number) => readExactly(bytes, format, 'a block', k * BLOCK, Math.min(BLOCK, size - k * BLOCK)));
  async function read(what: string, at: number, length: number): Promise<Uint8Array> {
    const first = Math.floor(at / BLOCK);
    const last = Math.floor((at + length - 1) / BLOCK);
    if (length > BLOCK || length === 0 || !(at >= 0 && at + length <= size)) return readExactly(bytes, format, what, at, length);
    const head = await block(first);
    if (last === first) return head.subarray(at - first * BLOCK, at - first * BLOCK + length);
    const both = new Uint8Array(length);
    both.set(head.subarray(at - first * BLOCK));
    both.set((await block(last)).subarray(0, at + length - last * BLOCK), last * BLOCK - at);
    return both;
  }
  const file: File = {
    format, name, size, widths, read,
    cursor: async (what, at, length) => new Cursor(file, what, at, await read(what, at, length)),
    upTo: async (what, at, length) => new Cursor(file, what, at, await read(what, at, Math.max(0, Math.min(length, size - at)))),
  };
  return file;
}

/** Little-endian fields one after another. @throws FormatError where the structure ends before a field does */
export class Cursor {
  /** Bytes taken so far. */
  at = 0;

  constructor(readonly file: File, readonly what: string, readonly origin: number, readonly raw: Uint8Array) {}

  get left(): number { return this.raw.length - this.at; }

  /** What is wrong here, to be thrown. */
  error(found: string): FormatError { return new FormatError(this.file.format, `${this.what} ${found}`, this.origin + this.at); }

  bytes(length: number): Uint8Array {
    const from = this.at;
    this.skip(length);
    return this.raw.subarray(from, this.at);
  }

  skip(length: number): void {
    if (!(length >= 0 && length <= this.left)) throw this.error(`should go on for ${length} bytes, but has only ${this.left}. The file may be damaged`);
    this.at += length;
  }

  /** An unsigned number of `width` bytes. */
  uint(width: number): number {
    const from = this.at;
    this.skip(width);
    let value = 0;
    for (let k = width - 1; k >= 0; k--) value = value * 256 + (this.raw[from + k] ?? 0);
    if (!Number.isSafeInteger(value)) throw this.error('has a number beyond 2^53. The file may be damaged');
    return value;
  }

  u8(): number { return this.uint(1); }
  u16(): number { return this.uint(2); }
  u32(): number { return this.uint(4); }
  length(): number { return this.uint(this.file.widths.length); }

  /** An address; undefined where all bits are set, which means none. */
  address(): number | undefined {
    const width = this.file.widths.address;
    for (let k = 0; k < width; k++) if (this.raw[this.at + k] !== 0xff) return this.uint(width);
    this.at += width;
    return undefined;
  }

  signature(expected: string): void {
    const found = String.fromCharCode(...this.bytes(expected.length));
    if (found !== expected) throw this.error(`should begin with ${expected}, but begins with "${printable(found)}". The file may be damaged`);
  }

  /** Text up to a zero byte (or the end), which is taken too. */
  string(): string {
    const end = this.raw.indexOf(0, this.at);
    const found = text(this.raw.subarray(this.at, end < 0 ? this.raw.length : end));
    this.at = end < 0 ? this.raw.length : end + 1;
    return found;
  }

  /** A cursor at the beginning of the same bytes. */
  again(): Cursor { return new Cursor(this.file, this.what, this.origin, this.raw); }

  /** Some of the bytes as a cursor of their own. */
  part(length: number): Cursor {
    const origin = this.origin + this.at;
    return new Cursor(this.file, this.what, origin, this.bytes(length));
  }
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Bytes as UTF-8. */
export const text = (raw: Uint8Array): string => decoder.decode(raw);

/**
 * Structures of a file do not overlap, so those of one kind cannot be more bytes than it has: what loops, or shares its children,
 * runs out of this allowance. @throws FormatError then
 */
export function allowance(file: File, what: string): (bytes: number) => void {
  let left = file.size;
  return bytes => {
    left -= bytes;
    if (left < 0) throw new FormatError(file.format, `${what} takes more bytes than the file has: it may go in circles. The file may be damaged`);
  };
}

/** Bytes that hold numbers up to `limit`. */
export const widthOf = (limit: number): number => Math.floor(log2(limit) / 8) + 1;

/** The exponent of the highest power of two that is not above `n`, which is finite. */
export function log2(n: number): number {
  let exponent = 0;
  for (let rest = n; rest >= 2; rest /= 2) exponent++;
  return exponent;
}
