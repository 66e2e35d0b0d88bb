/** Runs a network over sequences and records its signals: resumable, cancellable, in short pieces. */
import { arithmetic, canCompile } from './compile/support';
import type { Team } from './compile/team';
import type { Values } from './interpret';
import type { Network } from './layer';
import { expanded, packed, type Packed } from './mask';
import { merged } from './merge';
import { drive, Meter, type DriveOptions, type Progress } from './pace';
import { checkNetwork, checkStates, layerSizes, LayerError, parameterCountOf } from './parameters';
import { programOf } from './programs';
import { runFast } from './runners/fast';
import { runReference } from './runners/reference';
import { columns, type LayerRunner, type LayerTrace, type Recording } from './runners/runner';

export type { LayerTrace } from './runners/runner';

export interface LevelTrace {
  readonly name: string;
  readonly directions: readonly LayerTrace[];
  /** [steps, outputSize] */
  readonly output: Float32Array;
}

/** How numbers were worked out; `fma`: products and sums of the matrices were rounded once, not twice. */
export type Arithmetic = 'float64' | 'float32' | 'float32-fma';

export interface NetworkTrace {
  readonly steps: number;
  readonly levels: readonly LevelTrace[];
  readonly arithmetic: Arithmetic;
}

/** States by name for every direction of every level. */
export type NetworkStates = readonly (readonly Values[])[];

/** `fast`: compiled, float32; `reference`: float64, step by step. */
export type EvaluatorName = 'fast' | 'reference';

export interface RunOptions {
  /** Signals to keep (`f`, `h`, `f.pre`); all that have a name by default. */
  readonly record?: readonly string[] | undefined;
  /** Also keep what each activation reads, as `f.pre`. */
  readonly preactivations?: boolean | undefined;
  /** Instead of the layers' own initial states. */
  readonly initial?: NetworkStates | undefined;
  /** [steps]: 0 where a step does not count: states stay as they are there, and nothing else is computed. */
  readonly mask?: ArrayLike<number> | undefined;
  /** `fast` by default, where the machine can. */
  readonly evaluator?: EvaluatorName | undefined;
  /** An earlier trace of the same network that nobody needs any more: its arrays are overwritten where they fit, which saves their making. */
  readonly reuse?: NetworkTrace | undefined;
  /** Other threads that share the work of layers that are large enough; the numbers stay the same, to the last bit. */
  readonly team?: Team | undefined;
  /** Milliseconds between yields. */
  readonly piece?: number | undefined;
}

/** One of several sequences. */
export interface SequenceInput {
  /** [steps, inputSize] */
  readonly x: Float32Array;
  readonly steps: number;
  readonly initial?: NetworkStates | undefined;
  readonly mask?: ArrayLike<number> | undefined;
  readonly reuse?: NetworkTrace | undefined;
}

/** Float32 numbers that one run may record: 4 GB. */
const MAX_RECORDED = 2 ** 30;

/** `running`, driven to its end while others have their turns. @throws LayerError, SizeError, EquationError, Cancelled */
export function run(network: Network, x: Float32Array, steps: number, options: RunOptions & DriveOptions = {}): Promise<NetworkTrace> {
  return drive(running(network, x, steps, options), options);
}

/**
 * Runs over `x` [steps, inputSize], yielding every few milliseconds: stop asking and it stops; ask again and it goes on.
 * Level k reads the output of level k-1. What is recorded is float32.
 * @throws LayerError, SizeError, EquationError
 */
export function* running(network: Network, x: Float32Array, steps: number, options: RunOptions = {}): Generator<Progress, NetworkTrace> {
  const [trace] = yield* runningMany(network, [{ x, steps, initial: options.initial, mask: options.mask, reuse: options.reuse }], options);
  return trace!;
}

/**
 * Runs several sequences, in lock step where that is faster; each trace is bit for bit that of the sequence alone.
 * @throws LayerError, SizeError, EquationError
 */
