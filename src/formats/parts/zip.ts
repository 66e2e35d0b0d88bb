/** Zip archives by random access: the directory first (zip64 too), members on demand. Knows nothing of what they hold. */
import { Inflate, inflateSync } from 'fflate';
import { FormatError, type Bytes } from '../format';
import { memory } from '../memory';
import { printable, readExactly } from './checked';
import { windowOf } from './window';

export interface ZipMember {
  /** As stored, with forward slashes. */
  readonly name: string;
  /** Bytes when unpacked. */
  readonly size: number;
  /** Bytes in the file. */
  readonly packed: number;
  readonly stored: boolean;
  /** The member as bytes of its own: a window on the file where it is stored, unpacked in memory where it is deflated: `most` bytes, 256 MB where it is not said. @throws FormatError */
  open(most?: number): Promise<Bytes>;
  /** The first bytes, unpacked: `length`, or fewer where the member is shorter. Reads no more of the file than it must. @throws FormatError */
  head(length: number): Promise<Uint8Array>;
}

export interface Zip {
  /** In the directory's order; folders are left out. */
  readonly members: readonly ZipMember[];
  /** @throws FormatError that names the first members, where there is none of this name */
  member(name: string): ZipMember;
  has(name: string): boolean;
}

const END = 0x06054b50, END64 = 0x06064b50, LOCATOR64 = 0x07064b50, ENTRY = 0x02014b50, LOCAL = 0x04034b50;
const MOST_MEMBERS = 1_000_000;
const MOST_DIRECTORY = 1 << 28;
/** Of a deflated member: frameworks store what is large. */
const MOST_UNPACKED = 1 << 28;
/** Deflate cannot do better than 1032 to 1. */
const MOST_RATIO = 1040;

export const looksLikeZip = (head: Uint8Array): boolean => head[0] === 0x50 && head[1] === 0x4b && (head[2] === 3 && head[3] === 4 || head[2] === 5 && head[3] === 6);

const opened = new WeakMap<Bytes, Promise<Zip>>();

/** The directory of `bytes`, read once for the same bytes. `format` is named in errors. @throws FormatError */
export function openZip(bytes: Bytes, format = 'zip'): Promise<Zip> {
  const known = opened.get(bytes) ?? readZip(bytes, format);
  opened.set(bytes, known);
  // A file that could not be read may be whole the next time, and another format's name belongs into the error.
  known.catch(() => opened.delete(bytes));
  return known;
}

async function readZip(bytes: Bytes, format: string): Promise<Zip> {
  const { count, from, length } = await directoryOf(bytes, format);
  const raw = await readExactly(bytes, format, 'the zip directory', from, length);
  const members = new Map<string, ZipMember>();
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  let at = 0;
  for (let k = 0; k < count; k++) {
    if (at + 46 > length || view.getUint32(at, true) !== ENTRY) throw new FormatError(format, `entry ${k} of the zip directory's ${count} is damaged`, from + at);
    const [name, extra, comment] = [28, 30, 32].map(o => view.getUint16(at + o, true)) as [number, number, number];
    if (at + 46 + name + extra > length) throw new FormatError(format, `entry ${k} of the zip directory reaches beyond its end`, from + at);
    const member = memberOf(bytes, format, raw.subarray(at, at + 46 + name + extra), from + at, from);
    if (!member.name.endsWith('/')) {
      if (members.has(member.name)) throw new FormatError(format, `the archive has two members named "${printable(member.name)}"`, from + at);
      members.set(member.name, member);
    }
    at += 46 + name + extra + comment;
  }
  return {
    members: [...members.values()],
    has: name => members.has(name),
    member: name => {
      const found = members.get(name);
      if (!found) throw new FormatError(format, `there is no member "${printable(name)}"; the archive has ${[...members.keys()].slice(0, 6).map(printable).join(', ')}${members.size > 6 ? ' …' : ''}`);
      return found;
    },
  };
}

