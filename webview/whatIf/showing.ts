/** What a row of the timeline shows while something is changed: the changed run, or its difference to the baseline. */
import { MAIN, type RunId, type SceneSignal, type SignalStats, type Tile } from '../../src/protocol';
import type { DepartureAnswer, Difference } from '../../src/questions/whatIf';
import type { Data } from '../data';
import type { Scale } from '../ramps';
import type { State } from '../state';
import { scaleOf } from '../theme';
import type { Lane } from '../tiles';
import { differences } from './difference';
import { keptOf, type Shown } from './kept';

/** `baseline` wherever the shown numbers are those of the scene itself. */
export const showing = (state: State): Shown => (state.run === MAIN ? 'baseline' : keptOf(state).shown);

/** How far the changed run departs, as it was last counted. */
export const departures = new WeakMap<Data, DepartureAnswer>();

const counted = (data: Data, { run, selection }: State, signal: string): DepartureAnswer['directions'][number][number][number] | undefined =>
  run === MAIN ? undefined : departures.get(data)?.directions[selection.level]?.[selection.direction]?.find(s => s.name === signal);

/** Greatest |changed - baseline| of a signal in the selected layer; undefined while unknown. */
export const greatest = (data: Data, state: State, signal: string): Difference | undefined => counted(data, state, signal)?.difference;

/** A signal's statistics in the run that is shown. */
export const statsIn = (data: Data, state: State, signal: SceneSignal): SignalStats => counted(data, state, signal.name)?.stats ?? signal.stats;

/** Differences to their 98th percentile; to what the signal itself reaches, while that is unknown. */
export function differenceScale(data: Data, state: State, signal: SceneSignal): Scale {
  const known = greatest(data, state, signal.name)?.p98;
  const otherwise = signal.kind === 'gate' ? 1 : signal.stats.p98;
  const max = known !== undefined && Number.isFinite(known) ? known : otherwise;
  return { kind: 'signed', max: max > 0 ? max : 1 };
}

/** The scale that a row is painted to. */
export const scaleIn = (data: Data, state: State, signal: SceneSignal): Scale => (showing(state) === 'difference' ? differenceScale(data, state, signal) : scaleOf(signal));

/** Shades of a changed run minus the baseline stand under a name of their own. */
export const apart = (run: RunId): RunId => `${run}-${MAIN}`;

/** Tiles of a row as they are shown: of all its units, or of what is painted of them. */
export function shownTiles(data: Data, state: State, lane: Lane, { from, to }: { readonly from: number; readonly to: number } = state, bucket = data.bucket(state)): Tile[] {
  const tiles = data.tiles.covering(lane, from, to, bucket);
  if (showing(state) !== 'difference') return tiles;
  const exact = differences(tiles.filter(t => !t.shades), data.tiles.covering(baselineLane(lane), from, to, bucket));
  const rough = data.tiles.covering({ ...lane, run: apart(state.run) }, from, to, bucket);
  return rough.length === 0 ? exact : rough.map(tile => exact.find(t => t.from === tile.from && t.bucket === tile.bucket) ?? tile);
}

/** The same before anything was changed. */
const baselineLane = ({ run: _run, ...lane }: Lane): Lane => lane;

/** A value as it is shown, and what it was. */
export function shownValue(data: Data, state: State, signal: string, unit: number, step: number): { readonly value: number; readonly bucket: number; readonly was?: number } | undefined {
  const now = data.value(state, signal, unit, step);
  if (!now || state.run === MAIN) return now;
  const before = data.value({ ...state, run: MAIN }, signal, unit, step);
  if (!before || before.bucket !== now.bucket) return showing(state) === 'difference' ? undefined : now;
  return { ...now, was: before.value, ...(showing(state) === 'difference' && { value: now.value - before.value }) };
}

/** What a line of several units shows at a step, while their own values are not there. */
export function shownLine(data: Data, state: State, signal: SceneSignal, line: number, step: number): { readonly value: number; readonly bucket: number } | undefined {
  const tile = shownTiles(data, state, data.heat(state, signal), { from: step, to: step + 1 }).at(-1);
  const value = tile?.part && tile.mean[Math.floor((step - tile.from) / tile.bucket) * tile.units + line];
  return value === undefined ? undefined : { value, bucket: tile!.bucket };
}

/** Steps within the sequence where a change begins or ends, while changed numbers are shown. */
export function edgesOf(state: State): readonly number[] {
  const steps = state.scene?.steps ?? 0;
  if (state.run === MAIN) return [];
  const { level, direction } = state.selection;
  const spans = keptOf(state).changes.flatMap(c => c.kind === 'input' ? [c.step, c.step + 1] : c.level === level && c.direction === direction ? [c.from, c.to ?? steps] : []);
  return [...new Set(spans)].filter(step => step > 0 && step < steps);
}
