/**
 * Holds what was recorded and answers for windows of it: runs a network (or takes a recorded trace) of any length, and makes cards, orders
 * and surprise on demand. Lives in the worker; the session speaks to it over `connect`. A run that is too long to hold is answered from
 * its pyramids, from every so-manieth step, from what was added up as it ran, or by running a window of it again.
 */
import { prepare, unitCard, type Prepared } from './analysis/card';
import { extentOf, windowOfCurve } from './analysis/curves';
import { keepOf } from './analysis/keep';
import { longContexts } from './analysis/longContexts';
import { longTally, type LongFacts, type LongTally } from './analysis/longRun';
import { ranks } from './analysis/memory';
import { byActivity, byHalfLife, byIndex, bySaturation } from './analysis/order';
import { parityOf } from './analysis/parity';
import { sentence } from './analysis/sentence';
import { runSurprise } from './analysis/runSurprise';
import { columnTracks, curveTracks, textTracks, type Track } from './analysis/tracks';
import type { Cell } from './core/cells/cell';
import type { Team } from './core/compile/team';
import type { Direction, Network } from './core/layer';
import type { Part as Narrow } from './core/narrow';
import { drive, type Progress as Done } from './core/pace';
import { parameterCountOf } from './core/parameters';
import { programOf } from './core/programs';
import { random } from './core/random';
import { heldRecording } from './core/recording/held';
import { recording } from './core/recording/recording';
import { rowsOf, wholeOf } from './core/rows';
import { WORTH_SHARING } from './core/runners/fast';
import { saying } from './core/said';
import type { Curve, Sequence } from './core/sequence';
import { MAIN, type CurveWindow, type Part, type Progress, type RunId, type Tile, type TileRequest, type UnitCard, type UnitOrder } from './protocol';
import type { Questions } from './questions/index';
import { coactivationOf } from './studies/groups';
import { studyOf } from './studies/index';
import { columnOf, directionOf, gatesOf, memoryOf, placeOf, type Job, type OtherRecorded, type Run, type Summary } from './studies/run';
import type { Runs } from './studies/study';

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
  /** Other sequences of the same file, by their place in its list. */
  readonly others?: readonly OtherRecorded[] | undefined;
}

export interface RecorderApi {
  /** @throws Error when cancel() was called meanwhile */
  run(job: Job): Promise<Summary>;
  load(recorded: Recorded & { readonly revision: number }): Promise<Summary>;
  cancel(): void;
  tile(request: TileRequest): Promise<Tile>;
  /** Several windows in one answer, in their order. */
  tiles(requests: readonly TileRequest[]): Promise<readonly Tile[]>;
  track(name: string): Float32Array;
  surprise(): Promise<Float32Array>;
  curve(name: string, from: number, to: number, columns: number): CurveWindow;
  order(level: number, direction: number, by: UnitOrder, run?: RunId): Int32Array;
  card(level: number, direction: number, unit: number, run?: RunId): Promise<UnitCard>;
  /** Runs another job beside the one that is shown, for as long as that one stands. */
  beside(id: RunId, job: Job): Promise<Summary>;
  drop(id: RunId): void;
  /** A study's answer; a newer question to the same study about the same run ends an older one. @throws Error with a message for people */
  ask<K extends keyof Questions>(name: K, ask: Questions[K]['ask']): Promise<Questions[K]['answer']>;
}

/** A recorder's methods as a wire wants them: an object's own. */
export const methodsOf = (recorder: Recorder): RecorderApi => ({
  run: job => recorder.run(job),
  load: recorded => recorder.load(recorded),
  cancel: () => recorder.cancel(),
  tile: request => recorder.tile(request),
  tiles: requests => recorder.tiles(requests),
  track: name => recorder.track(name),
  surprise: () => recorder.surprise(),
  curve: (name, from, to, columns) => recorder.curve(name, from, to, columns),
  order: (level, direction, by, run) => recorder.order(level, direction, by, run),
  card: (level, direction, unit, run) => recorder.card(level, direction, unit, run),
  beside: (id, job) => recorder.beside(id, job),
  drop: id => recorder.drop(id),
  ask: (name, ask) => recorder.ask(name, ask),
});

export interface RecorderEvents { progress(progress: Progress): void }

export class Recorder implements RecorderApi {
  private readonly runs = new Map<RunId, Run>();
  private turn = 0;
  private last: Promise<unknown> = Promise.resolve();
  /** Counts asks by their study and run: a newer one ends the older. */
  private readonly asks = new Map<string, number>();

  /** `pause` lets messages in between two pieces of work, so that cancel() is heard. `helpers` are other threads, asked for once they are worth their while. */
  constructor(private readonly events: RecorderEvents, private readonly pause: () => Promise<void>, private readonly helpers: () => Promise<Team | undefined> = () => Promise.resolve(undefined)) {}

  async run(job: Job): Promise<Summary> {
    const { network, expected } = job;
    const team = await this.teamFor(network);
    const made = await this.drive(runOf(job, team), saying('Running {0}', network.name));
    const parity = expected && await this.drive(parityOf(made.recording, network, expected), saying('Comparing with {0}', expected.runtime));
    return this.hold(MAIN, parity ? { ...made, parity } : made);
  }

