/** Damage that knows nothing of what it damages: bits, cuts, ranges moved, pieces of other files. */
import { below, joined, pick, type Next } from '../file';
import type { Mutation } from './index';

const ODD = [0, 1, 0x7f, 0x80, 0xfe, 0xff] as const;
const MOST_EDGE = 300;

/** A place in the file: often near its beginning or end, where headers and directories are. */
export function place(next: Next, length: number): number {
  const where = next();
  if (where < 0.4) return below(next, Math.min(length, MOST_EDGE));
  if (where < 0.55) return Math.max(0, length - 1 - below(next, Math.min(length, MOST_EDGE)));
  return below(next, length);
}

function range(next: Next, length: number): [number, number] {
  const from = place(next, length);
  return [from, Math.min(length, from + 1 + below(next, next() < 0.7 ? 32 : 4096))];
}

export const byteMutations: readonly Mutation[] = [
  { name: 'bits flipped', apply: (bytes, next) => changed(bytes, next, (byte) => byte ^ (1 << below(next, 8))) },
  { name: 'bytes set', apply: (bytes, next) => changed(bytes, next, () => (next() < 0.6 ? pick(next, ODD) : below(next, 256))) },
  { name: 'cut', apply: (bytes, next) => bytes.subarray(0, next() < 0.5 ? place(next, bytes.length) : below(next, bytes.length)) },
  { name: 'extended', apply: (bytes, next) => joined(bytes, next() < 0.5 ? new Uint8Array(below(next, 5000)).fill(pick(next, ODD)) : bytes.subarray(...range(next, bytes.length))) },
  { name: 'range left out', apply: (bytes, next) => { const [from, to] = range(next, bytes.length); return joined(bytes.subarray(0, from), bytes.subarray(to)); } },
  { name: 'range repeated', apply: (bytes, next) => { const [from, to] = range(next, bytes.length); return joined(bytes.subarray(0, to), bytes.subarray(from)); } },
  { name: 'range zeroed', apply: (bytes, next) => bytes.slice().fill(0, ...range(next, bytes.length)) },
  { name: 'range copied over another', apply: (bytes, next) => { const [from, to] = range(next, bytes.length); return bytes.slice().copyWithin(place(next, bytes.length), from, to); } },
  { name: 'spliced', apply: (bytes, next, other) => joined(bytes.subarray(0, place(next, bytes.length)), other.subarray(place(next, other.length))) },
  { name: 'piece of another put in', apply: (bytes, next, other) => { const at = place(next, bytes.length); return joined(bytes.subarray(0, at), other.subarray(...range(next, other.length)), bytes.subarray(at)); } },
];

function changed(bytes: Uint8Array, next: Next, change: (byte: number) => number): Uint8Array {
  const out = bytes.slice();
  for (let k = 1 + below(next, next() < 0.7 ? 3 : 12); k > 0; k--) {
    const at = place(next, out.length);
    out[at] = change(out[at] ?? 0);
  }
  return out;
}
