/** The header of a safetensors file: a u64 length, JSON, then tensors by offset. Nothing of the tensors is read here. */
import { FormatError, type Bytes, type DType } from '../format';
import { elements, printable, readExactly } from './checked';
import { deeper, duplicateKey } from './json';
import { sizeOf } from './numbers';

/** One tensor's place in the file: bytes [from, to), counted from the file's start. */
export interface Entry {
  readonly name: string;
  readonly dtype: DType | string;
  readonly shape: readonly number[];
  readonly from: number;
  readonly to: number;
}

export interface Header {
  /** In file order. */
  readonly entries: readonly Entry[];
  readonly metadata: Readonly<Record<string, string>>;
}

const FORMAT = 'safetensors';
const MOST_HEADER = 100_000_000;
/** An object of objects with lists: three levels are all there is. */
const MOST_DEPTH = 16;

const dtypes = new Map<string, DType | string>([
  ['F64', 'float64'], ['F32', 'float32'], ['F16', 'float16'], ['BF16', 'bfloat16'], ['I64', 'int64'], ['I32', 'int32'], ['I16', 'int16'],
  ['I8', 'int8'], ['U8', 'uint8'], ['BOOL', 'bool'], ['U16', 'uint16'], ['U32', 'uint32'], ['U64', 'uint64'],
]);

/** Eight bytes of a plausible length, then `{`. */
export function looksLikeSafetensors(head: Uint8Array): boolean {
  return head.length > 8 && head[4] === 0 && head[5] === 0 && head[6] === 0 && head[7] === 0 && head[8] === 0x7b;
}

/** Reads and checks the header. @throws FormatError */
export async function readHeader(bytes: Bytes): Promise<Header> {
  const length = await headerLength(bytes);
  const raw = await readExactly(bytes, FORMAT, 'the header', 8, length);
  const fields = Object.entries(parse(raw));
  const start = 8 + length;
  const metadata = metadataOf(fields.find(([name]) => name === '__metadata__')?.[1]);
  const entries = fields.filter(([name]) => name !== '__metadata__').map(([name, value]) => entryOf(name, value, start, bytes.size));
  entries.sort((a, b) => a.from - b.from || a.to - b.to);
  refuseOverlap(entries);
  return { entries, metadata };
}

async function headerLength(bytes: Bytes): Promise<number> {
  const raw = await readExactly(bytes, FORMAT, 'the length of the header', 0, 8);
  const length = new DataView(raw.buffer, raw.byteOffset, 8).getBigUint64(0, true);
  const most = Math.min(MOST_HEADER, bytes.size - 8);
  if (length > BigInt(most) || length < 2n) {
    throw new FormatError(FORMAT, `the header should be between 2 and ${most} bytes long, but claims ${length}. The file may be truncated, or no safetensors file`, 0);
  }
  return Number(length);
}

function parse(raw: Uint8Array): object {
  let value: unknown;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(raw);
    if (deeper(text, MOST_DEPTH)) throw new FormatError(FORMAT, `the header nests lists and objects more than ${MOST_DEPTH} deep`, 8);
    value = JSON.parse(text);
    const twice = duplicateKey(text);
    if (twice !== undefined) throw new FormatError(FORMAT, `the header names "${printable(twice)}" twice`, 8);
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw new FormatError(FORMAT, `the header is not JSON (${printable(error instanceof Error ? error.message : String(error))})`, 8);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new FormatError(FORMAT, 'the header should be a JSON object', 8);
  return value;
}

function metadataOf(value: unknown): Readonly<Record<string, string>> {
  const metadata = Object.create(null) as Record<string, string>;
  if (value === undefined) return metadata;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new FormatError(FORMAT, '__metadata__ should be an object of strings', 8);
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') throw new FormatError(FORMAT, `__metadata__ should hold strings, but "${printable(key)}" is none`, 8);
    metadata[key] = text;
  }
  return metadata;
}

function entryOf(name: string, value: unknown, start: number, size: number): Entry {
  const fail = (what: string): FormatError => new FormatError(FORMAT, `tensor "${printable(name)}" ${what}`, 8);
  if (typeof value !== 'object' || value === null) throw fail('should be an object with dtype, shape and data_offsets');
  const { dtype, shape, data_offsets: offsets } = value as Record<string, unknown>;
  if (typeof dtype !== 'string') throw fail('has no dtype');
  const count = Array.isArray(shape) ? elements(shape) : undefined;
  if (count === undefined) throw fail('has a shape that is no list of counts');
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(n => Number.isSafeInteger(n) && n >= 0)) throw fail('should have two data_offsets');
  const [from, to] = offsets as [number, number];
  if (from > to || start + to > size) throw fail(`should lie in bytes ${start + from} to ${start + to}, but the file has only ${size}. The file may be truncated`);
  const type = dtypes.get(dtype);
  const each = sizeOf(type ?? '');
  if (each !== undefined && count * each !== to - from) throw fail(`of shape [${String(shape)}] and type ${dtype} should take ${count * each} bytes, but has ${to - from}`);
  return { name, dtype: type ?? printable(dtype), shape: shape as number[], from: start + from, to: start + to };
}

function refuseOverlap(entries: readonly Entry[]): void {
  let end = 0;
  for (const { name, from, to } of entries) {
    if (to > from && from < end) throw new FormatError(FORMAT, `tensor "${printable(name)}" overlaps the one before it`, from);
    end = Math.max(end, to);
  }
}
