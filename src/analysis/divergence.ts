/** Where two recordings of one layer part: the first step, in it the first signal by the equations, and its unit that differs most. */

export interface Parted { readonly step: number; readonly signal: string; readonly unit: number; readonly a: number; readonly b: number }

export interface Divergence {
  /** Beyond the tolerance for the first time, in the layer's direction; absent where they never part. */
  readonly first?: Parted;
  /** By signal, in the order of the equations: when it first parts, its greatest difference, and the share of values beyond the tolerance. */
  readonly signals: readonly { readonly signal: string; readonly first?: Parted; readonly most: Parted; readonly share: number }[];
}

/** Rows of both, [steps, units] each, from step `from` on. */
export interface Pair { readonly signal: string; readonly units: number; readonly a: Float32Array; readonly b: Float32Array }

/** Two values part where they differ by more than the tolerance, times the larger size where that is over 1; NaN parts from what is none. */
export function apart(a: number, b: number, tolerance: number): boolean {
  if (Object.is(a, b) || (Number.isNaN(a) && Number.isNaN(b)) || a === b) return false;
  return !Number.isFinite(a - b) || Math.abs(a - b) > tolerance * Math.max(1, Math.abs(a), Math.abs(b));
}

interface Found { signal: string; first: Parted | undefined; most: Parted; beyond: number; count: number }

/** Takes windows one after the other, in the layer's direction, and says at the end where they parted. */
export function parting(signals: readonly string[], tolerance: number, reverse = false): { add(from: number, pair: Pair): void; finish(): Divergence } {
  const found = new Map(signals.map((signal): [string, Found] => [signal, { signal, first: undefined, most: { step: 0, signal, unit: 0, a: 0, b: 0 }, beyond: 0, count: 0 }]));
  const earlier = (s: number, t: number): boolean => (reverse ? s > t : s < t);
  return {
    add(from, { signal, units, a, b }) {
      const own = found.get(signal);
      if (!own) return;
      for (let k = 0; k < a.length; k++) {
        const [p, q] = [a[k]!, b[k]!];
        const at = (): Parted => ({ step: from + Math.floor(k / units), signal, unit: k % units, a: p, b: q });
        if (size(p, q) > size(own.most.a, own.most.b)) own.most = at();
        if (!apart(p, q, tolerance)) continue;
        own.beyond++;
        const here = at();
        if (!own.first || earlier(here.step, own.first.step) || (here.step === own.first.step && size(p, q) > size(own.first.a, own.first.b))) own.first = here;
      }
      own.count += a.length;
    },
    finish() {
      const all = [...found.values()];
      let first: Parted | undefined;
      for (const own of all) if (own.first && (!first || earlier(own.first.step, first.step))) first = own.first;
      return {
        ...(first ? { first } : {}),
        signals: all.map(({ signal, first: own, most, beyond, count }) => ({ signal, ...(own ? { first: own } : {}), most, share: count > 0 ? beyond / count : 0 })),
      };
    },
  };
}

const size = (a: number, b: number): number => (a === b || (Number.isNaN(a) && Number.isNaN(b)) ? 0 : Number.isNaN(a - b) ? Infinity : Math.abs(a - b));
