/** Our reader and engine against ONNX Runtime, one small model a case, weights distinct random numbers in U(-1/sqrt(H), 1/sqrt(H)). */
import { after, describe, it } from 'mocha';
import assert from 'node:assert/strict';
import * as ort from 'onnxruntime-node';
import { run } from '../../src/core/engine';
import type { LevelRef } from '../../src/formats/format';
import { memory } from '../../src/formats/memory';
import { openOnnx } from '../../src/formats/onnx';
import { random, uniform } from './helpers';
import { DIRECTIONS, largeModel, SIZES } from './largeModel';
import { floats, ints32, modelBytes, node, value, type TensorMessage } from './onnxSchema';

const I = 5;
const H = 7;
const T = 23;
const SEED = 20240607;
const blocks: Record<string, number> = { LSTM: 4, GRU: 3, RNN: 1 };

type Values = Record<string, number | string | number[] | string[]>;

interface Case {
  readonly name: string;
  readonly op: 'LSTM' | 'GRU' | 'RNN';
  readonly attributes?: Values;
  readonly direction?: 'forward' | 'reverse' | 'bidirectional';
  readonly bias?: false;
  readonly peepholes?: true;
  readonly initial?: true;
  readonly length?: number;
  readonly scale?: number;
  /** What the case must change in the cell, so that an attribute that is ignored fails. */
  readonly cell?: RegExp;
}

const all = (op: Case['op']): number => ({ LSTM: 3, GRU: 2, RNN: 1 })[op];

/** Each activation as the gate's, with the list of alphas and betas it takes. */
const activations: readonly (readonly [string, number[], number[]])[] = [
  ['Relu', [], []], ['Softsign', [], []], ['Softplus', [], []], ['Affine', [0.7], [0.1]], ['ScaledTanh', [1.3], [0.6]],
  ['HardSigmoid', [0.3], [0.4]], ['LeakyRelu', [0.15], []], ['ThresholdedRelu', [0.05], []], ['Elu', [0.8], []], ['HardSigmoid', [], []], ['LeakyRelu', [], []],
];

const cases: readonly Case[] = [
  ...(['LSTM', 'GRU', 'RNN'] as const).flatMap((op): Case[] => [
    ...(['forward', 'reverse', 'bidirectional'] as const).flatMap((direction): Case[] => [
      { name: direction, op, direction },
      { name: `${direction}, initial states`, op, direction, initial: true },
      { name: `${direction}, sequence_lens 17`, op, direction, length: 17 },
      // Three times the weights, so that most of what activations read is clipped (all of it, in a plain RNN).
      { name: `${direction}, clip`, op, direction, attributes: { clip: op === 'RNN' ? 0.5 : 0.2 }, scale: op === 'RNN' ? 1 : 3, cell: /clip/ },
    ]),
    { name: 'without biases', op, bias: false },
    ...activations.map(([name, activation_alpha, activation_beta]): Case => ({
      // Gates above one let a GRU's state explode: small weights keep it finite.
      name: `${name} ${[...activation_alpha, ...activation_beta].join(' ')}`, op, cell: op === 'RNN' && name === 'Relu' ? /^rnnRelu$/ : /\+/, scale: op === 'GRU' ? 0.3 : 1,
      attributes: {
        activations: [name, 'Tanh', 'Tanh'].slice(0, all(op)),
        ...(activation_alpha.length > 0 ? { activation_alpha } : {}), ...(activation_beta.length > 0 ? { activation_beta } : {}),
      },
    })),
    {
      name: 'different activations for the two directions', op, direction: 'bidirectional', cell: /\+/,
      attributes: { activations: [...['HardSigmoid', 'LeakyRelu', 'Tanh'].slice(0, all(op)), ...['LeakyRelu', 'Relu', 'ScaledTanh'].slice(0, all(op))], activation_alpha: [0.25, 0.2, 0.3, 0.9].slice(0, op === 'LSTM' ? 4 : op === 'GRU' ? 3 : 2), activation_beta: [0.45, 0.7].slice(0, op === 'LSTM' ? 2 : 1) },
    },
  ]),
  ...(['forward', 'reverse', 'bidirectional'] as const).flatMap((direction): Case[] => [
    { name: `${direction}, linear_before_reset`, op: 'GRU', direction, attributes: { linear_before_reset: 1 }, cell: /^gru$/ },
    { name: `${direction}, linear_before_reset, clip`, op: 'GRU', direction, attributes: { linear_before_reset: 1, clip: 0.2 }, scale: 3, cell: /clip/ },
    { name: `${direction}, peepholes`, op: 'LSTM', direction, peepholes: true, cell: /^lstmPeephole$/ },
    { name: `${direction}, input_forget`, op: 'LSTM', direction, attributes: { input_forget: 1 }, cell: /coupled/ },
    { name: `${direction}, everything`, op: 'LSTM', direction, peepholes: true, initial: true, length: 19, attributes: { clip: 0.3, input_forget: 1, activations: Array.from({ length: direction === 'bidirectional' ? 2 : 1 }, () => ['HardSigmoid', 'Softsign', 'Elu']).flat(), activation_alpha: direction === 'bidirectional' ? [0.3, 0.5, 0.25, 0.7] : [0.3, 0.5], activation_beta: direction === 'bidirectional' ? [0.5, 0.4] : [0.5] }, scale: 2, cell: /coupled.*clip/ },
  ]),
];

interface Made { readonly bytes: Uint8Array; readonly x: Float32Array; readonly directions: number }

