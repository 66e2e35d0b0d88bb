/** Sorted tables as LevelDB writes them: blocks of keys and values, an index of blocks, a footer. Knows nothing of what they hold. */
import { FormatError, type Bytes } from '../format';
import { readExactly } from './checked';
import { readVarint } from './protobuf';

/** A key and where its value lies, in the bytes of its block. */
export interface TableEntry { readonly key: string; readonly value: Uint8Array }

const FOOTER = 48;
const MAGIC = [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb];
/** Of one block: they are 256 kB, or one entry. */
const MOST_BLOCK = 1 << 26;
const MOST_BLOCKS = 100_000;
const MOST_KEY = 1 << 16;
/** A block ends with its kind of compression and a checksum. */
const TRAILER = 5;

interface Handle { readonly at: number; readonly size: number }

export async function looksLikeTable(bytes: Bytes): Promise<boolean> {
  if (bytes.size < FOOTER) return false;
  const end = await bytes.read(bytes.size - MAGIC.length, MAGIC.length);
  return MAGIC.every((byte, k) => end[k] === byte);
}

/** All entries in the order of their keys; `visit` gets them block by block. @throws FormatError */
export async function readTable(bytes: Bytes, format: string, visit: (entry: TableEntry) => void): Promise<void> {
  const footer = await readExactly(bytes, format, 'the footer of the table', Math.max(0, bytes.size - FOOTER), FOOTER);
  if (!MAGIC.every((byte, k) => footer[FOOTER - MAGIC.length + k] === byte)) throw new FormatError(format, 'the table does not end as one. The file may be truncated', bytes.size - FOOTER);
  const meta = handleAt(footer, 0, format);
  const blocks: Handle[] = [];
  await readBlock(bytes, format, handleAt(footer, meta.next, format), ({ value }) => {
    if (blocks.push(handleAt(value, 0, format)) > MOST_BLOCKS) throw new FormatError(format, `the table has more than ${MOST_BLOCKS} blocks`);
  });
  let end = 0;
  for (const block of blocks) {
    // Blocks follow one another: one that is named twice would be read again and again.
    if (block.at < end) throw new FormatError(format, 'the blocks of the table overlap', block.at);
    end = block.at + block.size;
    await readBlock(bytes, format, block, visit);
  }
}

function handleAt(raw: Uint8Array, from: number, format: string): Handle & { readonly next: number } {
  const at = readVarint(raw, from, raw.length);
  const size = at && readVarint(raw, at.next, raw.length);
  if (!at || !size || at.value < 0 || size.value < 0) throw new FormatError(format, 'the place of a block is damaged');
  return { at: at.value, size: size.value, next: size.next };
}

async function readBlock(bytes: Bytes, format: string, { at, size }: Handle, visit: (entry: TableEntry) => void): Promise<void> {
  if (size > MOST_BLOCK) throw new FormatError(format, `a block of ${size} bytes is too large`, at);
  const raw = await readExactly(bytes, format, 'a block of the table', at, size + TRAILER);
  if (raw[size] !== 0) throw new FormatError(format, `a block of the table is compressed (kind ${raw[size]}), which is not read`, at + size);
  if (size < 4) throw new FormatError(format, `a block of ${size} bytes is too small`, at);
  const restarts = new DataView(raw.buffer, raw.byteOffset).getUint32(size - 4, true);
  const end = size - 4 - 4 * restarts;
  if (end < 0) throw new FormatError(format, `a block of ${size} bytes cannot have ${restarts} restarts`, at);
  entries(raw.subarray(0, end), format, at, visit);
}

/** A key is so many bytes of the one before it and some of its own. */
function entries(raw: Uint8Array, format: string, offset: number, visit: (entry: TableEntry) => void): void {
  let key = new Uint8Array(0);
  for (let at = 0; at < raw.length;) {
    const counts: number[] = [];
    const from = at;
    for (let k = 0; k < 3; k++) {
      const count = readVarint(raw, at, raw.length);
      if (!count || count.value < 0) throw new FormatError(format, 'an entry of the table is damaged', offset + from);
      counts.push(count.value);
      at = count.next;
    }
    const [shared = 0, own = 0, length = 0] = counts;
    if (shared > key.length || shared + own > MOST_KEY || at + own + length > raw.length) throw new FormatError(format, 'an entry of the table is damaged', offset + from);
    const next = new Uint8Array(shared + own);
    next.set(key.subarray(0, shared));
    next.set(raw.subarray(at, at + own), shared);
    key = next;
    visit({ key: new TextDecoder().decode(key), value: raw.subarray(at + own, at + own + length) });
    at += own + length;
  }
}
