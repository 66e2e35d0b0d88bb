/** Arrays of .npy files, alone or in an .npz: any box of them by ranges, in C and Fortran order. */
import { FormatError, type Bytes } from '../format';
import { memory } from '../memory';
import { elements, printable, readExactly } from '../parts/checked';
import { looksLikeNpy, readableType, readNpyHeader, type NpyHeader } from '../parts/npyHeader';
import { sizeOf, toFloat32 } from '../parts/numbers';
import { openZip, type ZipMember } from '../parts/zip';
import { decodedLayer } from '../traceMetadata';
import { TRACKS } from '../traceWriter';
import { runsOf, type Box, type Dump, type DumpArray, type DumpTexts } from './dump';
import { keeper } from './keep';

const FORMAT = 'recording';
/** Runs that lie close together are read as one. */
const PIECE = 1 << 22;
const GAP = 1 << 14;
const MOST_LABELS = 1 << 24;
const MOST_ARRAYS = 10_000;
const HEAD = 256;
const MOST_HEAD = (1 << 20) + 16;
/** Bytes of unpacked members that are kept for the next window. */
const MOST_KEPT = 1 << 28;

/** One .npy file. @throws FormatError */
export async function npyDump(bytes: Bytes): Promise<Dump> {
  const name = bytes.name.replace(/\.npy$/i, '');
  const header = await readNpyHeader(bytes, FORMAT);
  if (await goesOn(bytes, header)) throw new FormatError(FORMAT, `${printable(bytes.name)} holds several arrays one after another, without names, as Equinox's tree_serialise_leaves writes them. Save them by name, as .npz or .safetensors`);
  return dumpOf([{ name, header, open: async () => bytes }]);
}

/** Another array begins where this one ends: only code knows which is what. */
async function goesOn(bytes: Bytes, { shape, type, start }: NpyHeader): Promise<boolean> {
  const end = start + (elements(shape) ?? 0) * (sizeOf(type ?? '') ?? 0);
  return end < bytes.size && looksLikeNpy(await bytes.read(end, 8));
}

/** All arrays of an .npz; what holds no numbers or texts is left out, and said to be. @throws FormatError */
export async function npzDump(bytes: Bytes): Promise<Dump> {
  const members = (await openZip(bytes, FORMAT)).members.filter(m => m.name.endsWith('.npy'));
  if (members.length > MOST_ARRAYS) throw new FormatError(FORMAT, `it has ${members.length} arrays; at most ${MOST_ARRAYS} are read`);
  const files: NpyFile[] = [];
  const keep = keeper<Bytes>(MOST_KEPT);
  const opened = (member: ZipMember): Promise<Bytes> => (member.stored ? member.open() : keep(member.name, member.size, () => member.open()));
  for (const member of members) files.push({ name: member.name.replace(/\.npy$/, ''), header: await headerOf(member), open: () => opened(member) });
  return dumpOf(files);
}

interface NpyFile { readonly name: string; readonly header: NpyHeader; open(): Promise<Bytes> }

/** Reads no more of a member than its header, which is mostly 128 bytes long. */
async function headerOf(member: ZipMember): Promise<NpyHeader> {
  const first = Uint8Array.from(await member.head(HEAD));
  const view = new DataView(first.buffer);
  const length = first.length < 12 ? HEAD : first[6] === 1 ? 10 + view.getUint16(8, true) : 12 + view.getUint32(8, true);
  const head = length <= HEAD ? first : await member.head(Math.min(length, MOST_HEAD));
  return readNpyHeader(memory(member.name, head), FORMAT, member.size);
}

async function dumpOf(files: readonly NpyFile[]): Promise<Dump> {
  const arrays: DumpArray[] = [];
  const texts: DumpTexts[] = [];
  const warnings: string[] = [];
  let metadata: Readonly<Record<string, string>> | undefined;
  for (const file of files) {
    const { name, header } = file;
    if (/^[<>|=]?[US]\d+$/.test(header.descr)) {
      const found = await textsOf(file);
      if (name === 'gatescope' && found.length === 1) metadata = metadataOf(found[0] ?? '');
      else texts.push({ name, texts: found });
    } else if (header.type === undefined) warnings.push(`${printable(name)} is left out: its type ${printable(header.descr)} is no plain number.`);
    else arrays.push(arrayOf(file));
  }
  return metadata ? exported(arrays, texts, warnings, metadata) : { arrays, texts, warnings };
}

