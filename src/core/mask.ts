/** Steps that do not count: they are left out, and put back with the states as they were. As Keras and packed sequences have it. */
import type { LayerGradients } from './runners/backward';
import type { Values } from './interpret';
import type { Layer } from './layer';
import type { Loss } from './losses';
import { LayerError } from './parameters';
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

/** The loss over the steps that count alone. @throws LayerError where it is of a step that does not */
export function packedLoss({ at, all }: Packed, loss: Loss, width: number): Loss {
  const rows = (values: ArrayLike<number>, size: number): Float64Array => new Float64Array(at.length * size).map((_, k) => values[at[Math.floor(k / size)]! * size + k % size]!);
  switch (loss.kind) {
    case 'dh': return { kind: 'dh', dh: checked(loss.dh, all * width) ? rows(loss.dh, width) : loss.dh };
    case 'mse': return { kind: 'mse', target: checked(loss.target, all * width) ? rows(loss.target, width) : loss.target };
    case 'crossEntropy': return checked(loss.targets, all) ? { ...loss, targets: rows(loss.targets, 1) } : loss;
    default: {
      if (loss.step === undefined) return loss;
      const step = at.indexOf(loss.step);
      if (step < 0) throw new LayerError(`The loss's step ${loss.step} is masked; choose one that counts.`);
      return { ...loss, step };
    }
  }
}

/** What is too short is complained of by who reads it. */
function checked(values: ArrayLike<number>, count: number): boolean {
  return values.length === count;
}

/** Gradients over all steps: zero where a step does not count. */
export function expandedGradients(pack: Packed, gradients: LayerGradients): LayerGradients {
  const signals = Object.fromEntries(Object.entries(gradients.signals).map(([name, rows]) => [name, expandedRows(pack, rows, gradients.sizes[name]!)]));
  return { ...gradients, steps: pack.all, signals };
}

/** Rows [all, size] from those of the steps that count. */
export function expandedRows({ all, at }: Packed, rows: Float64Array, size: number): Float64Array {
  const spreadOut = new Float64Array(all * size);
  for (const [k, t] of at.entries()) spreadOut.set(rows.subarray(k * size, (k + 1) * size), t * size);
  return spreadOut;
}
