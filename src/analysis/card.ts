/** The unit card: all of this room's answers on one unit. `prepare` once a run, then `unitCard` for as many units as are looked at. */
import { saying, type Said } from '../core/said';
import { unitRows, unitValues, type Column, type UnitRows } from './column';
import { keepName, type Keep } from './keep';
import { halfLives, keepRuns, keepValues, ranks, type Runs } from './memory';
import { gateSaturation, type Saturation } from './saturation';
import { sentence } from './sentence';
import { describeTest, shiftTest, type ShiftTest } from './shifts';
import { varying, type Track } from './tracks';
import { follows, movesWith, scaleOf, strongestContexts, TESTED, type Context, type Follows } from './units';

/** What a card is made from: the signals of one layer in one direction, over one input. */
export interface CardInput {
  /** By name; all of the same steps. */
  readonly signals: Readonly<Record<string, Column>>;
  /** Signals whose saturation is shown, in order: `['i', 'f', 'o']`. */
  readonly gates: readonly string[];
  /** The signal that remembers, and its words: `c`, `cell state`; `h`, `hidden state` for cells without c. */
  readonly memory: { readonly signal: string; readonly label: string };
  /** Absent for cells without a keep gate. */
  readonly keep?: Keep | undefined;
  readonly tracks: readonly Track[];
  /** One label a step; numbers of steps where absent. */
  readonly labels?: readonly string[] | undefined;
  /** Random weights: no claims, no p. */
  readonly invented: boolean;
  /** Seeded, uniform in [0, 1): draws the shifts. */
  readonly random: () => number;
  /** Circular shifts; 400 by default. */
  readonly shifts?: number | undefined;
}

/** Same fields as the protocol's card. */
export interface Card {
  readonly unit: number;
  readonly sentence: Said;
  readonly halfLife?: { readonly steps: number; readonly all: readonly number[]; readonly rank: number; readonly runMedian: number; readonly runLongest: number; readonly signal: string };
  readonly saturation: readonly { readonly signal: string; readonly closed: number; readonly open: number }[];
  readonly follows: readonly Follows[];
  readonly test: Said;
  readonly contexts: readonly Context[];
  readonly contextScale: number;
  readonly contextSignal: string;
  readonly movesWith: readonly { readonly unit: number; readonly r: number }[];
}

/** What all units of a run share; made by `prepare`. */
export interface Prepared {
  readonly input: CardInput;
  readonly memory: Column;
  /** Those of the input's tracks that vary. */
  readonly tracks: readonly Track[];
  readonly phrases: ReadonlyMap<string, string | Said>;
  /** Absent for invented weights and where no track varies. */
  readonly test?: ShiftTest;
  readonly rows: UnitRows;
  readonly saturation: readonly { readonly signal: string; readonly units: readonly Saturation[] }[];
  readonly halfLives?: { readonly column: Column; readonly keep: Keep; readonly all: readonly number[]; readonly ranks: Int32Array };
}

/** Numbers kept for `movesWith`, 32 MB: with more the steps are thinned. */
const ROW_NUMBERS = 8e6;

/** Computes once what all cards of a run share. Throws where the memory, a gate or the keep signal is not among the signals. */
export function prepare(input: CardInput): Prepared {
  const memory = signal(input, input.memory.signal);
  const tracks = varying(input.tracks);
  const { random, shifts: count = 400 } = input;
  const shared = {
    input, memory, tracks,
    phrases: new Map(tracks.map(track => [track.name, track.phrase])),
    rows: unitRows(memory, ROW_NUMBERS / Math.max(1, memory.units)),
    saturation: input.gates.map(name => ({ signal: name, units: gateSaturation(signal(input, name)).units })),
    ...(input.keep && { halfLives: allHalfLives(signal(input, input.keep.signal), input.keep) }),
  };
  if (input.invented || tracks.length === 0) return shared;
  return { ...shared, test: shiftTest(tracks, memory.steps, { count, random, tested: TESTED }) };
}

function signal({ signals }: CardInput, name: string): Column {
  const found = signals[name];
  if (!found) throw new Error(`Expected a signal ${name}, found ${Object.keys(signals).join(', ')}. Record ${name} too.`);
  return found;
}

function allHalfLives(column: Column, keep: Keep): { column: Column; keep: Keep; all: readonly number[]; ranks: Int32Array } {
  const all = [...halfLives(column, keep)];
  return { column, keep, all, ranks: ranks(all) };
}

/** The card of one unit of the memory; throws for a unit that is not there. */
export function unitCard(prepared: Prepared, unit: number): Card {
  const { input, memory, tracks, test, rows, saturation } = prepared;
  const values = unitValues(memory, unit);
  const found = follows(values, tracks, test);
  const memoryLife = lifeOf(prepared, unit);
  return {
    unit,
    sentence: say(prepared, values, found, memoryLife?.steps),
    ...(memoryLife && { halfLife: memoryLife }),
    saturation: saturation.flatMap(({ signal: name, units }) => units[unit] ? [{ signal: name, ...units[unit] }] : []),
    follows: found,
    test: describe(prepared, found),
    contexts: strongestContexts(values, input.labels),
    contextScale: scaleOf(values),
    contextSignal: input.memory.signal,
    movesWith: movesWith(rows, unit),
  };
}

function lifeOf({ halfLives: lives }: Prepared, unit: number): Card['halfLife'] {
  const steps = lives?.all[unit];
  if (!lives || steps === undefined) return undefined; // a projected state may have more units than the gate
  const runs: Runs = keepRuns(keepValues(lives.column, lives.keep, unit));
  return { steps, all: lives.all, rank: lives.ranks[unit]!, runMedian: runs.median, runLongest: runs.longest, signal: keepName(lives.keep) };
}

function say({ input, phrases }: Prepared, values: Float64Array, found: readonly Follows[], halfLife: number | undefined): Said {
  const notFinite = values.findIndex(v => !Number.isFinite(v));
  return sentence({
    invented: input.invented,
    memory: input.memory.label,
    notFinite: notFinite < 0 ? undefined : notFinite,
    constant: values.every(v => v === values[0]),
    follows: found,
    phrases,
    halfLife,
  });
}

/** `p < 0.01, 400 circular shifts`; where that does not hold for all, of the strongest: `in quotes: p = 0.03, 400 circular shifts`. */
function describe({ input, tracks, test }: Prepared, found: readonly Follows[]): Said {
  if (input.invented) return saying('not tested: invented weights');
  if (!test || tracks.length === 0) return saying('not tested: no track that varies');
  const tested = found.filter(({ p }) => p !== undefined);
  const [strongest] = tested;
  if (!strongest) return saying('not tested: nothing varies, or fewer than 8 steps');
  const all = tested.every(({ p }) => p! < 0.01);
  const how = saying('{0}, {1}', written(strongest.p!), describeTest(test));
  return all ? how : saying('{0}: {1}', strongest.track, how);
}

function written(p: number): string {
  return p < 0.01 ? 'p < 0.01' : `p = ${p.toFixed(2)}`;
}
