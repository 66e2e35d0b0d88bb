/** A recording of a run that is too long to hold: coarse answers come from pyramids, fine ones from blocks that are run again. */
import { evaluatorOf, type NetworkTrace } from '../engine';
import type { Network } from '../layer';
import type { Look } from '../narrow';
import { Meter, type Progress } from '../pace';
import type { Rows } from '../rows';
import { cutOf, emptyStorey, pooled, putRows, single, tileOf, type Cut, type Storey, type TileData } from '../timeline';
import type { Plan } from './budget';
import { cacheOf, type Cache } from './cache';
import { checkpoints, recordedNames, type Checkpoints, type LevelBlock, type Swept } from './checkpoints';
import { digest, type Digest, type Digested } from './digest';
import { found } from './held';
import { statsKindOf } from './kinds';
import type { Place, Recording, RecordingOptions } from './recording';

interface Entry { readonly name: string; readonly units: number; readonly digest: Digest }
interface Kept { readonly name: string; readonly units: number; readonly digested: Digested }
type Named<S> = readonly { readonly signals: readonly S[] }[];

/** Runs the network and keeps what `plan` says. `probe` is a trace that shows what is recorded of each layer. */
export function* sweptRecording(network: Network, rows: Rows, probe: NetworkTrace, plan: Plan, options: RecordingOptions): Generator<Progress, Recording> {
  const { steps } = rows;
  const entries = entriesOf(network, probe, { ...plan, steps });
  const meter = new Meter(steps, options.piece);
  const points = yield* checkpoints(network, rows, {
    record: recordedNames(probe), initial: options.initial, mask: options.mask, evaluator: evaluatorOf(network, options.evaluator), team: options.team, piece: options.piece,
    block: plan.block, cache: cacheOf(plan.cache / 2),
    *seen(swept) {
      yield* see(entries, swept, meter);
      options.seen?.({ level: swept.level, direction: swept.direction, from: swept.from, steps: swept.trace.steps, signals: swept.trace.signals });
    },
  });
  const kept: Named<Kept>[] = [];
  for (const [k, level] of entries.entries()) kept.push(yield* finished(level, network.levels[k]!.name));
  return new SweptRecording(network, steps, plan, points, kept);
}

/** Digests of every signal; both directions of a level share that of x. */
function entriesOf(network: Network, probe: NetworkTrace, plan: Plan & { steps: number }): Named<Entry>[] {
  return probe.levels.map(({ directions }, k) => {
    const { cell, inputSize } = network.levels[k]!.directions[0]!;
    const input: Entry = { name: 'x', units: inputSize, digest: digest(plan, inputSize, 'input') };
    return directions.map(d => ({
      signals: [input, ...Object.keys(d.signals).map((name): Entry => ({ name, units: d.sizes[name]!, digest: digest(plan, d.sizes[name]!, statsKindOf(cell, name)) }))],
    }));
  });
}

/** Takes a block in; a level's x, which both directions read, with the first of them. */
function* see(entries: readonly Named<Entry>[], { level, direction, from, x, trace }: Swept, meter: Meter): Generator<Progress, void> {
  const [input, ...signals] = entries[level]![direction]!.signals;
  if (direction === 0) input!.digest.add(x, from);
  for (const s of signals) {
    const progress = meter.step(s.name, 0);
    if (progress) { yield progress; meter.resume(); }
    s.digest.add(trace.signals[s.name]!, from);
  }
}

function* finished(level: Named<Entry>, what: string): Generator<Progress, Named<Kept>> {
  const done = new Map<Digest, Digested>();
  const total = level.reduce((n, d) => n + d.signals.length, 0);
  for (const { digest: one } of level.flatMap(d => d.signals)) {
    if (!done.has(one)) done.set(one, one.finish());
    yield { done: done.size, total, what };
  }
  return level.map(({ signals }) => ({ signals: signals.map(({ name, units, digest: one }) => ({ name, units, digested: done.get(one)! })) }));
}

class SweptRecording implements Recording {
  readonly arithmetic: Checkpoints['arithmetic'];
  readonly final: Checkpoints['final'];
  readonly levels: Recording['levels'];
  readonly stride: number;
  readonly finest: number;
  private readonly block: number;
  /** All signals of a level's block, pooled, by level, block and bucket. */
  private readonly pools: Cache<readonly (readonly Storey[])[]>;