/** What an export wrote: names are as in a trace. */
function exported(arrays: readonly DumpArray[], texts: readonly DumpTexts[], warnings: readonly string[], metadata: Readonly<Record<string, string>>): Dump {
  const isTrack = (a: DumpArray): boolean => a.name.startsWith(`${TRACKS}/`) && a.shape.length === 2;
  return {
    arrays: arrays.filter(a => !isTrack(a)), texts: texts.filter(t => t.name === 'labels'), warnings, exact: true, metadata,
    tracks: arrays.filter(isTrack).map(a => ({ name: decodedLayer(a.name.slice(TRACKS.length + 1)), units: a.shape[1]!, read: (from, to) => a.read([[from, to - from], [0, a.shape[1]!]]) })),
  };
}

/** Texts by key; undefined where it is none of ours. */
function metadataOf(json: string): Readonly<Record<string, string>> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const metadata = Object.create(null) as Record<string, string>;
    for (const [key, text] of Object.entries(value)) if (typeof text === 'string') metadata[key] = text;
    return metadata['gatescope'] === undefined ? undefined : metadata;
  } catch {
    return undefined;
  }
}

function arrayOf({ name, header, open }: NpyFile): DumpArray {
  const { shape, fortran } = header;
  if (!fortran) return { name, shape, read: async box => boxOf(header, await open(), shape, box) };
  // The same numbers, read as C order, are the array with its axes turned round.
  const turned = [...shape].reverse();
  return {
    name, shape,
    read: async box => transposed(await boxOf(header, await open(), turned, [...box].reverse()), [...box].reverse().map(([, count]) => count)),
  };
}

async function boxOf(header: NpyHeader, bytes: Bytes, shape: readonly number[], box: Box): Promise<Float32Array> {
  const type = readableType(header, FORMAT);
  const size = sizeOf(type) ?? 1;
  const { length, starts } = runsOf(shape, box);
  const out = new Float32Array(length * starts.length);
  for (let k = 0; k < starts.length;) {
    let last = k;
    const first = starts[k]!;
    const near = (j: number): boolean => starts[j]! - starts[j - 1]! - length <= GAP && (starts[j]! + length - first) * size <= PIECE;
    while (last + 1 < starts.length && near(last + 1)) last++;
    const end = starts[last]! + length;
    const numbers = toFloat32(type, await readExactly(bytes, FORMAT, 'the array', header.start + first * size, (end - first) * size), header.little);
    for (; k <= last; k++) out.set(numbers.subarray(starts[k]! - first, starts[k]! - first + length), k * length);
  }
  return out;
}

/** Row-major numbers of this shape with all axes turned round. */
function transposed(numbers: Float32Array, shape: readonly number[]): Float32Array {
  const out = new Float32Array(numbers.length);
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((a, b) => a * b, 1));
  const index = shape.map(() => 0);
  for (let k = 0, at = 0; k < numbers.length; k++) {
    out[at] = numbers[k]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      at -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}

/** Fixed-width texts: UTF-32, or bytes. */
async function textsOf({ header, open, name }: NpyFile): Promise<readonly string[]> {
  const [, kind, width] = /([US])(\d+)$/.exec(header.descr) ?? [];
  const each = Number(width) * (kind === 'U' ? 4 : 1);
  const count = elements(header.shape) ?? 0;
  if (count > MOST_LABELS || count * each > MOST_LABELS * 4) throw new FormatError(FORMAT, `the texts "${printable(name)}" are ${count} of ${each} bytes; at most ${MOST_LABELS * 4} bytes are read`);
  const raw = await readExactly(await open(), FORMAT, `"${printable(name)}"`, header.start, count * each);
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  return Array.from({ length: count }, (_, k) => {
    if (kind === 'S') return new TextDecoder().decode(raw.subarray(k * each, (k + 1) * each)).replace(/\0+$/, '');
    const points: number[] = [];
    for (let at = k * each; at < (k + 1) * each; at += 4) points.push(view.getUint32(at, header.little));
    return points.map(p => (p <= 0x10ffff ? String.fromCodePoint(p) : '\uFFFD')).join('').replace(/\0+$/, '');
  });
}
