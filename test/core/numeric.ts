/** Finite differences, and programs unrolled over a few steps: what the backward pass is checked against. */
import { differentiate } from '../../src/core/differentiate';
import { step, type Values } from '../../src/core/interpret';
import type { Program } from '../../src/core/program';
import { random } from '../../src/core/random';
import { shapeOf, type Sizes } from '../../src/core/sizes';

/** All the numbers that a loss depends on. */
export interface Point {
  readonly params: Record<string, Float64Array>;
  readonly states: Record<string, Float64Array>;
  /** One row a step. */
  readonly x: readonly Float64Array[];
  /** The loss is the sum over steps of weights ⊙ output. */
  readonly weights: readonly Float64Array[];
}

export function randomPoint(program: Program, sizes: Sizes, steps: number, seed: number, scale = 1): Point {
  const source = random(seed);
  const vector = (n: number): Float64Array => new Float64Array(n).map(() => (2 * source.uniform() - 1) * scale);
  const size = (k: number): number => sizes[k]!;
  const output = program.states.find(s => s.name === program.output)!;
  return {
    params: Object.fromEntries(program.parameters.map(p => [p.name, vector(shapeOf(p, sizes).reduce((n, k) => n * k, 1))])),
    states: Object.fromEntries(program.states.map(s => [s.name, vector(size(s.size))])),
    x: Array.from({ length: steps }, () => vector(size(program.input))),
    weights: Array.from({ length: steps }, () => vector(size(output.size))),
  };
}

export interface Unrolled { readonly loss: number; readonly nodes: readonly (readonly Float64Array[])[]; readonly pattern: string }

/** Runs forward. `pattern` says on which side of every kink (relu, min, max, step) each number was. */
export function unroll(program: Program, sizes: Sizes, { params, states, x, weights }: Point): Unrolled {
  let carried: Values = states;
  let loss = 0;
  const nodes: (readonly Float64Array[])[] = [];
  let pattern = '';
  for (const [t, row] of x.entries()) {
    const result = step(program, sizes, params, row, carried);
    nodes.push(result.nodes);
    pattern += kinks(program, result.nodes);
    carried = result.states;
    loss += result.states[program.output]!.reduce((sum, v, k) => sum + v * weights[t]![k]!, 0);
  }
  return { loss, nodes, pattern };
}

function kinks(program: Program, nodes: readonly Float64Array[]): string {
  return program.nodes.map(n => {
    if (n.op === 'relu' || n.op === 'step') return [...nodes[n.a]!].map(v => v > 0 ? '+' : '-').join('');
    if (n.op === 'min' || n.op === 'max') return [...nodes[n.a]!].map((v, k) => v > nodes[n.b]![k]! ? '+' : '-').join('');
    return '';
  }).join('');
}

export interface Gradients { readonly params: Record<string, Float64Array>; readonly states: Record<string, Float64Array>; readonly x: readonly Float64Array[] }

/** The loss's gradients by the differentiated program, interpreted. */
export function backward(program: Program, sizes: Sizes, point: Point): Gradients {
  const back = differentiate(program);
  const { nodes } = unroll(program, sizes, point);
  const params = Object.fromEntries(Object.entries(point.params).map(([name, v]) => [name, new Float64Array(v.length)]));
  let carried: Values = {};
  const dx: Float64Array[] = [];
  for (let t = point.x.length - 1; t >= 0; t--) {
    const result = step(back, sizes, point.params, point.weights[t]!, carried, nodes[t]);
    for (const { parameter, rows, columns } of back.contributions) add(params[parameter]!, result.nodes[rows]!, columns === undefined ? Float64Array.of(1) : result.nodes[columns]!);
    dx.unshift(result.signals['dx']!);
    carried = result.states;
  }
  const states = Object.fromEntries(program.states.map(s => [s.name, carried[`d${s.name}`]! as Float64Array]));
  return { params, states, x: dx };
}

function add(to: Float64Array, rows: Float64Array, columns: Float64Array): void {
  rows.forEach((d, r) => { columns.forEach((v, c) => { to[r * columns.length + c]! += d * v; }); });
}

export interface Comparison { readonly compared: number; readonly atKinks: number; readonly worst: number; readonly where: string }

/**
 * Every component of every gradient against five-point differences: worst |a - n| / max(|a|, |n|, 1e-3 max|grad|). Components whose
 * differences cross a kink are left out, and counted. `floor` is the size below which gradients drown in rounding.
 */
export function compareWithDifferences(program: Program, sizes: Sizes, point: Point, { h = 1e-3, floor = 0 }: { h?: number; floor?: number } = {}): Comparison {
  const gradients = backward(program, sizes, point);
  const tensors: [string, Float64Array, Float64Array][] = [
    ...Object.keys(point.params).map((k): [string, Float64Array, Float64Array] => [k, point.params[k]!, gradients.params[k]!]),
    ...Object.keys(point.states).map((k): [string, Float64Array, Float64Array] => [`state ${k}`, point.states[k]!, gradients.states[k]!]),
    ...point.x.map((row, t): [string, Float64Array, Float64Array] => [`x at ${t}`, row, gradients.x[t]!]),
  ];
  const { pattern } = unroll(program, sizes, point);
  const largest = Math.max(...tensors.flatMap(([, , g]) => [...g].map(Math.abs)));
  let [compared, atKinks, worst, where] = [0, 0, 0, ''];
  for (const [name, values, gradient] of tensors) {
    for (let k = 0; k < values.length; k++) {
      const numeric = difference(values, k, h, () => unroll(program, sizes, point), pattern);
      if (numeric === undefined) { atKinks++; continue; }
      compared++;
      const a = gradient[k]!;
      const error = Math.abs(a - numeric) / Math.max(Math.abs(a), Math.abs(numeric), 1e-3 * largest, floor, Number.MIN_VALUE);
      if (!(error <= worst)) [worst, where] = [error, `${name}[${k}]: backward ${a}, differences ${numeric}`];
    }
  }
  return { compared, atKinks, worst, where };
}

/** The derivative by values[k]; undefined where a kink lies between the points. */
export function difference(values: Float64Array, k: number, h: number, run: () => Unrolled, pattern: string): number | undefined {
  const before = values[k]!;
  const at = (offset: number): Unrolled => { values[k] = before + offset; return run(); };
  const [a, b, c, d] = [at(-2 * h), at(-h), at(h), at(2 * h)] as const;
  values[k] = before;
  if ([a, b, c, d].some(u => u.pattern !== pattern)) return undefined;
  return (a.loss - 8 * b.loss + 8 * c.loss - d.loss) / (12 * h);
}
