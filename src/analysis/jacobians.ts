/**
 * How large the product of a cell's step Jacobians is. J_t is what the states of step t are by those before it, all states side by side;
 * the backward program gives Jᵀu, and since it is linear, differentiating it again gives Jv. Everything in float64.
 */
import { binaryFunctions, unaryFunctions } from '../core/elementwise';
import type { Values } from '../core/interpret';
import type { Progress } from '../core/pace';
import type { Node, Program } from '../core/program';
import { backwardOf } from '../core/programs';
import type { Sizes } from '../core/sizes';
import { estimateSingular } from './weights/estimate';

type Nodes = readonly Float64Array[];

/** A cell along some steps: its forward program's nodes at each, in the layer's order; and its parameters, one for all or those of each step. */
export interface Trail { readonly program: Program; readonly sizes: Sizes; readonly params: Values | readonly Values[]; readonly nodes: readonly Nodes[] }

/** The trail's step with this number, as `stepMany` wants it. */
const stepOf = ({ params, sizes, nodes }: Trail, k: number): Step => ({ sizes, params: Array.isArray(params) ? (params as readonly Values[])[k]! : params as Values, saved: nodes[k]! });

interface Step { readonly sizes: Sizes; readonly params: Values; readonly saved: Nodes }

/** One value for all of the batch, or a row each, [batch, size]. */
interface Value { readonly rows: Float64Array; readonly many: boolean }
type Batch = Readonly<Record<string, Float64Array>>;

/** The states after one step of a program for `count` states at once, [count, size] each; its x is zero. `seen` hears of every node. */
function stepMany({ sizes, params, saved }: Step, program: Program, count: number, states: Batch, seen?: (values: readonly Value[]) => void): Batch {
  const values: Value[] = [];
  for (const node of program.nodes) values.push(valueOf(node, values, { sizes, params, count, states, saved }));
  seen?.(values);
  return Object.fromEntries(program.states.map(s => {
    const { rows, many } = values[s.next]!;
    return [s.name, many ? rows : repeated(rows, count)];
  }));
}

interface Around { readonly sizes: Sizes; readonly params: Values; readonly count: number; readonly states: Batch; readonly saved: Nodes }

function valueOf(node: Node, values: readonly Value[], around: Around): Value {
  const { sizes, params, count, states, saved } = around;
  const size = sizes[node.size]!;
  const one = (rows: Float64Array): Value => ({ rows, many: false });
  switch (node.op) {
    case 'number': return one(Float64Array.of(node.value));
    case 'size': return one(Float64Array.of(sizes[node.of]!));
    case 'input': return one(new Float64Array(size));
    case 'parameter': return one(Float64Array.from(params[node.name]!));
    case 'saved': return one(saved[node.node]!);
    case 'state': return { rows: states[node.name]!, many: true };
    case 'copy': return values[node.a]!;
    case 'spread': return perRow(values[node.a]!, count, 1, size, (from, to) => to.fill(from[0]!));
    case 'sum': { const a = values[node.a]!; return perRow(a, count, a.rows.length / (a.many ? count : 1), 1, (from, to) => { to[0] = from.reduce((s, v) => s + v, 0); }); }
    case 'product': { const a = values[node.a]!; return perRow(a, count, a.rows.length / (a.many ? count : 1), size, (from, to) => multiply(params[node.matrix]!, node.transposed, from, to)); }
    default: return 'b' in node ? pairwise(values[node.a]!, values[node.b]!, size, binaryFunctions[node.op]) : { ...values[node.a]!, rows: values[node.a]!.rows.map(unaryFunctions[node.op]) };
  }
}

function perRow({ rows, many }: Value, count: number, width: number, size: number, work: (from: Float64Array, to: Float64Array) => void): Value {
  const out = new Float64Array((many ? count : 1) * size);
  for (let k = 0; k < (many ? count : 1); k++) work(rows.subarray(k * width, (k + 1) * width), out.subarray(k * size, (k + 1) * size));
  return { rows: out, many };
}

function pairwise(a: Value, b: Value, size: number, f: (v: number, w: number) => number): Value {
  const many = a.many || b.many;
  const out = new Float64Array(Math.max(a.rows.length, b.rows.length));
  for (let k = 0, u = 0; k < out.length; k++, u = u + 1 === size ? 0 : u + 1) out[k] = f(a.rows[a.many ? k : u]!, b.rows[b.many ? k : u]!);
  return { rows: out, many };
}

/** W v, or Wᵀ v. */
function multiply(w: ArrayLike<number>, transposed: boolean, v: Float64Array, out: Float64Array): void {
  if (!transposed) {
    for (let i = 0, at = 0; i < out.length; i++) {
      let sum = 0;
      for (let k = 0; k < v.length; k++, at++) sum += w[at]! * v[k]!;
      out[i] = sum;
    }
    return;
  }
  for (let k = 0; k < v.length; k++) {
    const by = v[k]!;
    if (by === 0) continue;
    for (let i = 0, at = k * out.length; i < out.length; i++, at++) out[i]! += w[at]! * by;
  }
}

function repeated(row: Float64Array, count: number): Float64Array {
  const out = new Float64Array(row.length * count);
  for (let k = 0; k < count; k++) out.set(row, k * row.length);
  return out;
}

/** Numbers in all states together. */
export function stateCount({ program, sizes }: Pick<Trail, 'program' | 'sizes'>): number {
  return program.states.reduce((n, s) => n + sizes[s.size]!, 0);
}

