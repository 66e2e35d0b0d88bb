/**
 * Principal components of a signal over time: the few directions of the state space along which it moves most. Exact (covariance, Jacobi)
 * up to 256 units; by randomised subspace iteration beyond (Halko, Martinsson & Tropp 2011).
 */
import { Meter, type Progress } from '../core/pace';
import { random } from '../core/random';
import type { Column } from './column';
import { eigen } from './eigen';

export interface Pca {
  readonly components: number;
  /** [units] */
  readonly mean: Float64Array;
  /** [components, units]; of length 1, the largest loading positive. */
  readonly directions: Float64Array;
  /** Share of the whole variance, by component. */
  readonly shares: Float64Array;
  /** [steps, components] */
  readonly points: Float32Array;
}

/** Above it the covariance is not made. */
export const EXACT_UNITS = 256;
const OVERSAMPLED = 8;
const ROUNDS = 7;

/** The first components of a column; what is not finite counts as its unit's mean. Fewer where there are fewer units. Yields every few milliseconds. */
export function* pca(column: Column, wanted = 4): Generator<Progress, Pca> {
  const { steps, units } = column;
  const components = Math.min(wanted, units);
  const mean = means(column);
  const centred = new Float32Array(column.data.length);
  let total = 0;
  for (let t = 0, k = 0; t < steps; t++) for (let u = 0; u < units; u++, k++) {
    const v = column.data[k]! - mean[u]!;
    centred[k] = Number.isFinite(v) ? v : 0;
    total += centred[k]! ** 2;
  }
  const x = { data: centred, steps, units };
  const found = units <= EXACT_UNITS ? yield* exactly(x) : yield* randomised(x, components);
  const directions = found.vectors.slice(0, components * units);
  for (let c = 0; c < components; c++) turnUp(directions.subarray(c * units, (c + 1) * units));
  return {
    components, mean, directions,
    shares: Float64Array.from({ length: components }, (_, c) => total > 0 ? Math.max(0, found.values[c]!) / total : 0),
    points: yield* projected(x, directions, components),
  };
}

/** Where the rows of another column are along the same directions, [steps, components]; what is not finite counts as the mean. */
export function* placedIn({ data, steps, units }: Column, { mean, directions, components }: Pca): Generator<Progress, Float32Array> {
  const centred = data.map((v, k) => (Number.isFinite(v) ? v - mean[k % units]! : 0));
  return yield* projected({ data: centred, steps, units }, directions, components);
}

function means({ data, steps, units }: Column): Float64Array {
  const sums = new Float64Array(units), counts = new Float64Array(units);
  for (let t = 0, k = 0; t < steps; t++) for (let u = 0; u < units; u++, k++) {
    const v = data[k]!;
    if (Number.isFinite(v)) { sums[u]! += v; counts[u]!++; }
  }
  return sums.map((sum, u) => counts[u]! > 0 ? sum / counts[u]! : 0);
}

interface Found { readonly values: ArrayLike<number>; readonly vectors: Float64Array }

/** Values are sums of squares, as `total` is. */
function* exactly({ data, steps, units }: Column): Generator<Progress, Found> {
  const gram = new Float64Array(units * units);
  const meter = new Meter(steps);
  for (let t = 0; t < steps; t++) {
    const row = data.subarray(t * units, (t + 1) * units);
    for (let i = 0; i < units; i++) {
      const v = row[i]!;
      for (let j = 0; j <= i; j++) gram[i * units + j]! += v * row[j]!;
    }
    const done = meter.step('State space');
    if (done) { yield done; meter.resume(); }
  }
  for (let i = 0; i < units; i++) for (let j = 0; j < i; j++) gram[j * units + i] = gram[i * units + j]!;
  return yield* solved(gram, units);
}

function* solved(matrix: Float64Array, n: number): Generator<Progress, Found> {
  const work = eigen(matrix, n), meter = new Meter(1);
  for (;;) {
    const piece = work.next();
    if (piece.done) return piece.value;
    const done = meter.step('State space', 0);
    if (done) { yield done; meter.resume(); }
  }
}

/** Rows of q [rank, units] turn towards the largest directions with every round. */
function* randomised(x: Column, components: number): Generator<Progress, Found> {
  const { units } = x;
  const rank = Math.min(units, components + OVERSAMPLED);
  const source = random(1);
  const q = Float64Array.from({ length: rank * units }, () => source.normal());
  for (let round = 0; round < ROUNDS; round++) {
    orthonormal(q, rank, units);
    q.set(yield* timesGram(x, q, rank));
  }
  orthonormal(q, rank, units);
  const g = yield* timesGram(x, q, rank); // [rank, units]; the small matrix q X'X q'
  const small = new Float64Array(rank * rank);
  for (let a = 0; a < rank; a++) for (let b = 0; b < rank; b++) for (let u = 0; u < units; u++) small[a * rank + b]! += q[a * units + u]! * g[b * units + u]!;
  const { values, vectors } = yield* solved(small, rank);
  const directions = new Float64Array(rank * units);
  for (let a = 0; a < rank; a++) for (let b = 0; b < rank; b++) for (let u = 0; u < units; u++) directions[a * units + u]! += vectors[a * rank + b]! * q[b * units + u]!;
  return { values, vectors: directions };
}

/** q X'X, [rank, units]. */
function* timesGram({ data, steps, units }: Column, q: Float64Array, rank: number): Generator<Progress, Float64Array> {
  const result = new Float64Array(rank * units);
  const meter = new Meter(steps);
  for (let t = 0; t < steps; t++) {
    const row = data.subarray(t * units, (t + 1) * units);
    for (let a = 0; a < rank; a++) {
      const at = a * units;
      let sum = 0;
      for (let u = 0; u < units; u++) sum += q[at + u]! * row[u]!;
      for (let u = 0; u < units; u++) result[at + u]! += sum * row[u]!;
    }
    const done = meter.step('State space');
    if (done) { yield done; meter.resume(); }
  }
  return result;
}

/** Gram-Schmidt, twice over, since once loses digits. */
function orthonormal(q: Float64Array, rank: number, units: number): void {
  for (let pass = 0; pass < 2; pass++) for (let a = 0; a < rank; a++) {
    const row = q.subarray(a * units, (a + 1) * units);
    for (let b = 0; b < a; b++) {
      const other = q.subarray(b * units, (b + 1) * units);
      let sum = 0;
      for (let u = 0; u < units; u++) sum += row[u]! * other[u]!;
      for (let u = 0; u < units; u++) row[u]! -= sum * other[u]!;
    }
    const norm = Math.sqrt(row.reduce((sum, v) => sum + v * v, 0));
    for (let u = 0; u < units; u++) row[u] = norm > 0 ? row[u]! / norm : 0;
  }
}

function* projected({ data, steps, units }: Column, directions: Float64Array, components: number): Generator<Progress, Float32Array> {
  const points = new Float32Array(steps * components);
  const meter = new Meter(steps);
  for (let t = 0; t < steps; t++) {
    for (let c = 0; c < components; c++) {
      let sum = 0;
      for (let u = 0; u < units; u++) sum += data[t * units + u]! * directions[c * units + u]!;
      points[t * components + c] = sum;
    }
    const done = meter.step('State space');
    if (done) { yield done; meter.resume(); }
  }
  return points;
}

/** A direction and its opposite are the same: the one whose largest loading is positive. */
function turnUp(direction: Float64Array): void {
  let largest = 0;
  for (const v of direction) if (Math.abs(v) > Math.abs(largest) * (1 + 1e-9)) largest = v;
  if (largest < 0) for (let u = 0; u < direction.length; u++) direction[u] = -direction[u]!;
}
