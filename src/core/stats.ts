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

/**
 * From and up to where values are not saturated: gates 0.1 to 0.9 (Karpathy et al. 2015), others where |v| <= 0.9, a cell state where
 * |tanh c| <= 0.9.
 */
const BETWEEN: Readonly<Record<StatsKind, readonly [low: number, high: number]>> = {
  gate: [0.1, 0.9],
  candidate: [-0.9, 0.9],
  state: [-0.9, 0.9],
  cell: [-Math.atanh(0.9), Math.atanh(0.9)],
  value: [-Infinity, Infinity],
  input: [-Infinity, Infinity],
};

type Rows = Float32Array | Float64Array;

/** Statistics of a signal that comes block by block, in any order. They are those of the whole, to the last bit. */
export interface Tally {
  /** Rows [from, from + rows) of the signal; `from` is a multiple of TALLY_STEPS. */
  add(rows: Rows, from: number): void;
  finish(): Stats;
}

/** Sums are kept for so many steps each and added up in order at the end, so that the order of blocks does not matter. */
export const TALLY_STEPS = 64;

/** Statistics of a signal [steps, units]. */
export function stats(signal: Rows, units: number, kind: StatsKind): Stats {
  const all = tally(signal.length / units, units, kind);
  all.add(signal, 0);
  return all.finish();
}

/** A tally of a signal [steps, units]. */
export function tally(steps: number, units: number, kind: StatsKind): Tally {
  const [low, high] = BETWEEN[kind];
  const sums = new Float64Array(Math.ceil(steps / TALLY_STEPS));
  const sample = percentileSample(steps * units, units);
  const total = { count: 0, saturated: 0, min: Infinity, max: -Infinity };
  let strange: { readonly at: number; readonly value: string } | undefined;
  const addChunk = (rows: Rows, at: number, end: number, offset: number): number => {
    // Kept in locals: variables that functions share are slow.
    let [count, sum, saturated, min, max] = [0, 0, 0, total.min, total.max];
    for (let k = at; k < end; k++) {
      const v = rows[k]!;
      if (v - v !== 0) { // NaN or infinite
        if (offset + k < (strange?.at ?? Infinity)) strange = { at: offset + k, value: String(v) };
        continue;
      }
      count++;
      sum += v;
      if (v < min) min = v;
      if (v > max) max = v;
      saturated += +(v < low) + +(v > high); // a branch would be guessed wrong all the time
    }
    total.count += count;
    total.saturated += saturated;
    [total.min, total.max] = [min, max];
    return sum;
  };
  return {
    add(rows, from) {
      const chunk = TALLY_STEPS * units;
      for (let at = 0, c = from / TALLY_STEPS; at < rows.length; at += chunk, c++) sums[c] = addChunk(rows, at, Math.min(rows.length, at + chunk), from * units);
      sample.add(rows, from * units);
    },
    finish() {
      const { count, saturated, min, max } = total;
      const none = count === 0;
      const sum = sums.reduce((a, b) => a + b, 0);
      return {
        mean: none ? NaN : sum / count, min: none ? NaN : min, max: none ? NaN : max, p98: sample.finish(), saturated: none ? 0 : saturated / count,
        ...(strange && { notFinite: { step: Math.floor(strange.at / units), unit: strange.at % units, value: strange.value } }),
      };
    },
  };
}

const SAMPLES = 100_000;

/** The 98th percentile of |value| over at most SAMPLES of `numbers` numbers, spread evenly. */
function percentileSample(numbers: number, units: number): { add(values: Rows, at: number): void; finish(): number } {
  let stride = Math.max(1, Math.ceil(numbers / SAMPLES));
  // A stride that shares a factor with the row length would look at a few units only.
  while (stride > 1 && gcd(stride, units) > 1) stride++;
  let sample: Rows | undefined;
  let count = 0;
  return {
    add(values, at) {
      sample ??= new (values instanceof Float64Array ? Float64Array : Float32Array)(Math.ceil(numbers / stride));
      for (let k = Math.ceil(at / stride) * stride - at; k < values.length; k += stride) if (Number.isFinite(values[k]!)) sample[count++] = Math.abs(values[k]!);
    },
    finish: () => !sample || count === 0 ? NaN : sample.subarray(0, count).sort()[Math.min(count - 1, Math.floor(0.98 * count))]!,
  };
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
