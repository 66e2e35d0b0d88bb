/**
 * A streaming walk over protobuf wire format: what is not asked for is skipped by seeking, never read.
 * Knows fields and bytes, nothing of any schema.
 */
import { FormatError, type Bytes } from '../format';
import { readExactly } from './checked';

/** One field of a message: its number, its value if it is a number, or where its bytes lie ([from, to) of the file). */
export interface Field {
  readonly number: number;
  /** 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes. */
  readonly wire: number;
  /** Of wire 0, as a signed 64-bit integer (exact up to 2^53). */
  readonly value: number;
  readonly from: number;
  readonly to: number;
}

const SMALL_WINDOW = 4096;
const LARGE_WINDOW = 1 << 18;
/** A tag and a length, at ten bytes each. */
const MOST_PREFIX = 20;
const MOST_DEPTH = 100;
const MOST_MESSAGES = 4_000_000;
const MOST_TEXT = 1 << 16;

/** Walks the messages of one file through a window that grows while reading is sequential and shrinks after a jump. */
export class ProtoReader {
  private window: Uint8Array = new Uint8Array(0);
  private start = 0;
  private at = 0;
  private next = SMALL_WINDOW;
  private depth = 0;
  private messages = 0;

  constructor(private readonly bytes: Bytes, private readonly format: string) {}

  /** Visits every field of the message in [from, to); a visitor may walk into it, read it, or leave it. @throws FormatError */
  async walk(from: number, to: number, visit: (field: Field) => Promise<void> | void): Promise<void> {
    this.enter(from);
    for (this.at = from; this.at < to;) {
      if (this.at < this.start || this.at + Math.min(MOST_PREFIX, to - this.at) > this.start + this.window.length) await this.fill();
      const field = this.field(to);
      const answer = visit(field);
      if (answer) await answer;
      this.at = field.to;
    }
    this.depth--;
  }

  /** The field's bytes as UTF-8; meant for names: long texts are refused. @throws FormatError */
  async text(field: Field): Promise<string> {
    if (field.to - field.from > MOST_TEXT) throw new FormatError(this.format, `a name of ${field.to - field.from} bytes is too long to be one`, field.from);
    return decodeText(await this.raw(field));
  }

  /** The field's bytes. @throws FormatError */
  async raw({ from, to }: Field): Promise<Uint8Array> {
    const inside = from >= this.start && to <= this.start + this.window.length;
    return inside ? this.window.subarray(from - this.start, to - this.start) : readExactly(this.bytes, this.format, 'a field', from, to - from);
  }

  /** The numbers of a repeated varint field, packed or one at a time, added to `into`, which may not grow beyond `most`. @throws FormatError */
  async varints(field: Field, into: number[], most: number): Promise<void> {
    if (into.length + (field.wire === 2 ? (field.to - field.from) / 10 : 0) > most) throw this.tooMany(field, most);
    if (field.wire === 0) into.push(field.value);
    else {
      const raw = await this.raw(field);
      for (let at = 0; at < raw.length;) {
        const varint = readVarint(raw, at, raw.length);
        if (!varint) throw new FormatError(this.format, 'a packed list of integers ends in the middle of one', field.from);
        if (into.push(varint.value) > most) throw this.tooMany(field, most);
        at = varint.next;
      }
    }
  }

  private tooMany(field: Field, most: number): FormatError {
    return new FormatError(this.format, `a list holds more than ${most} numbers`, field.from);
  }

  private enter(at: number): void {
    if (++this.depth > MOST_DEPTH) throw new FormatError(this.format, `messages are nested more than ${MOST_DEPTH} deep`, at);
    if (++this.messages > MOST_MESSAGES) throw new FormatError(this.format, `the file holds more than ${MOST_MESSAGES} messages`, at);
  }

  private async fill(): Promise<void> {
    this.next = this.at === this.start + this.window.length || this.inside() ? Math.min(2 * this.next, LARGE_WINDOW) : SMALL_WINDOW;
    const length = Math.min(this.next, this.bytes.size - this.at);
    const at = this.at;
    this.window = await readExactly(this.bytes, this.format, 'a message', at, length);
    this.start = at;
  }

  private inside(): boolean {
    return this.at >= this.start && this.at < this.start + this.window.length;
  }

  private field(end: number): Field {
    const begin = this.at;
    const fail = (what: string): FormatError => new FormatError(this.format, what, begin);
    const limit = Math.min(end - this.start, this.window.length);
    const tag = readVarint(this.window, begin - this.start, limit);
    if (!tag || tag.value < 8 || tag.value > 0xffffffff) throw fail('a field should begin here, but does not. The file may be truncated or of another format');
    const number = Math.floor(tag.value / 8);
    const wire = tag.value % 8;
    const from = this.start + tag.next;
    const varint = wire === 0 || wire === 2 ? readVarint(this.window, tag.next, limit) : undefined;
    if ((wire === 0 || wire === 2) && !varint) throw fail('an integer is cut off');
    const { at, length } = varint ? { at: this.start + varint.next, length: wire === 2 ? varint.value : 0 } : { at: from, length: fixed(wire) };
    if (length === undefined) throw fail(`wire type ${wire} is unknown. The file may be damaged or of another format`);
    if (length < 0 || at + length > end) throw fail(`field ${number} of ${length} bytes reaches beyond its message. The file may be truncated`);
    return { number, wire, value: varint?.value ?? NaN, from: at, to: at + length };
  }
}

const utf8 = new TextDecoder();

/** Names are short and nearly always ASCII, for which a decoder's call costs more than the loop. */
function decodeText(raw: Uint8Array): string {
  if (raw.length > 40 || raw.some(byte => byte > 127)) return utf8.decode(raw);
  return String.fromCharCode(...raw);
}

const fixed = (wire: number): number | undefined => (wire === 1 ? 8 : wire === 5 ? 4 : undefined);

/** A varint at `at`, before `end`, as a signed 64-bit integer; undefined where it is cut off or longer than ten bytes. */
export function readVarint(raw: Uint8Array, at: number, end: number): { readonly value: number; readonly next: number } | undefined {
  let value = 0;
  for (let k = 0; k < 10 && at + k < end; k++) {
    const byte = raw[at + k] ?? 0;
    // Seven groups of seven bits are exact in a double; what is longer is negative or huge.
    if (k === 7) return readLong(raw, at, end);
    value += (byte & 0x7f) * 2 ** (7 * k);
    if (byte < 0x80) return { value, next: at + k + 1 };
  }
  return undefined;
}

function readLong(raw: Uint8Array, at: number, end: number): { readonly value: number; readonly next: number } | undefined {
  let value = 0n;
  for (let k = 0; k < 10 && at + k < end; k++) {
    const byte = raw[at + k] ?? 0;
    value |= BigInt(byte & 0x7f) << BigInt(7 * k);
    if (byte < 0x80) return { value: Number(BigInt.asIntN(64, value)), next: at + k + 1 };
  }
  return undefined;
}
