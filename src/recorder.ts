/**
 * Holds what was recorded and answers for windows of it: runs a network (or takes a recorded trace) of any length, and makes cards, orders
 * and surprise on demand. Lives in the worker; the session speaks to it over `connect`. A run that is too long to hold is answered from
 * its pyramids, from every so-manieth step, from what was added up as it ran, or by running a window of it again.
 */
import { prepare, unitCard, type Prepared } from './analysis/card';
import type { Column } from './analysis/column';
import { extentOf, windowOfCurve } from './analysis/curves';
import { keepOf } from './analysis/keep';
import { longContexts } from './analysis/longContexts';
import { longTally, type LongFacts, type LongTally } from './analysis/longRun';
import { ranks } from './analysis/memory';
import { byCoactivation, byHalfLife, byIndex } from './analysis/order';
import { parityOf } from './analysis/parity';
import { sentence } from './analysis/sentence';
import { runSurprise } from './analysis/runSurprise';
import { columnTracks, curveTracks, textTracks, type Track } from './analysis/tracks';
import type { Cell } from './core/cells/cell';
import type { Team } from './core/compile/team';
import type { Direction, Network, Tensor } from './core/layer';
import { drive, type Progress as Done } from './core/pace';
import { parameterCountOf } from './core/parameters';
import { programOf } from './core/programs';
import { random } from './core/random';
import { heldRecording } from './core/recording/held';
import { signalKindOf } from './core/recording/kinds';
import { recording, type Place, type RecordedDirection, type RecordedSignal, type Recording } from './core/recording/recording';
import { rowsOf, wholeOf } from './core/rows';
import { WORTH_SHARING } from './core/runners/fast';
import type { Curve, Sequence } from './core/sequence';
import type { CurveWindow, Parity, Progress, SceneCurve, SignalStats, Tile, TileRequest, UnitCard, UnitOrder } from './protocol';

export interface Decoder { readonly weight: Tensor; readonly bias?: Tensor | undefined }

/** What another runtime computed for the same input behind the last level. */
export interface Expected {
  readonly runtime: string;
  /** [steps, width of the last level's output, directions side by side] */
  readonly output: Float32Array;
}

export interface Job {
  readonly revision: number;
  readonly network: Network;
  readonly sequence: Sequence;
  readonly decoder?: Decoder | undefined;
  readonly expected?: Expected | undefined;
  readonly seed: number;
  readonly invented: boolean;
  /** Bytes that may be held for timelines. */
  readonly memory?: number | undefined;
}

/** A trace with its columns read, [steps, units] each. */
export interface Recorded {
  readonly steps: number;
  readonly levels: readonly {
    readonly name: string;
    readonly cell?: Cell | undefined;
    readonly inputSize: number;
    readonly directions: readonly { readonly direction: Direction; readonly signals: readonly { readonly name: string; readonly units: number; readonly data: Float32Array }[] }[];
  }[];
  readonly labels?: readonly string[] | undefined;
  readonly axis: Sequence['axis'];
  readonly curves?: readonly Curve[] | undefined;
  /** Steps a second. */
  readonly rate?: number | undefined;
}

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

export interface RecorderApi {
  /** @throws Error when cancel() was called meanwhile */
  run(job: Job): Promise<Summary>;
  load(recorded: Recorded & { readonly revision: number }): Promise<Summary>;
  cancel(): void;
  tile(request: TileRequest): Promise<Tile>;
  track(name: string): Float32Array;
  surprise(): Promise<Float32Array>;
  curve(name: string, from: number, to: number, columns: number): CurveWindow;
  order(level: number, direction: number, by: UnitOrder): Int32Array;
  card(level: number, direction: number, unit: number): Promise<UnitCard>;
}

/** A recorder's methods as a wire wants them: an object's own. */
export const methodsOf = (recorder: Recorder): RecorderApi => ({
  run: job => recorder.run(job),
  load: recorded => recorder.load(recorded),
  cancel: () => recorder.cancel(),
  tile: request => recorder.tile(request),
  track: name => recorder.track(name),
  surprise: () => recorder.surprise(),
  curve: (name, from, to, columns) => recorder.curve(name, from, to, columns),
  order: (level, direction, by) => recorder.order(level, direction, by),
  card: (level, direction, unit) => recorder.card(level, direction, unit),
});

export interface RecorderEvents { progress(progress: Progress): void }

interface HeldLevel { readonly name: string; readonly cell: Cell | undefined; readonly inputSize: number }
interface Held {
  readonly revision: number;
  readonly recording: Recording;
  readonly levels: readonly HeldLevel[];
  readonly tracks: readonly Track[];
  readonly curves: readonly Curve[];
  readonly parity?: Parity;
  readonly labels: readonly string[] | undefined;
  readonly job: Job | undefined;
  /** By level and direction, of a run that is too long to hold. */
  readonly facts: readonly (readonly LongFacts[])[];
  readonly prepared: Map<string, Prepared>;
}

export class Recorder implements RecorderApi {
  private held: Held | undefined;
  private turn = 0;
  private last: Promise<unknown> = Promise.resolve();

