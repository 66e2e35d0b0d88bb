/** All that one step of one layer read and made, for studies that look into it. */
import { StepValues, type StepVectors } from '../analysis/expressions';
import type { Cell } from '../core/cells/cell';
import type { Statement } from '../core/equations/syntax';
import type { Progress } from '../core/pace';
import { programOf } from '../core/programs';
import { heldIn } from '../core/variations/segments';
import { directionOf, layerOf, placeOf, segmentAt, type Run } from './run';

/** As it is written, without what a change holds. @throws Error with a message for people, where only signals were recorded */
export function cellOf(run: Run, level: number, direction: number): Cell {
  const cell = run.forces?.[level]?.[direction]?.plain.cell ?? run.job?.network.levels[level]?.directions[direction]?.cell ?? run.levels[level]?.cell;
  if (!cell) throw new Error('The trace does not say what cell it is of, so its equations are not known.');
  return cell;
}

/** The step before, in the layer's direction. */
export const earlierThan = (direction: 'forward' | 'reverse', step: number): number => (direction === 'reverse' ? step + 1 : step - 1);

/** False where the layer did not run: behind a sequence's end, or where the input is masked. */
export function ranAt({ job }: Run, level: number, direction: number, step: number): boolean {
  const layer = job?.network.levels[level]?.directions[direction];
  if (layer?.length !== undefined && step >= layer.length) return false;
  return job?.sequence.mask?.[step] !== 0;
}

/** Vectors of a step: as recorded, states before the first step as the layer has them. */
export function* vectorsOf(run: Run, level: number, direction: number, step: number): Generator<Progress, StepVectors> {
  const { recording, job } = run;
  const own = directionOf(recording, level, direction);
  const layer = job && layerOf(run, level, direction, step);
  const earlier = earlierThan(own.direction, step);
  const cell = layer?.cell ?? run.levels[level]?.cell;
  const states = new Set(cell ? programOf(cell).states.map(s => s.name) : ['c', 'h']);
  const [from, to] = [Math.max(0, Math.min(step, earlier)), Math.min(recording.steps, Math.max(step, earlier) + 1)];
  const [before, now] = [new Map<string, Float32Array>(), new Map<string, Float32Array>()];
  const off = segmentAt(run, level, direction, step)?.off ?? new Map<string, readonly number[]>();
  let x: Float32Array | undefined;
  for (const signal of own.signals) {
    const rows = yield* recording.reading(placeOf(level, direction, signal), from, to);
    const at = (t: number): Float32Array | undefined => (t < from || t >= to ? undefined : rows.slice((t - from) * signal.units, (t - from + 1) * signal.units));
    const found = at(step);
    if (signal.name === 'x') x = found;
    else if (found) now.set(signal.name, found);
    if (states.has(signal.name)) before.set(signal.name, at(earlier)?.map((v, u) => (off.get(signal.name)?.includes(u) ? 0 : v)) ?? layer?.initial?.[signal.name] ?? new Float32Array(signal.units));
  }
  return { x, before, now, params: layer?.params };
}

/** Signals of the unit that a change holds in that step. */
export function heldSignals(run: Run, level: number, direction: number, unit: number, step: number): readonly string[] {
  const segment = segmentAt(run, level, direction, step);
  return segment && ranAt(run, level, direction, step) ? Object.keys(heldIn(segment, unit)) : [];
}

/** What a signal's equation gives by itself, whatever was recorded of it. */
export function freeOf(statements: readonly Statement[], signal: string, unit: number, { now, ...given }: StepVectors): number {
  const others = new Map([...now].filter(([name]) => name !== signal));
  const values = new StepValues(statements, { ...given, now: others });
  const equation = values.equation(signal);
  return equation ? values.at(equation.e, unit) ?? NaN : NaN;
}
