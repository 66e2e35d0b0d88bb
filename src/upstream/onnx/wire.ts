/** Protobuf messages that lie in memory, taken apart and put together: what is not changed is copied as it is. */
import { FormatError } from '../../formats/format';
import { FORMAT } from '../../formats/onnx/model';
import { readVarint } from '../../formats/parts/protobuf';

/** One field of a message. */
export interface Piece {
  readonly number: number;
  /** 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes. */
  readonly wire: number;
  /** Of wire 0. */
  readonly value: number;
  /** Tag and content, as they stand. */
  readonly whole: Uint8Array;
  readonly content: Uint8Array;
}

/** The fields of a message, in order. @throws FormatError where it is damaged */
export function* pieces(raw: Uint8Array): Generator<Piece> {
  for (let at = 0; at < raw.length;) {
    const tag = readVarint(raw, at, raw.length);
    const wire = tag ? tag.value % 8 : -1;
    const number = tag && (wire === 0 || wire === 2) ? readVarint(raw, tag.next, raw.length) : undefined;
    const from = number?.next ?? tag?.next ?? at;
    const length = wire === 2 ? number?.value : wire === 0 && number ? 0 : wire === 1 ? 8 : wire === 5 ? 4 : undefined;
    const to = from + (length ?? 0);
    if (!tag || length === undefined || length < 0 || to > raw.length) throw new FormatError(FORMAT, 'a message is damaged');
    yield { number: Math.floor(tag.value / 8), wire, value: wire === 0 ? number?.value ?? 0 : NaN, whole: raw.subarray(at, to), content: raw.subarray(from, to) };
    at = to;
  }
}

const utf8 = new TextDecoder();
const encoder = new TextEncoder();

/** Content as text. */
export const textOf = (raw: Uint8Array): string => utf8.decode(raw);

/** The numbers of a packed list. @throws FormatError where it is cut off */
export function unpacked(raw: Uint8Array): readonly number[] {
  const numbers: number[] = [];
  for (let at = 0; at < raw.length;) {
    const found = readVarint(raw, at, raw.length);
    if (!found) throw new FormatError(FORMAT, 'a packed list of integers is damaged');
    numbers.push(found.value);
    at = found.next;
  }
  return numbers;
}

/** Parts that will lie behind one another. */
export type Parts = readonly Uint8Array[];

/** A length-delimited field. */
export function field(number: number, content: Parts): Parts {
  return [varint(number * 8 + 2), varint(sizeOf(content)), ...content];
}

/** A field of text. */
export const textField = (number: number, text: string): Parts => field(number, [encoder.encode(text)]);

/** A varint field. */
export const numberField = (number: number, value: number): Parts => [varint(number * 8), varint(value)];

/** The parts as one array. */
export function joined(parts: Parts): Uint8Array {
  const out = new Uint8Array(sizeOf(parts));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

const sizeOf = (parts: Parts): number => parts.reduce((sum, part) => sum + part.length, 0);

/** A count of zero or more. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push(rest % 128 + 128);
  return Uint8Array.from([...bytes, rest]);
}
