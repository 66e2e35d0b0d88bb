/**
 * Holds what was recorded and answers for windows of it: runs a network (or takes a recorded trace), keeps every signal with its pyramid,
 * and makes cards, orders and surprise on demand. Lives in the worker; the session speaks to it over `connect`.
 */
import { prepare, unitCard, type Prepared } from './analysis/card';
import type { Column } from './analysis/column';
import { keepOf } from './analysis/keep';
import { byCoactivation, byHalfLife, byIndex } from './analysis/order';
import { surprise } from './analysis/surprise';
import { columnTracks, textTracks, type Track } from './analysis/tracks';
import type { Cell } from './core/cells/cell';
import { run, type LayerTrace } from './core/engine';
import { parse } from './core/equations';
import type { Direction, Network, Tensor } from './core/layer';
import { outputSize } from './core/parameters';
import type { SignalKind } from './core/program';
import { random } from './core/random';
import type { Sequence } from './core/sequence';
import { stats, type StatsKind } from './core/stats';
import { pyramid, tile, type Pyramid } from './core/timeline';
import type { Progress, SignalStats, Tile, TileRequest, UnitCard, UnitOrder } from './protocol';

export interface Decoder { readonly weight: Tensor; readonly bias?: Tensor | undefined }

export interface Job {
  readonly revision: number;
  readonly network: Network;
  readonly sequence: Sequence;
  readonly decoder?: Decoder | undefined;
  readonly seed: number;
  readonly invented: boolean;
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
}

export interface RecorderApi {
  /** @throws Error when cancel() was called meanwhile */
  run(job: Job): Promise<Summary>;
  load(recorded: Recorded & { readonly revision: number }): Promise<Summary>;
  cancel(): void;
  tile(request: TileRequest): Tile;
  track(name: string): Float32Array;
  surprise(): Float32Array;
  order(level: number, direction: number, by: UnitOrder): Int32Array;
  card(level: number, direction: number, unit: number): UnitCard;
}

export interface RecorderEvents { progress(progress: Progress): void }

interface Signal { readonly name: string; readonly column: Column; pyramid?: Pyramid }
interface HeldDirection { readonly direction: Direction; readonly signals: readonly Signal[]; prepared?: Prepared }
interface HeldLevel { readonly name: string; readonly cell: Cell | undefined; readonly inputSize: number; readonly directions: readonly HeldDirection[] }
interface Held {
  readonly revision: number;
  readonly steps: number;
  readonly levels: readonly HeldLevel[];
  readonly tracks: readonly Track[];
  readonly labels: readonly string[] | undefined;
  readonly job: Job | undefined;
}

export class Recorder implements RecorderApi {
  private held: Held | undefined;
  private turn = 0;

  /** `pause` lets messages in between two pieces of work, so that cancel() is heard. */
  constructor(private readonly events: RecorderEvents, private readonly pause: () => Promise<void>) {}

  async run(job: Job): Promise<Summary> {
    const mine = ++this.turn;
    const turn = (): number => this.turn;
    const { network, sequence } = job;
    const trace = await run(network, sequence.data, sequence.steps, {
      pause: this.pause,
      signal: { get aborted() { return turn() !== mine; } },
      onProgress: p => this.events.progress({ done: p.done, total: p.total, what: `Running ${network.name}` }),
    });
    const inputs = [sequence.data, ...trace.levels.map(level => level.output)];
    const levels = network.levels.map((level, k): HeldLevel => {
      const inputSize = k === 0 ? sequence.width : outputSize(network.levels[k - 1]!);
      const x: Signal = { name: 'x', column: { data: inputs[k]!, steps: sequence.steps, units: inputSize } };
      return { name: level.name, cell: level.directions[0]?.cell, inputSize, directions: trace.levels[k]!.directions.map(d => ({ direction: d.direction, signals: [x, ...signalsOf(d)] })) };
    });
    return this.hold({ revision: job.revision, steps: sequence.steps, levels, tracks: tracksOf(sequence), labels: sequence.labels, job });
  }

  async load(recorded: Recorded & { readonly revision: number }): Promise<Summary> {
    this.turn++;
    const { steps, labels, axis } = recorded;
    const levels = recorded.levels.map((level): HeldLevel => ({
      name: level.name, cell: level.cell, inputSize: level.inputSize,
      directions: level.directions.map(d => ({ direction: d.direction, signals: d.signals.map(s => ({ name: s.name, column: { data: s.data, steps, units: s.units } })) })),
    }));
    return this.hold({ revision: recorded.revision, steps, levels, tracks: labels && axis === 'characters' ? textTracks(labels) : [], labels, job: undefined });
  }

  cancel(): void { this.turn++; }

  tile({ revision, level, direction, signal, from, to, columns }: TileRequest): Tile {
    const found = this.signal(level, direction, signal);
    const { data, steps, units } = found.column;
    found.pyramid ??= pyramid(data, steps, units);
    const made = tile(found.pyramid, Math.max(0, Math.floor(from)), Math.min(steps, Math.ceil(to)), Math.max(1, columns));
    return { ...made, revision, level, direction, signal };
  }

  track(name: string): Float32Array {
    const values = this.current().tracks.find(t => t.name === name)?.values;
    return values ? values.slice() : new Float32Array();
  }

