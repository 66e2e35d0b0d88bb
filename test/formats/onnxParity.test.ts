/** Our reader and engine against ONNX Runtime, one small model a case, weights distinct random numbers in U(-1/sqrt(H), 1/sqrt(H)). */
import { after, describe, it } from 'mocha';
import assert from 'node:assert/strict';
import * as ort from 'onnxruntime-node';
import { run } from '../../src/core/engine';
import type { LevelRef } from '../../src/formats/format';
import { memory } from '../../src/formats/memory';
import { openOnnx } from '../../src/formats/onnx';
import { DIRECTIONS, largeModel, SIZES } from './largeModel';
import { makeNode, nodeCases, type MadeNode, type NodeCase } from './onnxCases';

const SIZE = { I: 5, H: 7, T: 23 };
const { I, H, T } = SIZE;
const SEED = 20240607;
const make = (c: NodeCase, seed: number, layout: 0 | 1 = 0): MadeNode => makeNode(c, SIZE, seed, layout);

async function ours({ bytes, x }: MadeNode, c: NodeCase): Promise<Float32Array> {
  const { stacks } = await openOnnx(memory('m.onnx', bytes));
  const ref = stacks[0]?.levels[0] as LevelRef;
  assert.equal(ref.problem, undefined);
  const level = await ref.load();
  if (c.cell) assert.ok(level.directions.every(l => c.cell!.test(l.cell.id)), `the cell became ${level.directions.map(l => l.cell.id).join()}`);
  return (await run({ name: 'm', levels: [level] }, x, T)).levels[0]!.output;
}

/** ORT's Y [T, D, 1, H] is [T, D * H], as we concatenate. */
async function theirs({ bytes, x }: MadeNode): Promise<Float32Array> {
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
  nodeCases.forEach((c, k) => {
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
      const c: NodeCase = { name: '', op, direction: 'bidirectional', initial: true };
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
