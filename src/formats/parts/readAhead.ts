/** Many small reads, one after another, as few of a file. */
import type { Bytes } from '../format';

const FIRST = 4096;
const MOST = 1 << 18;

/** The same bytes through a window, which grows while reads follow one another and is small again after a jump. */
export function readAhead(bytes: Bytes): Bytes {
  let [start, window, size] = [0, new Uint8Array(0), FIRST];
  return {
    ...bytes,
    read: async (offset, length) => {
      const end = start + window.length;
      if (offset >= start && offset + length <= end) return window.subarray(offset - start, offset - start + length);
      if (length > MOST) return bytes.read(offset, length);
      size = offset >= start && offset <= end ? Math.min(size * 2, MOST) : FIRST;
      window = new Uint8Array(await bytes.read(offset, Math.min(Math.max(length, size), Math.max(0, bytes.size - offset))));
      start = offset;
      return window.subarray(0, length);
    },
  };
}
