/** Puts chunks in their places: the part of each that lies within the rows asked for and the dataset's shape. */
import type { Grid } from './chunks';

/** Copies the chunk at `place` (counted in chunks) into `out`, which holds rows [from, to) of elements of `size` bytes. */
export function pasted({ shape, chunk }: Grid, size: number, data: Uint8Array, place: readonly number[], out: Uint8Array, from: number, to: number): void {
  if (shape.length === 0) return out.set(data);
  const low = place.map((p, d) => Math.max(p * (chunk[d] ?? 1), d === 0 ? from : 0));
  const high = place.map((p, d) => Math.min((p + 1) * (chunk[d] ?? 1), d === 0 ? to : shape[d] ?? 0));
  if (low.some((n, d) => n >= (high[d] ?? 0))) return;
  const last = shape.length - 1;
  const length = ((high[last] ?? 0) - (low[last] ?? 0)) * size;
  const at = [...low];
  for (;;) {
    const source = at.reduce((sum, p, d) => sum * (chunk[d] ?? 1) + p - (place[d] ?? 0) * (chunk[d] ?? 1), 0) * size;
    const target = at.reduce((sum, p, d) => sum * (d === 0 ? 1 : shape[d] ?? 1) + p - (d === 0 ? from : 0), 0) * size;
    out.set(data.subarray(source, source + length), target);
    if (!stepped(at, low, high)) return;
  }
}

/** The next run along the last dimension; false behind the last one. */
function stepped(at: number[], low: readonly number[], high: readonly number[]): boolean {
  for (let d = at.length - 2; d >= 0; d--) {
    at[d] = (at[d] ?? 0) + 1;
    if (at[d]! < (high[d] ?? 0)) return true;
    at[d] = low[d] ?? 0;
  }
  return false;
}
