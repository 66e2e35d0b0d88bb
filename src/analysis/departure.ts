/** How far a changed run departs from the one it was made of. */

export interface Departure {
  readonly max: number;
  readonly step: number;
  readonly unit: number;
  /** 98th percentile of |difference| where there is one, to a two-hundredth of the greatest finite one. */
  readonly p98: number;
  readonly first?: number;
}

const BINS = 200;

/** Of two columns [steps, units]; a pair of which one is not finite departs without end, unless both are the same. */
export function departure(changed: Float32Array, baseline: Float32Array, units: number): Departure {
  const none = { max: 0, step: 0, unit: 0, p98: 0 };
  if (changed === baseline) return none;
  let [max, finite, at, first] = [0, 0, -1, -1];
  for (let k = 0; k < changed.length; k++) {
    const apart = apartBy(changed[k]!, baseline[k]!);
    if (apart === 0) continue;
    if (first < 0) first = k;
    if (apart > max) { max = apart; at = k; }
    if (apart > finite && apart < Infinity) finite = apart;
  }
  if (first < 0) return none;
  return { max, step: Math.floor(at / units), unit: at % units, p98: percentile(changed, baseline, finite), first: Math.floor(first / units) };
}

function apartBy(a: number, b: number): number {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return 0;
  const apart = Math.abs(a - b);
  return Number.isNaN(apart) ? Infinity : apart;
}

function percentile(changed: Float32Array, baseline: Float32Array, most: number): number {
  if (most === 0) return 0;
  const bins = new Uint32Array(BINS);
  let count = 0;
  for (let k = 0; k < changed.length; k++) {
    const apart = apartBy(changed[k]!, baseline[k]!);
    if (apart === 0 || apart === Infinity) continue;
    bins[Math.min(BINS - 1, Math.floor(apart / most * BINS))]!++;
    count++;
  }
  let [bin, sum] = [-1, 0];
  while (sum < 0.98 * count) sum += bins[++bin]!;
  return most * (bin + 1) / BINS;
}
