/** Global heaps: where strings of variable length lie, found by collection and index. */
import { type Cursor, text, type File } from './file';
import { padded } from './datatype';

/** Turns elements of variable-length strings into text; asked again for the same, it answers from memory. */
export type Texts = (element: Cursor) => Promise<string>;

/** Collections by address: their objects' places by index. */
type Collection = ReadonlyMap<number, { readonly at: number; readonly size: number }>;

const WHAT = 'a global heap';

/** One memory for one reading of strings. @throws FormatError when asked */
export function textsOf(file: File): Texts {
  const collections = new Map<number, Promise<Collection>>();
  const texts = new Map<string, string>();
  return async element => {
    const length = element.u32();
    const [address, index] = [element.address(), element.u32()];
    if (length === 0 || address === undefined || (address === 0 && index === 0)) return '';
    const key = `${address} ${index} ${length}`;
    const known = texts.get(key);
    if (known !== undefined) return known;
    const collection = collections.get(address) ?? collectionOf(file, address);
    collections.set(address, collection);
    const object = (await collection).get(index);
    if (!object || object.size < length) throw element.error(`points to ${length} bytes of object ${index} of a global heap, which are not there. The file may be damaged`);
    const raw = await file.read(WHAT, object.at, length);
    const end = raw.indexOf(0);
    const found = text(end < 0 ? raw : raw.subarray(0, end));
    texts.set(key, found);
    return found;
  };
}

async function collectionOf(file: File, address: number): Promise<Collection> {
  const head = await file.cursor(WHAT, address, 8 + file.widths.length);
  head.signature('GCOL');
  head.skip(4);
  const size = head.length();
  const objects = new Map<number, { at: number; size: number }>();
  const entry = padded(8 + file.widths.length);
  let at = padded(head.at);
  while (at + entry <= size) {
    const fields: Cursor = await file.cursor(WHAT, address + at, entry);
    const index = fields.u16();
    if (index === 0) break; // the rest is free
    fields.skip(6);
    const length = fields.length();
    objects.set(index, { at: address + at + entry, size: length });
    at += entry + padded(length);
  }
  return objects;
}
