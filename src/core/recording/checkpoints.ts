/** A long run: swept once, with the states of every layer kept at the beginning of every block, so that any block can be run again. */
import { running, type Arithmetic, type EvaluatorName, type LayerTrace, type NetworkStates, type NetworkTrace, type RunOptions } from '../engine';
import type { Values } from '../interpret';
import type { Layer, Network } from '../layer';
import { merged } from '../merge';
import type { Progress } from '../pace';
import { LayerError } from '../parameters';
import type { Rows } from '../rows';
import type { Cache } from './cache';
import { passesOf, type LayerPlace, type Pass } from './passes';

/** A level's run over one block. */
export interface LevelBlock {
  readonly from: number;
  readonly steps: number;
  /** What it reads, [steps, inputSize]. */
  readonly x: Float32Array;
  readonly directions: readonly LayerTrace[];
  /** [steps, outputSize] */
  readonly output: Float32Array;
}

/** A layer's run over one block, for the first time. */
export interface Swept extends LayerPlace { readonly from: number; readonly x: Float32Array; readonly trace: LayerTrace }

export interface CheckpointOptions {
  /** Signals to keep of each layer, by name. */
  readonly record: readonly (readonly (readonly string[])[])[];
  readonly initial?: NetworkStates | undefined;
  readonly mask?: ArrayLike<number> | undefined;
  readonly evaluator: EvaluatorName;
  readonly team?: RunOptions['team'];
  readonly piece?: number | undefined;
  /** Steps of a block. */
  readonly block: number;
  readonly cache: Cache<LevelBlock>;
  readonly seen?: ((swept: Swept) => Generator<Progress, void>) | undefined;
}

export interface Checkpoints {
  readonly arithmetic: Arithmetic;
  readonly final: NetworkStates;
  /** Runs block `index` of a level again, and of the levels below where they are not in the cache. */
  level(level: number, index: number): Generator<Progress, LevelBlock>;
}

/** The names of what a run records of each layer. */
export function recordedNames(probe: NetworkTrace): string[][][] {
  return probe.levels.map(l => l.directions.map(d => Object.keys(d.signals)));
}

/** Sweeps the whole network, as often as its directions ask for. @throws LayerError */
export function* checkpoints(network: Network, rows: Rows, options: CheckpointOptions): Generator<Progress, Checkpoints> {
  checkMask(network, options.mask, rows.steps);
  const sweep = new Sweep(network, rows, options);
  yield* sweep.all();
  return sweep;
}

/** States before each block, and after the last one that was swept. */
interface Stream { readonly before: Values[]; state: Values }

class Sweep implements Checkpoints {
  arithmetic: Arithmetic = 'float64';
  private readonly streams: readonly (readonly Stream[])[];

  constructor(private readonly network: Network, private readonly rows: Rows, private readonly options: CheckpointOptions) {
    this.streams = network.levels.map((l, k) => l.directions.map((layer, d): Stream => ({ before: [], state: options.initial?.[k]?.[d] ?? layer.initial ?? {} })));
  }

  get final(): NetworkStates { return this.streams.map(l => l.map(s => exact(s.state))); }

  *all(): Generator<Progress, void> {
    const { network, rows: { steps }, options: { block } } = this;
    const blocks = Math.ceil(steps / block);
    const passes = passesOf(network);
    const total = passes.reduce((n, p) => n + p.sweep.length + p.rerun.length, 0) * steps;
    let before = 0;
    for (const pass of passes) {
      const layers = pass.sweep.length + pass.rerun.length;
      const what = network.levels[pass.sweep[0]!.level]!.name;
      for (let k = 0; k < blocks; k++) {
        const work = this.sweepBlock(pass, pass.way === 'reverse' ? blocks - 1 - k : k);
        for (let piece = work.next(); !piece.done; piece = work.next()) yield { done: before + k * block * layers, total, what };
        yield { done: before + Math.min(steps, (k + 1) * block) * layers, total, what };
      }
      before += steps * layers;
    }
  }

