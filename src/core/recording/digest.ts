/** What is kept of a signal that is too long to hold: pyramid, statistics, and every so-manieth row as it is. */
import { tally, type Stats, type StatsKind } from '../stats';
import { emptyStorey, pooled, putRows, single, storeysFrom, type Storey } from '../timeline';

export interface DigestPlan { readonly steps: number; readonly block: number; readonly finest: number; readonly stride: number }

/** Blocks come in one direction, each once. */
export interface Digest {
  /** The block's rows, [block (or what is left), units], from step `from` on. */
  add(rows: Float32Array, from: number): void;
  finish(): Digested;
}

export interface Digested {
  readonly stats: Stats;
  /** From rows of `finest` steps up. */
  readonly storeys: readonly Storey[];
  /** [ceil(steps / stride), units] */
  readonly thinned: Float32Array;
}

export function digest(plan: DigestPlan, units: number, kind: StatsKind): Digest {
  const { steps, stride, finest } = plan;
  const sums = tally(steps, units, kind);
  const lowest = lowestStorey(plan, units);
  const thinned = new Float32Array(Math.ceil(steps / stride) * units);
  return {
    add(rows, from) {
      sums.add(rows, from);
      lowest.add(rows, from);
      const end = from + rows.length / units;
      for (let t = Math.ceil(from / stride) * stride; t < end; t += stride) thinned.set(rows.subarray((t - from) * units, (t - from + 1) * units), t / stride * units);
    },
    finish: () => ({ stats: sums.finish(), storeys: storeysFrom(lowest.storey, finest, steps, units), thinned }),
  };
}

/** Rows of `finest` steps. Where those are longer than a block, rows of a block's length wait until all of one are there. */
function lowestStorey({ steps, block, finest }: DigestPlan, units: number): { readonly storey: Storey; add(rows: Float32Array, from: number): void } {
  const storey = emptyStorey(Math.ceil(steps / finest), units);
  const waiting = emptyStorey(Math.max(1, finest / block), units);
  let arrived = 0;
  return {
    storey,
    add(rows, from) {
      const count = rows.length / units;
      const part = pooled(single(rows, count), 1, Math.min(finest, block), count, units);
      if (finest <= block) { putRows(storey, from / finest, part, 0, part.rows, units); return; }
      putRows(waiting, from % finest / block, part, 0, 1, units);
      const first = from - from % finest;
      const length = Math.min(finest, steps - first);
      if (++arrived < Math.ceil(length / block)) return;
      putRows(storey, first / finest, pooled({ ...waiting, rows: arrived }, block, finest, length, units), 0, 1, units);
      arrived = 0;
    },
  };
}
