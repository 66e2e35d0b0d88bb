/** A recording of which every step is held: a short run, or a trace that was read. */
import { running, type NetworkTrace, type RunOptions } from '../engine';
import type { Cell } from '../cells/cell';
import type { Direction, Network } from '../layer';
import type { Progress } from '../pace';
import type { Rows } from '../rows';
import { stats } from '../stats';
import { pyramid, tile, type Pyramid } from '../timeline';
import { statsKindOf } from './kinds';
import type { Place, RecordedSignal, Recording } from './recording';

/** Signals of a whole sequence, as they were run or read. */
export interface HeldLevel {
  readonly name: string;
  readonly cell?: Cell | undefined;
  readonly directions: readonly { readonly direction: Direction; readonly signals: readonly HeldSignal[] }[];
}

/** `data` is [steps, units]; levels may share it. */
export interface HeldSignal { readonly name: string; readonly units: number; readonly data: Float32Array }

/** Runs a network at once and holds all of it. */
export function* holding(network: Network, rows: Rows, options: RunOptions): Generator<Progress, Recording> {
  const x = rows.read(0, rows.steps);
  const trace = yield* running(network, x, rows.steps, options);
  const all = yield* heldRecording(levelsOf(network, x, trace), rows.steps);
  return { ...all, arithmetic: trace.arithmetic, final: trace.levels.map(l => l.directions.map(d => d.final)) };
}

function levelsOf(network: Network, x: Float32Array, { levels }: NetworkTrace): HeldLevel[] {
  return levels.map(({ name, directions }, k) => {
    const { cell, inputSize } = network.levels[k]!.directions[0]!;
    const input: HeldSignal = { name: 'x', units: inputSize, data: k === 0 ? x : levels[k - 1]!.output };
    return {
      name, cell,
      directions: directions.map(d => ({ direction: d.direction, signals: [input, ...Object.entries(d.signals).map(([signal, data]) => ({ name: signal, units: d.sizes[signal]!, data }))] })),
    };
  });
}

/** A recording of signals that are there already. Yields between signals. */
export function* heldRecording(levels: readonly HeldLevel[], steps: number): Generator<Progress, Recording> {
  const pyramids = new Map<Float32Array, Pyramid>();
  const total = levels.reduce((n, l) => n + l.directions.reduce((m, d) => m + d.signals.length, 0), 0);
  let done = 0;
  const summed = [];
  for (const level of levels) {
    const known = new Map<Float32Array, RecordedSignal>(); // both directions read the same x
    const directions = [];
    for (const { direction, signals } of level.directions) {
      for (const s of signals) {
        if (!known.has(s.data)) known.set(s.data, { name: s.name, units: s.units, stats: stats(s.data, s.units, statsKindOf(level.cell, s.name)) });
        yield { done: ++done, total, what: level.name };
      }
      directions.push({ direction, signals: signals.map(s => known.get(s.data)!) });
    }
    summed.push({ name: level.name, directions });
  }
  return {
    steps, levels: summed, final: [], stride: 1, finest: 1,
    thinned: place => heldSignal(levels, place).data,
    reading(place, from, to) {
      const { data, units } = heldSignal(levels, place);
      return ready(data.subarray(from * units, to * units));
    },
    tiling(place, from, to, columns, look) {
      const { data, units } = heldSignal(levels, place);
      const made = pyramids.get(data) ?? pyramid(data, steps, units);
      pyramids.set(data, made);
      return ready(tile(made, from, to, columns, look));
    },
  };
}

/** Work that is done. */
// eslint-disable-next-line require-yield -- nothing is left to do
function* ready<T>(value: T): Generator<Progress, T> {
  return value;
}

function heldSignal(levels: readonly HeldLevel[], place: Place): HeldSignal {
  return found(levels[place.level]?.directions[place.direction]?.signals, place);
}

/** The signal at a place. @throws Error that names those there are */
export function found<S extends { readonly name: string }>(signals: readonly S[] | undefined, { level, direction, signal }: Place): S {
  if (!signals) throw new Error(`There is no direction ${direction} of level ${level}.`);
  const one = signals.find(s => s.name === signal);
  if (!one) throw new Error(`There is no signal ${signal}; recorded are ${signals.map(s => s.name).join(', ')}.`);
  return one;
}
