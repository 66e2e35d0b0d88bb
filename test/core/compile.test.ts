/** The compiled evaluator against the reference: named cells, then random ones, forward and backward, in memory full of NaN. */
import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cells } from '../../src/core/cells/index';
import { machine, machines, type Machine } from '../../src/core/compile/machine';
import { canCompile } from '../../src/core/compile/support';
import { differentiate } from '../../src/core/differentiate';
import { parse } from '../../src/core/equations';
import { step, type Values } from '../../src/core/interpret';
import type { Program } from '../../src/core/program';
import { programOf } from '../../src/core/programs';
import { random } from '../../src/core/random';
import { shapeOf, sizesOf, type Sizes } from '../../src/core/sizes';
import { backward, randomPoint, unroll, type Point } from './numeric';
import { drawn } from './randomCells';

const SEED = Number(process.env['SEED'] ?? 4711);
const RUNS = Number(process.env['RUNS'] ?? 200);

/** Everything that a run gives, by name: values a step, or gradients. */
type Results = Readonly<Record<string, ArrayLike<number>>>;

describe('the compiled evaluator', () => {
  before(() => { assert.ok(canCompile(), 'this machine should have WebAssembly SIMD'); });

  for (const cell of cells) for (const [inputs, units, batch, reverse] of [[1, 1, 1, false], [3, 5, 1, true], [7, 36, 3, false], [70, 66, 1, false], [5, 24, 2, true]] as const) {
    it(`runs ${cell.id} with ${inputs} inputs, ${units} units, ${batch} at once, ${reverse ? 'reverse' : 'forward'}`, () => {
      const program = programOf(cell);
      const sizes = sizesOf(program, { x: inputs, [program.output]: units });
      const points = Array.from({ length: batch }, (_, k) => scaled(program, sizes, randomPoint(program, sizes, 9, 1000 + 7 * k), Math.sqrt(1 / Math.max(units, 4)), 1000));
      close(compiled(program, sizes, points, reverse), points.map(p => reference(program, sizes, p, reverse)), () => 2e-6, '');
    });
  }

  /** A product that is ready early stands behind one that waits for another stage. */
  for (const text of [
    "a = tanh(W x + V h)\nh' = tanh(U a + R h + b)",
    "a = tanh(W x + V h + c)\nd = tanh(Q a)\nh' = 0.5 U d + 0.5 (R h + S a) + P x + b",
    "r = σ(W x + V h)\ng = tanh(A x + r ⊙ U h)\nk = σ(B g + C h + D x + b)\nh' = k ⊙ g + (1 - k) ⊙ h",
  ]) {
    for (const [units, batch, reverse] of [[6, 1, false], [17, 3, true]] as const) it(`adds products of several stages up: ${text.split('\n').at(-1)!}, ${units} units, ${batch} at once`, () => {
      const program = parse(text);
      const sizes = sizesOf(program, { x: 5, h: units });
      const points = Array.from({ length: batch }, (_, k) => scaled(program, sizes, randomPoint(program, sizes, 6, 300 + k), Math.sqrt(1 / units), 300));
      close(compiled(program, sizes, points, reverse), points.map(p => reference(program, sizes, p, reverse)), () => 2e-6, text);
    });
  }

  it(`agrees with the reference on random cells, forward and backward (SEED=${SEED}, RUNS=${RUNS})`, () => {
    let [compared, loose] = [0, 0];
    fc.assert(fc.property(drawn, fc.constantFrom(1, 3, 5, 8, 17), fc.constantFrom(1, 1, 2, 3), fc.boolean(), ({ text, seed }, n, batch, reverse) => {
      const program = parse(text);
      const sizes = sizesOf(program, { x: n, h: n, c: n });
      const points = Array.from({ length: batch }, (_, k) => rounded({ ...randomPoint(program, sizes, 4, seed + k, 0.7), params: randomPoint(program, sizes, 4, seed, 0.7).params }));
      const expected = points.map(p => reference(program, sizes, p, reverse));
      const shaken = points.map(p => Array.from({ length: 6 }, (_, k) => reference(program, sizes, shake(p, seed + 99 * k), reverse)));
      const wobble = (member: number, name: string, k: number): number => {
        const value = expected[member]![name]![k]!;
        const off = Math.max(...shaken[member]!.map(s => Math.abs(s[name]![k]! - value)));
        if (off > 1e-3 * Math.max(1, Math.abs(value))) loose++;
        compared++;
        return Number.isNaN(off) ? Infinity : 10 * off;
      };
      close(compiled(program, sizes, points, reverse), expected, wobble, text);
    }), { seed: SEED, numRuns: RUNS });
    assert.ok(compared > 100 * loose, `${compared} compared, ${loose} of them near a kink`);
  });
});

/** Parameters shared by all members, of a size that keeps float32 close. */
function scaled(program: Program, sizes: Sizes, point: Point, scale: number, seed: number): Point {
  const { params } = randomPoint(program, sizes, 1, seed, scale);
  return rounded({ ...point, params });
}

/** All numbers as float32 has them. */
function rounded(point: Point): Point {
  const round = (v: Float64Array): Float64Array => v.map(Math.fround);
  const all = (record: Readonly<Record<string, Float64Array>>): Record<string, Float64Array> => Object.fromEntries(Object.entries(record).map(([name, v]) => [name, round(v)]));
  return { params: all(point.params), states: all(point.states), x: point.x.map(round), weights: point.weights.map(round) };
}

