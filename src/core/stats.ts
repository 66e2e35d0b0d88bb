/** What is known of a whole signal at a glance. */

export interface Stats {
  /** Over the finite values; NaN where there are none. */
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  /** 98th percentile of |value|, from at most 100,000 values spread evenly. */
  readonly p98: number;
  /** Share of values that are saturated (0 to 1); 0 for kinds that cannot be. */
  readonly saturated: number;
  /** First step and unit that is NaN or infinite. */
  readonly notFinite?: { readonly step: number; readonly unit: number; readonly value: string };
}

/** `cell`: a state that tanh squashes before it is seen, as the LSTM's c. */
export type StatsKind = 'gate' | 'candidate' | 'state' | 'cell' | 'value' | 'input';

/** Gates are saturated below 0.1 and above 0.9 (Karpathy et al. 2015), others where |v| > 0.9, a cell state where |tanh c| > 0.9. */
const SATURATED: Readonly<Record<StatsKind, (v: number) => boolean>> = {
  gate: v => v < 0.1 || v > 0.9,
  candidate: v => Math.abs(v) > 0.9,
  state: v => Math.abs(v) > 0.9,
  cell: v => Math.abs(Math.tanh(v)) > 0.9,
  value: () => false,
  input: () => false,
};

/** Statistics of a signal [steps, units]. */
export function stats(signal: Float32Array | Float64Array, units: number, kind: StatsKind): Stats {
  const isSaturated = SATURATED[kind];
  let [count, sum, saturated, min, max, strange] = [0, 0, 0, Infinity, -Infinity, -1];
  for (let k = 0; k < signal.length; k++) {
    const v = signal[k]!;
    if (!Number.isFinite(v)) { if (strange < 0) strange = k; continue; }
    count++;
    sum += v;
    if (v < min) min = v;
    if (v > max) max = v;
    if (isSaturated(v)) saturated++;
  }
  const none = count === 0;
  return {
    mean: none ? NaN : sum / count, min: none ? NaN : min, max: none ? NaN : max, p98: percentile98(signal, units), saturated: none ? 0 : saturated / count,
    ...(strange < 0 ? {} : { notFinite: { step: Math.floor(strange / units), unit: strange % units, value: String(signal[strange]) } }),
  };
}

const SAMPLES = 100_000;

function percentile98(signal: Float32Array | Float64Array, units: number): number {
  let stride = Math.max(1, Math.ceil(signal.length / SAMPLES));
  // A stride that shares a factor with the row length would look at a few units only.
  while (stride > 1 && gcd(stride, units) > 1) stride++;
  const sample = new Float64Array(Math.ceil(signal.length / stride));
  let count = 0;
  for (let k = 0; k < signal.length; k += stride) if (Number.isFinite(signal[k]!)) sample[count++] = Math.abs(signal[k]!);
  if (count === 0) return NaN;
  return sample.subarray(0, count).sort()[Math.min(count - 1, Math.floor(0.98 * count))]!;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