  async load(recorded: Recorded & { readonly revision: number }): Promise<Summary> {
    const { steps, labels, axis, levels } = recorded;
    const made = await this.drive(heldRecording(levels, steps), saying('Reading the trace'));
    return this.hold(MAIN, {
      revision: recorded.revision, recording: made, job: undefined, labels, prepared: new Map(), kept: new Map(), facts: [],
      levels: levels.map(({ name, cell, inputSize }) => ({ name, cell, inputSize })),
      tracks: labels && axis === 'characters' ? textTracks(labels) : [],
      curves: recorded.curves ?? [],
      others: recorded.others,
    });
  }

  async beside(id: RunId, job: Job): Promise<Summary> {
    const made = await this.drive(runOf(job, await this.teamFor(job.network)), saying('Running {0}', job.network.name));
    return this.hold(id, made);
  }

  drop(id: RunId): void { this.runs.delete(id); }

  cancel(): void { this.turn++; }

  async tile(request: TileRequest): Promise<Tile> { return this.inTurn(this.window(request)); }

  async tiles(requests: readonly TileRequest[]): Promise<readonly Tile[]> {
    const tiles: Tile[] = [];
    for (const request of requests) tiles.push(await this.tile(request));
    return tiles;
  }

  private *window({ revision, run = MAIN, level, direction, signal, from, to, columns, part, extremes = false }: TileRequest): Generator<Done, Tile> {
    const held = this.held(run);
    const look = { part: part && this.partOf(held, level, direction, part), extremes };
    return { ...yield* held.recording.tiling({ level, direction, signal }, from, to, columns, look), revision, run, level, direction, signal, ...(part && { part }) };
  }

  /** Units keep their places while a run is changed: they are in the order that they have in the main one. */
  private partOf(held: Run, level: number, direction: number, part: Part): Narrow {
    if (part === 'bands') return { kind: 'bands' };
    if ('first' in part) return { kind: 'units', ...part };
    return { kind: 'lines', pool: part.pool, order: orderOf(held.forces ? this.held() : held, level, direction, part.order) };
  }

  track(name: string): Float32Array {
    const values = this.held().tracks.find(t => t.name === name)?.values;
    return values ? values.slice() : new Float32Array();
  }

  /** NaN where there is nothing to be surprised by. A long text takes its time, and a newer run ends it. */
  surprise(): Promise<Float32Array> {
    const held = this.held();
    const stale = (): boolean => this.runs.get(MAIN) !== held;
    const { job, recording: made } = held;
    const ids = job?.sequence.ids;
    if (!job?.decoder || !ids) return Promise.resolve(new Float32Array(made.steps).fill(NaN));
    const { weight, bias } = job.decoder;
    return drive(runSurprise(made, { weight: weight.data, bias: bias?.data }, ids), { pause: this.pause, signal: { get aborted() { return stale(); } } });
  }

  curve(name: string, from: number, to: number, columns: number): CurveWindow {
    const found = this.held().curves.find(c => c.name === name);
    if (!found) throw new Error(`There is no curve ${name}.`);
    return windowOfCurve(found, from, to, columns);
  }

  order(level: number, direction: number, by: UnitOrder, run?: RunId): Int32Array {
    return orderOf(this.held(run), level, direction, by).slice(); // what is sent is gone
  }

  async card(level: number, direction: number, unit: number, run?: RunId): Promise<UnitCard> {
    const held = this.held(run);
    const prepared = preparedOf(held, level, direction);
    const card = unitCard(prepared, unit);
    return held.recording.stride === 1 ? card : drive(longCard(held, level, direction, prepared, card), { pause: () => this.afterTiles() });
  }

  async ask<K extends keyof Questions>(name: K, ask: Questions[K]['ask']): Promise<Questions[K]['answer']> {
    const work = studyOf(name).answer(this.context(), ask);
    const lane = `${name} ${ask.run ?? MAIN}`;
    const mine = (this.asks.get(lane) ?? 0) + 1;
    this.asks.set(lane, mine);
    const stale = (): boolean => this.asks.get(lane) !== mine;
    return drive(work, { pause: this.pause, signal: { get aborted() { return stale(); } } });
  }

  /** What studies may do with runs. */
  private context(): Runs {
    return {
      run: id => this.held(id),
      add: function* (this: Recorder, id: RunId, job: Job): Generator<Done, Run> {
        const made = yield* runOf(job, undefined);
        this.runs.set(id, made);
        return made;
      }.bind(this),
      hold: (id, run) => { this.runs.set(id, run); },
      window: request => this.window(request),
      summary: summaryOf,
      drop: id => this.drop(id),
    };
  }

  private teamFor(network: Network): Promise<Team | undefined> {
    return network.levels.some(l => l.directions.some(d => parameterCountOf(d) >= WORTH_SHARING)) ? this.helpers() : Promise.resolve(undefined);
  }

