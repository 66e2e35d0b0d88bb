/**
 * Where a step leaves a state as it is, or nearly: minima of q = ½‖F(s) − s‖² with the input held (Sussillo & Barak, Neural Computation 25,
 * 2013), by damped Gauss-Newton steps (Levenberg 1944; Marquardt 1963) from states that the run went through. Float64.
 */
import type { Progress } from '../core/pace';
import { eigenvalues } from './weights/eigenvalues';

/** One step of a system whose input is held. */
export interface StepMap {
  readonly size: number;
  apply(state: Float64Array): { readonly next: Float64Array; /** [size, size]: a row an output. */ jacobian(): Float64Array };
}

export interface Resting {
  readonly state: Float64Array;
  /** ‖F(s) − s‖ */
  readonly speed: number;
  /** True where the step moves it by no more than rounding. */
  readonly fixed: boolean;
  /** Directions in which a small push grows; NaN where the eigenvalues did not settle. */
  readonly growing: number;
  /** Greatest |eigenvalue| of the step's Jacobian. */
  readonly radius: number;
}

/** Rounds of one search. */
export const ROUNDS = 60;
const REFUSED = 12;
/** Of the size of the state: less is rounding. */
const FIXED = 1e-7;
/** Nearer to one another, by the size of the state, two are one. */
const SAME = 1e-3;

/** The points that searches from the starts end at, those that move by more than `slow` a step left out; each once, the slowest first. */
export function* restingPoints(map: StepMap, starts: readonly Float64Array[], slow: number): Generator<Progress, { readonly points: readonly Resting[]; readonly lost: number }> {
  const found: { state: Float64Array; speed: number }[] = [];
  let lost = 0;
  for (const [k, start] of starts.entries()) {
    const end = yield* settled(map, start, k / starts.length);
    const fixed = end.speed <= FIXED * (1 + norm(end.state));
    if (!(fixed || end.speed <= slow)) lost++;
    else if (!found.some(f => distance(f.state, end.state) <= SAME * (1 + norm(f.state)))) found.push(end);
  }
  const points: Resting[] = [];
  for (const { state, speed } of found.sort((a, b) => a.speed - b.speed)) {
    const sizes = yield* spectrum(map.apply(state).jacobian(), map.size);
    points.push({ state, speed, fixed: speed <= FIXED * (1 + norm(state)), growing: sizes.every(Number.isFinite) ? sizes.filter(v => v > 1 + 1e-6).length : NaN, radius: sizes.reduce((a, v) => Math.max(a, v), 0) }); // of NaN: NaN
  }
  return { points, lost };
}

/** Less than this share of a matrix's largest number is rounding: where gates are shut, numbers beyond all scale keep the eigenvalues from settling. */
const ROUNDING = [0, 1e-15, 1e-12, 1e-9];

/** |eigenvalues|; not a number where they do not settle. */
function* spectrum(matrix: Float64Array, n: number): Generator<Progress, Float64Array> {
  const most = matrix.reduce((a, v) => Math.max(a, Math.abs(v)), 0);
  for (const share of ROUNDING) {
    try {
      const { re, im } = yield* eigenvalues(matrix.map(v => (Math.abs(v) < share * most ? 0 : v)), n);
      return re.map((x, k) => Math.hypot(x, im[k]!));
    } catch { /* the next one is kinder */ }
  }
  return new Float64Array(n).fill(NaN);
}

/** Goes down q from a state, with ever less damping while that helps. */
function* settled(map: StepMap, start: Float64Array, done: number): Generator<Progress, { state: Float64Array; speed: number }> {
  let state: Float64Array = Float64Array.from(start), at = map.apply(state), gap = minus(at.next, state), damping = 1e-3;
  for (let round = 0; round < ROUNDS; round++) {
    const speed = norm(gap);
    if (!(speed > 1e-3 * FIXED * (1 + norm(state)))) break;
    const { normal, slope } = equations(at.jacobian(), gap, map.size);
    let better: { state: Float64Array; at: ReturnType<StepMap['apply']>; gap: Float64Array } | undefined;
    for (let tries = 0; tries < REFUSED && !better; tries++) {
      const by = solved(normal, slope, map.size, damping);
      if (by) {
        const there = state.map((v, k) => v - by[k]!), next = map.apply(there), left = minus(next.next, there);
        if (norm(left) < speed) better = { state: there, at: next, gap: left };
      }
      damping = better ? Math.max(1e-12, damping / 5) : damping * 6;
      yield { done, total: 1, what: 'Fixed points' };
    }
    if (!better) break;
    const little = speed - norm(better.gap) < 1e-9 * speed;
    ({ state, at, gap } = better);
    if (little) break;
  }
  return { state, speed: norm(gap) };
}

/** AᵀA and Aᵀg of A = J − 1. */
function equations(jacobian: Float64Array, gap: Float64Array, n: number): { readonly normal: Float64Array; readonly slope: Float64Array } {
  const normal = new Float64Array(n * n), slope = new Float64Array(n);
  for (let r = 0; r < n; r++) {
    const row = jacobian.subarray(r * n, (r + 1) * n).slice();
    row[r]! -= 1;
    for (let i = 0; i < n; i++) {
      const v = row[i]!;
      slope[i]! += v * gap[r]!;
      if (v !== 0) for (let j = 0; j <= i; j++) normal[i * n + j]! += v * row[j]!;
    }
  }
  return { normal, slope };
}

/** (M + damping · mean of its diagonal) x = b by Cholesky, of a symmetric M given by its lower half; undefined where that fails. */
function solved(lower: Float64Array, b: Float64Array, n: number, damping: number): Float64Array | undefined {
  const l = lower.slice(), x = b.slice();
  let trace = 0;
  for (let i = 0; i < n; i++) trace += l[i * n + i]!;
  for (let i = 0; i < n; i++) {
    l[i * n + i]! += damping * (trace / n || 1);
    for (let j = 0; j <= i; j++) {
      let sum = l[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= l[i * n + k]! * l[j * n + k]!;
      if (i === j && !(sum > 0)) return undefined;
      l[i * n + j] = i === j ? Math.sqrt(sum) : sum / l[j * n + j]!;
    }
  }
  for (let i = 0; i < n; i++) { for (let k = 0; k < i; k++) x[i]! -= l[i * n + k]! * x[k]!; x[i]! /= l[i * n + i]!; }
  for (let i = n - 1; i >= 0; i--) { for (let k = i + 1; k < n; k++) x[i]! -= l[k * n + i]! * x[k]!; x[i]! /= l[i * n + i]!; }
  return x;
}

const minus = (a: Float64Array, b: Float64Array): Float64Array => a.map((v, k) => v - b[k]!);
const norm = (v: Float64Array): number => Math.sqrt(v.reduce((s, x) => s + x * x, 0));
const distance = (a: Float64Array, b: Float64Array): number => norm(minus(a, b));
