/** A zip archive as a stream: members stored, checksums behind them, zip64 where sizes or offsets need it. */

export interface ZipEntry {
  readonly name: string;
  /** Bytes; `content` gives exactly so many. */
  readonly size: number;
  content(): AsyncGenerator<Uint8Array>;
}

interface Written { readonly name: Uint8Array; readonly size: number; readonly crc: number; readonly offset: number }

const FULL = 0xffffffff;
/** Names are UTF-8; checksums follow the data. */
const FLAGS = 0x0808;
/** 1 January 1980: equal content makes equal files. */
const DATE = 0x21;

/** `most`: sizes and offsets from which zip64 fields are used. @throws Error where a member gives another count of bytes than it said */
export async function* zipStream(entries: readonly ZipEntry[], most = FULL): AsyncGenerator<Uint8Array> {
  const written: Written[] = [];
  let at = 0;
  for (const entry of entries) {
    const name = new TextEncoder().encode(entry.name);
    const offset = at;
    const head = local(name, entry.size >= most);
    yield head;
    let crc = 0;
    let size = 0;
    for await (const piece of entry.content()) {
      crc = crc32(piece, crc);
      size += piece.length;
      yield piece;
    }
    if (size !== entry.size) throw new Error(`${entry.name}: ${entry.size} bytes were announced, but ${size} came.`);
    const tail = descriptor(crc, size, size >= most);
    yield tail;
    written.push({ name, size, crc, offset });
    at += head.length + size + tail.length;
  }
  yield directory(written, at, most);
}

/** Little-endian fields: [bytes, value]. */
function packed(...fields: readonly (readonly [2 | 4 | 8, number])[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(fields.reduce((n, [bytes]) => n + bytes, 0)));
  let at = 0;
  for (const [bytes, value] of fields) {
    if (bytes === 2) view.setUint16(at, value, true);
    else if (bytes === 4) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value), true);
    at += bytes;
  }
  return new Uint8Array(view.buffer);
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const piece of pieces) { all.set(piece, at); at += piece.length; }
  return all;
}

const version = (large: boolean): number => (large ? 45 : 20);

/** A large member says so before its data, so that the sizes behind it take eight bytes. */
function local(name: Uint8Array, large: boolean): Uint8Array {
  const extra = large ? packed([2, 1], [2, 16], [8, 0], [8, 0]) : new Uint8Array(0);
  const sizes = large ? FULL : 0;
  return joined([packed([4, 0x04034b50], [2, version(large)], [2, FLAGS], [2, 0], [2, 0], [2, DATE], [4, 0], [4, sizes], [4, sizes], [2, name.length], [2, extra.length]), name, extra]);
}

function descriptor(crc: number, size: number, large: boolean): Uint8Array {
  return large ? packed([4, 0x08074b50], [4, crc], [8, size], [8, size]) : packed([4, 0x08074b50], [4, crc], [4, size], [4, size]);
}

function directory(written: readonly Written[], from: number, most: number): Uint8Array {
  const entries = joined(written.map(({ name, size, crc, offset }) => {
    const [wide, far] = [size >= most, offset >= most];
    const fields: [8, number][] = [...(wide ? [[8, size], [8, size]] as [8, number][] : []), ...(far ? [[8, offset]] as [8, number][] : [])];
    const extra = fields.length > 0 ? joined([packed([2, 1], [2, fields.length * 8]), packed(...fields)]) : new Uint8Array(0);
    const shown = wide ? FULL : size;
    return joined([packed([4, 0x02014b50], [2, version(wide || far)], [2, version(wide || far)], [2, FLAGS], [2, 0], [2, 0], [2, DATE], [4, crc], [4, shown], [4, shown],
      [2, name.length], [2, extra.length], [2, 0], [2, 0], [2, 0], [4, 0], [4, far ? FULL : offset]), name, extra]);
  }));
  const large = written.length >= 0xffff || entries.length >= FULL || from >= most;
  const count = Math.min(written.length, 0xffff);
  const end = packed([4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count], [4, Math.min(entries.length, FULL)], [4, from >= most ? FULL : from], [2, 0]);
  if (!large) return joined([entries, end]);
  const record = packed([4, 0x06064b50], [8, 44], [2, 45], [2, 45], [4, 0], [4, 0], [8, written.length], [8, written.length], [8, entries.length], [8, from]);
  return joined([entries, record, packed([4, 0x07064b50], [4, 0], [8, from + entries.length], [4, 1]), end]);
}

const table = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

/** The checksum of zip, over more bytes. */
export function crc32(bytes: Uint8Array, before = 0): number {
  let c = ~before;
  for (let k = 0; k < bytes.length; k++) c = table[(c ^ bytes[k]!) & 0xff]! ^ (c >>> 8);
  return ~c >>> 0;
}
