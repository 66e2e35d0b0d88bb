/** TensorFlow's checkpoints (tensor bundles): an index of entries, and numbers in data files beside it. */
import { FormatError, type Bytes, type TensorRef } from '../format';
import { memory } from '../memory';
import { elements, printable, readExactly, shapeText } from '../parts/checked';
import { sizeOf, toFloat32 } from '../parts/numbers';
import { ProtoReader } from '../parts/protobuf';
import { readTable } from '../parts/sstable';

export const FORMAT = 'tensorflow';
const MOST_ENTRIES = 1_000_000;
const MOST_SHARDS = 100_000;

/** A tensor's place, as BundleEntryProto has it. */
export interface Entry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly shard: number;
  readonly offset: number;
  readonly size: number;
  /** A variable cut in parts, each an entry of its own. */
  readonly sliced: boolean;
}

export interface Bundle {
  readonly entries: readonly Entry[];
  /** Bytes of an entry. @throws FormatError */
  read(entry: Entry): Promise<Uint8Array>;
  readonly little: boolean;
}

/** DataType of types.proto. */
const dtypes = new Map([
  [1, 'float32'], [2, 'float64'], [3, 'int32'], [4, 'uint8'], [5, 'int16'], [6, 'int8'], [7, 'string'], [8, 'complex64'], [9, 'int64'], [10, 'bool'],
  [14, 'bfloat16'], [17, 'uint16'], [18, 'complex128'], [19, 'float16'], [22, 'uint32'], [23, 'uint64'],
]);

/** Reads the index; no numbers. @throws FormatError */
export async function readBundle(index: Bytes): Promise<Bundle> {
  const raw: { readonly key: string; readonly value: Uint8Array }[] = [];
  await readTable(index, FORMAT, entry => {
    if (raw.push({ key: entry.key, value: entry.value }) > MOST_ENTRIES) throw new FormatError(FORMAT, `the index names more than ${MOST_ENTRIES} tensors`);
  });
  const header = raw.shift();
  if (header?.key !== '') throw new FormatError(FORMAT, 'the index should begin with a header, but does not');
  const { shards, little } = await headerOf(header.value);
  const entries: Entry[] = [];
  for (const { key, value } of raw) if (!key.startsWith('\0')) entries.push(await entryOf(key, value));
  const data = dataFiles(index, shards);
  return { entries, little, read: async entry => readExactly(await data(entry.shard), FORMAT, `tensor "${printable(entry.name)}"`, entry.offset, entry.size) };
}

async function headerOf(raw: Uint8Array): Promise<{ shards: number; little: boolean }> {
  const header = { shards: 0, little: true };
  await new ProtoReader(memory('header', raw), FORMAT).walk(0, raw.length, field => {
    if (field.number === 1) header.shards = field.value;
    if (field.number === 2) header.little = field.value === 0;
  });
  if (header.shards < 1 || header.shards > MOST_SHARDS) throw new FormatError(FORMAT, `the index should name 1 to ${MOST_SHARDS} data files, but names ${header.shards}`);
  return header;
}

async function entryOf(name: string, raw: Uint8Array): Promise<Entry> {
  const reader = new ProtoReader(memory('entry', raw), FORMAT);
  const found = { dtype: 0, shard: 0, offset: 0, size: 0, sliced: false };
  const shape: number[] = [];
  await reader.walk(0, raw.length, async field => {
    if (field.number === 1) found.dtype = field.value;
    if (field.number === 2 && field.wire === 2) await reader.walk(field.from, field.to, async dim => {
      if (dim.number !== 2 || dim.wire !== 2) return;
      let size = 0;
      await reader.walk(dim.from, dim.to, part => { if (part.number === 1) size = part.value; });
      shape.push(size);
    });
    if (field.number === 3) found.shard = field.value;
    if (field.number === 4) found.offset = field.value;
    if (field.number === 5) found.size = field.value;
    if (field.number === 7) found.sliced = true;
  });
  const dtype = dtypes.get(found.dtype % 100) ?? `type ${found.dtype}`;
  const count = elements(shape);
  const each = sizeOf(dtype);
  if (count === undefined) throw new FormatError(FORMAT, `tensor "${printable(name)}" has a shape that is no list of counts`);
  if (each !== undefined && !found.sliced && each * count !== found.size) throw new FormatError(FORMAT, `tensor "${printable(name)}" of shape ${shapeText(shape)} and type ${dtype} should take ${each * count} bytes, but has ${found.size}`);
  return { ...found, name, dtype, shape };
}

/** Data files by number, each opened once: `model.ckpt.data-00000-of-00001`. */
function dataFiles(index: Bytes, shards: number): (shard: number) => Promise<Bytes> {
  const opened = new Map<number, Promise<Bytes>>();
  const five = (n: number): string => String(n).padStart(5, '0');
  return async shard => {
    const name = `${index.name.replace(/\.index$/i, '')}.data-${five(shard)}-of-${five(shards)}`;
    if (!index.sibling) throw new FormatError(FORMAT, `the numbers lie in ${printable(name)} beside the index, which cannot be reached from here`);
    if (shard < 0 || shard >= shards) throw new FormatError(FORMAT, `a tensor should lie in one of ${shards} data files, but names number ${shard}`);
    const file = opened.get(shard) ?? index.sibling(name);
    opened.set(shard, file);
    try {
      return await file;
    } catch (error) {
      opened.delete(shard);
      throw new FormatError(FORMAT, `${printable(name)} should lie beside the index (${printable(error instanceof Error ? error.message : String(error))})`);
    }
  };
}

/** A tensor under the name that people see. */
export function tensorOf(bundle: Bundle, entry: Entry, name: string): TensorRef {
  return {
    name, dtype: entry.dtype, shape: entry.shape,
    read: async () => {
      if (entry.sliced) throw new FormatError(FORMAT, `tensor "${printable(name)}" is saved in slices, which are not read. Save it without a partitioner`);
      if (sizeOf(entry.dtype) === undefined) throw new FormatError(FORMAT, `tensor "${printable(name)}" is of type ${entry.dtype}, which is not read`);
      return toFloat32(entry.dtype, await bundle.read(entry), bundle.little);
    },
  };
}