export function* runningMany(network: Network, sequences: readonly SequenceInput[], options: Omit<RunOptions, 'initial' | 'mask' | 'reuse'> = {}): Generator<Progress, readonly NetworkTrace[]> {
  checkNetwork(network);
  for (const s of sequences) checkSequence(network, s);
  const steps = sequences.reduce((sum, s) => sum + s.steps, 0);
  checkRecorded(network, steps, options);
  const kind = evaluatorOf(network, options.evaluator);
  const meter = new Meter(steps * network.levels.reduce((n, l) => n + l.directions.length, 0), options.piece);
  const packs = sequences.map(s => s.mask && packed(s.mask, s.x, s.steps));
  let inputs = sequences.map((s, k) => ({ x: packs[k]?.x ?? s.x, steps: packs[k]?.steps ?? s.steps }));
  const traces = sequences.map((): LevelTrace[] => []);
  for (const [k, level] of network.levels.entries()) {
    const directions: LayerTrace[][] = [];
    for (const [d, layer] of level.directions.entries()) {
      const given = inputs.map((input, n) => ({ ...input, initial: sequences[n]!.initial?.[k]?.[d] ?? layer.initial ?? {}, reuse: sequences[n]!.mask ? undefined : sequences[n]!.reuse?.levels[k]?.directions[d] }));
      directions.push(yield* RUNNERS[kind](layer, given, { recording: options, meter, what: level.name, team: options.team }));
    }
    inputs = inputs.map((input, n) => {
      const own = directions.map(d => d[n]!);
      const output = merged(level, own.map(t => t.output), input.steps);
      traces[n]!.push({ name: level.name, directions: own, output });
      return { x: output, steps: input.steps };
    });
  }
  return sequences.map((s, n) => ({ steps: s.steps, levels: unpacked(network, traces[n]!, packs[n], s), arithmetic: arithmeticOf(kind) }));
}

const RUNNERS: Readonly<Record<EvaluatorName, LayerRunner>> = { fast: runFast, reference: runReference };

/** Weights must fit a WebAssembly memory beside the rows, forward and transposed. */
const MAX_COMPILED = 2 ** 27;

/** The evaluator that runs a network: the wanted one where the machine can. */
export function evaluatorOf({ levels }: Network, wanted: EvaluatorName = 'fast'): EvaluatorName {
  const fits = levels.every(l => l.directions.every(layer => parameterCountOf(layer) <= MAX_COMPILED));
  return wanted === 'fast' && fits && canCompile() ? 'fast' : 'reference';
}

export function arithmeticOf(kind: EvaluatorName): Arithmetic {
  return kind === 'reference' ? 'float64' : arithmetic().kind;
}

/** Traces over all steps from those over the steps that count. */
function unpacked(network: Network, levels: readonly LevelTrace[], pack: Packed | undefined, { steps, initial }: SequenceInput): readonly LevelTrace[] {
  if (!pack) return levels;
  return levels.map((trace, k) => {
    const level = network.levels[k]!;
    const directions = trace.directions.map((t, d) => expanded(pack, level.directions[d]!, t, initial?.[k]?.[d] ?? level.directions[d]!.initial ?? {}));
    return { name: trace.name, directions, output: merged(level, directions.map(t => t.output), steps) };
  });
}

/** Can the network take this sequence? @throws LayerError */
export function checkSequence(network: Network, { x, steps, initial, mask }: SequenceInput): void {
  checkInput(network, x, steps);
  if (mask && mask.length !== steps) throw new LayerError(`The mask should say of each of ${steps} steps whether it counts, found ${mask.length} numbers.`);
  for (const [k, level] of network.levels.entries()) for (const [d, layer] of level.directions.entries()) {
    checkStates(layer, initial?.[k]?.[d] ?? layer.initial ?? {}, 'initial state');
  }
}

/** Is x [steps, width of the lowest level]? */
function checkInput({ levels }: Network, x: ArrayLike<number>, steps: number): void {
  if (!Number.isSafeInteger(steps) || steps < 1) throw new LayerError(`The input is empty: at least one step is needed, found ${steps}.`);
  const expected = levels[0]!.directions[0]!.inputSize;
  const width = x.length / steps;
  if (width !== expected) throw new LayerError(`${levels[0]!.name} reads ${expected} number${expected === 1 ? '' : 's'} a step, but the input has ${Number.isInteger(width) ? width : `${x.length} numbers in ${steps} steps`}.`);
}

function checkRecorded({ levels }: Network, steps: number, options: Recording): void {
  const layers = levels.flatMap(l => l.directions);
  const kept = layers.flatMap(l => columns(programOf(l.cell), layerSizes(l), options));
  const numbers = steps * kept.reduce((n, c) => n + c.size, 0);
  if (numbers > MAX_RECORDED) throw new LayerError(`Recording ${numbers} numbers is too much for memory; choose fewer signals or steps.`);
  const known = new Set(layers.flatMap(l => columns(programOf(l.cell), layerSizes(l), { preactivations: true }).map(c => c.name)));
  const strange = options.record?.find(name => !known.has(name));
  if (strange !== undefined) throw new LayerError(`There is no signal "${strange}" to record; there are ${[...known].join(', ')}.`);
}