  constructor(network: Network, readonly steps: number, plan: Plan, private readonly points: Checkpoints, private readonly kept: readonly Named<Kept>[]) {
    ({ stride: this.stride, finest: this.finest, block: this.block } = plan);
    ({ arithmetic: this.arithmetic, final: this.final } = points);
    this.pools = cacheOf(plan.cache / 2);
    this.levels = kept.map((level, k) => ({
      name: network.levels[k]!.name,
      directions: level.map(({ signals }, d) => ({ direction: network.levels[k]!.directions[d]!.direction, signals: signals.map(s => ({ name: s.name, units: s.units, stats: s.digested.stats })) })),
    }));
  }

  thinned(place: Place): Float32Array { return this.keptAt(place).digested.thinned; }

  *tiling(place: Place, from: number, to: number, columns: number, look?: Look): Generator<Progress, TileData> {
    const { steps, finest } = this;
    const { units, digested } = this.keptAt(place);
    const cut = cutOf(steps, from, to, columns);
    if (cut.bucket >= finest) return tileOf(digested.storeys[Math.log2(cut.bucket / finest)]!, cut, 0, steps, units, look);
    if (cut.bucket > 1) return tileOf(yield* this.poolRows(place, cut), cut, cut.first, steps, units, look);
    return tileOf(single(yield* this.reading(place, cut.first, cut.end), cut.end - cut.first), cut, cut.first, steps, units, look);
  }

  *reading(place: Place, from: number, to: number): Generator<Progress, Float32Array> {
    const { block } = this;
    const { units } = this.keptAt(place);
    const rows = new Float32Array(Math.max(0, to - from) * units);
    for (const index of this.blocksOf(from, to)) {
      const all = signalIn(yield* this.points.level(place.level, index), place);
      const [a, b] = [Math.max(from, index * block), Math.min(to, (index + 1) * block)];
      rows.set(all.subarray((a - index * block) * units, (b - index * block) * units), (a - from) * units);
      yield progress(index * block - from, to - from);
    }
    return rows;
  }

  /** Rows of a storey below the lowest that is kept. */
  private *poolRows(place: Place, { bucket, first, end }: Cut): Generator<Progress, Storey> {
    const { block } = this;
    const { units } = this.keptAt(place);
    const low = Math.min(bucket, block); // a row longer than a block is pooled from whole blocks
    const [from, to] = [first * bucket, Math.min(this.steps, end * bucket)];
    const joined = emptyStorey(Math.ceil((to - from) / low), units);
    const at = this.kept[place.level]![place.direction]!.signals.findIndex(s => s.name === place.signal);
    for (const index of this.blocksOf(from, to)) {
      const part = (yield* this.poolOf(place.level, index, low))[place.direction]![at]!;
      const skipped = Math.max(0, from - index * block) / low;
      const until = Math.ceil((Math.min(to, (index + 1) * block) - index * block) / low);
      putRows(joined, Math.max(0, index * block - from) / low, part, skipped, until, units);
      yield progress(index * block - from, to - from);
    }
    return pooled(joined, low, bucket, to - from, units);
  }

  /** Whoever looks at one signal of a level looks at the others too. */
  private *poolOf(level: number, index: number, bucket: number): Generator<Progress, readonly (readonly Storey[])[]> {
    const key = `${level} ${index} ${bucket}`;
    const known = this.pools.get(key);
    if (known) return known;
    const all = yield* this.points.level(level, index);
    const pool = this.kept[level]!.map(({ signals }, direction) => signals.map(({ name, units }) =>
      pooled(single(signalIn(all, { level, direction, signal: name }), all.steps), 1, bucket, all.steps, units)));
    this.pools.set(key, pool, pool.reduce((n, d) => n + d.reduce((m, s) => m + 12 * s.mean.length, 0), 0));
    return pool;
  }

  private blocksOf(from: number, to: number): number[] {
    const first = Math.floor(from / this.block);
    return Array.from({ length: Math.max(0, Math.ceil(to / this.block) - first) }, (_, k) => first + k);
  }

  private keptAt(place: Place): Kept {
    return found(this.kept[place.level]?.[place.direction]?.signals, place);
  }
}

const progress = (done: number, total: number): Progress => ({ done: Math.max(0, done), total, what: 'Running a window again' });

function signalIn({ x, directions }: LevelBlock, { direction, signal }: Place): Float32Array {
  return signal === 'x' ? x : directions[direction]!.signals[signal]!;
}
