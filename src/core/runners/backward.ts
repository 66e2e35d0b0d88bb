/** What an evaluator does for one layer's gradients. */
import type { Values } from '../interpret';
import type { Direction, Layer } from '../layer';
import type { Meter, Progress } from '../pace';
import type { Program } from '../program';
import type { Sizes } from '../sizes';
import { shapeOf } from '../sizes';
import type { Recording } from './runner';

/** Gradients in one layer; float64, since they shrink beyond float32. Rows are the steps of the input, in its order. */
export interface LayerGradients {
  readonly direction: Direction;
  readonly steps: number;
  /** [steps, size] by name: `dh`, `dc`: all that reaches the state at that step; `di`, `dg` ... of each signal; `di.pre` of its preactivation. */
  readonly signals: Readonly<Record<string, Float64Array>>;
  readonly sizes: Readonly<Record<string, number>>;
  /** By parameter name, in the parameter's own layout. */
  readonly parameters: Readonly<Record<string, Float64Array>>;
  /** With respect to the initial states: `h`, `c`. */
  readonly initial: Readonly<Record<string, Float64Array>>;
}

export interface TapeInput {
  /** What the layer reads, [steps, inputSize]. */
  readonly x: Float32Array;
  readonly steps: number;
  readonly initial: Values;
}

export interface TapeContext { readonly recording: Recording; readonly parameters: boolean; readonly meter: Meter; readonly what: string }

/** A layer that was run forward and can go back. */
export interface Tape {
  /** [steps, units] */
  readonly output: Float32Array;
  /** `d` [steps, units] is the gradient of the output; that of x is added to `dx` [steps, inputSize] where it is given. `after`: the gradient of the states behind the last step. To be called once. */
  back(d: Float64Array, dx: Float64Array | undefined, after?: Readonly<Record<string, Float64Array>>): Generator<Progress, LayerGradients>;
}

/** Runs a layer forward so that it can go back. Yields every few milliseconds. */
export type LayerTaper = (layer: Layer, input: TapeInput, context: TapeContext) => Generator<Progress, Tape>;

/** A recorded gradient: its name, its node in the backward program, and its rows. */
export interface GradientSheet { readonly name: string; readonly node: number; readonly size: number; readonly to: Float64Array }

/** Sheets for what is recorded; `backward.signals[0]` is dx. */
export function gradientSheets(backward: Program, sizes: Sizes, steps: number, { record, preactivations = false }: Recording): GradientSheet[] {
  const sheet = (name: string, node: number): GradientSheet => {
    const size = sizes[backward.nodes[node]!.size]!;
    return { name, node, size, to: new Float64Array(steps * size) };
  };
  return backward.signals.slice(1).flatMap(({ name, node, pre }) => {
    const forward = name.slice(1);
    const wanted = record?.includes(forward) ?? true;
    const preWanted = pre !== undefined && ((wanted && preactivations) || (record?.includes(`${forward}.pre`) ?? false));
    return [...(wanted ? [sheet(name, node)] : []), ...(preWanted ? [sheet(`${name}.pre`, pre)] : [])];
  });
}

/** Zeros for every parameter's gradient. */
export function parameterGradients(program: Program, sizes: Sizes): Record<string, Float64Array> {
  return Object.fromEntries(program.parameters.map(p => [p.name, new Float64Array(shapeOf(p, sizes).reduce((n, k) => n * k, 1))]));
}

export function gradientsOf(layer: Layer, steps: number, recorded: readonly GradientSheet[], parameters: Readonly<Record<string, Float64Array>>, initial: Readonly<Record<string, Float64Array>>): LayerGradients {
  return {
    direction: layer.direction, steps, parameters, initial,
    signals: Object.fromEntries(recorded.map(s => [s.name, s.to])),
    sizes: Object.fromEntries(recorded.map(s => [s.name, s.size])),
  };
}
