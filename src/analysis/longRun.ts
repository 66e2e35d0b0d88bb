/** What cards say of every step of a run that is too long to hold, added up block by block in the layer's direction. */
import type { Keep } from './keep';
import { fromLogs, type Runs } from './memory';
import { CLOSED, OPEN, type Saturation } from './saturation';

/** The same as over whole columns, but for the median of long runs. */
export interface LongFacts {
  readonly saturation: readonly { readonly signal: string; readonly units: readonly Saturation[] }[];
  /** Absent without a keep gate. */
  readonly keep?: { readonly halfLives: readonly number[]; readonly runs: readonly Runs[] };
}

export interface LongTally {
  /** Signals of a block, [steps, units] each. */
  add(signals: Readonly<Record<string, Float32Array>>, steps: number): void;
  finish(): LongFacts;
}

/** `gates`: signals whose saturation is counted. A reverse layer's blocks come last first. */
export function longTally(gates: readonly string[], keep: Keep | undefined, reverse: boolean): LongTally {
  const saturations = new Map<string, ReturnType<typeof saturationCounts>>();
  let kept: ReturnType<typeof keepCounts> | undefined;
  return {
    add(signals, steps) {
      for (const gate of gates) {
        const rows = signals[gate]!;
        const counts = saturations.get(gate) ?? saturationCounts(rows.length / steps);
        saturations.set(gate, counts);
        counts.add(rows);
      }
      const rows = keep && signals[keep.signal];
      if (!rows) return;
      kept ??= keepCounts(rows.length / steps, keep.invert);
      kept.add(rows, reverse);
    },
    finish: () => ({ saturation: [...saturations].map(([signal, counts]) => ({ signal, units: counts.finish() })), ...(kept && { keep: kept.finish() }) }),
  };
}

function saturationCounts(units: number): { add(rows: Float32Array): void; finish(): Saturation[] } {
  const closed = new Float64Array(units), open = new Float64Array(units), count = new Float64Array(units);
  return {
    add(rows) {
      for (let k = 0, u = 0; k < rows.length; k++, u = u + 1 === units ? 0 : u + 1) {
        const v = rows[k]!;
        if (v < CLOSED) closed[u]!++;
        else if (v > OPEN) open[u]!++;
        if (v === v) count[u]!++;
      }
    },
    finish: () => Array.from(count, (n, u) => n > 0 ? { closed: closed[u]! / n, open: open[u]! / n } : { closed: 0, open: 0 }),
  };
}

/** So many factors are multiplied before a logarithm is taken: few enough that float32 numbers cannot underflow a float64 product. */
const FACTORS = 4;

function keepCounts(units: number, invert: boolean): { add(rows: Float32Array, reverse: boolean): void; finish(): NonNullable<LongFacts['keep']> } {
  const logs = new Float64Array(units), counts = new Float64Array(units), products = new Float64Array(units).fill(1);
  const runs = runLengths(units);
  const takeLogs = (): void => {
    for (let u = 0; u < units; u++) logs[u]! += Math.log(products[u]!);
    products.fill(1);
  };
  return {
    add(rows, reverse) {
      const steps = rows.length / units;
      for (let k = 0; k < steps; k++) {
        const at = (reverse ? steps - 1 - k : k) * units;
        for (let u = 0; u < units; u++) {
          const v = invert ? 1 - rows[at + u]! : rows[at + u]!;
          if (v === v) { products[u]! *= Math.abs(v); counts[u]!++; }
          runs.step(u, v >= 0.5);
        }
        if (k % FACTORS === FACTORS - 1 || k === steps - 1) takeLogs();
      }
    },
    finish: () => ({ halfLives: Array.from(logs, (sum, u) => fromLogs(sum, counts[u]!)), runs: runs.finish() }),
  };
}

/** Lengths up to here are counted one by one, longer ones in eighths of an octave. */
const EXACT = 64;
const BINS = EXACT + 1 + 8 * 40;

/** Runs of every unit: how many and the longest are exact; a median over EXACT steps is so to a tenth. */
function runLengths(units: number): { step(unit: number, holds: boolean): void; finish(): Runs[] } {
  const current = new Float64Array(units), longest = new Float64Array(units);
  const bins = new Uint32Array(units * BINS);
  const end = (u: number): void => {
    bins[u * BINS + binOf(current[u]!)]!++;
    longest[u] = Math.max(longest[u]!, current[u]!);
    current[u] = 0;
  };
  return {
    step(u, holds) {
      if (holds) current[u]!++;
      else if (current[u]! > 0) end(u);
    },
    finish: () => Array.from({ length: units }, (_, u): Runs => {
      if (current[u]! > 0) end(u);
      const own = bins.subarray(u * BINS, (u + 1) * BINS);
      const count = own.reduce((a, b) => a + b, 0);
      return { count, median: count === 0 ? 0 : Math.min(longest[u]!, (lengthAt(own, (count - 1) >> 1) + lengthAt(own, count >> 1)) / 2), longest: longest[u]! };
    }),
  };
}

function binOf(length: number): number {
  return length <= EXACT ? length : EXACT + 1 + Math.floor(8 * Math.log2(length / EXACT));
}

/** The length of the run that is number `place` when they are sorted. */
function lengthAt(bins: Uint32Array, place: number): number {
  let over = 0;
  const bin = bins.findIndex(n => (over += n) > place);
  return bin <= EXACT ? bin : Math.round(EXACT * 2 ** ((bin - EXACT - 0.5) / 8));
}
