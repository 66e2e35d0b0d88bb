/** How often a gate is shut or open, and how often a value sits at the end of its range (Karpathy et al. 2015, arXiv 1506.02078). */
import type { Column } from './column';

/** Below it a gate is closed (left-saturated). */
export const CLOSED = 0.1;
/** Above it a gate is open, and |candidate|, |h| or |tanh c| saturated. */
export const OPEN = 0.9;

/** Shares of steps, 0 to 1. */
export interface Saturation {
  readonly closed: number;
  readonly open: number;
}

/**
 * Closed (< 0.1) and open (> 0.9) shares of a gate: each unit's over all steps, and the whole signal's.
 * NaN is left out of the count; where nothing is left both shares are 0.
 */
export function gateSaturation({ data, steps, units }: Column): { readonly units: readonly Saturation[]; readonly all: Saturation } {
  const closed = new Uint32Array(units), open = new Uint32Array(units), count = new Uint32Array(units);
  for (let t = 0, k = 0; t < steps; t++) {
    for (let u = 0; u < units; u++, k++) {
      const v = data[k] ?? NaN;
      if (v < CLOSED) closed[u]!++;
      else if (v > OPEN) open[u]!++;
      if (v === v) count[u]!++;
    }
  }
  const each = Array.from(count, (n, u) => shares(closed[u] ?? 0, open[u] ?? 0, n));
  return { units: each, all: shares(total(closed), total(open), total(count)) };
}

function shares(closed: number, open: number, count: number): Saturation {
  return count > 0 ? { closed: closed / count, open: open / count } : { closed: 0, open: 0 };
}
function total(counts: Uint32Array): number {
  return counts.reduce((sum, n) => sum + n, 0);
}

/** What counts as saturated: a gate near 0 or 1, a value near ±1, or a cell state whose tanh is near ±1. */
export type SaturationRule = 'gate' | 'value' | 'tanh';

// |tanh v| > 0.9, without a tanh for every number
const TANH_OPEN = Math.atanh(OPEN);

/**
 * Share of a signal's numbers (any shape) that are saturated: gates < 0.1 or > 0.9; values |v| > 0.9; c by |tanh c| > 0.9.
 * Infinite counts as saturated, NaN is left out; 0 where nothing is left.
 */
export function saturatedShare(data: Float32Array, rule: SaturationRule): number {
  const low = rule === 'gate' ? CLOSED : rule === 'value' ? -OPEN : -TANH_OPEN;
  const high = rule === 'tanh' ? TANH_OPEN : OPEN;
  let saturated = 0, count = 0;
  for (const v of data) {
    if (v < low || v > high) saturated++;
    if (v === v) count++;
  }
  return count > 0 ? saturated / count : 0;
}
