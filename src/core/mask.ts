/** Steps that do not count: they are left out, and put back with the states as they were. As Keras and packed sequences have it. */
import type { Values } from './interpret';
import type { Layer } from './layer';
import { programOf } from './programs';
import type { LayerTrace } from './runners/runner';

/** A sequence without its masked steps. */
export interface Packed {
  /** [steps, inputSize]: at least one row, which is not run where no step counts. */
  readonly x: Float32Array;
  readonly steps: number;
  /** Steps before packing. */
  readonly all: number;
  /** Original step of each packed one. */
  readonly at: readonly number[];
}

export function packed(mask: ArrayLike<number>, x: Float32Array, steps: number): Packed {
  const at = Array.from({ length: steps }, (_, t) => t).filter(t => mask[t] !== 0);
  const width = x.length / steps;
  const rows = new Float32Array(at.length * width);
  for (const [k, t] of at.entries()) rows.set(x.subarray(t * width, (t + 1) * width), k * width);
  return { x: rows, steps: at.length, all: steps, at };
}

/** A layer's trace over all steps. Masked steps repeat the states before them (in the layer's direction); everything else is zero there. */
export function expanded(pack: Packed, layer: Layer, trace: LayerTrace, initial: Values): LayerTrace {
  const states = new Set(programOf(layer.cell).states.map(s => s.name));
  const grow = (name: string, rows: Float32Array, size: number): Float32Array => spread(pack, rows, size, states.has(name) ? { initial: initial[name], reverse: layer.direction === 'reverse' } : undefined);
  const signals = Object.fromEntries(Object.entries(trace.signals).map(([name, rows]) => [name, grow(name, rows, trace.sizes[name]!)]));
  const output = programOf(layer.cell).output;
  return { ...trace, steps: pack.all, signals, output: signals[output] ?? grow(output, trace.output, layer.units) };
}

function spread({ all, at }: Packed, rows: Float32Array, size: number, hold: { readonly initial: ArrayLike<number> | undefined; readonly reverse: boolean } | undefined): Float32Array {
  const spreadOut = new Float32Array(all * size);
  for (const [k, t] of at.entries()) spreadOut.set(rows.subarray(k * size, (k + 1) * size), t * size);
  if (!hold) return spreadOut;
  const counted = new Set(at);
  const order = Array.from({ length: all }, (_, k) => hold.reverse ? all - 1 - k : k);
  let before: ArrayLike<number> = hold.initial ?? new Float32Array(size);
  for (const t of order) {
    if (!counted.has(t)) spreadOut.set(before, t * size);
    before = spreadOut.subarray(t * size, (t + 1) * size);
  }
  return spreadOut;
}
