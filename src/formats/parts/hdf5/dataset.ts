/** A dataset: described by its header, read by ranges. */
import { FormatError, type DType } from '../../format';
import { printable } from '../checked';
import { toFloat32 } from '../numbers';
import { stringsIn } from './attributes';
import { chunksOf, type Grid } from './chunks';
import { dataspaceOf, type Dataspace } from './dataspace';
import { datatypeOf, flattened, type Datatype } from './datatype';
import { allowance, Cursor, type File } from './file';
import { filtersOf, unfiltered, type FilterStep } from './filters';
import { bodyOf, MESSAGE, messageOf, messagesOf, type Message } from './header';
import { layoutOf, type Layout } from './layout';
import { pasted } from './paste';
import { resolve, type Context } from './shared';

/** What is kept of a dataset: little, since a model has many. */
export interface Description {
  readonly address: number;
  readonly dtype: DType | string;
  /** Dimensions of array types follow those of the dataspace. */
  readonly shape: readonly number[];
  /** Bytes of an element. */
  readonly itemSize: number;
}

/** @throws FormatError */
export async function describe(context: Context, address: number, messages: readonly Message[]): Promise<Description> {
  const { type, inner, space } = await elementsOf(context, address, messages);
  return { address, dtype: type.name, itemSize: type.size, shape: space.none ? [0] : [...space.shape, ...inner] };
}

interface Elements { readonly datatype: Datatype; readonly type: Datatype; readonly inner: readonly number[]; readonly space: Dataspace }

async function elementsOf(context: Context, address: number, messages: readonly Message[]): Promise<Elements> {
  const find = (type: number, what: string): Promise<Cursor> => resolve(context, bodyOf(context.file, messages, type, what, address));
  const datatype = datatypeOf(await find(MESSAGE.datatype, 'datatype'));
  const space = dataspaceOf(await find(MESSAGE.dataspace, 'dataspace'));
  return { datatype, ...flattened(datatype), space };
}

/** Rows [from, to) as float32. @throws FormatError */
export async function numbersOf(context: Context, path: string, address: number, from: number, to: number): Promise<Float32Array> {
  const { type, raw } = await rawOf(context, path, address, from, to);
  if (type.kind !== 'number') throw refused(context.file, path, type.name, address);
  return toFloat32(type.name, raw, type.little);
}

/** All elements as they are stored. @throws FormatError */
export async function bytesOf(context: Context, path: string, address: number, rows: number): Promise<Uint8Array> {
  return (await rawOf(context, path, address, 0, rows, true)).raw;
}

/** All elements as text. @throws FormatError */
export async function stringsOf(context: Context, path: string, address: number, rows: number): Promise<readonly string[]> {
  const { type, raw } = await rawOf(context, path, address, 0, rows);
  if (type.kind !== 'string' && type.kind !== 'text') throw new FormatError(context.file.format, `dataset "${printable(path)}" holds ${type.name}, not text`, address);
  return stringsIn(new Cursor(context.file, `dataset "${printable(path)}"`, address, raw), type);
}

const refused = (file: File, path: string, name: string, address: number): FormatError =>
  new FormatError(file.format, `dataset "${printable(path)}" ${name === 'string' ? 'holds text, not numbers' : `is of type ${name}, which is not read`}`, address);

/** Bytes of rows [from, to), in order, unpacked. */
async function rawOf(context: Context, path: string, address: number, from: number, to: number, unread = false): Promise<{ type: Datatype; raw: Uint8Array }> {
  const { file } = context;
  const messages = await messagesOf(file, address);
  const { datatype, type, inner, space } = await elementsOf(context, address, messages);
  if (type.kind === 'unread' && !unread) throw refused(file, path, type.name, address);
  if (messageOf(messages, MESSAGE.external)) throw new FormatError(file.format, `dataset "${printable(path)}" keeps its data in another file, which is not opened`, address);
  if (space.count === 0 || from === to) return { type, raw: new Uint8Array(0) };
  const rows = [...space.shape, ...inner][0] ?? 1;
  if (!(from >= 0 && from < to && to <= rows)) throw new FormatError(file.format, `rows ${from} to ${to} are asked of dataset "${printable(path)}", which has ${rows}`);
  const row = space.count / rows * datatype.size;
  if ((to - from) * row > MOST_BYTES) throw new FormatError(file.format, `dataset "${printable(path)}" has ${(to - from) * row} bytes here; at most ${MOST_BYTES} are read at once`, address);
  const layout = layoutOf(bodyOf(file, messages, MESSAGE.layout, 'data layout', address).body, space.shape.length);
  const what = { file, path, address, space, datatype, fill: () => fillOf(context, messages, datatype.size), filters: () => stepsOf(context, messages) };
  return { type, raw: await readLayout(what, layout, row, from, to) };
}