/** Where the directory is, by the record at the end of the file. */
async function directoryOf(bytes: Bytes, format: string): Promise<{ count: number; from: number; length: number }> {
  const tail = Math.min(bytes.size, 22 + 0xffff);
  const start = bytes.size - tail;
  const raw = await readExactly(bytes, format, 'the end of the zip archive', start, tail);
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  for (let at = tail - 22; at >= 0; at--) {
    if (view.getUint32(at, true) !== END || at + 22 + view.getUint16(at + 20, true) > tail) continue;
    const small = { count: view.getUint16(at + 10, true), length: view.getUint32(at + 12, true), from: view.getUint32(at + 16, true) };
    const large = small.count === 0xffff || small.length === 0xffffffff || small.from === 0xffffffff;
    const place = large ? await directory64(bytes, format, start + at) ?? small : small;
    const fits = place.count <= MOST_MEMBERS && place.length <= MOST_DIRECTORY && place.from + place.length <= start + at && place.count * 46 <= place.length;
    if (!fits) throw new FormatError(format, `the zip directory should be ${place.count} entries in bytes ${place.from} to ${place.from + place.length}, which cannot be`, start + at);
    return place;
  }
  throw new FormatError(format, 'the end of the zip archive is missing. The file may be truncated, or still being written');
}

async function directory64(bytes: Bytes, format: string, end: number): Promise<{ count: number; from: number; length: number } | undefined> {
  if (end < 20) return undefined;
  const locator = viewOf(await readExactly(bytes, format, 'the zip64 locator', end - 20, 20));
  if (locator.getUint32(0, true) !== LOCATOR64) return undefined;
  const at = int64(locator, 8, format, end - 12);
  const record = viewOf(await readExactly(bytes, format, 'the zip64 record', at, 56));
  if (record.getUint32(0, true) !== END64) throw new FormatError(format, 'the zip64 record is missing where the archive says it is', at);
  return { count: int64(record, 32, format, at + 32), length: int64(record, 40, format, at + 40), from: int64(record, 48, format, at + 48) };
}

const viewOf = (raw: Uint8Array): DataView => new DataView(raw.buffer, raw.byteOffset, raw.byteLength);

function int64(view: DataView, at: number, format: string, offset: number): number {
  const value = Number(view.getBigUint64(at, true));
  if (!Number.isSafeInteger(value)) throw new FormatError(format, `an offset of the zip archive is ${value}, which cannot be`, offset);
  return value;
}

function memberOf(bytes: Bytes, format: string, entry: Uint8Array, offset: number, directory: number): ZipMember {
  const view = viewOf(entry);
  const nameLength = view.getUint16(28, true);
  const name = new TextDecoder().decode(entry.subarray(46, 46 + nameLength));
  const fields = { size: view.getUint32(24, true), packed: view.getUint32(20, true), local: view.getUint32(42, true) };
  const { size, packed, local } = widened(fields, entry.subarray(46 + nameLength), format, offset);
  const method = view.getUint16(10, true);
  const encrypted = (view.getUint16(8, true) & 1) !== 0;
  const what = `zip member "${printable(name)}"`;
  if (local + packed > directory) throw new FormatError(format, `${what} should lie before the directory at byte ${directory}, but claims ${packed} bytes from ${local}`, offset);
  const begin = async (): Promise<number> => {
    if (encrypted) throw new FormatError(format, `${what} is encrypted`, local);
    if (method !== 0 && method !== 8) throw new FormatError(format, `${what} is compressed by method ${method}; stored and deflated members are read`, local);
    const head = viewOf(await readExactly(bytes, format, what, local, 30));
    if (head.getUint32(0, true) !== LOCAL) throw new FormatError(format, `${what} does not begin where the directory says`, local);
    const from = local + 30 + head.getUint16(26, true) + head.getUint16(28, true);
    if (from + packed > directory) throw new FormatError(format, `${what} reaches into the directory`, local);
    if (method === 0 && size !== packed) throw new FormatError(format, `${what} is stored, but has ${packed} bytes instead of ${size}`, local);
    return from;
  };
  return {
    name, size, packed, stored: method === 0,
    open: async (most = MOST_UNPACKED) => {
      const from = await begin();
      const short = name.slice(name.lastIndexOf('/') + 1);
      return method === 0 ? windowOf(bytes, short, from, size) : memory(short, await unpacked(bytes, format, what, { from, packed, size, most: Math.min(most, MOST_UNPACKED) }));
    },
    head: async length => {
      const from = await begin();
      return method === 0 ? readExactly(bytes, format, what, from, Math.min(length, size)) : unpackedHead(bytes, format, what, { from, packed, length: Math.min(length, size) });
    },
  };
}