  *level(k: number, index: number): Generator<Progress, LevelBlock> {
    const { network, options: { cache, record } } = this;
    const key = `${k} ${index}`;
    const known = cache.get(key);
    if (known) return known;
    const { from, count } = this.span(index);
    const x = k === 0 ? this.rows.read(from, from + count) : (yield* this.level(k - 1, index)).output;
    const directions: LayerTrace[] = [];
    for (const direction of network.levels[k]!.directions.keys()) directions.push(yield* this.run({ level: k, direction }, x, index, record[k]![direction]!));
    const output = merged(network.levels[k]!, directions.map(d => d.output), count);
    const made = { from, steps: count, x, directions, output };
    cache.set(key, made, bytesOf(made));
    return made;
  }

  private *sweepBlock(pass: Pass, index: number): Generator<Progress, void> {
    const { from, count } = this.span(index);
    const top = pass.sweep.at(-1)!.level;
    let x = this.rows.read(from, from + count);
    for (let level = 0; level <= top; level++) {
      const traces: LayerTrace[] = [];
      for (const direction of this.network.levels[level]!.directions.keys()) {
        const place = { level, direction };
        if (isIn(pass.sweep, place)) traces[direction] = yield* this.sweepLayer(place, x, index);
        else if (isIn(pass.rerun, place)) traces[direction] = yield* this.run(place, x, index, []);
      }
      if (level < top) x = merged(this.network.levels[level]!, traces.map(t => t.output), count);
    }
  }

  private *sweepLayer(place: LayerPlace, x: Float32Array, index: number): Generator<Progress, LayerTrace> {
    const stream = this.streams[place.level]![place.direction]!;
    stream.before[index] = compact(stream.state, this.arithmetic);
    const trace = yield* this.run(place, x, index, this.options.record[place.level]![place.direction]!);
    stream.state = trace.final;
    if (this.options.seen) yield* this.options.seen({ ...place, from: this.span(index).from, x, trace });
    return trace;
  }

  /** One layer over one block, from its checkpoint. */
  private *run({ level, direction }: LayerPlace, x: Float32Array, index: number, record: readonly string[]): Generator<Progress, LayerTrace> {
    const { from, count } = this.span(index);
    const { name, directions } = this.network.levels[level]!;
    const alone: Network = { name: this.network.name, levels: [{ name, directions: [within(directions[direction]!, from)], merge: 'none' }] };
    const { mask: whole, evaluator, team, piece } = this.options;
    const mask = whole && Float32Array.from({ length: count }, (_, t) => whole[from + t]!);
    const trace = yield* running(alone, x, count, { record, mask, initial: [[this.streams[level]![direction]!.before[index]!]], evaluator, team, piece });
    this.arithmetic = trace.arithmetic;
    return trace.levels[0]!.directions[0]!;
  }

  private span(index: number): { from: number; count: number } {
    const from = index * this.options.block;
    return { from, count: Math.min(this.options.block, this.rows.steps - from) };
  }
}

function isIn(places: readonly LayerPlace[], { level, direction }: LayerPlace): boolean {
  return places.some(p => p.level === level && p.direction === direction);
}

/** A layer that stops after `length` steps, as it is when so many are over. */
function within(layer: Layer, over: number): Layer {
  return layer.length === undefined ? layer : { ...layer, length: Math.max(0, layer.length - over) };
}

/** Both at once would need the steps that count before each block, and no framework gives both. @throws LayerError */
function checkMask({ levels }: Network, mask: ArrayLike<number> | undefined, steps: number): void {
  if (!mask) return;
  if (mask.length !== steps) throw new LayerError(`The mask should say of each of ${steps} steps whether it counts, found ${mask.length} numbers.`);
  if (levels.some(l => l.directions.some(d => d.length !== undefined))) throw new LayerError('A run that is too long to hold takes a mask or layers that stop after some steps, not both.');
}

/** States of the compiled evaluator are float32 numbers, and exact in half the memory. */
function compact(state: Values, arithmetic: Arithmetic): Values {
  const Numbers = arithmetic === 'float64' ? Float64Array : Float32Array;
  return Object.fromEntries(Object.entries(state).map(([name, values]) => [name, Numbers.from(values)]));
}

function exact(state: Values): Record<string, Float64Array> {
  return Object.fromEntries(Object.entries(state).map(([name, values]) => [name, Float64Array.from(values)]));
}

function bytesOf({ x, directions, output }: LevelBlock): number {
  const numbers = directions.reduce((n, d) => n + Object.values(d.signals).reduce((m, s) => m + s.length, d.output.length), x.length + output.length);
  return 4 * numbers;
}
