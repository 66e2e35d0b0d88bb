/** How long a layer remembers: what the keep gates leave from a step on, half-lives, and when a unit is written and erased. */
import { keptState, type KeptState } from '../analysis/keepState';
import { halfLives, keepRuns, timeConstant, keepValues } from '../analysis/memory';
import { keepRows, leftAfter, medianReach, strongestEvents, unitEvents } from '../analysis/retention';
import { quantile } from '../analysis/gradients';
import type { Progress } from '../core/pace';
import type { MemoryAnswer, MemoryEvent } from '../questions/memory';
import { columnOf, directionOf, kept as keptOf, type Run } from './run';
import type { Study } from './study';

const MOST = 1024;
/** Steps on either side of the crosshair in which events are looked for. */
const AROUND = 2048;
const EVENTS = 12;
const WINDOWS = 32;
const REACH = 256;

/** Retention, half-lives, reach and events. */
export const memory: Study<'memory'> = {
  name: 'memory',
  *answer(runs, { run: id, level, direction, unit, step, distance }) {
    const run = runs.run(id);
    const own = directionOf(run.recording, level, direction);
    const cell = run.levels[level]?.cell;
    const found = cell && keptState(cell);
    const kept = found && own.signals.some(s => s.name === found.signal) && own.signals.some(s => s.name === found.state) ? found : undefined;
    if (!kept) return nothing(step, own.signals.find(s => s.name === 'h')?.units ?? 0);
    const whole = yield* keptOf(run, `memory ${level} ${direction}`, () => wholeOf(run, level, direction, kept));
    const { units } = own.signals.find(s => s.name === kept.state)!;
    const lane: Lane = { run, level, direction, kept, units, reverse: own.direction === 'reverse' };
    const keep = yield* keepAfter(lane, step, Math.max(1, Math.min(MOST, distance)));
    const chosen = Math.max(0, Math.min(units - 1, unit));
    return {
      step, keep: kept.name, state: kept.state, units, left: leftAfter(keep, units),
      // Copies: what is answered is given away, buffers and all.
      halfLives: whole.halfLives.slice(), timeConstants: whole.timeConstants.slice(),
      runs: run.facts[level]?.[direction]?.keep?.runs[chosen] ?? keepRuns(keepValues(columnOf(run.recording, { level, direction, signal: kept.signal }), kept, chosen)),
      ...(yield* eventsAround(lane, chosen, step)), reach: whole.reach,
    };
  },
};

/** A cell that keeps nothing by a gate. */
function nothing(step: number, units: number): MemoryAnswer {
  const none = new Float64Array();
  return {
    step, units, left: new Float32Array(), halfLives: none, timeConstants: none, runs: { count: 0, median: 0, longest: 0 }, events: [],
    looked: { from: step, to: step }, reach: { units: none, longest: 0, median: 0, most: 0, windows: 0 },
  };
}

interface Lane { readonly run: Run; readonly level: number; readonly direction: number; readonly kept: KeptState; readonly units: number; readonly reverse: boolean }

/** Keep factors of at most `count` steps after one, in the layer's order. */
function* keepAfter({ run: { recording }, level, direction, kept, units, reverse }: Lane, step: number, count: number): Generator<Progress, Float32Array> {
  const [from, to] = reverse ? [Math.max(0, step - count), step] : [step + 1, Math.min(recording.steps, step + 1 + count)];
  if (to <= from) return new Float32Array();
  return keepRows(yield* recording.reading({ level, direction, signal: kept.signal }, from, to), units, kept.invert, reverse);
}

interface Whole { readonly halfLives: Float64Array; readonly timeConstants: Float64Array; readonly reach: MemoryAnswer['reach'] }

/** What does not depend on the crosshair. */
function* wholeOf(run: Run, level: number, direction: number, kept: KeptState): Generator<Progress, Whole> {
  const column = columnOf(run.recording, { level, direction, signal: kept.signal });
  const lives = run.facts[level]?.[direction]?.keep?.halfLives;
  const timeConstants = new Float64Array(column.units);
  for (let u = 0; u < column.units; u++) {
    timeConstants[u] = timeConstant(keepValues(column, kept, u));
    yield { done: u, total: 2 * column.units, what: 'Memory' };
  }
  const lane: Lane = { run, level, direction, kept, units: column.units, reverse: directionOf(run.recording, level, direction).direction === 'reverse' };
  return { halfLives: lives ? Float64Array.from(lives) : halfLives(column, kept), timeConstants, reach: yield* reachOver(lane) };
}

/** How far back a state is felt, over windows spread over the run. */
function* reachOver(lane: Lane): Generator<Progress, MemoryAnswer['reach']> {
  const { run: { recording: { steps } }, units, reverse } = lane;
  const most = Math.min(REACH, Math.floor(steps / 2));
  const count = Math.max(1, Math.min(WINDOWS, steps - most));
  const windows: Float32Array[] = [];
  for (let k = 0; k < count; k++) {
    const place = Math.round((k * (steps - 1 - most)) / Math.max(1, count - 1));
    windows.push(leftAfter(yield* keepAfter(lane, reverse ? steps - 1 - place : place, most), units));
    yield { done: k, total: count, what: 'Memory' };
  }
  const each = new Float64Array(units);
  for (let u = 0; u < units; u++) {
    each[u] = medianReach(windows, units, u);
    yield { done: u, total: units, what: 'Memory' };
  }
  const sorted = each.slice().sort();
  return { units: each, longest: sorted.at(-1) ?? 0, median: quantile(sorted, 0.5), most, windows: count };
}

/** The unit's strongest writes and erasures around a step. */
function* eventsAround({ run: { recording }, level, direction, kept, units, reverse }: Lane, unit: number, step: number): Generator<Progress, Pick<MemoryAnswer, 'events' | 'looked'>> {
  const [from, to] = [Math.max(0, step - AROUND), Math.min(recording.steps, step + AROUND + 1)];
  const keep = unitOf(keepRows(yield* recording.reading({ level, direction, signal: kept.signal }, from, to), units, kept.invert, reverse), units, unit);
  const state = unitOf(keepRows(yield* recording.reading({ level, direction, signal: kept.state }, from, to), units, false, reverse), units, unit);
  // The first step of the window has no state before it here, so that it cannot be judged.
  const events = strongestEvents(unitEvents(keep.subarray(1), state), EVENTS).map(({ at, ...e }): MemoryEvent => ({ ...e, step: reverse ? to - 2 - at : from + at + 1 }));
  return { events: events.sort((a, b) => a.step - b.step), looked: { from, to } };
}

function unitOf(rows: Float32Array, units: number, unit: number): Float32Array {
  return Float32Array.from({ length: rows.length / units }, (_, t) => rows[t * units + unit]!);
}