/**
 * Spectral norms of J_T J_(T-1) ... over the last 1, 2, 4 ... steps of the trail, from whole matrices: takes states² numbers and, every
 * step, the products of one step for each of them.
 */
export function* productNorms(trail: Trail, distances: readonly number[]): Generator<Progress, number[]> {
  const { program, sizes, nodes } = trail;
  const backward = backwardOf(program);
  const all = stateCount(trail);
  let states: Batch = identity(program, sizes, all);
  const norms: number[] = [];
  for (let d = 1; d <= (distances.at(-1) ?? 0); d++) {
    states = stepMany(stepOf(trail, nodes.length - d), backward, all, states);
    if (distances.includes(d)) norms.push(yield* spectralNorm(sideBySide(program, sizes, states, all), all));
    yield { done: d, total: distances.at(-1)!, what: 'Jacobians' };
  }
  return norms;
}

/** What the states after one step are by those before it: [all, all], a row an output, states side by side. `nodes` are the forward program's at that step. */
export function stepJacobian(program: Program, sizes: Sizes, params: Values, nodes: Nodes): Float64Array {
  const all = stateCount({ program, sizes });
  return sideBySide(program, sizes, stepMany({ sizes, params, saved: nodes }, backwardOf(program), all, identity(program, sizes, all)), all);
}

/** Rows of the identity, cut by state. */
function identity(program: Program, sizes: Sizes, all: number): Batch {
  let left = 0;
  return Object.fromEntries(program.states.map(s => {
    const size = sizes[s.size]!;
    const rows = new Float64Array(all * size);
    for (let u = 0; u < size; u++) rows[(left + u) * size + u] = 1;
    left += size;
    return [`d${s.name}`, rows];
  }));
}

function sideBySide(program: Program, sizes: Sizes, states: Batch, all: number): Float64Array {
  const out = new Float64Array(all * all);
  let left = 0;
  for (const s of program.states) {
    const size = sizes[s.size]!;
    const rows = states[`d${s.name}`]!;
    for (let k = 0; k < all; k++) out.set(rows.subarray(k * size, (k + 1) * size), k * all + left);
    left += size;
  }
  return out;
}

/** Largest singular value of a square matrix, however small or large its numbers are. */
function* spectralNorm(matrix: Float64Array, size: number): Generator<Progress, number> {
  const most = matrix.reduce((a, v) => Math.max(a, Math.abs(v)), 0);
  if (!(most > 0) || most === Infinity || matrix.some(v => v !== v)) return matrix.some(v => v !== v) ? NaN : most;
  const [sigma = NaN] = yield* estimateSingular(matrix.map(v => v / most), size, size, 1);
  return most * sigma;
}

const ROUNDS = 5;

/** As `productNorms`, by power iteration: one vector to and fro, so that states may be many. What is found is approached from below. */
export function* productNormsByPower(trail: Trail, distances: readonly number[]): Generator<Progress, number[]> {
  const { program, sizes, nodes } = trail;
  const backward = backwardOf(program);
  const forth = backwardOf(backward);
  const coefficients = nodes.map((_, k) => {
    let found: Nodes = [];
    stepMany(stepOf(trail, k), backward, 1, zeros(program, sizes, 'd'), values => { found = values.map(v => v.rows); });
    return found;
  });
  const norms: number[] = [];
  let u = start(program, sizes);
  for (const distance of distances) {
    let sigma = 0;
    for (let round = 0; round < ROUNDS; round++) {
      let v: Batch = u;
      for (let d = 1; d <= distance; d++) { v = stepMany(stepOf(trail, nodes.length - d), backward, 1, v); yield progressOf(distance); }
      if (!(scale(v) > 0)) break;
      let back: Batch = renamed(v, name => `d${name}`);
      for (let d = distance; d >= 1; d--) { back = stepMany({ ...stepOf(trail, nodes.length - d), saved: coefficients[nodes.length - d]! }, forth, 1, back); yield progressOf(distance); }
      u = renamed(back, name => name.slice(1));
      const length = scale(u);
      if (!(length > 0)) break;
      sigma = length;
    }
    norms.push(sigma);
  }
  return norms;
}

const progressOf = (distance: number): Progress => ({ done: distance, total: distance, what: 'Jacobians' });

function zeros({ states }: Program, sizes: Sizes, prefix: string): Batch {
  return Object.fromEntries(states.map(s => [prefix + s.name, new Float64Array(sizes[s.size]!)]));
}

const renamed = (batch: Batch, rename: (name: string) => string): Batch => Object.fromEntries(Object.entries(batch).map(([name, rows]) => [rename(name), rows]));

/** Makes the vector's length 1 and answers what it was. */
function scale(batch: Batch): number {
  const all = Object.values(batch);
  const most = Math.max(...all.map(v => v.reduce((a, x) => Math.max(a, Math.abs(x)), 0)));
  if (!(most > 0) || most === Infinity) return most;
  const length = most * Math.sqrt(all.reduce((sum, v) => v.reduce((s, x) => s + (x / most) ** 2, sum), 0));
  for (const v of all) for (let k = 0; k < v.length; k++) v[k] = v[k]! / length;
  return length;
}

/** Numbers without a pattern, the same every time, of length 1. */
function start(program: Program, sizes: Sizes): Batch {
  let state = 7;
  const made = Object.fromEntries(program.states.map(s => [`d${s.name}`, new Float64Array(sizes[s.size]!).map(() => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  })]));
  scale(made);
  return made;
}
