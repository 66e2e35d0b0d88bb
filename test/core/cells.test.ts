/**
 * Every cell of test/fixtures/cells against the same cell written by hand in PyTorch (float64, autograd; test/fixtures/cells.py). Fixtures are
 * found by listing the folder: a new cell needs no line here.
 */
import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { keepName, keepOf } from '../../src/analysis/keep';
import { backpropagating, type NetworkGradients } from '../../src/core/backprop';
import { cellById, cells } from '../../src/core/cells/index';
import { lstmVariant } from '../../src/core/cells/variants';
import { running, type LayerTrace } from '../../src/core/engine';
import { initialise } from '../../src/core/initialise';
import { step, type Values } from '../../src/core/interpret';
import type { Network, Params, Tensor } from '../../src/core/layer';
import { programOf } from '../../src/core/programs';
import { sizesOf } from '../../src/core/sizes';

type Rows = Readonly<Record<string, readonly number[]>>;
type Loss = { readonly kind: 'sum'; readonly step: number } | { readonly kind: 'unit'; readonly step: number; readonly unit: number };
interface Gradients {
  readonly steps: number;
  readonly loss: Loss;
  readonly value: number;
  readonly dx: readonly number[];
  readonly signals: Rows;
  readonly parameters: Rows;
  readonly initial: Rows;
}
interface Case {
  readonly units: number;
  readonly inputSize: number;
  readonly steps: number;
  /** How far PyTorch's own float32 is off. */
  readonly float32: { readonly signals: number; readonly gradients: number };
  readonly parameters: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: readonly number[] }>>;
  readonly x: readonly number[];
  readonly initial: Rows;
  readonly signals: Rows;
  readonly gradients: readonly Gradients[];
}

const FOLDER = 'test/fixtures/cells';
const files = readdirSync(FOLDER);
const ids = files.filter(f => f.endsWith('.json')).map(f => f.slice(0, -5)).sort();
interface Fixture { readonly keep: string | null; readonly cases: readonly Case[] }
const fixtures = new Map(ids.map(id => [id, JSON.parse(readFileSync(`${FOLDER}/${id}.json`, 'utf8')) as Fixture]));

/** These are compared with PyTorch's own layers, in pytorch.test.ts. */
const shippedByPyTorch = ['rnn', 'rnnRelu', 'lstm', 'lstmProjected', 'gru'];

const EXACT = 1e-12;
/** Of the fast evaluator, which works in float32: of max(1, max|signal|), and of a gradient's norm, a step and tensor. */
const FORWARD = 1e-6, BACKWARD = 1e-5;
/** Where a gradient nearly cancels, float32 cannot do better than a few times what PyTorch reaches. */
const PEER = 4;

describe('cells against PyTorch', () => {
  it('every cell has a witness, and every witness its script and its runs', () => {
    assert.deepEqual([...shippedByPyTorch, ...ids].sort(), cells.map(c => c.id).sort());
    assert.deepEqual(files.filter(f => f.endsWith('.py')).map(f => f.slice(0, -3)).sort(), ids);
    for (const [id, { cases }] of fixtures) assert.deepEqual(cases.map(c => [c.units, c.inputSize, c.gradients.map(g => `${g.steps} ${g.loss.kind} at ${g.loss.step}`)]),
      [5, 6].map(units => [units, 3, ['1 sum at 0', '2 sum at 1', '9 sum at 8', '9 unit at 4']]), id);
  });

  for (const [id, { keep }] of fixtures) it(`${id}: what keeps the old state`, () => {
    const found = keepOf(cellById(id).equations);
    assert.equal(found ? keepName(found) : null, keep);
  });

  for (const [id, { cases }] of fixtures) for (const c of cases) {
    it(`${id}, ${c.units} units: names and shapes`, () => { checkNames(id, c); });
    it(`${id}, ${c.units} units: every signal, step by step in float64`, () => { checkSteps(id, c); });
    for (const evaluator of ['reference', 'fast'] as const) {
      it(`${id}, ${c.units} units: every signal and the last states, ${evaluator}`, () => { checkForward(id, c, evaluator); });
      for (const g of c.gradients) {
        const what = `gradients of ${g.loss.kind} at ${g.loss.step} of ${g.steps}`;
        it(`${id}, ${c.units} units: ${what}, ${evaluator}`, () => { checkBackward(id, c, g, evaluator); });
      }
    }
  }
});