/** Everything a little off, as rounding would have it: how far results move says how exact float32 can be. */
function shake(point: Point, seed: number): Point {
  const source = random(seed);
  const move = (v: Float64Array): Float64Array => v.map(a => a * (1 + 2e-6 * (source.uniform() - 0.5)) + 1e-7 * (source.uniform() - 0.5));
  const all = (record: Readonly<Record<string, Float64Array>>): Record<string, Float64Array> => Object.fromEntries(Object.entries(record).map(([name, v]) => [name, move(v)]));
  return { params: all(point.params), states: all(point.states), x: point.x.map(move), weights: point.weights.map(move) };
}

/** A reverse run is a forward run over the rows turned round. */
function turned(point: Point, reverse: boolean): Point {
  return reverse ? { ...point, x: [...point.x].reverse(), weights: [...point.weights].reverse() } : point;
}

function reference(program: Program, sizes: Sizes, given: Point, reverse: boolean): Results {
  const point = turned(given, reverse);
  const steps = point.x.length;
  const row = (k: number): number => reverse ? steps - 1 - k : k;
  const { nodes } = unroll(program, sizes, point);
  const results: Record<string, ArrayLike<number>> = {};
  for (const s of program.signals) for (let k = 0; k < steps; k++) results[`${s.name} at ${row(k)}`] = nodes[k]![s.node]!;
  const gradients = backward(program, sizes, point);
  for (const [name, v] of Object.entries(gradients.params)) results[`gradient of ${name}`] = v;
  for (const [name, v] of Object.entries(gradients.states)) results[`gradient of initial ${name}`] = v;
  for (const [k, v] of gradients.x.entries()) results[`dx at ${row(k)}`] = v;
  backwardSignals(program, sizes, point, nodes, (name, k, v) => { results[`${name} at ${row(k)}`] = v; });
  return results;
}

function backwardSignals(program: Program, sizes: Sizes, point: Point, nodes: readonly (readonly Float64Array[])[], give: (name: string, k: number, v: Float64Array) => void): void {
  const back = differentiate(program);
  let carried: Values = {};
  for (let k = point.x.length - 1; k >= 0; k--) {
    const result = step(back, sizes, point.params, point.weights[k]!, carried, nodes[k]);
    for (const s of back.signals) give(s.name, k, result.nodes[s.node]!);
    carried = result.states;
  }
}

/** The same by the machines, all members at once: two runs over parts of the sequence, as the engine makes them. */
function compiled(program: Program, sizes: Sizes, points: readonly Point[], reverse: boolean): Results[] {
  const back = differentiate(program);
  const steps = points[0]!.x.length;
  const batch = points.length;
  const { ahead: m, back: b } = machines(program, back, sizes, points[0]!.params, { batch, capacity: steps + 2, reverse, gradients: true, poison: NaN });
  const rows = (target: Machine, values: (p: Point) => readonly Float64Array[]): void => {
    for (const [j, p] of points.entries()) for (const [t, row] of values(p).entries()) target.input.memory.set(row, target.input.at + ((t + 1) * batch + j) * target.input.stride);
  };
  for (const [j, p] of points.entries()) for (const [name, v] of Object.entries(p.states)) m.states[name]!.set(v, j * v.length);
  rows(m, p => p.x);
  rows(b, p => p.weights);
  const cut = reverse ? [[3, steps - 2], [1, 2]] as const : [[1, 2], [3, steps - 2]] as const;
  for (const [from, count] of cut) m.run(from, count);
  for (const [from, count] of [...cut].reverse()) {
    b.run(from, count);
    b.accumulate(from, count);
  }
  const params = Object.fromEntries(program.parameters.map(p => [p.name, new Float64Array(shapeOf(p, sizes).reduce((n, k) => n * k, 1))]));
  b.drain(params, 1);
  return points.map((_, j) => {
    const results: Record<string, ArrayLike<number>> = {};
    for (const [signals, from] of [[program.signals, m], [back.signals, b]] as const) for (const s of signals) {
      const plane = from.plane(s.node);
      for (let t = 0; t < steps; t++) results[`${s.name} at ${t}`] = plane.memory.slice(plane.at + ((t + 1) * batch + j) * plane.stride).subarray(0, plane.size);
    }
    if (batch === 1) for (const [name, v] of Object.entries(params)) results[`gradient of ${name}`] = v;
    for (const s of program.states) results[`gradient of initial ${s.name}`] = b.states[`d${s.name}`]!.slice(j * sizes[s.size]!, (j + 1) * sizes[s.size]!);
    return results;
  });
}

function close(found: readonly Results[], expected: readonly Results[], tolerance: (member: number, name: string, k: number) => number, text: string): void {
  for (const [member, results] of found.entries()) for (const [name, values] of Object.entries(results)) {
    const truth = expected[member]![name];
    assert.ok(truth, name);
    assert.equal(values.length, truth.length, name);
    for (let k = 0; k < truth.length; k++) {
      const bound: number = 3e-6 * Math.max(1, Math.abs(truth[k]!)) + tolerance(member, name, k);
      if (!(Math.abs(values[k]! - truth[k]!) <= bound)) assert.fail(`${name}[${k}] of member ${member}: found ${values[k]}, expected ${truth[k]} within ${bound}\n${text}`);
    }
  }
}

describe('a forward machine alone', () => {
  it('gives the same bits as one that keeps what the backward pass reads', () => {
    const program = programOf(cells.find(c => c.id === 'lstm')!);
    const sizes = sizesOf(program, { x: 6, h: 40 });
    const point = rounded(randomPoint(program, sizes, 12, 5));
    const alone = machine(program, sizes, point.params, { batch: 1, capacity: 16, reverse: false });
    const { ahead } = machines(program, differentiate(program), sizes, point.params, { batch: 1, capacity: 16, reverse: false });
    for (const m of [alone, ahead]) {
      for (const [t, row] of point.x.entries()) m.input.memory.set(row, m.input.at + t * m.input.stride);
      m.run(0, 12);
    }
    assert.deepEqual(alone.states, ahead.states);
  });
});
