/** What an evaluator does for one layer: run it over sequences and hand out what is recorded. */
import type { Team } from '../compile/team';
import type { Values } from '../interpret';
import type { Direction, Layer } from '../layer';
import type { Meter, Progress } from '../pace';
import { outputState, type Program } from '../program';
import type { Sizes } from '../sizes';

/** What a layer did. Rows are the steps of the input, in its order, also for the reverse direction. */
export interface LayerTrace {
  readonly direction: Direction;
  readonly steps: number;
  /** [steps, size] by signal name, `f.pre` for preactivations; zero from the layer's `length` on. */
  readonly signals: Readonly<Record<string, Float32Array>>;
  /** Columns of each signal. */
  readonly sizes: Readonly<Record<string, number>>;
  /** [steps, units]: the output state; shares memory with its signal where that is recorded. */
  readonly output: Float32Array;
  /** States after the last step run, exact: with them as `initial`, a later run goes on as if it had never stopped. */
  readonly final: Readonly<Record<string, Float64Array>>;
}

/** One sequence as a layer sees it: x [steps, inputSize] and the states before the first step it runs. */
export interface LayerInput { readonly x: Float32Array; readonly steps: number; readonly initial: Values; /** Its arrays are overwritten where they fit. */ readonly reuse?: LayerTrace | undefined }

/** Which signals to keep, who counts the steps, and who may help. */
export interface RunContext { readonly recording: Recording; readonly meter: Meter; readonly what: string; readonly team?: Team | undefined }

/** Runs a layer over some sequences at once; the result is that of each alone. Yields every few milliseconds. */
export type LayerRunner = (layer: Layer, inputs: readonly LayerInput[], context: RunContext) => Generator<Progress, LayerTrace[]>;

export interface Recording {
  /** Signals to keep (`f`, `h`, `f.pre`); all that have a name by default. */
  readonly record?: readonly string[] | undefined;
  /** Also keep what each activation reads, as `f.pre`. */
  readonly preactivations?: boolean | undefined;
}

export interface Column { readonly name: string; readonly node: number; readonly size: number }

/** What is kept of a layer, in the order of the equations. */
export function columns(program: Program, sizes: Sizes, { record, preactivations = false }: Recording): Column[] {
  const all = program.signals.flatMap((s): (Column & { pre: boolean })[] => [
    ...(s.pre === undefined ? [] : [{ name: `${s.name}.pre`, node: s.pre, size: sizes[program.nodes[s.pre]!.size]!, pre: true }]),
    { name: s.name, node: s.node, size: sizes[s.size]!, pre: false },
  ]);
  return all.filter(c => (record?.includes(c.name) ?? !c.pre) || (preactivations && c.pre && (record?.includes(c.name.slice(0, -4)) ?? true)));
}

/** Steps of a sequence of `steps` that a layer runs. */
export function stepsOf(layer: Layer, steps: number): number {
  return Math.max(0, Math.min(steps, layer.length ?? steps));
}

/** Arrays for what is recorded of one sequence, and which node fills which. */
export interface Sheets {
  readonly trace: Omit<LayerTrace, 'final'>;
  readonly kept: readonly { readonly node: number; readonly to: Float32Array; readonly size: number }[];
}

export function sheets(layer: Layer, program: Program, recorded: readonly Column[], { steps, reuse }: LayerInput): Sheets {
  const beyond = stepsOf(layer, steps);
  const sheet = (size: number, old: Float32Array | undefined): Float32Array => old?.length === steps * size ? old.fill(0, beyond * size) : new Float32Array(steps * size);
  const signals = Object.fromEntries(recorded.map(c => [c.name, sheet(c.size, reuse?.signals[c.name])]));
  const output = signals[program.output] ?? sheet(layer.units, reuse?.output);
  const kept = recorded.map(c => ({ node: c.node, to: signals[c.name]!, size: c.size }));
  if (!(program.output in signals)) kept.push({ node: outputState(program).next, to: output, size: layer.units });
  return { trace: { direction: layer.direction, steps, signals, sizes: Object.fromEntries(recorded.map(c => [c.name, c.size])), output }, kept };
}
