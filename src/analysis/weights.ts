/** What the weights of one direction of one level are like, gate by gate: moments, histograms, spectra, and what to notice. */
import type { Layer, Tensor } from '../core/layer';
import type { Progress } from '../core/pace';
import { blocksOf, type Block, type Role } from './weights/blocks';
import { eigenvalues, spectralRadius } from './weights/eigenvalues';
import { estimateRadius, estimateSingular } from './weights/estimate';
import { histogram, moments, type Moments } from './weights/moments';
import { remarksOn, type Remark } from './weights/remarks';
import { paced } from './weights/paced';
import { singularValues } from './weights/singular';

/** Counts in equally wide bins from `low` to `high`. */
export interface Histogram {
  readonly low: number;
  readonly high: number;
  readonly counts: readonly number[];
}

/** One parameter of a gate. */
export interface PartStats {
  /** As the equations name it: `Uf`. */
  readonly parameter: string;
  readonly role: Role;
  readonly shape: readonly number[];
  readonly moments: Moments;
  /** The same range for all gates of one role. */
  readonly histogram: Histogram;
}

/** Of a recurrent block. */
export interface Spectrum {
  /** Greatest |eigenvalue|; absent where the block is not square. */
  readonly radius?: number;
  /** Greatest first; only a few of them in an estimate. */
  readonly singular: readonly number[];
  readonly estimated: boolean;
}

/** One gate. */
export interface BlockStats {
  /** `f` */
  readonly signal: string;
  /** `forget gate` */
  readonly label: string;
  readonly equation: string;
  readonly parts: readonly PartStats[];
  /** Of its recurrent kernel; absent where there is none, or it has values that are not finite. */
  readonly spectrum?: Spectrum;
}

export interface LayerStats {
  readonly direction: Layer['direction'];
  readonly blocks: readonly BlockStats[];
  readonly remarks: readonly Remark[];
}

export interface StatsOptions {
  /** Recurrent kernels of more units get estimated spectra. */
  readonly exact?: number;
}

/** Up to so many units, exact spectra take a few seconds at most. */
export const EXACT_UNITS = 512;
/** Beyond so many, they take hours, and are not offered. */
export const MOST_EXACT_UNITS = 2048;
const BINS = 48;

/** Statistics of a layer, in pieces of a few milliseconds (see core/pace). */
export const layerStats = (layer: Layer, { exact = EXACT_UNITS }: StatsOptions = {}): Generator<Progress, LayerStats> => paced(statsOf(layer, exact));

function* statsOf(layer: Layer, exact: number): Generator<Progress, LayerStats> {
  const plan = blocksOf(layer.cell);
  const all = plan.flatMap(b => b.parts).filter(p => layer.params[p.parameter]);
  const known = new Map<string, Moments>();
  for (const { parameter } of all) known.set(parameter, yield* named(parameter, moments(layer.params[parameter]!.data)));
  const blocks: BlockStats[] = [];
  for (const block of plan) blocks.push(yield* blockStats(layer, block, known, rangesOf(all, known), exact));
  return { direction: layer.direction, blocks, remarks: remarksOn(layer, blocks) };
}

type Ranges = ReadonlyMap<Role, readonly [low: number, high: number]>;

/** Least and greatest over all gates, by role. */
function rangesOf(parts: Block['parts'], known: ReadonlyMap<string, Moments>): Ranges {
  const ranges = new Map<Role, readonly [number, number]>();
  for (const { parameter, role } of parts) {
    const { min, max } = known.get(parameter) ?? { min: NaN, max: NaN };
    const [low, high] = ranges.get(role) ?? [Infinity, -Infinity];
    if (!Number.isNaN(min)) ranges.set(role, [Math.min(low, min), Math.max(high, max)]);
  }
  return ranges;
}

function* blockStats(layer: Layer, { signal, parts }: Block, known: ReadonlyMap<string, Moments>, ranges: Ranges, exact: number): Generator<Progress, BlockStats> {
  const found: PartStats[] = [];
  let spectrum: Spectrum | undefined;
  for (const { parameter, role } of parts) {
    const [tensor, its] = [layer.params[parameter], known.get(parameter)];
    if (!tensor || !its) continue;
    const [low, high] = ranges.get(role) ?? [0, 0];
    found.push({ parameter, role, shape: tensor.shape, moments: its, histogram: { low, high, counts: yield* named(parameter, histogram(tensor.data, BINS, low, high)) } });
    if (role === 'recurrentKernel' && !its.notFinite) spectrum ??= yield* spectrumOf(parameter, tensor, exact);
  }
  return { signal: signal.name, label: signal.label, equation: signal.equation, parts: found, ...(spectrum && { spectrum }) };
}

function* spectrumOf(name: string, { shape, data }: Tensor, exact: number): Generator<Progress, Spectrum> {
  const [rows = 0, columns = 0] = shape;
  const estimated = Math.max(rows, columns) > exact;
  const square = rows === columns;
  const singular = yield* named(`${name}: singular values`, estimated ? estimateSingular(data, rows, columns) : singularValues(data, rows, columns));
  const radius = square ? yield* named(`${name}: eigenvalues`, estimated ? estimateRadius(data, rows) : radiusOf(data, rows)) : undefined;
  return { singular: [...singular], estimated, ...(radius !== undefined && { radius }) };
}

function* radiusOf(data: Float32Array, size: number): Generator<Progress, number> {
  return spectralRadius(yield* eigenvalues(data, size));
}

/** Says of which parameter the work is. */
function* named<T>(what: string, work: Generator<Progress, T>): Generator<Progress, T> {
  for (let piece = work.next(); ; piece = work.next()) {
    if (piece.done) return piece.value;
    yield { ...piece.value, what };
  }
}

export type { Moments } from './weights/moments';
export type { Remark } from './weights/remarks';
export type { Role } from './weights/blocks';
