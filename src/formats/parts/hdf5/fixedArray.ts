/** Fixed arrays: the index of chunked datasets that cannot grow without bound. */
import type { File } from './file';
import { storedOf, type Lookup } from './stored';

const WHAT = 'the index of chunks';

/** A lookup of the chunk of a number; `bytes` is the size of unfiltered ones. @throws FormatError */
export async function elementsOfFixed(file: File, address: number, bytes: number): Promise<Lookup> {
  const head = await file.cursor(WHAT, address, 8 + file.widths.length + file.widths.address);
  head.signature('FAHD');
  head.skip(2);
  const [width, pageBits] = [head.u8(), head.u8()];
  const count = head.length();
  const block = head.address();
  if (width === 0 || pageBits > 32) throw head.error(`has elements of ${width} bytes in pages of 2^${pageBits}, which cannot be. The file may be damaged`);
  if (block === undefined) return async () => undefined;
  const page = 2 ** pageBits;
  const pages = count > page ? Math.ceil(count / page) : 0; // 0: no pages
  const prefix = 6 + file.widths.address;
  (await file.cursor(WHAT, block, prefix)).signature('FADB');
  return async k => {
    if (k >= count) throw head.error(`has ${count} elements, but the dataset's chunk ${k} is asked for. The file may be damaged`);
    if (pages === 0) return element(file, block + prefix + k * width, width, bytes);
    const p = Math.floor(k / page);
    if (!await written(file, block + prefix, p)) return undefined;
    const first = block + prefix + Math.ceil(pages / 8) + 4; // behind the bits and the checksum
    return element(file, first + p * (page * width + 4) + (k % page) * width, width, bytes);
  };
}

/** One chunk's place, where an array keeps it. @throws FormatError */
export async function element(file: File, at: number, width: number, bytes: number): ReturnType<Lookup> {
  return storedOf(await file.cursor(WHAT, at, width), width, bytes);
}

/** Pages are written when they are needed; a bit says so, the highest of a byte first. */
export async function written(file: File, bits: number, page: number): Promise<boolean> {
  const byte = (await file.cursor(WHAT, bits + Math.floor(page / 8), 1)).u8();
  return (byte & (0x80 >> (page % 8))) !== 0;
}
