import type { Bytes } from './format';

/** Bytes over an array that is already in memory; `siblings` are files beside it, by name. */
export function memory(name: string, data: Uint8Array, siblings: Readonly<Record<string, Uint8Array>> = {}): Bytes {
  const beside = new Map(Object.entries(siblings));
  return {
    name,
    size: data.length,
    read: async (offset, length) => data.subarray(offset, Math.min(offset + length, data.length)),
    sibling: async relative => {
      const found = beside.get(relative);
      if (!found) throw new Error(`There is no file ${relative} beside ${name}.`);
      return memory(relative, found, siblings);
    },
  };
}
