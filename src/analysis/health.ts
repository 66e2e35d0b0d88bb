/** What is dead, stuck or growing in a layer, from its recorded signals. */
import type { Column } from './column';
import type { Saturation } from './saturation';

/** A unit whose h deviates less than this says the same whatever comes in. */
export const DEAD = 1e-4;
/** A gate that is on one side for more than this share of the steps decides nothing. */
export const STUCK = 0.99;
/** A state beyond this is far outside what tanh tells apart. */
export const LARGE = 10;
const RISING = 1.2;

/** Standard deviation of every unit over the finite steps; NaN where there are none. */
export function deviations({ data, steps, units }: Column): Float64Array {
  const sums = new Float64Array(units), counts = new Float64Array(units), squares = new Float64Array(units);
  const each = (add: (u: number, v: number) => void): void => {
    for (let t = 0, k = 0; t < steps; t++) for (let u = 0; u < units; u++, k++) if (Number.isFinite(data[k]!)) add(u, data[k]!);
  };
  each((u, v) => { sums[u]! += v; counts[u]!++; });
  each((u, v) => { squares[u]! += (v - sums[u]! / counts[u]!) ** 2; });
  return squares.map((s, u) => Math.sqrt(s / counts[u]!));
}

/** Units that hardly move, the stillest first. Fewer than two steps say nothing. */
export function deadUnits(column: Column): { readonly units: number[]; readonly std: number } {
  const all = column.steps < 2 ? new Float64Array() : deviations(column);
  const units = [...all.keys()].filter(u => all[u]! < DEAD).sort((a, b) => all[a]! - all[b]!);
  return { units, std: units.length > 0 ? all[units.at(-1)!]! : NaN };
}

/** Units of a gate that is on one side nearly always, the most stuck first. */
export function stuckUnits(units: readonly Saturation[], side: 'closed' | 'open'): number[] {
  return [...units.keys()].filter(u => units[u]![side] > STUCK).sort((a, b) => units[b]![side] - units[a]![side]);
}

/** Units that grow: beyond 10 somewhere, and on average larger in the last quarter than in the one before the middle. In the layer's order. */
export function explodingUnits(column: Column, reverse: boolean): { readonly units: number[]; readonly value: number; readonly step: number } {
  const { data, steps, units } = column;
  const most = new Float64Array(units), where = new Int32Array(units), early = new Float64Array(units), late = new Float64Array(units);
  const quarter = Math.floor(steps / 4);
  for (let k = 0; k < steps; k++) {
    const t = reverse ? steps - 1 - k : k;
    for (let u = 0; u < units; u++) {
      const v = Math.abs(data[t * units + u]!);
      if (!Number.isFinite(v)) continue;
      if (v > most[u]!) { most[u] = v; where[u] = t; }
      if (k >= quarter && k < 2 * quarter) early[u]! += v;
      if (k >= steps - quarter) late[u]! += v;
    }
  }
  const found = [...most.keys()].filter(u => most[u]! > LARGE && quarter > 0 && late[u]! > RISING * early[u]!).sort((a, b) => most[b]! - most[a]!);
  const [worst] = found;
  return { units: found, value: worst === undefined ? NaN : most[worst]!, step: worst === undefined ? -1 : where[worst]! };
}
