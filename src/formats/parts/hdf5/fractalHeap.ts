/** Fractal heaps: where new files keep many or long links, attributes and shared messages. */
import type { FormatError } from '../../format';
import { entries2 } from './btree2';
import { allowance, log2, widthOf, type Cursor, type File } from './file';

export interface FractalHeap {
  /** The object that the ID at the cursor stands for; the ID is taken. @throws FormatError */
  object(id: Cursor): Promise<Cursor>;
}

interface Heap {
  readonly file: File;
  readonly idLength: number;
  /** Bytes of an offset, and of a length, in an ID. */
  readonly offsetWidth: number;
  readonly lengthWidth: number;
  /** Columns of the doubling table, size of its first row's blocks, and of the largest that hold objects. */
  readonly columns: number;
  readonly start: number;
  readonly largest: number;
  readonly root: number | undefined;
  /** Rows of the root, 0 where it holds objects itself. */
  readonly rows: number;
  readonly hugeTree: number | undefined;
  readonly filtered: boolean;
  /** Records of the huge tree by key, read once. */
  huge?: Promise<ReadonlyMap<number, Cursor>>;
}

const WHAT = 'a heap';
/** Objects do not overlap either. */
type Spend = (bytes: number) => void;

/** @throws FormatError */
export async function openHeap(file: File, address: number): Promise<FractalHeap> {
  const heap = await headerOf(file, address);
  const kinds = [managed, huge, tiny];
  const spend = allowance(file, WHAT);
  return {
    object: async id => {
      const body = id.part(heap.idLength);
      const first = body.u8();
      const kind = kinds[(first >> 4) & 3];
      if (!kind || first >> 6 !== 0) throw id.error('refers to a heap in a way that HDF5 does not have. The file may be damaged');
      return kind(heap, body, first, spend);
    },
  };
}

async function headerOf(file: File, address: number): Promise<Heap> {
  const { address: wide, length } = file.widths;
  const head = await file.cursor(WHAT, address, 22 + 12 * length + 3 * wide);
  head.signature('FRHP');
  head.skip(1);
  const [idLength, filters] = [head.u16(), head.u16()];
  head.skip(1);
  const mostManaged = head.u32();
  head.skip(length); // next huge ID
  const hugeTree = head.address();
  head.skip(length + wide + 8 * length); // free space and counts
  const columns = head.u16();
  const [start, largest] = [head.length(), head.length()];
  const bits = head.u16();
  head.skip(2);
  const [root, rows] = [head.address(), head.u16()];
  const sensible = columns > 0 && power(columns) && power(start) && power(largest) && start <= largest && largest <= 2 ** 32 && bits <= 64 && rows <= 64 && idLength > 0;
  if (!sensible) throw head.error(`has ${columns} columns of blocks of ${start} to ${largest} bytes, which cannot be. The file may be damaged`);
  return {
    file, idLength, offsetWidth: Math.ceil(bits / 8), lengthWidth: Math.min(Math.ceil(log2(largest) / 8), widthOf(mostManaged)),
    columns, start, largest, root, rows, hugeTree, filtered: filters > 0,
  };
}

const power = (n: number): boolean => n > 0 && 2 ** log2(n) === n;

/** In a block of the heap's own, found by the doubling table. */
async function managed(heap: Heap, id: Cursor, _: number, spend: Spend): Promise<Cursor> {
  const offset = id.uint(heap.offsetWidth);
  const length = id.uint(heap.lengthWidth);
  if (heap.filtered) throw id.error('refers to a compressed heap, which is not read');
  const block = await blockOf(heap, id, offset);
  if (offset + length > block.from + block.size) throw id.error('refers beyond a block of its heap. The file may be damaged');
  spend(length);
  return heap.file.cursor(WHAT, block.address + offset - block.from, length);
}

interface Block { readonly address: number; readonly from: number; readonly size: number }

/** Down the table: rows double in size from the second on; those above the largest block are tables again. */
async function blockOf(heap: Heap, id: Cursor, offset: number): Promise<Block> {
  const lost = (): FormatError => id.error(`refers to byte ${offset} of its heap, where there is none. The file may be damaged`);
  let [address, from, rows] = [heap.root, 0, heap.rows];
  const direct = log2(heap.largest) - log2(heap.start) + 2;
  for (let left = rows; left >= 0; left--) {
    if (address === undefined) throw lost();
    if (rows === 0) return { address, from, size: heap.start };
    const { row, column, size, at } = placeOf(heap, offset - from);
    if (row >= rows) throw lost();
    const entry = row * heap.columns + column;
    const child: number | undefined = await childOf(heap, address, entry);
    [address, from] = [child, from + at];
    if (row < direct && address !== undefined) return { address, from, size };
    rows = log2(size) - log2(heap.start * heap.columns) + 1;
  }
  throw lost();
}

function placeOf({ columns, start }: Heap, offset: number): { row: number; column: number; size: number; at: number } {
  const first = columns * start;
  const row = offset < first ? 0 : log2(offset / first) + 1;
  const size = row === 0 ? start : start * 2 ** (row - 1);
  const begin = row === 0 ? 0 : first * 2 ** (row - 1);
  const column = Math.floor((offset - begin) / size);
  return { row, column, size, at: begin + column * size };
}

async function childOf({ file, offsetWidth }: Heap, address: number, entry: number): Promise<number | undefined> {
  const head = 5 + file.widths.address + offsetWidth;
  (await file.cursor(WHAT, address, head)).signature('FHIB');
  return (await file.cursor(WHAT, address + head + entry * file.widths.address, file.widths.address)).address();
}

/** By itself in the file; the ID says where, or is a key of a tree that does. */
async function huge(heap: Heap, id: Cursor, _: number, spend: Spend): Promise<Cursor> {
  const { file } = heap;
  if (heap.filtered) throw id.error('refers to a compressed heap, which is not read');
  if (id.left >= file.widths.address + file.widths.length) return place(file, id, spend);
  if (heap.hugeTree === undefined) throw id.error('refers to a huge object of a heap that has none. The file may be damaged');
  const key = id.uint(Math.min(8, id.left));
  heap.huge ??= hugeObjects(file, heap.hugeTree);
  const object = (await heap.huge).get(key);
  if (!object) throw id.error(`refers to the huge object ${key}, which its heap lacks. The file may be damaged`);
  return place(file, object.again(), spend);
}

async function hugeObjects(file: File, tree: number): Promise<ReadonlyMap<number, Cursor>> {
  const found = new Map<number, Cursor>();
  for (const record of await entries2(file, tree, { type: 1, what: WHAT })) {
    const object = record.part(file.widths.address + file.widths.length);
    found.set(record.length(), object);
  }
  return found;
}

function place(file: File, fields: Cursor, spend: Spend): Promise<Cursor> {
  const [at, length] = [fields.address(), fields.length()];
  if (at === undefined) throw fields.error('has a huge object without an address. The file may be damaged');
  spend(length);
  return file.cursor(WHAT, at, length);
}

/** In the ID itself; IDs above 17 bytes have a longer length. */
async function tiny({ idLength }: Heap, id: Cursor, first: number): Promise<Cursor> {
  const length = idLength > 17 ? ((first & 15) << 8) + id.u8() + 1 : (first & 15) + 1;
  return id.part(length);
}
