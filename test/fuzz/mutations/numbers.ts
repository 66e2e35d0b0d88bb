/** Lengths, counts and offsets made wrong: integers that could be one are found by their size and replaced. */
import { below, joined, pick, type Next } from '../file';
import { place } from './bytes';
import type { Mutation } from './index';

interface Width {
  readonly size: number;
  get(view: DataView, at: number, little: boolean): bigint;
  set(view: DataView, at: number, value: bigint, little: boolean): void;
}

const WIDTHS: readonly Width[] = [
  { size: 2, get: (v, at, l) => BigInt(v.getUint16(at, l)), set: (v, at, n, l) => v.setUint16(at, Number(BigInt.asUintN(16, n)), l) },
  { size: 4, get: (v, at, l) => BigInt(v.getUint32(at, l)), set: (v, at, n, l) => v.setUint32(at, Number(BigInt.asUintN(32, n)), l) },
  { size: 8, get: (v, at, l) => v.getBigUint64(at, l), set: (v, at, n, l) => v.setBigUint64(at, BigInt.asUintN(64, n), l) },
];

const TRIES = 60;

export const numberMutations: readonly Mutation[] = [
  { name: 'length or offset changed', apply: (bytes, next) => inflated(bytes, next, true) },
  { name: 'big-endian length changed', apply: (bytes, next) => inflated(bytes, next, false) },
  { name: 'varint changed', apply: varint },
];

/** Integers from 1 to four times the file's size look like lengths. */
function inflated(bytes: Uint8Array, next: Next, little: boolean): Uint8Array | undefined {
  const out = bytes.slice();
  const view = new DataView(out.buffer);
  for (let k = 0; k < TRIES; k++) {
    const width = pick(next, WIDTHS);
    const at = place(next, out.length);
    if (at + width.size > out.length) continue;
    const value = width.get(view, at, little);
    if (value < 1n || value > BigInt(4 * out.length)) continue;
    width.set(view, at, pick(next, others(value, BigInt(out.length), BigInt(at))), little);
    return out;
  }
  return undefined;
}

const others = (value: bigint, size: bigint, at: bigint): readonly bigint[] => [
  0n, value - 1n, value + 1n, value * 2n, value * 256n, size, size - 1n, size + 1n, size - at, at, 0x7fffffffn, 0xffffffffn, 0x80000000n,
  (1n << 53n) + 1n, (1n << 63n) - 1n, 1n << 63n, (1n << 64n) - 1n, (1n << 64n) - size, 65535n,
];

const HUGE: readonly (readonly number[])[] = [
  [0xff, 0xff, 0xff, 0xff, 0x07], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [0x80, 0x80, 0x80, 0x80, 0x10], [0],
];

/** A byte that could be a short varint, replaced by a longer one, or by another of its length. */
function varint(bytes: Uint8Array, next: Next): Uint8Array | undefined {
  for (let k = 0; k < TRIES; k++) {
    const at = place(next, bytes.length);
    if ((bytes[at] ?? 0) >= 0x80) continue;
    const value = next() < 0.5 ? [below(next, 128)] : pick(next, HUGE);
    return joined(bytes.subarray(0, at), value, bytes.subarray(at + 1));
  }
  return undefined;
}
