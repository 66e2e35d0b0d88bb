/** A part of a file as a file of its own. */
import type { Bytes } from '../format';

/** `size` bytes from `offset`; `sibling` stays that of the whole file. */
export function windowOf(bytes: Bytes, name: string, offset: number, size: number): Bytes {
  return {
    name, size,
    read: (from, length) => bytes.read(offset + from, Math.max(0, Math.min(length, size - from))),
    ...(bytes.sibling ? { sibling: (relative: string) => bytes.sibling!(relative) } : {}),
  };
}