  surprise(): Float32Array {
    const { job, levels, steps } = this.current();
    const ids = job?.sequence.ids;
    if (!job?.decoder || !ids) return new Float32Array(steps).fill(NaN);
    const h = outputOf(job, levels.at(-1)!);
    const { weight, bias } = job.decoder;
    return surprise({ h: h.data, units: h.units, decoder: { weight: weight.data, bias: bias?.data }, ids });
  }

  order(level: number, direction: number, by: UnitOrder): Int32Array {
    const held = this.direction(level, direction);
    const memory = memoryOf(held);
    if (by === 'coactivation') return byCoactivation(memory.column);
    if (by === 'halfLife') return byHalfLife(memory.column.units, this.prepared(level, direction).halfLives?.all);
    return byIndex(memory.column.units);
  }

  card(level: number, direction: number, unit: number): UnitCard {
    return unitCard(this.prepared(level, direction), unit);
  }

  private prepared(level: number, direction: number): Prepared {
    const held = this.direction(level, direction);
    return held.prepared ??= prepareCards(this.current(), this.current().levels[level]!, held);
  }

  private hold(held: Held): Summary {
    this.held = held;
    return {
      steps: held.steps,
      tracks: held.tracks.map(t => t.name),
      surprise: held.job?.decoder !== undefined && held.job.sequence.ids !== undefined,
      levels: held.levels.map(level => ({
        name: level.name, cell: level.cell, inputSize: level.inputSize, units: memoryOf(level.directions[0]!).column.units,
        directions: level.directions.map(d => ({ direction: d.direction, signals: d.signals.map(s => ({ name: s.name, units: s.column.units, stats: statsOf(level, s) })) })),
      })),
    };
  }

  private current(): Held {
    if (!this.held) throw new Error('Nothing has been run yet.');
    return this.held;
  }

  private direction(level: number, direction: number): HeldDirection {
    const found = this.current().levels[level]?.directions[direction];
    if (!found) throw new Error(`There is no direction ${direction} of level ${level}.`);
    return found;
  }

  private signal(level: number, direction: number, name: string): Signal {
    const held = this.direction(level, direction);
    const found = held.signals.find(s => s.name === name);
    if (!found) throw new Error(`There is no signal ${name}; recorded are ${held.signals.map(s => s.name).join(', ')}.`);
    return found;
  }
}

function signalsOf(trace: LayerTrace): Signal[] {
  return Object.entries(trace.signals).map(([name, data]) => ({ name, column: { data, steps: trace.steps, units: trace.sizes[name] ?? 0 } }));
}

/** What remembers: c where there is one, else h, else whatever was recorded last. */
function memoryOf({ signals }: HeldDirection): Signal {
  return signals.find(s => s.name === 'c') ?? signals.find(s => s.name === 'h') ?? signals.at(-1)!;
}

/** The stack's output, which the decoder reads: h of one direction, or both beside each other. */
function outputOf(job: Job, top: HeldLevel): Column {
  const parts = top.directions.map(d => d.signals.find(s => s.name === 'h')!.column);
  const width = parts.reduce((sum, p) => sum + p.units, 0);
  if (parts.length === 1) return parts[0]!;
  const steps = job.sequence.steps;
  const data = new Float32Array(steps * width);
  let at = 0;
  for (const part of parts) {
    for (let t = 0; t < steps; t++) data.set(part.data.subarray(t * part.units, (t + 1) * part.units), t * width + at);
    at += part.units;
  }
  return { data, steps, units: width };
}

/** Tracks of a text, or the columns of a narrow table. */
function tracksOf(sequence: Sequence): Track[] {
  if (sequence.axis === 'characters' && sequence.labels) return textTracks(sequence.labels);
  return sequence.width <= 32 && !sequence.invented ? columnTracks(sequence.data, sequence.steps, sequence.width, sequence.columns) : [];
}

function kindOf(cell: Cell | undefined, name: string): SignalKind | 'input' {
  if (name === 'x') return 'input';
  const found = cell && parse(cell.equations).signals.find(s => s.name === name);
  return found?.kind ?? (name === 'h' || name === 'c' ? 'state' : 'value');
}

function statsOf(level: HeldLevel, { name, column }: Signal): SignalStats {
  return stats(column.data, column.units, statsKind(level, name));
}

/** A state that the equations squash before it is seen counts as the output gate sees it. */
function statsKind({ cell }: HeldLevel, name: string): StatsKind {
  const kind = kindOf(cell, name);
  return kind === 'state' && name === 'c' ? 'cell' : kind;
}

function prepareCards(held: Held, level: HeldLevel, direction: HeldDirection): Prepared {
  const memory = memoryOf(direction);
  const signals = Object.fromEntries(direction.signals.map(s => [s.name, s.column]));
  const keep = level.cell && keepOf(level.cell.equations);
  const source = random(held.job?.seed ?? 1);
  return prepare({
    signals,
    gates: direction.signals.filter(s => kindOf(level.cell, s.name) === 'gate').map(s => s.name),
    memory: { signal: memory.name, label: memory.name === 'c' ? 'cell state' : memory.name === 'h' ? 'hidden state' : memory.name },
    ...(keep && signals[keep.signal] ? { keep } : {}),
    tracks: held.tracks,
    labels: held.labels,
    invented: held.job?.invented ?? false,
    random: () => source.uniform(),
  });
}