describe('cells beyond those that are shipped', () => {
  it('say what their signals are: gates, candidates, states', () => {
    const kinds = (id: string): string => programOf(cellById(id)).signals.map(s => `${s.name} ${s.kind}`).join(', ');
    assert.equal(kinds('janet'), 's value, f gate, i gate, g candidate, c state, h state');
    assert.equal(kinds('cifg'), 'i gate, f gate, g candidate, o gate, c state, h state');
    assert.equal(kinds('lstmLayerNorm'), 'i gate, f gate, g candidate, o gate, c state, h state');
    for (const cell of cells) assert.ok(programOf(cell).signals.every(s => s.label !== ''), cell.id);
  });

  it('coupled gates in a file are CIFG by name, and keep its equations with anything else', () => {
    assert.equal(lstmVariant({ coupledInputForget: true }), cellById('cifg'));
    assert.equal(lstmVariant({ coupledInputForget: true, clip: 3 }).id, 'lstm+coupled+clip(3)');
  });

  it('start a normalisation at gain 1 and shift 0, but what forgets as the rule has it', () => {
    for (const [rule, bf] of [['pytorch', 0], ['keras', 1]] as const) {
      const params = initialise(cellById('lstmLayerNorm'), 3, 5, rule, 1);
      for (const [name, value] of [['ai', 1], ['af', 1], ['ag', 1], ['ao', 1], ['ac', 1], ['bi', 0], ['bf', bf], ['bg', 0], ['bo', 0], ['bc', 0]] as const) {
        assert.deepEqual([...params[name]!.data], Array.from({ length: 5 }, () => value), `${rule} ${name}`);
      }
    }
  });

  it('start as wide as their framework says', () => {
    const [I, H] = [300, 200];
    const deviation = (rule: Parameters<typeof initialise>[3], cell: string, name: string): number => {
      const { data } = initialise(cellById(cell), I, H, rule, 2)[name]!;
      return Math.sqrt(data.reduce((sum, v) => sum + v * v, 0) / data.length);
    };
    const cut = 0.8796; // the deviation of a normal number cut off at two
    const expected = [
      ['pytorch', 'lstm', 'Wi', 1 / Math.sqrt(3 * H)], ['keras', 'lstm', 'Wi', Math.sqrt(2 / (I + 4 * H))], ['tfjs', 'lstm', 'Wi', cut * Math.sqrt(2 / (I + 4 * H))],
      ['flax', 'lstm', 'Wi', 1 / Math.sqrt(I)], ['flax', 'gru', 'Un', 1 / Math.sqrt(H)], ['haiku', 'lstm', 'Uo', cut / Math.sqrt(I + H)],
      ['haiku', 'gruResetBefore', 'Wz', 1 / Math.sqrt(I)], ['haiku', 'rnnRelu', 'U', cut / Math.sqrt(H)],
    ] as const;
    for (const [rule, cell, name, value] of expected) {
      const found = deviation(rule, cell, name);
      assert.ok(Math.abs(found / value - 1) < 0.01, `${rule} ${cell} ${name}: ${found} for ${value}`);
    }
    const U = initialise(cellById('lstm'), I, H, 'flax', 2)['Uf']!.data;
    const dot = (a: number, b: number): number => Array.from({ length: H }, (_, k) => U[k * H + a]! * U[k * H + b]!).reduce((x, y) => x + y, 0);
    assert.ok(Math.abs(dot(3, 3) - 1) < 1e-5 && Math.abs(dot(3, 4)) < 1e-5, 'columns that are not orthonormal');
    assert.ok(initialise(cellById('lstm'), I, H, 'haiku', 2)['bf']!.data.every(v => v === 1));
    for (const rule of ['flax', 'tfjs'] as const) assert.ok(initialise(cellById('lstm'), I, H, rule, 2)['bf']!.data.every(v => v === 0), rule);
  });

  it('say something with the numbers they start with', () => {
    for (const cell of cells) for (const rule of ['pytorch', 'keras', 'tfjs', 'flax', 'haiku'] as const) {
      const more = cell.id === 'lstmProjected' ? { c: 6 } : {};
      const layer = { cell, inputSize: 3, units: 5, direction: 'forward', params: initialise(cell, 3, 5, rule, 1, more) } as const;
      const network: Network = { name: cell.id, levels: [{ name: cell.id, directions: [layer], merge: 'concat' }] };
      const { output } = driven(running(network, Float32Array.from({ length: 30 }, (_, k) => Math.sin(k)), 10, { piece: Infinity })).levels[0]!;
      assert.ok(output.every(Number.isFinite) && new Set(output).size > 20, `${cell.id}, ${rule}: ${output.join(' ')}`);
    }
  });
});

function checkNames(id: string, c: Case): void {
  const program = programOf(cellById(id));
  const names = (list: readonly { name: string }[]): string[] => list.map(s => s.name).sort();
  assert.deepEqual(Object.keys(c.signals).sort(), names(program.signals));
  assert.deepEqual(Object.keys(c.initial).sort(), names(program.states));
  assert.deepEqual(Object.keys(c.parameters).sort(), names(program.parameters));
  const all = Object.values(c.parameters).flatMap(p => p.data);
  assert.equal(new Set(all).size, all.length, 'no two parameters are the same number');
  assert.ok(Object.values(c.initial).flat().every(v => v !== 0));
}

