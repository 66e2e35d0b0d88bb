/** What every function of this room reads: one recorded signal over the whole sequence. */

/** `data` is [steps, units], rows first. */
export interface Column {
  readonly data: Float32Array;
  readonly steps: number;
  readonly units: number;
}

/** A column over `data` [steps, units]; throws when the length does not fit the sizes. */
export function column(data: Float32Array, steps: number, units: number): Column {
  if (data.length !== steps * units) {
    throw new Error(`Expected ${steps} steps x ${units} units = ${steps * units} numbers, found ${data.length}. Pass the whole signal, rows first.`);
  }
  return { data, steps, units };
}

/** One unit of a column over all steps, [steps], as float64. Throws for a unit that is not there. */
export function unitValues({ data, steps, units }: Column, unit: number): Float64Array {
  if (!Number.isInteger(unit) || unit < 0 || unit >= units) {
    throw new Error(`Expected a unit from 0 to ${units - 1}, found ${unit}.`);
  }
  const values = new Float64Array(steps);
  for (let t = 0, k = unit; t < steps; t++, k += units) values[t] = data[k] ?? NaN;
  return values;
}

/** Rows [units, length]: every unit thinned to at most so many evenly spaced steps, centred, and of length 1, so that a dot product is Pearson's r. */
export interface UnitRows {
  readonly data: Float32Array;
  readonly units: number;
  readonly length: number;
  /** 1: every step is in. k: every k-th. */
  readonly stride: number;
}

/** Units turned at a time: a cache line of the column, and few enough rows written at once. */
const BLOCK = 16;

/**
 * Centres and scales every unit of a column, thinned to about `limit` steps.
 * NaN and infinite values count as the unit's mean; a unit that never changes becomes a row of zeros (its r with anything is 0).
 */
export function unitRows({ data, steps, units }: Column, limit: number): UnitRows {
  const stride = Math.max(1, Math.ceil(steps / Math.max(1, limit)));
  const length = Math.ceil(steps / stride);
  const rows = new Float32Array(units * length); // [units, length]
  for (let first = 0; first < units; first += BLOCK) {
    const last = Math.min(units, first + BLOCK);
    for (let j = 0; j < length; j++) {
      for (let u = first, k = j * stride * units + first; u < last; u++, k++) rows[u * length + j] = data[k]!;
    }
  }
  for (let u = 0; u < units; u++) standardise(rows.subarray(u * length, (u + 1) * length));
  return { data: rows, units, length, stride };
}

/** Centres a row and makes its length 1, in place; what is not finite becomes 0, and so does a row that never changes. */
export function standardise(row: Float32Array | Float64Array): void {
  const { mean, norm } = centre(row);
  for (let k = 0; k < row.length; k++) {
    const v = row[k] ?? NaN;
    row[k] = norm > 0 && Number.isFinite(v) ? (v - mean) / norm : 0;
  }
}

/** Mean of the finite values, and the Euclidean norm of what is left without it; 0 where that is only rounding. */
function centre(row: Float32Array | Float64Array): { mean: number; norm: number } {
  let n = 0, sum = 0, square = 0, largest = 0;
  for (const v of row) if (Number.isFinite(v)) { n++; sum += v; largest = Math.max(largest, Math.abs(v)); }
  const mean = n > 0 ? sum / n : 0;
  for (const v of row) if (Number.isFinite(v)) square += (v - mean) ** 2;
  const norm = Math.sqrt(square);
  return { mean, norm: norm > 1e-12 * largest * Math.sqrt(n) ? norm : 0 };
}

/** Dot product of rows a and b of `rows`: Pearson's r of two units, 0 where one never changes. */
export function rowR({ data, length }: UnitRows, a: number, b: number): number {
  const i = a * length, j = b * length;
  let even = 0, odd = 0; // two sums: an addition need not wait for the one before
  for (let k = 0; k + 1 < length; k += 2) {
    even += data[i + k]! * data[j + k]!;
    odd += data[i + k + 1]! * data[j + k + 1]!;
  }
  return even + odd + (length % 2 ? data[i + length - 1]! * data[j + length - 1]! : 0);
}
