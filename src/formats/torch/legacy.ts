/** PyTorch's files before 1.6: five pickles one after another, then each storage as a count and its raw numbers. */
import { FormatError, type Bytes } from '../format';
import { printable, readExactly } from '../parts/checked';
import { readPickle } from '../parts/pickle';
import { every } from '../parts/pickle/every';
import { as, entry, itemsOf, nameOf, type Value } from '../parts/pickle/values';
import { windowOf } from '../parts/window';
import type { Part } from './archive';
import { FORMAT, type Storages } from './read';
import { storageType, type ElementType } from './types';

/** 0x1950a86a20f9469cfc6c, as a pickle writes it: the first pickle of the stream is this number. */
const MAGIC = [0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e];

/** True where the head begins with a protocol, maybe a frame, and the magic number. */
export const isLegacy = (head: Uint8Array): boolean => head[0] === 0x80 && [2, 11].some(at => MAGIC.every((byte, k) => head[at + k] === byte));

/** A tar file of PyTorch 0.1, whose first member is one of these. */
export const isTar = (head: Uint8Array): boolean =>
  /^(\.\/)?(storages|tensors|pickle|sys_info)\0/.test(new TextDecoder('latin1').decode(head.subarray(0, 100))) && new TextDecoder('latin1').decode(head.subarray(257, 262)) === 'ustar';

interface Place { readonly from: number; readonly count: number; readonly size: number }

/** The main pickle and where its storages are. @throws FormatError */
export async function readLegacy(bytes: Bytes): Promise<Part> {
  const magic = await readPickle(bytes, FORMAT);
  const protocol = await readPickle(bytes, FORMAT, magic.end);
  if (protocol.value !== 1001) throw new FormatError(FORMAT, `the stream should be of version 1001, but is of ${printable(String(protocol.value))}`, magic.end);
  const system = await readPickle(bytes, FORMAT, protocol.end);
  const main = await readPickle(bytes, FORMAT, system.end);
  const keys = await readPickle(bytes, FORMAT, main.end);
  const types = typesOf(main.value);
  const storages = storagesOf(bytes, placesOf(bytes, keys.end, itemsOf(keys.value) ?? [], types), entry(system.value, 'little_endian') !== false);
  return { root: main.value, globals: [...main.globals, ...keys.globals, ...system.globals], prefix: '', storages };
}

/** Element type and count of each storage by its key, from all references in the pickle. */
function typesOf(root: Value): ReadonlyMap<string, { readonly type: ElementType; readonly count: number }> {
  const types = new Map<string, { readonly type: ElementType; readonly count: number }>();
  for (const value of every(root)) {
    const [tag, kind, key, , count] = itemsOf(as('persistent', value)?.id) ?? [];
    const type = storageType(nameOf(kind));
    if (tag === 'storage' && type && typeof key === 'string' && typeof count === 'number') types.set(key, { type, count });
  }
  return types;
}

/** Each storage is eight bytes of count, then the numbers; they stand in the order of the keys. */
function placesOf(bytes: Bytes, start: number, keys: readonly Value[], types: ReturnType<typeof typesOf>): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  let at = start;
  for (const key of keys) {
    const known = types.get(String(key));
    if (typeof key !== 'string' || !known) throw new FormatError(FORMAT, `storage "${printable(String(key))}" is listed, but no tensor refers to it, so its size is not known`, at);
    const { type: { size }, count } = known;
    if (!(Number.isSafeInteger(count) && count >= 0 && at + 8 + count * size <= bytes.size)) {
      throw new FormatError(FORMAT, `storage "${printable(key)}" of ${count} numbers should end at byte ${at + 8 + count * size}, but the file has ${bytes.size}. The file may be truncated`, at);
    }
    places.set(key, { from: at, count, size });
    at += 8 + count * size;
  }
  return places;
}

function storagesOf(bytes: Bytes, places: ReadonlyMap<string, Place>, little: boolean): Storages {
  return {
    little,
    open: async key => {
      const place = places.get(key);
      if (!place) throw new FormatError(FORMAT, `there is no storage "${printable(key)}" in the file`);
      const head = await readExactly(bytes, FORMAT, 'the count of a storage', place.from, 8);
      const count = new DataView(head.buffer, head.byteOffset, 8).getBigInt64(0, little);
      if (count !== BigInt(place.count)) throw new FormatError(FORMAT, `storage "${printable(key)}" should hold ${place.count} numbers, but says ${count}. The file may be damaged`, place.from);
      return windowOf(bytes, key, place.from + 8, place.count * place.size);
    },
  };
}
