/** MessagePack by random access: maps, lists and short values are read, long payloads are left where they are. Knows nothing of what they hold. */
import { FormatError, type Bytes } from '../format';
import { printable, readExactly } from './checked';

/** A value, or where it lies. */
export type Msg =
  | { readonly kind: 'nil' }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  /** Bytes [at, at + length) of the file: `bin`, and texts too long to be a name. */
  | { readonly kind: 'bin'; readonly at: number; readonly length: number }
  | { readonly kind: 'ext'; readonly type: number; readonly at: number; readonly length: number }
  | { readonly kind: 'list'; readonly items: readonly Msg[] }
  /** Keys are texts; a number is its decimal digits. */
  | { readonly kind: 'map'; readonly entries: ReadonlyMap<string, Msg> };

const MOST_VALUES = 2_000_000;
const MOST_DEPTH = 100;
const MOST_TEXT = 1 << 16;
const WINDOW = 4096;

/** Whether a file may begin so: a map that is not empty, whose first key is a word. */
export function looksLikeMsgpack(head: Uint8Array): boolean {
  const first = head[0] ?? 0;
  const at = first >= 0x81 && first <= 0x8f ? 1 : first === 0xde ? 3 : first === 0xdf ? 5 : 0;
  const key = head[at] ?? 0;
  const [from, length] = key >= 0xa1 && key <= 0xbf ? [at + 1, key & 31] : key === 0xd9 ? [at + 2, head[at + 1] ?? 0] : [0, 0];
  const name = head.subarray(from, from + length);
  return at > 0 && length > 0 && name.length === length && name.every(c => c >= 0x20 && c !== 0x7f);
}

/** The value at byte `from`; it must end at `to`. @throws FormatError */
export async function readMsgpack(bytes: Bytes, format: string, from = 0, to = bytes.size): Promise<Msg> {
  const cursor = new Cursor(bytes, format, from, to);
  const value = await valueOf(cursor, 0);
  if (cursor.at !== to) throw new FormatError(format, `${to - cursor.at} bytes follow its end. It may be damaged`, cursor.at);
  return value;
}

/** Reads forward through a part of the file, a window at a time. */
class Cursor {
  count = 0;
  private window: Uint8Array = new Uint8Array(0);
  private start = 0;

  constructor(readonly bytes: Bytes, readonly format: string, public at: number, readonly to: number) {}

  /** The next `length` bytes; those are few. */
  async take(length: number): Promise<Uint8Array> {
    this.skip(length);
    const from = this.at - length;
    if (from < this.start || this.at > this.start + this.window.length) {
      this.window = await readExactly(this.bytes, this.format, 'a value', from, Math.min(Math.max(length, WINDOW), this.to - from));
      this.start = from;
    }
    return this.window.subarray(from - this.start, this.at - this.start);
  }

  /** A big-endian count of so many bytes. */
  async counted(width: number): Promise<number> {
    return (await this.take(width)).reduce((n, byte) => n * 256 + byte, 0);
  }

  /** @throws FormatError where the part ends before */
  skip(length: number): void {
    if (this.at + length > this.to) throw new FormatError(this.format, `a value should take ${length} bytes, but only ${this.to - this.at} follow. The file may be truncated`, this.at);
    this.at += length;
  }

  /** One more value is read, and `more` are promised: each takes a byte at least. */
  check(depth: number, more: number): void {
    if (depth > MOST_DEPTH) throw new FormatError(this.format, `values lie in one another ${MOST_DEPTH} deep`, this.at);
    if (more > this.to - this.at) throw new FormatError(this.format, `${more} values should follow, but there are only ${this.to - this.at} bytes. The file may be truncated`, this.at);
    if (++this.count + more > MOST_VALUES) throw new FormatError(this.format, `it has more than ${MOST_VALUES} values`, this.at);
  }
}

type Reader = (cursor: Cursor, depth: number) => Promise<Msg> | Msg;

