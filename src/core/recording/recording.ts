/**
 * What was run, of any length, with every signal readable in any window. What fits the memory is held; of longer runs there are
 * checkpoints of the states, pyramids and statistics, and finer windows are run again when they are asked for, bit for bit the same.
 */
import { evaluatorOf, running, type Arithmetic, type NetworkStates, type RunOptions } from '../engine';
import type { Direction, Network } from '../layer';
import type { Look } from '../narrow';
import type { Progress } from '../pace';
import { checkNetwork } from '../parameters';
import type { Rows } from '../rows';
import type { Stats } from '../stats';
import type { TileData } from '../timeline';
import { fits, planOf } from './budget';
import { holding } from './held';
import { sweptRecording } from './swept';

/** One signal of one layer; `x` is what its level reads. */
export interface Place { readonly level: number; readonly direction: number; readonly signal: string }

export interface RecordedSignal { readonly name: string; readonly units: number; readonly stats: Stats }
export interface RecordedDirection { readonly direction: Direction; readonly signals: readonly RecordedSignal[] }
export interface RecordedLevel { readonly name: string; readonly directions: readonly RecordedDirection[] }

/** A run's signals. What may take long is a generator that yields every few milliseconds: `atOnce` drives it. */
export interface Recording {
  readonly steps: number;
  /** `x` first, then signals in the order of the equations. */
  readonly levels: readonly RecordedLevel[];
  /** States after the last step of each direction; none for what was not run here. */
  readonly final: NetworkStates;
  readonly arithmetic?: Arithmetic;
  /** Steps [from, to) of a signal, [to - from, units]; not to be written to. */
  reading(place: Place, from: number, to: number): Generator<Progress, Float32Array>;
  /** Steps [from, to) in at most `columns` columns, at the finest resolution that fits; all units with their extremes, unless `look` says less. */
  tiling(place: Place, from: number, to: number, columns: number, look?: Look): Generator<Progress, TileData>;
  /** Steps from which on tiles are at hand; finer ones are run again. 1 where everything is held. */
  readonly finest: number;
  /** 1 where everything is held; otherwise how many steps apart the rows of `thinned` are. */
  readonly stride: number;
  /** Every `stride`-th step of a signal, exact: [ceil(steps / stride), units]. */
  thinned(place: Place): Float32Array;
}

/** A block of one layer's run, as it is swept for the first time: for what can only be known from every step. */
export interface SeenBlock { readonly level: number; readonly direction: number; readonly from: number; readonly steps: number; readonly signals: Readonly<Record<string, Float32Array>> }

export interface RecordingOptions extends RunOptions {
  /** Bytes that may be held for timelines: 256 MB by default. */
  readonly memory?: number | undefined;
  /** Called once for every block of every layer, in the layer's direction, where the run is too long to hold. */
  readonly seen?: ((block: SeenBlock) => void) | undefined;
  /** Steps between checkpoints, a power of two of at least 64; chosen by what a step costs otherwise. */
  readonly block?: number | undefined;
}

/** Unless the settings say otherwise. */
export const MEMORY = 256 * 2 ** 20;

/**
 * Runs a network over rows and records it, yielding every few milliseconds: stop asking and it stops. Takes time linear in the steps; memory
 * is bounded by the budget, a block and the states at the checkpoints.
 * @throws LayerError, SizeError, EquationError
 */
export function* recording(network: Network, rows: Rows, options: RecordingOptions = {}): Generator<Progress, Recording> {
  checkNetwork(network);
  const memory = options.memory ?? MEMORY;
  if (fits(network, rows.steps, options, memory)) return yield* holding(network, rows, options);
  // One step of the whole network checks all that is checked before a run, and shows what there is to record.
  const probe = yield* running(network, rows.read(0, Math.min(1, rows.steps)), Math.min(1, rows.steps), { ...options, mask: undefined });
  const plan = planOf(network, rows.steps, options, memory, evaluatorOf(network, options.evaluator));
  return yield* sweptRecording(network, rows, probe, plan, options);
}

/** Drives work to its end without a break. */
export function atOnce<T>(work: Generator<unknown, T>): T {
  for (;;) {
    const piece = work.next();
    if (piece.done) return piece.value;
  }
}