  /** `pause` lets messages in between two pieces of work, so that cancel() is heard. `helpers` are other threads, asked for once they are worth their while. */
  constructor(private readonly events: RecorderEvents, private readonly pause: () => Promise<void>, private readonly helpers: () => Promise<Team | undefined> = () => Promise.resolve(undefined)) {}

  async run(job: Job): Promise<Summary> {
    const { network, sequence } = job;
    const team = network.levels.some(l => l.directions.some(d => parameterCountOf(d) >= WORTH_SHARING)) ? await this.helpers() : undefined;
    const tallies = network.levels.map(l => l.directions.map(d => tallyOf(d.cell, d.direction)));
    const made = await this.drive(recording(network, rowsOf(sequence), {
      memory: job.memory, team, mask: sequence.mask,
      seen: ({ level, direction, signals, steps }) => tallies[level]![direction]!.add(signals, steps),
    }), `Running ${network.name}`);
    return this.hold({
      revision: job.revision, recording: made, job, labels: sequence.labels, prepared: new Map(),
      levels: network.levels.map(({ name, directions }) => ({ name, cell: directions[0]!.cell, inputSize: directions[0]!.inputSize })),
      tracks: tracksOf(sequence),
      curves: sequence.curves ?? [],
      ...(job.expected && { parity: await this.drive(parityOf(made, network, job.expected), `Comparing with ${job.expected.runtime}`) }),
      facts: made.stride === 1 ? [] : tallies.map(l => l.map(t => t.finish())),
    });
  }

  async load(recorded: Recorded & { readonly revision: number }): Promise<Summary> {
    const { steps, labels, axis, levels } = recorded;
    const made = await this.drive(heldRecording(levels, steps), 'Reading the trace');
    return this.hold({
      revision: recorded.revision, recording: made, job: undefined, labels, prepared: new Map(), facts: [],
      levels: levels.map(({ name, cell, inputSize }) => ({ name, cell, inputSize })),
      tracks: labels && axis === 'characters' ? textTracks(labels) : [],
      curves: recorded.curves ?? [],
    });
  }

  cancel(): void { this.turn++; }

  async tile({ revision, level, direction, signal, from, to, columns }: TileRequest): Promise<Tile> {
    const { recording: made } = this.current();
    return { ...await this.inTurn(made.tiling({ level, direction, signal }, from, to, columns)), revision, level, direction, signal };
  }

  track(name: string): Float32Array {
    const values = this.current().tracks.find(t => t.name === name)?.values;
    return values ? values.slice() : new Float32Array();
  }

  /** NaN where there is nothing to be surprised by. A long text takes its time, and a newer run ends it. */
  surprise(): Promise<Float32Array> {
    const held = this.current();
    const stale = (): boolean => this.held !== held;
    const { job, recording: made } = held;
    const ids = job?.sequence.ids;
    if (!job?.decoder || !ids) return Promise.resolve(new Float32Array(made.steps).fill(NaN));
    const { weight, bias } = job.decoder;
    return drive(runSurprise(made, { weight: weight.data, bias: bias?.data }, ids), { pause: this.pause, signal: { get aborted() { return stale(); } } });
  }

  curve(name: string, from: number, to: number, columns: number): CurveWindow {
    const found = this.current().curves.find(c => c.name === name);
    if (!found) throw new Error(`There is no curve ${name}.`);
    return windowOfCurve(found, from, to, columns);
  }

  order(level: number, direction: number, by: UnitOrder): Int32Array {
    const { recording: made } = this.current();
    const memory = columnOf(made, placeOf(level, direction, memoryOf(directionOf(made, level, direction))));
    if (by === 'coactivation') return byCoactivation(memory);
    if (by === 'halfLife') return byHalfLife(memory.units, this.prepared(level, direction).halfLives?.all);
    return byIndex(memory.units);
  }

  async card(level: number, direction: number, unit: number): Promise<UnitCard> {
    const held = this.current();
    const prepared = this.prepared(level, direction);
    const card = unitCard(prepared, unit);
    return held.recording.stride === 1 ? card : this.inTurn(longCard(held, level, direction, prepared, card));
  }

  private async drive<T>(work: Generator<Done, T>, what: string): Promise<T> {
    const mine = ++this.turn;
    const turn = (): number => this.turn;
    return drive(work, {
      pause: this.pause,
      signal: { get aborted() { return turn() !== mine; } },
      onProgress: p => this.events.progress({ done: p.done, total: p.total, what }),
    });
  }

  /** One window after the other: tiles of several signals want the same blocks, which the first has run and the others find. */
  private inTurn<T>(work: Generator<Done, T>): Promise<T> {
    const mine = this.last.then(() => drive(work, { pause: this.pause }));
    this.last = mine.catch(() => undefined);
    return mine;
  }

  private prepared(level: number, direction: number): Prepared {
    const held = this.current();
    const key = `${level} ${direction}`;
    const made = held.prepared.get(key) ?? prepareCards(held, level, direction);
    held.prepared.set(key, made);
    return made;
  }