interface What {
  readonly file: File;
  readonly path: string;
  readonly address: number;
  readonly space: Dataspace;
  readonly datatype: Datatype;
  /** One element, where another than zero. */
  fill(): Promise<Uint8Array | undefined>;
  filters(): Promise<readonly FilterStep[]>;
}

async function readLayout(what: What, layout: Layout, row: number, from: number, to: number): Promise<Uint8Array> {
  const { file, path, address } = what;
  const name = `dataset "${printable(path)}"`;
  if (layout.kind === 'virtual') throw new FormatError(file.format, `${name} is virtual: its data lies in other datasets, which is not read`, address);
  if (layout.kind === 'chunked') return readChunks(what, layout, row, from, to);
  if (layout.kind === 'compact') {
    layout.data.skip(from * row);
    return layout.data.bytes((to - from) * row);
  }
  if (layout.address === undefined) return blank(what, (to - from) * row);
  return file.read(name, layout.address + from * row, (to - from) * row);
}

const MOST_BYTES = 2 ** 31;
/** What a small file may say of itself and never wrote. */
const MOST_BLANK = 1 << 24;
/** Deflate cannot do better than 1032 to 1. */
const MOST_RATIO = 1040;

/** Nothing but fill values. @throws FormatError where that is out of proportion to the file */
async function blank({ file, path, address, fill }: What, bytes: number): Promise<Uint8Array> {
  if (bytes > Math.max(MOST_BLANK, file.size * MOST_RATIO)) {
    throw new FormatError(file.format, `dataset "${printable(path)}" should have ${bytes} bytes here, but the file has only ${file.size}. The file may be damaged`, address);
  }
  const raw = new Uint8Array(bytes);
  const value = await fill();
  if (value) raw.set(value);
  if (value) for (let done = value.length; done < bytes; done *= 2) raw.copyWithin(done, 0, Math.min(done, bytes - done));
  return raw;
}

async function readChunks(what: What, { chunk, index, partial }: Layout & { kind: 'chunked' }, row: number, from: number, to: number): Promise<Uint8Array> {
  const { file, space, datatype } = what;
  const raw = await blank(what, (to - from) * row);
  if (!index) return raw;
  const bytes = chunk.reduce((n, c) => n * c, datatype.size);
  const grid: Grid = { file, shape: space.shape, most: space.most, chunk, bytes };
  if (bytes > MOST_BYTES) throw new FormatError(file.format, `dataset "${printable(what.path)}" has chunks of ${bytes} bytes. The file may be damaged`, what.address);
  const steps = await what.filters();
  const spend = allowance(file, 'the chunks of a dataset');
  for (const { place, address, size, mask } of await chunksOf(grid, index, from, to)) {
    spend(size);
    const stored = await file.read('a chunk', address, size);
    // The writer may leave chunks at the edge unfiltered.
    const cut = partial && place.some((p, d) => (p + 1) * (chunk[d] ?? 1) > (space.shape[d] ?? 1));
    pasted(grid, datatype.size, unfiltered(file, cut ? [] : steps, mask, stored, bytes, address), place, raw, from, to);
  }
  return raw;
}

async function stepsOf(context: Context, messages: readonly Message[]): Promise<readonly FilterStep[]> {
  const message = messageOf(messages, MESSAGE.filters);
  return message ? filtersOf(await resolve(context, message)) : [];
}

async function fillOf(context: Context, messages: readonly Message[], size: number): Promise<Uint8Array | undefined> {
  const [fresh, old] = [messageOf(messages, MESSAGE.fill), messageOf(messages, MESSAGE.oldFill)];
  const value = fresh ? fillValue(await resolve(context, fresh)) : old ? sized(await resolve(context, old)) : undefined;
  return value?.length === size && value.some(b => b !== 0) ? value : undefined;
}

function fillValue(body: Cursor): Uint8Array | undefined {
  const version = body.u8();
  if (version > 2) return body.u8() & 32 ? sized(body) : undefined;
  body.skip(2); // when it is allocated and written
  return body.u8() !== 0 ? sized(body) : undefined;
}

const sized = (body: Cursor): Uint8Array => body.bytes(body.u32());