/** By first byte from 0xc0 to 0xdf. */
const readers: readonly (Reader | undefined)[] = [
  () => ({ kind: 'nil' }), undefined, () => ({ kind: 'bool', value: false }), () => ({ kind: 'bool', value: true }),
  ...[1, 2, 4].map((width): Reader => async c => range(c, await c.counted(width))),
  ...[1, 2, 4].map((width): Reader => async c => ext(c, await c.counted(width))),
  ...[4, 8].map((width): Reader => async c => number(c, width, v => (width === 4 ? v.getFloat32(0) : v.getFloat64(0)))),
  ...[1, 2, 4, 8].map((width): Reader => async c => ({ kind: 'number', value: await c.counted(width) })),
  ...[1, 2, 4, 8].map((width): Reader => c => number(c, width, v => signed(v, width))),
  ...[1, 2, 4, 8, 16].map((length): Reader => c => ext(c, length)),
  ...[1, 2, 4].map((width): Reader => async c => text(c, await c.counted(width))),
  ...[2, 4].map((width): Reader => async (c, depth) => list(c, depth, await c.counted(width))),
  ...[2, 4].map((width): Reader => async (c, depth) => map(c, depth, await c.counted(width))),
];

async function valueOf(cursor: Cursor, depth: number): Promise<Msg> {
  cursor.check(depth, 0);
  const [first = 0] = await cursor.take(1);
  if (first < 0x80) return { kind: 'number', value: first };
  if (first >= 0xe0) return { kind: 'number', value: first - 256 };
  if (first < 0x90) return map(cursor, depth, first & 15);
  if (first < 0xa0) return list(cursor, depth, first & 15);
  if (first < 0xc0) return text(cursor, first & 31);
  const reader = readers[first - 0xc0];
  if (!reader) throw new FormatError(cursor.format, `byte 0x${first.toString(16)} begins no value`, cursor.at - 1);
  return reader(cursor, depth);
}

function range(cursor: Cursor, length: number): Msg {
  cursor.skip(length);
  return { kind: 'bin', at: cursor.at - length, length };
}

async function ext(cursor: Cursor, length: number): Promise<Msg> {
  const [type = 0] = await cursor.take(1);
  cursor.skip(length);
  return { kind: 'ext', type: type > 127 ? type - 256 : type, at: cursor.at - length, length };
}

async function number(cursor: Cursor, width: number, get: (view: DataView) => number): Promise<Msg> {
  const raw = await cursor.take(width);
  return { kind: 'number', value: get(new DataView(raw.buffer, raw.byteOffset, width)) };
}

const signed = (v: DataView, width: number): number => (width === 1 ? v.getInt8(0) : width === 2 ? v.getInt16(0) : width === 4 ? v.getInt32(0) : Number(v.getBigInt64(0)));

async function text(cursor: Cursor, length: number): Promise<Msg> {
  if (length > MOST_TEXT) return range(cursor, length);
  return { kind: 'text', value: new TextDecoder().decode(await cursor.take(length)) };
}

async function list(cursor: Cursor, depth: number, count: number): Promise<Msg> {
  cursor.check(depth, count);
  const items: Msg[] = [];
  for (let k = 0; k < count; k++) items.push(await valueOf(cursor, depth + 1));
  return { kind: 'list', items };
}

async function map(cursor: Cursor, depth: number, count: number): Promise<Msg> {
  cursor.check(depth, 2 * count);
  const entries = new Map<string, Msg>();
  for (let k = 0; k < count; k++) {
    const at = cursor.at;
    const key = await valueOf(cursor, depth + 1);
    if (key.kind !== 'text' && key.kind !== 'number') throw new FormatError(cursor.format, `a key should be a name or a number, but is of kind ${key.kind}`, at);
    const name = String(key.value);
    if (entries.has(name)) throw new FormatError(cursor.format, `a map names "${printable(name)}" twice`, at);
    entries.set(name, await valueOf(cursor, depth + 1));
  }
  return { kind: 'map', entries };
}