const PIECE = 512;
/** Given to the unpacker at a time: it hands out all that it can, up to a thousand times as much. */
const SIP = 32;

/** Unpacks sip by sip until there is enough. */
async function unpackedHead(bytes: Bytes, format: string, what: string, { from, packed, length }: { from: number; packed: number; length: number }): Promise<Uint8Array> {
  const out = new Uint8Array(length);
  let at = 0;
  const inflate = new Inflate(chunk => {
    const part = chunk.subarray(0, length - at);
    out.set(part, at);
    at += part.length;
  });
  for (let read = 0; at < length && read < packed; read += PIECE) {
    const raw = await readExactly(bytes, format, what, from + read, Math.min(PIECE, packed - read));
    try {
      for (let sip = 0; at < length && sip < raw.length; sip += SIP) inflate.push(raw.subarray(sip, sip + SIP), read + sip + SIP >= packed);
    } catch (error) {
      throw new FormatError(format, `${what} cannot be unpacked (${printable(error instanceof Error ? error.message : String(error))})`, from);
    }
  }
  if (at < length) throw new FormatError(format, `${what} should unpack to ${length} bytes or more, but gave ${at}`, from);
  return out;
}

/** Sizes and offset from the zip64 field, in its order, where the plain ones are full. */
function widened(fields: { size: number; packed: number; local: number }, extra: Uint8Array, format: string, offset: number): typeof fields {
  const found = { ...fields };
  const view = viewOf(extra);
  for (let at = 0; at + 4 <= extra.length;) {
    const length = view.getUint16(at + 2, true);
    let next = at + 4;
    if (view.getUint16(at, true) === 1) {
      for (const key of ['size', 'packed', 'local'] as const) {
        if (fields[key] !== 0xffffffff) continue;
        if (next + 8 > Math.min(at + 4 + length, extra.length)) throw new FormatError(format, 'a zip64 field of the directory is too short', offset);
        found[key] = int64(view, next, format, offset);
        next += 8;
      }
    }
    at += 4 + length;
  }
  return found;
}

async function unpacked(bytes: Bytes, format: string, what: string, { from, packed, size, most }: { from: number; packed: number; size: number; most: number }): Promise<Uint8Array> {
  if (size > most || size > packed * MOST_RATIO + 64) throw new FormatError(format, `${what} claims to unpack ${packed} bytes to ${size}; at most ${most} are unpacked`, from);
  const raw = await readExactly(bytes, format, what, from, packed);
  let out: Uint8Array;
  try {
    // The buffer given is filled and never grown, so a member that unpacks to more than it says cannot take more memory; the byte more shows it.
    out = inflateSync(raw, { out: new Uint8Array(size + 1) });
  } catch (error) {
    throw new FormatError(format, `${what} cannot be unpacked (${printable(error instanceof Error ? error.message : String(error))})`, from);
  }
  if (out.length !== size) throw new FormatError(format, `${what} should unpack to ${size} bytes, but gave ${out.length > size ? 'more' : out.length}`, from);
  return out;
}