  private async drive<T>(work: Generator<Done, T>, what: Progress['what']): Promise<T> {
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

  /** What is drawn at once goes before what is read beside it. */
  private async afterTiles(): Promise<void> {
    await this.pause();
    await this.last;
  }

  /** A new main run leaves nothing beside it: what was compared or changed belonged to the old one. */
  private hold(id: RunId, run: Run): Summary {
    if (id === MAIN) this.runs.clear();
    this.runs.set(id, run);
    return summaryOf(run);
  }

  private held(id: RunId = MAIN): Run {
    const run = this.runs.get(id);
    if (!run) throw new Error(id === MAIN ? 'Nothing has been run yet.' : `The run ${id} is gone.`);
    return run;
  }
}

/** Runs a job and keeps what was recorded. */
function* runOf(job: Job, team: Team | undefined): Generator<Done, Run> {
  const { network, sequence } = job;
  const tallies = network.levels.map(l => l.directions.map(d => tallyOf(d.cell, d.direction)));
  const made = yield* recording(network, rowsOf(sequence), {
    memory: job.memory, team, mask: sequence.mask, preactivations: job.preactivations,
    seen: ({ level, direction, signals, steps }) => tallies[level]![direction]!.add(signals, steps),
  });
  return {
    revision: job.revision, recording: made, job, labels: sequence.labels, prepared: new Map(), kept: new Map(),
    levels: network.levels.map(({ name, directions }) => ({ name, cell: directions[0]!.cell, inputSize: directions[0]!.inputSize })),
    tracks: tracksOf(sequence),
    curves: sequence.curves ?? [],
    others: job.others,
    facts: made.stride === 1 ? [] : tallies.map(l => l.map(t => t.finish())),
  };
}

function summaryOf({ recording: made, levels, tracks, curves, parity, job }: Run): Summary {
  return {
    steps: made.steps,
    tracks: tracks.map(t => t.name),
    surprise: job?.decoder !== undefined && job.sequence.ids !== undefined,
    curves: curves.map(extentOf),
    ...(parity && { parity }),
    levels: made.levels.map(({ directions }, k) => ({ ...levels[k]!, units: memoryOf(directions[0]!).units, directions })),
  };
}

/** Made once, since windows are cut by it too. */
function orderOf(held: Run, level: number, direction: number, by: UnitOrder): Int32Array {
  const key = `order ${level} ${direction} ${by}`;
  const order = held.kept.get(key) as Int32Array | undefined ?? makeOrder(held, level, direction, by);
  held.kept.set(key, order);
  return order;
}

function makeOrder(held: Run, level: number, direction: number, by: UnitOrder): Int32Array {
  if (by === 'coactivation') return coactivationOf(held, level, direction).order;
  const memory = columnOf(held.recording, placeOf(level, direction, memoryOf(directionOf(held.recording, level, direction))));
  if (by === 'activity') return byActivity(memory);
  if (by === 'saturation') return bySaturation(memory.units, preparedOf(held, level, direction).saturation.map(s => s.units));
  if (by === 'halfLife') return byHalfLife(memory.units, preparedOf(held, level, direction).halfLives?.all);
  return byIndex(memory.units);
}

function preparedOf(held: Run, level: number, direction: number): Prepared {
  const key = `${level} ${direction}`;
  const made = held.prepared.get(key) ?? prepareCards(held, level, direction);
  held.prepared.set(key, made);
  return made;
}

/** Tracks of a text, what goes beside a recording, or the columns of a narrow table. */
function tracksOf(sequence: Sequence): Track[] {
  if (sequence.axis === 'characters' && sequence.labels) return textTracks(sequence.labels);
  if (sequence.curves?.length) return curveTracks(sequence.curves, sequence.steps);
  return sequence.width <= 32 && !sequence.invented ? columnTracks(wholeOf(sequence), sequence.steps, sequence.width, sequence.columns) : [];
}

/** What every step of a long run adds to its cards. */
function tallyOf(cell: Cell, direction: Direction): LongTally {
  return longTally(gatesOf(cell, programOf(cell).signals.map(s => s.name)), keepOf(cell.equations), direction === 'reverse');
}

const LABELS: Readonly<Record<string, string>> = { c: 'cell state', h: 'hidden state' };

function prepareCards(held: Run, level: number, direction: number): Prepared {
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
function* longCard({ recording: made, labels, facts }: Run, level: number, direction: number, { input }: Prepared, card: UnitCard): Generator<Done, UnitCard> {
  const { signal, label } = input.memory;
  const found = yield* longContexts(made, { level, direction, signal }, card.unit, labels);
  const runs = facts[level]?.[direction]?.keep?.runs[card.unit];
  return {
    ...card,
    ...(found.notFinite !== undefined && { sentence: sentence({ invented: input.invented, memory: label, notFinite: found.notFinite, constant: false, follows: [], phrases: new Map() }) }),
    ...(card.halfLife && runs && { halfLife: { ...card.halfLife, runMedian: runs.median, runLongest: runs.longest } }),
    test: saying('{0}; r from one step in {1}', card.test, made.stride),
    contexts: found.contexts, contextScale: found.scale,
  };
}
