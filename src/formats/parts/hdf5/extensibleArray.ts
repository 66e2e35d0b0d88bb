/** Extensible arrays: the index of chunked datasets that grow along one dimension. Blocks double in size as the array grows. */
import { log2, type File } from './file';
import { element, written } from './fixedArray';
import { recent } from './recent';
import type { Lookup } from './stored';

interface ExtensibleArray {
  readonly file: File;
  /** Bytes of an element. */
  readonly width: number;
  /** Bytes of an element's number. */
  readonly offsetWidth: number;
  /** Elements in the index block, in the smallest data block, and in a page. */
  readonly direct: number;
  readonly least: number;
  readonly page: number;
  /** Levels of data blocks whose addresses stand in the index block; the others have a block of addresses each. */
  readonly levels: number;
  readonly index: number;
}

const WHAT = 'the index of chunks';

/** A lookup of the chunk of a number; `bytes` is the size of unfiltered ones. @throws FormatError */
export async function elementsOfExtensible(file: File, address: number, bytes: number): Promise<Lookup> {
  const array = await headerOf(file, address);
  if (!array) return async () => undefined;
  const { direct, width, index, page } = array;
  (await file.cursor(WHAT, index, 4)).signature('EAIB');
  const blocks = recent(MOST_BLOCKS, (n: number) => blockOf(array, n));
  return async k => {
    if (k < direct) return element(file, index + 6 + file.widths.address + k * width, width, bytes);
    const { number, rest } = placeOf(array, k - direct);
    const block = await blocks(number);
    if (!block || (block.bits !== undefined && !await written(file, block.bits, block.firstPage + Math.floor(rest / page)))) return undefined;
    const gap = block.paged ? 4 * (1 + Math.floor(rest / page)) : 0; // a checksum ahead of the pages, and behind each
    return element(file, block.begin + gap + rest * width, width, bytes);
  };
}

/** Of data blocks found lately: chunks are asked in their order. */
const MOST_BLOCKS = 16;

async function headerOf(file: File, address: number): Promise<ExtensibleArray | undefined> {
  const head = await file.cursor(WHAT, address, 12 + 6 * file.widths.length + file.widths.address);
  head.signature('EAHD');
  head.skip(2);
  const [width, bits, direct, least, pointers, pageBits] = [head.u8(), head.u8(), head.u8(), head.u8(), head.u8(), head.u8()];
  head.skip(6 * file.widths.length);
  const index = head.address();
  const sensible = width > 0 && bits <= 64 && pageBits <= 32 && power(least) && power(pointers);
  if (!sensible) throw head.error('has sizes that cannot be. The file may be damaged');
  return index === undefined ? undefined : { file, width, offsetWidth: Math.ceil(bits / 8), direct, least, page: 2 ** pageBits, levels: 2 * log2(pointers), index };
}

const power = (n: number): boolean => n > 0 && 2 ** log2(n) === n;

/** Level u has 2^floor(u/2) data blocks of least * 2^ceil(u/2) elements: as many elements as all levels before, and `least` more. */
const blocksIn = (level: number): number => 2 ** Math.floor(level / 2);
const sizeIn = ({ least }: ExtensibleArray, level: number): number => least * 2 ** Math.ceil(level / 2);

/** Data blocks of all levels below this one. */
function blocksBefore(level: number): number {
  let sum = 0;
  for (let u = 0; u < level; u++) sum += blocksIn(u);
  return sum;
}

/** Which data block, counted through all levels, and which of its elements. */
function placeOf(array: ExtensibleArray, k: number): { readonly number: number; readonly rest: number } {
  const level = log2(k / array.least + 1);
  const size = sizeIn(array, level);
  const rest = k - array.least * (2 ** level - 1);
  return { number: blocksBefore(level) + Math.floor(rest / size), rest: rest % size };
}

interface Block {
  /** Address of its first element, or of the checksum ahead of its pages. */
  readonly begin: number;
  readonly paged: boolean;
  /** Address of the bits that say which pages were written, where there are any, and the number of its first. */
  readonly bits?: number;
  readonly firstPage: number;
}

/** Undefined where nothing of the block was written. */
async function blockOf(array: ExtensibleArray, number: number): Promise<Block | undefined> {
  const { file, levels, index, direct, width } = array;
  let level = 0;
  while (blocksBefore(level + 1) <= number) level++;
  const addresses = index + 6 + file.widths.address + direct * width;
  if (level < levels) return begun(array, await addressAt(file, addresses, number), level);
  const table = await addressAt(file, addresses, blocksBefore(levels) + level - levels);
  if (table === undefined) return undefined;
  (await file.cursor(WHAT, table, 4)).signature('EASB');
  // Bits of all its data blocks' pages, with room for whole bytes a block, then the blocks' addresses.
  const bits = table + 6 + file.widths.address + array.offsetWidth;
  const pages = sizeIn(array, level) > array.page ? sizeIn(array, level) / array.page : 0;
  const block = number - blocksBefore(level);
  const address = await addressAt(file, bits + blocksIn(level) * Math.ceil(pages / 8), block);
  const found = await begun(array, address, level);
  return found && pages > 0 ? { ...found, bits, firstPage: block * pages } : found;
}

async function begun(array: ExtensibleArray, address: number | undefined, level: number): Promise<Block | undefined> {
  if (address === undefined) return undefined;
  (await array.file.cursor(WHAT, address, 4)).signature('EADB');
  return { begin: address + 6 + array.file.widths.address + array.offsetWidth, paged: sizeIn(array, level) > array.page, firstPage: 0 };
}

async function addressAt(file: File, begin: number, k: number): Promise<number | undefined> {
  return (await file.cursor(WHAT, begin + k * file.widths.address, file.widths.address)).address();
}
