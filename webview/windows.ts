/** Which windows of its signals the timeline reads: never more of them than a screen shows. Pure. */
import { MAIN, type SceneSignal, type UnitOrder } from '../src/protocol';
import { inputOf, memoryOf, rowsOf, type State } from './state';
import { coarsest, keysOf, TILE_COLUMNS, type Lane, type TileKey } from './tiles';
import { linesFor, roomFor } from './views/timeline/layout';

/** What the state leaves open: steps a column, and the order that the units of the state are in. */
export interface Zoom { readonly bucket: number; readonly order: UnitOrder }

/** Pixels of the strip that shows the whole sequence. */
export const WHOLE_HEIGHT = 28;

/** A signal of the selected layer, all units. */
export const laneOf = ({ run, selection: { level, direction } }: State, signal: string): Lane => ({ ...(run === MAIN ? {} : { run }), level, direction, signal });

/** How many units share a line of a row. */
const poolOf = (state: State, { units }: SceneSignal): number => linesFor(units, roomFor(rowsOf(state).length, state.viewHeight)).pool;

/** What is painted of a signal, `pool` units a line. */
export function heatLane(state: State, signal: SceneSignal, order: UnitOrder, pool = poolOf(state, signal)): Lane {
  return { ...laneOf(state, signal.name), ...(pool > 1 && { part: { order: state.units.length === signal.units ? order : 'index', pool } }) };
}

/** What the strip of the whole sequence paints of it. */
export const wholeLane = (state: State, signal: SceneSignal, order: UnitOrder): Lane => heatLane(state, signal, order, Math.max(1, Math.ceil(signal.units / WHOLE_HEIGHT)));

/** The selected unit's line, with least and greatest of what is pooled. Step by step it is read from what is painted, where that has every unit; of a changed run that may be but shades. */
export function lineLane(state: State, signal: SceneSignal, bucket: number): Lane {
  return bucket === 1 && state.run === MAIN && poolOf(state, signal) === 1 ? laneOf(state, signal.name) : { ...unitLane(state, signal), extremes: true };
}

/** The selected unit's values alone. */
function unitLane(state: State, { name }: SceneSignal): Lane {
  const { unit } = state.selection;
  return { ...laneOf(state, name), part: { first: unit, end: unit + 1 } };
}

/** What an open row says of all units. */
export const bandsLane = (state: State, signal: SceneSignal): Lane => ({ ...laneOf(state, signal.name), part: 'bands' });

/** Signals of their own row, the selected one first; and the input where it is drawn as numbers. */
function shownSignals(state: State): { readonly rows: readonly SceneSignal[]; readonly input: readonly SceneSignal[] } {
  const rows = [...rowsOf(state)].sort((a, b) => Number(b.name === state.selection.signal) - Number(a.name === state.selection.signal));
  const input = state.scene?.input.axis === 'characters' ? undefined : inputOf(state);
  return { rows, input: input ? [input] : [] };
}

/** All rows from left to right: what must be run again for one is there for the others. */
const laid = (lanes: readonly Lane[], from: number, to: number, bucket: number, state: State): TileKey[] =>
  lanes.flatMap(lane => keysOf(lane, from, to, bucket, state.scene?.steps ?? 0)).sort((a, b) => a.index - b.index);

/** The strip of the whole sequence. */
export function wholeKeys(state: State, { order }: Zoom): TileKey[] {
  const memory = memoryOf(rowsOf(state)), steps = state.scene?.steps ?? 0;
  return memory ? laid([wholeLane(state, memory, order)], 0, steps, coarsest(steps), state) : [];
}

/** Every row of the whole sequence. */
export function coarseKeys(state: State, { order }: Zoom): TileKey[] {
  const { rows, input } = shownSignals(state), steps = state.scene?.steps ?? 0;
  const lanes = [...rows.map(s => heatLane(state, s, order)), ...input.map(s => laneOf(state, s.name))];
  return laid([...lanes, ...valueLanes(state, rows)], 0, steps, coarsest(steps), state);
}

/** The window: what is painted, the lines of open rows, and the selected unit's values. */
export function windowKeys(state: State, { bucket, order }: Zoom, { from, to }: { readonly from: number; readonly to: number } = state): TileKey[] {
  const { rows, input } = shownSignals(state);
  const open = rows.filter(s => state.open.includes(s.name));
  const painted = [...rows.map(s => heatLane(state, s, order)), ...input.map(s => laneOf(state, s.name))];
  const lines = open.flatMap(s => [lineLane(state, s, bucket), bandsLane(state, s)]);
  return laid([...painted, ...lines, ...valueLanes(state, rows.filter(s => !open.includes(s)))], from, to, bucket, state);
}

/** The window while a knob is turned: the shades of what is painted, the lines of open rows, and the selected unit's values, at a step exactly. */
export function turningKeys(state: State, { bucket, order }: Zoom, step: number): TileKey[] {
  const { rows, input } = shownSignals(state);
  const [open, closed] = [true, false].map(is => rows.filter(s => state.open.includes(s.name) === is)) as [SceneSignal[], SceneSignal[]];
  const values = (of: readonly SceneSignal[]): Lane[] => of.filter(s => state.selection.unit < s.units).map(s => unitLane(state, s));
  const painted = [...rows.map(s => ({ ...heatLane(state, s, order), rough: true })), ...input.map(s => laneOf(state, s.name))];
  const lines = open.flatMap(s => [lineLane(state, s, bucket), bandsLane(state, s)]);
  const window = laid([...painted, ...lines, ...values(closed)], state.from, state.to, bucket, state);
  return bucket === 1 ? window : [...window, ...laid(values(rows), step, step + 1, 1, state)];
}

/** Exact values at a step: the selected unit's, and those of all units that share the line under the pointer. */
export function exactKeys(state: State, step: number): TileKey[] {
  const { rows, input } = shownSignals(state);
  const pointed = rows.filter(s => s.name === state.pointed?.signal && poolOf(state, s) > 1);
  const painted = rows.filter(s => poolOf(state, s) === 1);
  return laid([...[...painted, ...input, ...pointed].map(s => laneOf(state, s.name)), ...valueLanes(state, rows)], step, step + 1, 1, state);
}

/** Beside the window, as wide as a tile each. */
export function besideKeys(state: State, zoom: Zoom): TileKey[] {
  const width = TILE_COLUMNS * zoom.bucket;
  return [...windowKeys(state, zoom, { from: state.from - width, to: state.from }), ...windowKeys(state, zoom, { from: state.to, to: state.to + width })];
}

/** The selected unit's values, of signals that are painted with several units a line. */
const valueLanes = (state: State, signals: readonly SceneSignal[]): Lane[] =>
  signals.filter(s => state.selection.unit < s.units && poolOf(state, s) > 1).map(s => lineLane(state, s, 2));
