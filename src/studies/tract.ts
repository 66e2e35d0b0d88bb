/** A window of a run as a network of its own: what its layers read there, and the states that they came with. */
import type { NetworkStates } from '../core/engine';
import type { Layer, Network } from '../core/layer';
import type { Values } from '../core/interpret';
import type { Progress } from '../core/pace';
import { programOf } from '../core/programs';
import type { Piece } from '../core/runners/pieces';
import { silenced, type Segment } from '../core/variations/segments';
import { layerOf, segmentAt, type Run } from './run';

/** Steps [from, to) of some levels of a run, ready for `backpropagating`. */
export interface Tract {
  readonly network: Network;
  readonly from: number;
  readonly steps: number;
  /** [steps, inputSize] */
  readonly x: Float32Array;
  readonly initial: NetworkStates;
  readonly mask?: Uint8Array;
  /** Where changes begin or end on the way. */
  readonly pieces?: readonly (readonly (readonly Piece[] | undefined)[])[];
}

/** Steps that a layer runs: all, or its own length. */
export function lengthOf(layer: Layer, steps: number): number {
  return Math.max(0, Math.min(steps, layer.length ?? steps));
}

/** One direction of a level alone. */
export function* layerTract(run: Run, level: number, direction: number, from: number, to: number): Generator<Progress, Tract> {
  layerOf(run, level, direction);
  const { name } = run.job!.network.levels[level]!;
  const lane = yield* laneOf(run, level, direction, from, to);
  const network: Network = { name, levels: [{ name, directions: [lane.layer], merge: 'none' }] };
  return yield* tract(run, network, level, from, to, [[lane]]);
}

/** A level and all above it. @throws Error of a trace */
export function* upperTract(run: Run, level: number, from: number, to: number): Generator<Progress, Tract> {
  layerOf(run, level, 0);
  const { name, levels } = run.job!.network;
  const lanes: Lane[][] = [];
  for (const [k, l] of levels.slice(level).entries()) {
    const own: Lane[] = [];
    for (const d of l.directions.keys()) own.push(yield* laneOf(run, level + k, d, from, to));
    lanes.push(own);
  }
  const network: Network = { name, levels: levels.slice(level).map((l, k) => ({ ...l, directions: lanes[k]!.map(lane => lane.layer) })) };
  return yield* tract(run, network, level, from, to, lanes);
}

function* tract({ recording, job }: Run, network: Network, level: number, from: number, to: number, lanes: readonly (readonly Lane[])[]): Generator<Progress, Tract> {
  const x = yield* recording.reading({ level, direction: 0, signal: 'x' }, from, to);
  const mask = job?.sequence.mask?.slice(from, to);
  const cut = lanes.some(l => l.some(lane => lane.pieces));
  return { network, from, steps: to - from, x, initial: lanes.map(l => l.map(lane => lane.initial)), ...(mask && { mask }), ...(cut && { pieces: lanes.map(l => l.map(lane => lane.pieces)) }) };
}

/** A layer in the window. */
interface Lane { readonly layer: Layer; readonly initial: Values; readonly pieces?: readonly Piece[] }

function* laneOf(run: Run, level: number, direction: number, from: number, to: number): Generator<Progress, Lane> {
  const plain = layerOf(run, level, direction);
  const end = Math.min(to, lengthOf(plain, run.recording.steps));
  const segments = run.forces?.[level]?.[direction]?.segments.filter(s => s.from < end && s.to > from) ?? [];
  const pieces: Piece[] = [];
  for (const s of segments) {
    const [a, b] = [Math.max(from, s.from), Math.min(end, s.to)];
    const begins = plain.direction === 'reverse' ? s.to === b : s.from === a;
    const states = yield* statesBefore(run, s.layer, level, direction, a, b);
    pieces.push({ from: a - from, to: b - from, layer: unlimited(s.layer), initial: begins ? silenced(states, s) : states, off: begins ? newlyOff(s, segmentAt(run, level, direction, plain.direction === 'reverse' ? s.to : s.from - 1)) : new Map() });
  }
  const layer = cutLayer(pieces.length === 1 ? segments[0]!.layer : plain, from, to);
  const initial = plain.direction === 'reverse' ? pieces.at(-1)?.initial : pieces[0]?.initial;
  return { layer, initial: initial ?? (yield* statesBefore(run, plain, level, direction, from, to)), ...(pieces.length > 1 && { pieces }) };
}

/** Units that were still on in the piece before: nothing goes back through where they go off. */
function newlyOff({ off }: Segment, before: Segment | undefined): Map<string, readonly number[]> {
  const found = [...off].map(([name, units]) => [name, units.filter(u => !before?.off.get(name)?.includes(u))] as const);
  return new Map(found.filter(([, units]) => units.length > 0));
}

/** The same object where nothing is cut, so that its machine is found again. */
function cutLayer(layer: Layer, from: number, to: number): Layer {
  return layer.length === undefined || layer.length >= to ? unlimited(layer) : { ...layer, length: Math.max(0, layer.length - from) };
}

const limitless = new WeakMap<Layer, Layer>();
function unlimited(layer: Layer): Layer {
  if (layer.length === undefined) return layer;
  const known = limitless.get(layer);
  if (known) return known;
  const { length: _, ...rest } = layer;
  limitless.set(layer, rest);
  return rest;
}

/** What the layer came to the window with: recorded, or its own initial states at the beginning. */
function* statesBefore({ recording }: Run, layer: Layer, level: number, direction: number, from: number, to: number): Generator<Progress, Values> {
  const at = layer.direction === 'reverse' ? to : from - 1;
  if (at < 0 || at >= lengthOf(layer, recording.steps)) return layer.initial ?? {};
  const states: Record<string, Float32Array> = {};
  for (const { name } of programOf(layer.cell).states) states[name] = (yield* recording.reading({ level, direction, signal: name }, at, at + 1)).slice();
  return states;
}