function make(c: Case, seed: number, layout: 0 | 1 = 0): Made {
  const next = random(seed);
  const bound = (c.scale ?? 1) / Math.sqrt(H);
  const d = c.direction === 'bidirectional' ? 2 : 1;
  const rows = (blocks[c.op] ?? 0) * H;
  const weights: TensorMessage[] = [
    floats('W', [d, rows, I], uniform(d * rows * I, bound, next)), floats('R', [d, rows, H], uniform(d * rows * H, bound, next)),
    floats('B', [d, 2 * rows], uniform(d * 2 * rows, bound, next)), ints32('L', [c.length ?? T]),
    floats('H0', layout ? [1, d, H] : [d, 1, H], uniform(d * H, 1, next)), floats('C0', layout ? [1, d, H] : [d, 1, H], uniform(d * H, 1, next)),
    floats('P', [d, 3 * H], uniform(d * 3 * H, bound, next)),
  ];
  const lstm = c.op === 'LSTM';
  const inputs = ['X', 'W', 'R', c.bias === false ? '' : 'B', c.length === undefined ? '' : 'L', c.initial ? 'H0' : '', lstm && c.initial ? 'C0' : '', lstm && c.peepholes ? 'P' : ''];
  while (inputs.at(-1) === '') inputs.pop();
  const recurrent = node(c.op, inputs, ['Y'], { hidden_size: H, direction: c.direction ?? 'forward', ...(layout ? { layout } : {}), ...c.attributes }, 'cell');
  const bytes = modelBytes({
    name: 'g', node: [recurrent], initializer: weights.filter(w => inputs.includes(w.name ?? '')),
    input: [value('X', layout ? [1, T, I] : [T, 1, I])], output: [value('Y', layout ? [1, T, d, H] : [T, d, 1, H])],
  });
  return { bytes, x: uniform(T * I, 2, next), directions: d };
}

async function ours({ bytes, x }: Made, c: Case): Promise<Float32Array> {
  const { stacks } = await openOnnx(memory('m.onnx', bytes));
  const ref = stacks[0]?.levels[0] as LevelRef;
  assert.equal(ref.problem, undefined);
  const level = await ref.load();
  if (c.cell) assert.ok(level.directions.every(l => c.cell!.test(l.cell.id)), `the cell became ${level.directions.map(l => l.cell.id).join()}`);
  return (await run({ name: 'm', levels: [level] }, x, T)).levels[0]!.output;
}

/** ORT's Y [T, D, 1, H] is [T, D * H], as we concatenate. */
async function theirs({ bytes, x }: Made): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 4, intraOpNumThreads: 1 });
  const { Y } = await session.run({ X: new ort.Tensor('float32', x, [T, 1, I]) });
  await session.release();
  return Y!.data as Float32Array;
}

function distance(a: Float32Array, b: Float32Array): { error: number; at: number; bound: number } {
  assert.equal(a.length, b.length);
  let [error, at, most] = [0, 0, 1];
  a.forEach((v, k) => {
    const d = Math.abs(v - b[k]!);
    if (!(d <= error)) [error, at] = [d, k];
    most = Math.max(most, Math.abs(b[k]!));
  });
  return { error, at, bound: 1e-6 * most };
}

describe(`ONNX nodes agree with ONNX Runtime (seed ${SEED}, H=${H}, ${T} steps)`, () => {
  let worst = { name: '', share: 0 };
  cases.forEach((c, k) => {
    it(`${c.op} ${c.name}`, async function () {
      const made = make(c, SEED + k);
      const [a, b] = [await ours(made, c), await theirs(made)];
      assert.ok(b.some(v => v !== 0) && new Set(b).size > T, 'a case whose output is nothing proves nothing');
      const { error, at, bound } = distance(a, b);
      if (error / bound > worst.share) worst = { name: `${c.op} ${c.name}`, share: error / bound };
      this.test!.title += `: max error ${error.toExponential(1)}`;
      assert.ok(error <= bound, `|h - ort| = ${error} > ${bound} at step ${Math.floor(at / (made.directions * H))}, unit ${at % (made.directions * H)}; ours ${a[at]}, theirs ${b[at]}`);
    });
  });
  after(() => { console.log(`      closest to its bound: ${worst.name}, ${(100 * worst.share).toFixed(0)}% of it`); });

  // ONNX Runtime's CPU kernels refuse layout=1, so the same numbers with layout=0 are the reference.
  for (const op of ['LSTM', 'GRU', 'RNN'] as const) {
    it(`${op} with layout=1 (batch first) equals layout=0, initial states and both directions included`, async () => {
      const c: Case = { name: '', op, direction: 'bidirectional', initial: true };
      const [first, second] = [make(c, SEED, 0), make(c, SEED, 1)];
      const { error, bound } = distance(await ours(second, c), await theirs(first));
      assert.ok(error <= bound, `${error} > ${bound}`);
    });
  }

  for (const op of ['LSTM', 'GRU', 'RNN'] as const) {
    for (const direction of DIRECTIONS) {
      it(`${op} ${direction} at H=128 over 200 steps`, async function () {
        const { bytes, x, directions: d } = largeModel(op, direction, SEED);
        const { stacks } = await openOnnx(memory('m.onnx', bytes));
        const level = await stacks[0]!.levels[0]!.load();
        const mine = (await run({ name: 'm', levels: [level] }, x, SIZES.steps)).levels[0]!.output;
        const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 4, intraOpNumThreads: 1 });
        const { Y } = await session.run({ X: new ort.Tensor('float32', x, [SIZES.steps, 1, SIZES.inputSize]) });
        await session.release();
        const { error, bound } = distance(mine, Y!.data as Float32Array);
        this.test!.title += `: max error ${error.toExponential(1)} (${d * 128} outputs a step)`;
        assert.ok(error <= bound, `${error} > ${bound}`);
      });
    }
  }
});
