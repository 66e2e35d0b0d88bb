/** Recorded signals at every resolution: a pyramid of min, max and mean, cut into tiles for the screen. NaN stays visible. */

type Signal = Float32Array | Float64Array;

interface Storey {
  readonly rows: number;
  /** [rows, units] each. */
  readonly mean: Float32Array;
  readonly min: Float32Array;
  readonly max: Float32Array;
}

/** A signal and its halvings: storey k pools 2^(k+1) steps. Takes three times the signal's memory beside it. */
export interface Pyramid {
  readonly steps: number;
  readonly units: number;
  /** [steps, units] */
  readonly signal: Signal;
  readonly storeys: readonly Storey[];
}

/** A window: column k covers steps from + k*bucket up to from + (k+1)*bucket. */
export interface TileData {
  /** The asked-for window, widened to whole buckets; `to` at most the signal's end. */
  readonly from: number;
  readonly to: number;
  /** Steps a column, a power of two. */
  readonly bucket: number;
  readonly columns: number;
  readonly units: number;
  /** [columns, units] */
  readonly mean: Float32Array;
  /** [columns, units]; absent where bucket is 1. */
  readonly min?: Float32Array;
  readonly max?: Float32Array;
}

/** Pools a signal [steps, units] by powers of two until one row is left. */
export function pyramid(signal: Signal, steps: number, units: number): Pyramid {
  const storeys: Storey[] = [];
  let below: { rows: number; mean: Signal; min: Signal; max: Signal } = { rows: steps, mean: signal, min: signal, max: signal };
  for (let bucket = 1; below.rows > 1; bucket *= 2) {
    const storey = halved(below, steps, bucket, units);
    storeys.push(storey);
    below = storey;
  }
  return { steps, units, signal, storeys };
}

/** `bucket` is what a row of `below` covers. */
function halved(below: { rows: number; mean: Signal; min: Signal; max: Signal }, steps: number, bucket: number, units: number): Storey {
  const rows = Math.ceil(below.rows / 2);
  const [mean, min, max] = [new Float32Array(rows * units), new Float32Array(rows * units), new Float32Array(rows * units)];
  for (let r = 0; r < rows; r++) {
    const b = 2 * r + 1 < below.rows ? 2 * r + 1 : 2 * r;
    const late = Math.min(bucket, steps - (2 * r + 1) * bucket);
    const share = b === 2 * r ? 0.5 : late / (bucket + late);
    for (let u = 0; u < units; u++) {
      const [to, i, j] = [r * units + u, 2 * r * units + u, b * units + u];
      mean[to] = below.mean[i]! * (1 - share) + below.mean[j]! * share;
      min[to] = Math.min(below.min[i]!, below.min[j]!);
      max[to] = Math.max(below.max[i]!, below.max[j]!);
    }
  }
  return { rows, mean, min, max };
}

/** Steps [from, to) in at most `columns` columns, at the finest resolution that fits. */
export function tile(p: Pyramid, from: number, to: number, columns: number): TileData {
  const first = Math.max(0, Math.min(p.steps, Math.floor(from)));
  const end = Math.max(first, Math.min(p.steps, Math.ceil(to)));
  const most = Math.max(1, Math.floor(columns));
  let k = 0;
  while (k < p.storeys.length && Math.ceil(end / 2 ** k) - Math.floor(first / 2 ** k) > most) k++;
  const bucket = 2 ** k;
  const [r0, r1] = [Math.floor(first / bucket), Math.ceil(end / bucket)];
  const cut = (rows: Signal): Float32Array => Float32Array.from(rows.subarray(r0 * p.units, r1 * p.units));
  const window = { from: r0 * bucket, to: Math.min(p.steps, r1 * bucket), bucket, columns: r1 - r0, units: p.units };
  if (k === 0) return { ...window, mean: cut(p.signal) };
  const { mean, min, max } = p.storeys[k - 1]!;
  return { ...window, mean: cut(mean), min: cut(min), max: cut(max) };
}
