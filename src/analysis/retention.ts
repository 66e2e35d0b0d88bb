/** What keep gates leave of a state from one step on, and in which steps a unit's memory is written or erased. */
import { quantile, REACHES } from './gradients';

type Numbers = Float64Array | Float32Array;

/** Rows of keep factors [steps, units] in the layer's order; 1 − them where `invert`. */
export function keepRows(rows: Numbers, units: number, invert: boolean, reverse: boolean): Float32Array {
  const steps = rows.length / units;
  const out = new Float32Array(rows.length);
  for (let t = 0; t < steps; t++) {
    const from = (reverse ? steps - 1 - t : t) * units;
    for (let u = 0; u < units; u++) out[t * units + u] = invert ? 1 - rows[from + u]! : rows[from + u]!;
  }
  return out;
}

/** Share of the state that is left after 0, 1 ... all of the steps whose keep factors are given, [steps + 1, units]. */
export function leftAfter(keep: Numbers, units: number): Float32Array {
  const steps = keep.length / units;
  const out = new Float32Array((steps + 1) * units).fill(1, 0, units);
  const now = new Float64Array(units).fill(1);
  for (let t = 0; t < steps; t++) for (let u = 0; u < units; u++) {
    now[u]! *= keep[t * units + u]!;
    out[(t + 1) * units + u] = now[u]!;
  }
  return out;
}

/** The lag up to which at least a share of one unit's state is left, in the median over windows as `leftAfter` gives them. */
export function medianReach(windows: readonly Numbers[], units: number, unit: number, share = REACHES): number {
  const rows = Math.min(...windows.map(w => w.length / units));
  const values = new Float64Array(windows.length);
  for (let d = 1; d < rows; d++) {
    for (const [k, w] of windows.entries()) values[k] = Math.abs(w[d * units + unit]!);
    if (!(quantile(values.sort(), 0.5) >= share)) return d - 1;
  }
  return rows - 1;
}

/** Less than this kept erases. */
export const ERASES = 0.1;
/** A step writes that puts in at least this share of the most that any step puts in. */
export const WRITES = 0.5;

/** A step that changed a unit's memory. */
export interface UnitEvent {
  readonly kind: 'write' | 'erase';
  /** Place in the arrays. */
  readonly at: number;
  readonly keep: number;
  readonly added: number;
  readonly before: number;
  readonly after: number;
}

/**
 * Steps in which one unit's memory is changed much. `state` [steps + 1] begins with the state before the first step. Erasing: most of a
 * state that was there is let go (the first of neighbouring steps). Writing: what the step adds (state - keep x state before) is at
 * least half of the most.
 */
export function unitEvents(keep: Numbers, state: Numbers): UnitEvent[] {
  const steps = keep.length;
  const added = Float64Array.from({ length: steps }, (_, t) => state[t + 1]! - keep[t]! * state[t]!);
  const most = added.reduce((a, v) => (Math.abs(v) > a ? Math.abs(v) : a), 0);
  const largest = Float64Array.from(state).reduce((a, v) => (Math.abs(v) > a ? Math.abs(v) : a), 0);
  const events: UnitEvent[] = [];
  for (let t = 0; t < steps; t++) {
    const about = { at: t, keep: keep[t]!, added: added[t]!, before: state[t]!, after: state[t + 1]! };
    const erases = keep[t]! < ERASES && !(t > 0 && keep[t - 1]! < ERASES) && Math.abs(state[t]!) >= 0.25 * largest;
    if (erases && largest > 0) events.push({ kind: 'erase', ...about });
    if (most > 0 && Math.abs(added[t]!) >= WRITES * most) events.push({ kind: 'write', ...about });
  }
  return events;
}

/** The strongest events of each kind, in the order of steps. */
export function strongestEvents(events: readonly UnitEvent[], each: number): UnitEvent[] {
  const strength = (e: UnitEvent): number => Math.abs(e.kind === 'write' ? e.added : e.before * (1 - e.keep));
  const best = (kind: UnitEvent['kind']): UnitEvent[] => events.filter(e => e.kind === kind).sort((a, b) => strength(b) - strength(a)).slice(0, each);
  return [...best('erase'), ...best('write')].sort((a, b) => a.at - b.at);
}
