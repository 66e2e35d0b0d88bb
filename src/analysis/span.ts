/** What a unit does in some of the steps, against what it does in all the others. */
import type { Column } from './column';

interface SpanStats {
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  /** Mean over the other steps; NaN where there are none. */
  readonly elsewhere: number;
  /** Standard deviation over all steps. */
  readonly deviation: number;
  /** Values that are not finite, in the span; they are left out of the rest. */
  readonly broken: number;
}

/** Statistics of one unit over rows [from, to) of a column. Throws for a unit that is not there. */
export function spanStats({ data, steps, units }: Column, unit: number, from: number, to: number): SpanStats {
  if (!Number.isInteger(unit) || unit < 0 || unit >= units) throw new Error(`Expected a unit from 0 to ${units - 1}, found ${unit}.`);
  const [inside, outside] = [tally(), tally()];
  let broken = 0;
  for (let t = 0; t < steps; t++) {
    const v = data[t * units + unit]!, within = t >= from && t < to;
    if (Number.isFinite(v)) add(within ? inside : outside, v);
    else if (within) broken++;
  }
  return { mean: meanOf(inside), min: inside.min, max: inside.max, elsewhere: meanOf(outside), deviation: deviationOf(inside, outside), broken };
}

interface Tally { count: number; sum: number; squares: number; min: number; max: number }

const tally = (): Tally => ({ count: 0, sum: 0, squares: 0, min: Infinity, max: -Infinity });
const meanOf = ({ sum, count }: Tally): number => (count > 0 ? sum / count : NaN);

function add(to: Tally, v: number): void {
  to.count++;
  to.sum += v;
  to.squares += v * v;
  to.min = Math.min(to.min, v);
  to.max = Math.max(to.max, v);
}

function deviationOf(a: Tally, b: Tally): number {
  const count = a.count + b.count, mean = (a.sum + b.sum) / count;
  return count > 0 ? Math.sqrt(Math.max(0, (a.squares + b.squares) / count - mean * mean)) : NaN;
}
