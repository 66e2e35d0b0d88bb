/** What a comparison with a framework yields: one row a signal, and the numbers it is judged by. */
import type { Arithmetic, EvaluatorName } from '../../src/core/engine';

type Numbers = ArrayLike<number>;

/** Both run every case. */
export const EVALUATORS: readonly EvaluatorName[] = ['reference', 'fast'];

/** Signals, or their gradients. */
export type Pass = 'forward' | 'backward';

/** Which case a row is of. */
export interface About {
  readonly framework: string;
  readonly cell: string;
  readonly variant: string;
  readonly steps: number;
  readonly evaluator: EvaluatorName;
  /** What the evaluator turned out to compute in. */
  readonly arithmetic: Arithmetic;
}

/** What is compared with: numbers by step, and how far the framework itself is from float64. */
export interface Expected {
  /** [rows, columns]; a row is a timestep, or the whole tensor. */
  readonly values: Numbers;
  readonly rows: number;
  /** `float32` where the framework gives no better: then the difference is the sum of both errors. */
  readonly truth: 'float64' | 'float32';
  /** The framework's own error: largest absolute (forward), largest relative norm (backward); null where it cannot be known. */
  readonly peer: number | null;
}

/** One signal or tensor of one run, compared. */
export interface Row extends About {
  readonly pass: Pass;
  /** `f`, `l1.reverse.c`, `final h`; backward, with the loss: `df of mse`, `dUi of sum`. */
  readonly what: string;
  readonly maxAbs: number;
  /** Forward: maxAbs / max(1, max|expected|). Backward: the largest norm(difference) / norm(expected) of a row. */
  readonly maxRel: number;
  /** Of maxAbs forward, of maxRel backward. */
  readonly bound: number;
  readonly peer: number | null;
  readonly truth: Expected['truth'];
  readonly over: boolean;
  /** Beyond the bound where the framework's own float32 is, too, and no more than twice as far: told apart, and counted. */
  readonly likePeer: boolean;
  /** The place of the largest error, with both numbers. */
  readonly where: string;
}

const FORWARD = 1e-6;
const BACKWARD = 1e-5;
/** Gradients smaller than this are compared with it: their own size says nothing any more. */
const VANISHED = 1e-30;

/** |found - expected| <= 1e-6 max(1, max|expected|), everywhere. */
export function forwardRow(about: About, what: string, found: Numbers, expected: Expected, at: readonly number[] = []): Row {
  const { values } = expected;
  const scale = values.length === found.length ? largest(values) : NaN;
  const { error: maxAbs, index } = furthest(found, values);
  const bound = FORWARD * scale;
  const { peer, truth } = expected;
  return { ...about, pass: 'forward', what, maxAbs, maxRel: maxAbs / scale, bound, peer, truth, over: !(maxAbs <= bound), likePeer: false, where: place(found, expected, index, at) };
}

/** norm(found - expected) <= 1e-5 norm(expected), row by row; where that norm has vanished, they may be 1e-30 apart. */
export function backwardRow(about: About, what: string, found: Numbers, expected: Expected, at: readonly number[] = []): Row {
  const { values, rows } = expected;
  const columns = values.length / rows;
  let [maxRel, worst] = [values.length === found.length ? 0 : NaN, 0];
  for (let r = 0; r < rows; r++) {
    const { difference, norm } = norms(found, values, r * columns, columns);
    const relative = difference / (norm < VANISHED ? VANISHED / BACKWARD : norm);
    if (worse(relative, maxRel)) [maxRel, worst] = [relative, r];
  }
  const { error: maxAbs } = furthest(found, values);
  const within = furthest(part(found, worst, columns), part(values, worst, columns)).index;
  const where = place(found, expected, worst * columns + within, at);
  return { ...about, pass: 'backward', what, maxAbs, maxRel, bound: BACKWARD, peer: expected.peer, truth: expected.truth, ...judge(maxRel, expected.peer), where };
}

/** Some gradients cannot be had in float32: the framework's own are beyond the bound as well. */
function judge(relative: number, peer: number | null): { over: boolean; likePeer: boolean } {
  const beyond = !(relative <= BACKWARD);
  const likePeer = beyond && peer !== null && peer > BACKWARD && relative <= 2 * peer;
  return { over: beyond && !likePeer, likePeer };
}

function part(values: Numbers, row: number, columns: number): readonly number[] {
  return Array.from(values).slice(row * columns, (row + 1) * columns);
}

/** max(1, max|v|) */
function largest(values: Numbers): number {
  let most = 1;
  for (let k = 0; k < values.length; k++) most = Math.max(most, Math.abs(values[k]!));
  return most;
}

/** What is no number is the worst there is, and stays so. */
function worse(error: number, than: number): boolean {
  return !Number.isNaN(than) && !(error <= than);
}

function furthest(found: Numbers, expected: Numbers): { error: number; index: number } {
  let [error, index] = [0, 0];
  for (let k = 0; k < expected.length; k++) {
    const e = Math.abs(found[k]! - expected[k]!);
    if (worse(e, error)) [error, index] = [e, k];
  }
  return { error, index };
}

function norms(found: Numbers, expected: Numbers, from: number, count: number): { difference: number; norm: number } {
  let [difference, norm] = [0, 0];
  for (let k = from; k < from + count; k++) {
    difference = Math.hypot(difference, found[k]! - expected[k]!);
    norm = Math.hypot(norm, expected[k]!);
  }
  return { difference, norm };
}

function place(found: Numbers, { values, rows }: Expected, index: number, at: readonly number[]): string {
  if (found.length !== values.length) return `${found.length} numbers where ${values.length} were expected`;
  const columns = values.length / rows;
  const row = Math.floor(index / columns);
  const step = at.length === rows ? `step ${at[row]}, ` : '';
  return `${step}[${index - row * columns}]: found ${found[index]}, expected ${values[index]}`;
}
