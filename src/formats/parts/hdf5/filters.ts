/** Filters that chunks went through when they were written, undone in reverse. Unknown ones are named when data is read. */
import { inflateSync } from 'fflate';
import { FormatError } from '../../format';
import { printable } from '../checked';
import type { Cursor, File } from './file';
import { unpackLzf } from './lzf';

export interface FilterStep {
  /** As registered with the HDF Group. */
  readonly id: number;
  readonly name: string;
  readonly values: readonly number[];
}

interface Filter {
  readonly id: number;
  /** Bytes that it adds to what it is given; undefined where it packs. */
  readonly adds?: number;
  /** Undoes it; `size` is what must come out. Anything thrown becomes a FormatError. */
  undo(raw: Uint8Array, size: number, values: readonly number[]): Uint8Array;
}

/** Adding a filter is a row here. */
const known: readonly Filter[] = [
  { id: 1, undo: inflated },
  { id: 2, adds: 0, undo: (raw, _, [width = 1]) => unshuffled(raw, width) },
  { id: 3, adds: 4, undo: raw => raw.subarray(0, Math.max(0, raw.length - 4)) }, // fletcher32: the checksum is cut off, not checked
  { id: 32000, undo: unpackLzf },
];

const names = new Map([[1, 'deflate'], [2, 'shuffle'], [3, 'fletcher32'], [4, 'szip'], [5, 'n-bit'], [6, 'scale-offset'], [307, 'bzip2'], [32000, 'lzf'], [32001, 'blosc'], [32004, 'lz4'], [32008, 'bitshuffle'], [32013, 'zfp'], [32015, 'zstd'], [32026, 'blosc2']]);

/** The message of a dataset's filters, in the order they were applied. @throws FormatError */
export function filtersOf(body: Cursor): readonly FilterStep[] {
  const version = body.u8();
  if (version !== 1 && version !== 2) throw body.error(`has filters in version ${version}; 1 and 2 are read`);
  const count = body.u8();
  if (count > 32) throw body.error(`has ${count} filters, but HDF5 allows 32. The file may be damaged`);
  if (version === 1) body.skip(6);
  return Array.from({ length: count }, () => step(body, version));
}

function step(body: Cursor, version: number): FilterStep {
  const id = body.u16();
  const nameLength = version === 1 || id >= 256 ? body.u16() : 0;
  body.skip(2); // may it be left out
  const count = body.u16();
  const name = body.part(nameLength).string();
  const values = Array.from({ length: Math.min(count, Math.floor(body.left / 4)) }, () => body.u32());
  if (version === 1 && count % 2 === 1) body.skip(Math.min(4, body.left));
  return { id, name: names.get(id) ?? (name === '' ? 'without a name' : name), values };
}

/** Deflate cannot do better than 1032 to 1. */
const MOST_RATIO = 1040;

/** A chunk's `size` bytes from what is stored of them. Bit k of `mask`: filter k was left out. @throws FormatError */
export function unfiltered(file: File, steps: readonly FilterStep[], mask: number, stored: Uint8Array, size: number, at: number): Uint8Array {
  const used = steps.filter((_, k) => (mask & (1 << k)) === 0).map(step => ({ step, filter: known.find(f => f.id === step.id) }));
  const missing = used.find(u => !u.filter);
  if (missing) throw new FormatError(file.format, `data went through the filter ${printable(missing.step.name)} (${missing.step.id}), which is not read; deflate, shuffle, fletcher32 and lzf are`, at);
  let raw = stored;
  for (let k = used.length - 1; k >= 0; k--) {
    const { step, filter } = used[k]!;
    // What this filter was given: the chunk and what filters ahead of it added. Behind another that packs, the size is not known.
    const before = used.slice(0, k).map(u => u.filter?.adds);
    if (filter?.adds === undefined && before.includes(undefined)) throw new FormatError(file.format, 'data is compressed twice, which is not read', at);
    const expected = size + before.reduce((sum: number, n) => sum + (n ?? 0), 0);
    if (filter?.adds === undefined && expected > raw.length * MOST_RATIO + 64) throw new FormatError(file.format, `a chunk claims to unpack ${raw.length} bytes to ${expected}. The file may be damaged`, at);
    try {
      raw = filter!.undo(raw, expected, step.values);
    } catch (error) {
      throw new FormatError(file.format, `a chunk cannot be unpacked by ${printable(step.name)} (${printable(error instanceof Error ? error.message : String(error))}). The file may be damaged`, at);
    }
  }
  if (raw.length !== size) throw new FormatError(file.format, `a chunk should have ${size} bytes, but has ${raw.length}. The file may be damaged`, at);
  return raw;
}

/** A zlib stream: two bytes ahead of the deflated data, a checksum behind. The buffer given is filled and never grown. */
function inflated(raw: Uint8Array, size: number): Uint8Array {
  const [method = 0, flags = 0] = raw;
  if ((method & 15) !== 8 || (method * 256 + flags) % 31 !== 0 || flags & 32) throw new Error('not a zlib stream');
  return inflateSync(raw.subarray(2), { out: new Uint8Array(size) });
}

/** First bytes of all elements, then second bytes ...; what does not fill an element stays at the end. */
function unshuffled(raw: Uint8Array, width: number): Uint8Array {
  if (width <= 1) return raw;
  const count = Math.floor(raw.length / width);
  const out = new Uint8Array(raw.length);
  for (let b = 0; b < width; b++) for (let k = 0; k < count; k++) out[k * width + b] = raw[b * count + k] ?? 0;
  out.set(raw.subarray(count * width), count * width);
  return out;
}
