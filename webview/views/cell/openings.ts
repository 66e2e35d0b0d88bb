/** The lower axis of the waterfall: where along the sum a gate would be so far open. Pure. */
import type { SplitAnswer } from '../../../src/questions/cell';

const GATE = [0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999], SIGNED = [-0.99, -0.9, -0.5, 0, 0.5, 0.9, 0.99];

export interface Opening { readonly at: number; readonly level: number }

/** Sums between `low` and `high` at which the curve crosses levels worth reading, at least `apart` from one another. */
export function openings({ to, values }: SplitAnswer['curve'], gate: boolean, low: number, high: number, apart: number): Opening[] {
  const step = (2 * to) / (values.length - 1);
  const found = (gate ? GATE : SIGNED).flatMap((level): Opening[] => {
    for (let k = 1; k < values.length; k++) {
      const [a, b] = [values[k - 1]! - level, values[k]! - level];
      if (a === 0 || a * b < 0) return [{ level, at: -to + step * (k - 1 + a / (a - b)) }];
    }
    return [];
  }).filter(o => o.at >= low && o.at <= high).sort((p, q) => Math.abs(p.level - (gate ? 0.5 : 0)) - Math.abs(q.level - (gate ? 0.5 : 0)));
  return found.filter((o, k) => found.slice(0, k).every(other => Math.abs(other.at - o.at) >= apart)).sort((p, q) => p.at - q.at);
}
