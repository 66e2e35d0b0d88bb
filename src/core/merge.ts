/** How the outputs of a level's directions become one, and how its gradient goes back to them. */
import type { Level, Merge } from './layer';
import type { Numbers } from './interpret';
import { outputSize } from './parameters';

/** One output [steps, outputSize] from one per direction. A single direction's output is handed on as it is. */
export function merged(level: Level, outputs: readonly Float32Array[], steps: number): Float32Array {
  const [first, second] = outputs;
  if (second === undefined || level.merge === 'none') return first!;
  if (level.merge === 'concat') return sideBySide(level, outputs, steps);
  const join = JOINS[level.merge];
  return first!.map((v, k) => join(v, second[k]!));
}

/** The gradient [steps, units] of each direction's output from that of the merged one. */
export function unmerged(level: Level, d: Float64Array, outputs: readonly Numbers[], steps: number): readonly Float64Array[] {
  if (level.directions.length === 1) return [d];
  switch (level.merge) {
    case 'none': return outputs.map((o, k) => k === 0 ? d : new Float64Array(o.length));
    case 'concat': return cut(level, d, steps);
    case 'sum': return outputs.map(() => d);
    case 'ave': return outputs.map(() => d.map(v => v / 2));
    case 'mul': return outputs.map((_, k) => d.map((v, j) => v * outputs[1 - k]![j]!));
  }
}

const JOINS: Readonly<Record<Exclude<Merge, 'concat' | 'none'>, (a: number, b: number) => number>> = {
  sum: (a, b) => a + b,
  mul: (a, b) => a * b,
  ave: (a, b) => (a + b) / 2,
};

function sideBySide(level: Level, outputs: readonly Float32Array[], steps: number): Float32Array {
  const width = outputSize(level);
  const all = new Float32Array(steps * width);
  let left = 0;
  for (const [k, { units }] of level.directions.entries()) {
    for (let t = 0; t < steps; t++) all.set(outputs[k]!.subarray(t * units, (t + 1) * units), t * width + left);
    left += units;
  }
  return all;
}

function cut(level: Level, d: Float64Array, steps: number): Float64Array[] {
  const width = outputSize(level);
  let left = 0;
  return level.directions.map(({ units }) => {
    const part = new Float64Array(steps * units);
    for (let t = 0; t < steps; t++) part.set(d.subarray(t * width + left, t * width + left + units), t * units);
    left += units;
    return part;
  });
}
