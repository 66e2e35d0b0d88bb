/** What was run, or loaded from a trace, as studies see it; and the small questions that all of them ask of it. */
import type { Column } from '../analysis/column';
import type { LongFacts } from '../analysis/longRun';
import type { Prepared } from '../analysis/card';
import type { Track } from '../analysis/tracks';
import type { Cell } from '../core/cells/cell';
import type { Direction, Layer, Network, Tensor } from '../core/layer';
import type { Progress } from '../core/pace';
import { signalKindOf } from '../core/recording/kinds';
import type { Place, RecordedDirection, RecordedSignal, Recording } from '../core/recording/recording';
import type { Curve, Sequence } from '../core/sequence';
import type { Segment } from '../core/variations/segments';
import type { Parity, SceneCurve, SignalStats } from '../protocol';

export interface Decoder { readonly weight: Tensor; readonly bias?: Tensor | undefined }

/** What another runtime computed for the same input behind the last level. */
export interface Expected {
  readonly runtime: string;
  /** [steps, width of the last level's output, directions side by side] */
  readonly output: Float32Array;
  /** It rounds to 8 bits what goes into products; we do not. */
  readonly rounded?: boolean;
}

export interface Job {
  readonly revision: number;
  readonly network: Network;
  readonly sequence: Sequence;
  readonly decoder?: Decoder | undefined;
  readonly expected?: Expected | undefined;
  readonly seed: number;
  readonly invented: boolean;
  /** Also what each activation reads, as `f.pre`. */
  readonly preactivations?: boolean | undefined;
  /** Bytes that may be held for timelines. */
  readonly memory?: number | undefined;
  /** By their place in the list of sequences; not all of a long list. */
  readonly others?: readonly OtherSequence[] | undefined;
}

/** Another sequence of the same input, to be run for a small course; `whole`: it is not cut. */
export interface OtherSequence { readonly sequence: Sequence; readonly whole: boolean }

/** Another sequence of a recording, [steps, units] a signal, perhaps cut. */
export interface OtherRecorded {
  readonly steps: number;
  readonly levels: readonly { readonly directions: readonly { readonly signals: readonly { readonly name: string; readonly units: number; readonly data: Float32Array }[] }[] }[];
}

export interface RunLevel { readonly name: string; readonly cell: Cell | undefined; readonly inputSize: number }

/** One run that is held: the one that is shown, or one beside it. */
export interface Run {
  readonly revision: number;
  readonly recording: Recording;
  readonly levels: readonly RunLevel[];
  readonly tracks: readonly Track[];
  readonly curves: readonly Curve[];
  readonly parity?: Parity;
  readonly labels: readonly string[] | undefined;
  /** What was run; absent for a trace, of which only the recorded signals are known. */
  readonly job: Job | undefined;
  /** Other sequences of the same input, as far as they are at hand. */
  readonly others?: readonly (OtherSequence | OtherRecorded)[] | undefined;
  /** By level and direction, of a run that is too long to hold. */
  readonly facts: readonly (readonly LongFacts[])[];
  readonly prepared: Map<string, Prepared>;
  /** What studies keep between two questions, by keys of their own. */
  readonly kept: Map<string, unknown>;
  /** Of a changed run, by level and direction: what was changed there; undefined where nothing was. */
  readonly forces?: readonly (readonly (Force | undefined)[])[] | undefined;
}

/** A layer with changes: as it was, and in pieces that together cover all steps, each with the layer in force there. All pieces have one cell. */
export interface Force { readonly plain: Layer; readonly segments: readonly Segment[] }

/** What a study made of a run before, else made now and kept for as long as the run is held. */
export function* kept<T>({ kept: known }: Run, key: string, make: () => Generator<Progress, T>): Generator<Progress, T> {
  if (known.has(key)) return known.get(key) as T;
  const made = yield* make();
  known.set(key, made);
  return made;
}

/** @throws Error where there is no such direction */
export function directionOf(made: Recording, level: number, direction: number): RecordedDirection {
  const found = made.levels[level]?.directions[direction];
  if (!found) throw new Error(`There is no direction ${direction} of level ${level}.`);
  return found;
}

/** What a scene is made of. */
export interface SummaryLevel {
  readonly name: string;
  readonly cell?: Cell | undefined;
  readonly inputSize: number;
  readonly units: number;
  readonly directions: readonly { readonly direction: Direction; readonly signals: readonly { readonly name: string; readonly units: number; readonly stats: SignalStats }[] }[];
}

export interface Summary {
  readonly steps: number;
  readonly levels: readonly SummaryLevel[];
  readonly tracks: readonly string[];
  readonly surprise: boolean;
  readonly curves: readonly SceneCurve[];
  readonly parity?: Parity;
}

/** Where a recorded signal is. */
export const placeOf = (level: number, direction: number, { name }: RecordedSignal): Place => ({ level, direction, signal: name });

/** A signal's rows that are held: all, or every so-manieth step. */
export function columnOf(made: Recording, place: Place): Column {
  const { units } = directionOf(made, place.level, place.direction).signals.find(s => s.name === place.signal)!;
  return { data: made.thinned(place), steps: Math.ceil(made.steps / made.stride), units };
}

/** What remembers: c where there is one, else h, else whatever was recorded last. */
export function memoryOf({ signals }: RecordedDirection): RecordedSignal {
  return signals.find(s => s.name === 'c') ?? signals.find(s => s.name === 'h') ?? signals.at(-1)!;
}

/** Those of the signals that are gates. */
export function gatesOf(cell: Cell | undefined, names: readonly string[]): string[] {
  return names.filter(name => signalKindOf(cell, name) === 'gate');
}

/** The layer that was run, as it was in force at a step: a change may begin or end in between. @throws Error with a message for people, of a trace: its weights are not known */
export function layerOf(run: Run, level: number, direction: number, step?: number): Layer {
  const layer = run.job?.network.levels[level]?.directions[direction];
  if (!layer) throw new Error(run.job ? `There is no direction ${direction} of level ${level}.` : 'A trace holds signals but no weights; open its checkpoint to see this.');
  return (step === undefined ? undefined : segmentAt(run, level, direction, step)?.layer) ?? layer;
}

/** The piece of a changed layer that a step is in; undefined where the layer was not changed. */
export function segmentAt({ forces }: Run, level: number, direction: number, step: number): Segment | undefined {
  return forces?.[level]?.[direction]?.segments.find(s => step >= s.from && step < s.to);
}

/** Steps at which a change begins or ends, of all layers. */
export function bordersOf({ forces }: Run): number[] {
  const starts = forces?.flatMap(l => l.flatMap(f => f?.segments.slice(1).map(s => s.from) ?? [])) ?? [];
  return [...new Set(starts)].sort((a, b) => a - b);
}
