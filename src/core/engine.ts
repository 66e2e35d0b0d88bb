/** Runs a network over a sequence and records its signals: resumable, cancellable, in short pieces. */
import { evaluator } from './evaluate';
import type { Direction, Layer, Network } from './layer';
import { merged } from './merge';
import { drive, Meter, type DriveOptions, type Progress } from './pace';
import { checkNetwork, checkStates, layerSizes, LayerError } from './parameters';
import type { Numbers, Values } from './interpret';
import { outputState, type Program } from './program';
import { programOf } from './programs';
import type { Sizes } from './sizes';

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

export interface LevelTrace {
  readonly name: string;
  readonly directions: readonly LayerTrace[];
  /** [steps, outputSize] */
  readonly output: Float32Array;
}

export interface NetworkTrace {
  readonly steps: number;
  readonly levels: readonly LevelTrace[];
}

/** States by name for every direction of every level. */
export type NetworkStates = readonly (readonly Values[])[];

export interface RunOptions {
  /** Signals to keep (`f`, `h`, `f.pre`); all that have a name by default. */
  readonly record?: readonly string[];
  /** Also keep what each activation reads, as `f.pre`. */
  readonly preactivations?: boolean;
  /** Instead of the layers' own initial states. */
  readonly initial?: NetworkStates;
  /** Milliseconds between yields. */
  readonly piece?: number;
}

/** Float32 numbers that one run may record: 4 GB. */
const MAX_RECORDED = 2 ** 30;

/** `running`, driven to its end while others have their turns. @throws LayerError, SizeError, EquationError, Cancelled */
export function run(network: Network, x: Float32Array, steps: number, options: RunOptions & DriveOptions = {}): Promise<NetworkTrace> {
  return drive(running(network, x, steps, options), options);
}

/**
 * Runs over `x` [steps, inputSize], yielding every few milliseconds: stop asking and it stops; ask again and it goes on.
 * Level k reads the output of level k-1. Arithmetic is float64, what is recorded float32.
 * @throws LayerError, SizeError, EquationError
 */
export function* running(network: Network, x: Float32Array, steps: number, options: RunOptions = {}): Generator<Progress, NetworkTrace> {
  checkNetwork(network);
  checkInput(network, x, steps);
  checkRecorded(network, steps, options);
  const meter = new Meter(steps * network.levels.reduce((n, l) => n + l.directions.length, 0), options.piece);
  const levels: LevelTrace[] = [];
  let input = x;
  for (const [k, level] of network.levels.entries()) {
    const directions: LayerTrace[] = [];
    for (const [d, layer] of level.directions.entries()) {
      const initial = options.initial?.[k]?.[d] ?? layer.initial ?? {};
      checkStates(layer, initial, 'initial state');
      directions.push(yield* layerRunning(layer, input, steps, initial, { options, meter, what: level.name }));
    }
    const output = merged(level, directions.map(t => t.output), steps);
    levels.push({ name: level.name, directions, output });
    input = output;
  }
  return { steps, levels };
}

/** Is x [steps, width of the lowest level]? @throws LayerError */
export function checkInput({ levels }: Network, x: ArrayLike<number>, steps: number): void {
  if (!Number.isSafeInteger(steps) || steps < 1) throw new LayerError(`The input is empty: at least one step is needed, found ${steps}.`);
  const expected = levels[0]!.directions[0]!.inputSize;
  const width = x.length / steps;
  if (width !== expected) throw new LayerError(`${levels[0]!.name} reads ${expected} number${expected === 1 ? '' : 's'} a step, but the input has ${Number.isInteger(width) ? width : `${x.length} numbers in ${steps} steps`}.`);
}

/** Steps of a sequence of `steps` that a layer runs. */
export function stepsOf(layer: Layer, steps: number): number {
  return Math.max(0, Math.min(steps, layer.length ?? steps));
}

interface Surroundings { readonly options: RunOptions; readonly meter: Meter; readonly what: string }

function* layerRunning(layer: Layer, x: Float32Array, steps: number, initial: Values, { options, meter, what }: Surroundings): Generator<Progress, LayerTrace> {
  const program = programOf(layer.cell);
  const sizes = layerSizes(layer);
  const machine = evaluator(program, sizes, parameterValues(layer));
  for (const [name, values] of Object.entries(initial)) machine.states[name]!.set(values);
  const recorded = columns(program, sizes, options);
  const signals = Object.fromEntries(recorded.map(c => [c.name, new Float32Array(steps * c.size)]));
  const output = signals[program.output] ?? new Float32Array(steps * layer.units);
  const kept = recorded.map(c => ({ from: machine.slots[c.node]!, to: signals[c.name]!, size: c.size }));
  if (!(program.output in signals)) kept.push({ from: machine.slots[outputState(program).next]!, to: output, size: layer.units });
  const length = stepsOf(layer, steps);
  for (let k = 0; k < length; k++) {
    const t = layer.direction === 'reverse' ? length - 1 - k : k;
    loadRow(machine.input, x, t);
    machine.step();
    for (const { from, to, size } of kept) to.set(from, t * size);
    const progress = meter.step(what);
    if (progress) { yield progress; meter.resume(); }
  }
  return { direction: layer.direction, steps, signals, sizes: Object.fromEntries(recorded.map(c => [c.name, c.size])), output, final: machine.states };
}

interface Column { readonly name: string; readonly node: number; readonly size: number }

/** What is kept of a layer, in the order of the equations. */
function columns(program: Program, sizes: Sizes, { record, preactivations = false }: RunOptions): Column[] {
  const all = program.signals.flatMap((s): (Column & { pre: boolean })[] => [
    ...(s.pre === undefined ? [] : [{ name: `${s.name}.pre`, node: s.pre, size: sizes[program.nodes[s.pre]!.size]!, pre: true }]),
    { name: s.name, node: s.node, size: sizes[s.size]!, pre: false },
  ]);
  return all.filter(c => (record?.includes(c.name) ?? !c.pre) || (preactivations && c.pre && (record?.includes(c.name.slice(0, -4)) ?? true)));
}

function checkRecorded({ levels }: Network, steps: number, options: RunOptions): void {
  const layers = levels.flatMap(l => l.directions);
  const kept = layers.flatMap(l => columns(programOf(l.cell), layerSizes(l), options));
  const numbers = steps * kept.reduce((n, c) => n + c.size, 0);
  if (numbers > MAX_RECORDED) throw new LayerError(`Recording ${numbers} numbers is too much for memory; choose fewer signals or steps.`);
  const known = new Set(layers.flatMap(l => columns(programOf(l.cell), layerSizes(l), { preactivations: true }).map(c => c.name)));
  const strange = options.record?.find(name => !known.has(name));
  if (strange !== undefined) throw new LayerError(`There is no signal "${strange}" to record; there are ${[...known].join(', ')}.`);
}

/** A layer's parameters as plain numbers. */
export function parameterValues(layer: Layer): Values {
  return Object.fromEntries(Object.entries(layer.params).map(([name, t]) => [name, t.data]));
}

/** Copies row t of [rows, row.length]. */
export function loadRow(row: Float64Array, rows: Numbers, t: number): void {
  const at = t * row.length;
  for (let k = 0; k < row.length; k++) row[k] = rows[at + k]!;
}

