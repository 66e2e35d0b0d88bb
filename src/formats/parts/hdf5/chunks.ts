/** Which chunks a range of rows needs, and where they lie: one finder for each kind of index. */
import { FormatError } from '../../format';
import { entries1 } from './btree1';
import { entries2 } from './btree2';
import { elementsOfExtensible } from './extensibleArray';
import { elementsOfFixed } from './fixedArray';
import { Cursor, type File } from './file';
import type { Index } from './layout';
import { storedOf, type Lookup, type Stored } from './stored';

/** What is known of a chunked dataset. */
export interface Grid {
  readonly file: File;
  readonly shape: readonly number[];
  /** Shape that it may grow to: array indexes count their chunks by it. */
  readonly most: readonly number[];
  readonly chunk: readonly number[];
  /** Bytes of an unpacked chunk. */
  readonly bytes: number;
}

/** A stored chunk; `place` counts in chunks. */
export interface Chunk extends Stored { readonly place: readonly number[] }

/** Chunks with rows of [from, to) that were written. @throws FormatError */
export async function chunksOf(grid: Grid, index: Index, from: number, to: number): Promise<readonly Chunk[]> {
  const rows = grid.chunk[0] ?? 1;
  const range = { first: Math.floor(from / rows), last: Math.ceil(to / rows) - 1 };
  const find = finders[index.kind] as Finder<Index>;
  const found = await find(grid, index, range);
  // Trees keep chunks of rows that were cut off later.
  return found.filter(({ place }) => place.every((p, d) => p * (grid.chunk[d] ?? 1) < (grid.shape[d] ?? 0)));
}

/** Rows of chunks, both included. */
interface Range { readonly first: number; readonly last: number }
type Finder<I extends Index> = (grid: Grid, index: I, range: Range) => Promise<readonly Chunk[]>;

const finders: { readonly [K in Index['kind']]: Finder<Index & { kind: K }> } = {
  single: async ({ shape, bytes }, { address, size, mask }) => [{ place: shape.map(() => 0), address, size: size ?? bytes, mask }],
  implicit: (grid, { address }, range) => numbered(grid, range, async k => ({ address: address + k * grid.bytes, size: grid.bytes, mask: 0 })),
  fixed: async (grid, { address }, range) => numbered(grid, range, await elementsOfFixed(grid.file, address, grid.bytes)),
  extensible: async (grid, { address }, range) => numbered(grid, range, await elementsOfExtensible(grid.file, address, grid.bytes)),
  tree1: fromTree1,
  tree2: fromTree2,
};

const WHAT = 'the index of chunks';

/** Keys are a chunk's size, filters left out, and first element. */
async function fromTree1({ file, shape, chunk }: Grid, { address }: { readonly address: number }, { first, last }: Range): Promise<readonly Chunk[]> {
  const key = (node: Cursor): Chunk => {
    const [size, mask] = [node.u32(), node.u32()];
    const place = chunk.map(n => Math.floor(node.uint(8) / n));
    node.skip(8); // within an element
    return { place, size, mask, address: 0 };
  };
  const row = ({ place }: Chunk): number => place[0] ?? 0;
  const wanted = (a: Chunk, b: Chunk): boolean => row(a) <= last && row(b) >= first;
  const found = await entries1(file, address, { type: 1, what: WHAT, key, ...(shape.length > 0 ? { wanted } : {}) });
  return found.map(e => ({ ...e.key, address: e.address })).filter(c => row(c) >= first && row(c) <= last);
}

/** Records are address, [size, filters left out,] and place. */
async function fromTree2({ file, chunk, bytes }: Grid, { address }: { readonly address: number }, { first, last }: Range): Promise<readonly Chunk[]> {
  const rank = chunk.length;
  const row = (record: Uint8Array): number => new Cursor(file, WHAT, 0, record.subarray(record.length - 8 * rank)).uint(8);
  const wanted = (after: Uint8Array | undefined, before: Uint8Array | undefined): boolean => (!after || row(after) <= last) && (!before || row(before) >= first);
  const found: Chunk[] = [];
  for (const record of await entries2(file, address, { type: -1, what: WHAT, wanted })) {
    const stored = storedOf(record, record.raw.length - 8 * rank, bytes);
    const place = chunk.map(() => record.uint(8));
    if (stored && (place[0] ?? 0) >= first && (place[0] ?? 0) <= last) found.push({ ...stored, place });
  }
  return found;
}

/** Chunks that a small file may speak of: most of them were never written then. */
const MOST_SPARSE = 1 << 18;

/** Chunks of an array index: numbered row by row over the most the dataset may grow to, an unlimited dimension first. */
async function numbered({ file, shape, most, chunk }: Grid, range: Range, lookup: Lookup): Promise<readonly Chunk[]> {
  const counts = shape.map((n, d) => Math.ceil(n / (chunk[d] ?? 1)));
  const order = slowest(most);
  const strides = stridesOf(order, most.map((n, d) => Math.ceil(n / (chunk[d] ?? 1))));
  const found: Chunk[] = [];
  const inner = counts.slice(1).reduce((n, c) => n * c, 1);
  const total = inner * Math.max(0, range.last - range.first + 1);
  if (total > Math.max(MOST_SPARSE, file.size)) throw new FormatError(file.format, `a dataset has ${total} chunks, but the file has only ${file.size} bytes. The file may be damaged`);
  for (let k = 0; k < total; k++) {
    const place = placeOf(k, counts, range.first);
    const number = place.reduce((sum, p, d) => sum + p * (strides[d] ?? 0), 0);
    if (!Number.isSafeInteger(number)) throw new FormatError(file.format, 'a dataset may grow without bound in more ways than its index of chunks can count. The file may be damaged');
    const stored = await lookup(number);
    if (stored) found.push({ ...stored, place });
  }
  return found;
}

/** Dimensions from the slowest to the fastest. */
function slowest(most: readonly number[]): readonly number[] {
  const dimensions = most.map((_, d) => d);
  const unlimited = most.indexOf(Infinity);
  return unlimited > 0 ? [unlimited, ...dimensions.filter(d => d !== unlimited)] : dimensions;
}

function stridesOf(order: readonly number[], counts: readonly number[]): readonly number[] {
  const strides = counts.map(() => 0);
  let stride = 1;
  for (const d of [...order].reverse()) {
    strides[d] = stride;
    stride *= counts[d] ?? 1;
  }
  return strides;
}

function placeOf(k: number, counts: readonly number[], first: number): readonly number[] {
  const place = counts.map(() => 0);
  let rest = k;
  for (let d = counts.length - 1; d >= 0; d--) {
    const n = d === 0 ? Infinity : counts[d] ?? 1;
    place[d] = d === 0 ? first + rest : rest % n;
    rest = Math.floor(rest / n);
  }
  return place;
}