function checkSteps(id: string, c: Case): void {
  const program = programOf(cellById(id));
  const sizes = sizesOf(program, { x: c.inputSize, [program.output]: c.units });
  const params = Object.fromEntries(Object.entries(paramsOf(c)).map(([name, { data }]) => [name, data]));
  let states: Values = initialOf(c);
  for (let t = 0; t < c.steps; t++) {
    const result = step(program, sizes, params, Float32Array.from(c.x.slice(t * c.inputSize, (t + 1) * c.inputSize)), states);
    for (const [name, rows] of Object.entries(c.signals)) close(result.signals[name]!, rows.slice(t * c.units, (t + 1) * c.units), EXACT, `${name} at step ${t}`);
    states = result.states;
  }
}

type Evaluator = 'fast' | 'reference';

function checkForward(id: string, c: Case, evaluator: Evaluator): void {
  const trace = forward(id, c, evaluator);
  for (const [name, rows] of Object.entries(c.signals)) {
    const expected = evaluator === 'fast' ? rows : rows.map(Math.fround);
    close(trace.signals[name]!, expected, evaluator === 'fast' ? FORWARD : 1.2e-7, name); // the trace is float32: at most its last bit
  }
  for (const name of Object.keys(c.initial)) close(trace.final[name]!, c.signals[name]!.slice(-c.units), evaluator === 'fast' ? FORWARD : EXACT, `last ${name}`);
}

function checkBackward(id: string, c: Case, expected: Gradients, evaluator: Evaluator): void {
  const result = backward(id, c, expected, evaluator);
  const { signals, parameters, initial } = result.levels[0]!.directions[0]!;
  const near = evaluator === 'reference' ? checkEach : checkNorms(Math.max(BACKWARD, PEER * c.float32.gradients));
  close([result.loss!], [expected.value], FORWARD, 'loss'); // a sum of float32 outputs
  near(result.dx, expected.dx, c.inputSize, 'dx');
  for (const [name, rows] of Object.entries(expected.signals)) near(signals[`d${name}`]!, rows, c.units, `d${name}`);
  for (const [name, values] of Object.entries(expected.parameters)) near(parameters[name]!, values, values.length, `d${name}`);
  for (const [name, values] of Object.entries(expected.initial)) near(initial[name]!, values, values.length, `d${name} before the first step`);
}

const checkEach = (found: ArrayLike<number>, expected: readonly number[], _width: number, what: string): void => { close(found, expected, EXACT, what); };

/** Each row of so many columns by norm(difference) / norm(expected). */
const checkNorms = (bound: number) => (found: ArrayLike<number>, expected: readonly number[], width: number, what: string): void => {
  assert.equal(found.length, expected.length, `${what}: length`);
  for (let at = 0; at < expected.length; at += width) {
    const row = expected.slice(at, at + width);
    const [size, off] = [Math.hypot(...row), Math.hypot(...row.map((v, k) => v - found[at + k]!))];
    assert.ok(off <= bound * size, `${what}, row ${at / width}: off by ${off}, ${off / size} of its norm > ${bound}`);
  }
};

/** |a - b| <= tolerance max(1, max|b|); says how far off and where. */
function close(found: ArrayLike<number>, expected: readonly number[], tolerance: number, what: string): void {
  assert.equal(found.length, expected.length, `${what}: length`);
  const bound = tolerance * Math.max(1, ...expected.map(Math.abs));
  const errors = expected.map((v, k) => Math.abs(v - found[k]!));
  const worst = errors.reduce((at, e, k) => e <= errors[at]! ? at : k, 0);
  assert.ok(errors[worst]! <= bound, `${what}[${worst}]: found ${found[worst]}, expected ${expected[worst]}, off by ${errors[worst]} > ${bound}`);
}

const paramsOf = (c: Case): Params =>
  Object.fromEntries(Object.entries(c.parameters).map(([name, { shape, data }]): [string, Tensor] => [name, { shape, data: Float32Array.from(data) }]));

const initialOf = (c: Case): Record<string, Float32Array> =>
  Object.fromEntries(Object.entries(c.initial).map(([name, v]) => [name, Float32Array.from(v)]));

function networkOf(id: string, c: Case): Network {
  const layer = { cell: cellById(id), inputSize: c.inputSize, units: c.units, direction: 'forward', params: paramsOf(c), initial: initialOf(c) } as const;
  return { name: id, levels: [{ name: id, directions: [layer], merge: 'concat' }] };
}

function forward(id: string, c: Case, evaluator: Evaluator): LayerTrace {
  const options = { piece: Infinity, evaluator };
  return driven(running(networkOf(id, c), Float32Array.from(c.x), c.steps, options)).levels[0]!.directions[0]!;
}

function backward(id: string, c: Case, { steps, loss }: Gradients, evaluator: Evaluator): NetworkGradients {
  const options = { piece: Infinity, evaluator };
  return driven(backpropagating(networkOf(id, c), Float32Array.from(c.x.slice(0, steps * c.inputSize)), steps, loss, options));
}

function driven<R>(generator: Generator<unknown, R>): R {
  for (;;) {
    const { done, value } = generator.next();
    if (done) return value;
  }
}