  private hold(held: Held): Summary {
    this.held = held;
    const { recording: made, levels, job } = held;
    return {
      steps: made.steps,
      tracks: held.tracks.map(t => t.name),
      surprise: job?.decoder !== undefined && job.sequence.ids !== undefined,
      curves: held.curves.map(extentOf),
      ...(held.parity && { parity: held.parity }),
      levels: made.levels.map(({ directions }, k) => ({ ...levels[k]!, units: memoryOf(directions[0]!).units, directions })),
    };
  }

  private current(): Held {
    if (!this.held) throw new Error('Nothing has been run yet.');
    return this.held;
  }
}

function directionOf(made: Recording, level: number, direction: number): RecordedDirection {
  const found = made.levels[level]?.directions[direction];
  if (!found) throw new Error(`There is no direction ${direction} of level ${level}.`);
  return found;
}

const placeOf = (level: number, direction: number, { name }: RecordedSignal): Place => ({ level, direction, signal: name });

/** A signal's rows that are held: all, or every so-manieth step. */
function columnOf(made: Recording, place: Place): Column {
  const { units } = directionOf(made, place.level, place.direction).signals.find(s => s.name === place.signal)!;
  return { data: made.thinned(place), steps: Math.ceil(made.steps / made.stride), units };
}

/** What remembers: c where there is one, else h, else whatever was recorded last. */
function memoryOf({ signals }: RecordedDirection): RecordedSignal {
  return signals.find(s => s.name === 'c') ?? signals.find(s => s.name === 'h') ?? signals.at(-1)!;
}

/** Tracks of a text, what goes beside a recording, or the columns of a narrow table. */
function tracksOf(sequence: Sequence): Track[] {
  if (sequence.axis === 'characters' && sequence.labels) return textTracks(sequence.labels);
  if (sequence.curves?.length) return curveTracks(sequence.curves, sequence.steps);
  return sequence.width <= 32 && !sequence.invented ? columnTracks(wholeOf(sequence), sequence.steps, sequence.width, sequence.columns) : [];
}

function gatesOf(cell: Cell | undefined, names: readonly string[]): string[] {
  return names.filter(name => signalKindOf(cell, name) === 'gate');
}

/** What every step of a long run adds to its cards. */
function tallyOf(cell: Cell, direction: Direction): LongTally {
  return longTally(gatesOf(cell, programOf(cell).signals.map(s => s.name)), keepOf(cell.equations), direction === 'reverse');
}

const LABELS: Readonly<Record<string, string>> = { c: 'cell state', h: 'hidden state' };

function prepareCards(held: Held, level: number, direction: number): Prepared {
  const { recording: made, job } = held;
  const { cell } = held.levels[level]!;
  const own = directionOf(made, level, direction);
  const memory = memoryOf(own).name;
  const signals = Object.fromEntries(own.signals.map(s => [s.name, columnOf(made, placeOf(level, direction, s))]));
  const keep = cell && keepOf(cell.equations);
  const source = random(job?.seed ?? 1);
  const prepared = prepare({
    signals,
    gates: gatesOf(cell, own.signals.map(s => s.name)),
    memory: { signal: memory, label: LABELS[memory] ?? memory },
    ...(keep && signals[keep.signal] ? { keep } : {}),
    tracks: held.tracks.map(t => ({ ...t, values: every(t.values, made.stride) })),
    labels: held.labels,
    invented: job?.invented ?? false,
    random: () => source.uniform(),
  });
  return withFacts(prepared, held.facts[level]?.[direction]);
}

function every(values: Float32Array, stride: number): Float32Array {
  return stride === 1 ? values : values.filter((_, t) => t % stride === 0);
}

/** What was added up over all steps, instead of what every so-manieth step says. */
function withFacts(prepared: Prepared, facts: LongFacts | undefined): Prepared {
  if (!facts) return prepared;
  const { halfLives, ...rest } = { ...prepared, saturation: facts.saturation };
  if (!halfLives || !facts.keep) return rest;
  const all = facts.keep.halfLives;
  return { ...rest, halfLives: { ...halfLives, all, ranks: ranks(all) } };
}

/** A card of a long run: contexts from where the pyramid says, runs as they were counted, correlations from every so-manieth step, which is said. */
function* longCard({ recording: made, labels, facts }: Held, level: number, direction: number, { input }: Prepared, card: UnitCard): Generator<Done, UnitCard> {
  const { signal, label } = input.memory;
  const found = yield* longContexts(made, { level, direction, signal }, card.unit, labels);
  const runs = facts[level]?.[direction]?.keep?.runs[card.unit];
  return {
    ...card,
    ...(found.notFinite !== undefined && { sentence: sentence({ invented: input.invented, memory: label, notFinite: found.notFinite, constant: false, follows: [], phrases: new Map() }) }),
    ...(card.halfLife && runs && { halfLife: { ...card.halfLife, runMedian: runs.median, runLongest: runs.longest } }),
    test: `${card.test}; r from one step in ${made.stride}`,
    contexts: found.contexts, contextScale: found.scale,
  };
}
