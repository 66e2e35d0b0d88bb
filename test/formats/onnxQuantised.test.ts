/** Weights of 8 bits: what ONNX Runtime itself gives with them, how they are rounded, and files that are wrong. */
import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as ort from 'onnxruntime-node';
import { run } from '../../src/core/engine';
import { FormatError, type Checkpoint, type LevelRef } from '../../src/formats/format';
import { memory, open } from '../../src/formats/index';
import { random, uniform } from './helpers';
import { floats, modelBytes, node, value, type NodeMessage, type TensorMessage } from './onnxSchema';
import { folderOf, readTruth, truthFiles } from './truth';

interface Expected { readonly runtime: string; readonly y: readonly (readonly number[])[]; readonly bound: number }

async function checkpoint(bytes: Uint8Array): Promise<Checkpoint> {
  const opened = await open(memory('model.onnx', bytes));
  assert.equal(opened.kind, 'checkpoint');
  return opened;
}

describe('quantised ONNX: the runtime that rounds as it runs', () => {
  for (const path of truthFiles(folderOf('onnxQuantised'))) {
    const name = path.split('/').at(-1)!.replace('.truth.json', '');
    it(name, async function () {
      const expected = JSON.parse(readFileSync(path.replace('.truth.', '.expected.'), 'utf8')) as Expected;
      const { runs: [one], layers } = readTruth(path);
      const { stacks } = await checkpoint(readFileSync(path.replace('.truth.json', '.onnx')));
      const levels = await Promise.all(stacks[0]!.levels.map(l => l.load()));
      const { output } = (await run({ name, levels }, Float32Array.from(one!.x.flat()), one!.x.length)).levels.at(-1)!;
      const away = output.reduce((most, v, k) => Math.max(most, Math.abs(v - expected.y.flat()[k]!)), 0);
      this.test!.title += `: ${away.toExponential(1)} away, at most ${expected.bound.toExponential(0)}`;
      assert.ok(expected.bound <= 1e-2 && away <= Math.max(expected.bound, 2e-6), `${away} > ${expected.bound}`);
      // What is said to be rounded is: else the notice would be wrong, or the file no test of it.
      if (layers.some(l => (l.assumptions ?? []).length > 0)) assert.ok(away > 1e-5, `only ${away} away`);
    });
  }

  it('levels stay one stack, quantised or not', async () => {
    for (const [file, cells] of [['lstm_deep', ['lstm', 'lstm']], ['two_modules', ['lstm', 'gru']]] as const) {
      const { stacks, warnings } = await checkpoint(readFileSync(`${folderOf('onnxQuantised')}/${file}.onnx`));
      assert.deepEqual(stacks.map(s => s.levels.map(l => l.cell.family)), [cells]);
      assert.equal(warnings, undefined);
    }
  });
});

const bytes8 = (name: string, dims: number[], data: readonly number[], type: 2 | 3): TensorMessage =>
  ({ name, dims, data_type: type, raw_data: Uint8Array.from(data, v => v & 255) });

describe('quantised ONNX: QuantizeLinear and DequantizeLinear', () => {
  for (const type of [2, 3] as const) it(`round as the runtime does, of two the even one, to ${type === 2 ? 'uint8' : 'int8'}, along an axis`, async () => {
    // Halves and numbers out of range, for scales that divide without rounding.
    const data = Float32Array.from({ length: 60 }, (_, k) => (k - 30) * 0.25 * (k % 7 === 0 ? 40 : 1));
    const graph = {
      name: 'g', input: [value('X', ['T', 1, 3])], output: [value('Y', ['T', 1, 1, 5]), value('W', [1, 20, 3])],
      initializer: [
        floats('w', [1, 20, 3], data), floats('R', [1, 20, 5], uniform(100, 1, random(4))),
        floats('s', [20], Float32Array.from({ length: 20 }, (_, k) => [0.5, 0.25, 2][k % 3]!)), bytes8('z', [20], Array.from({ length: 20 }, (_, k) => k * 3), type),
      ],
      node: [node('QuantizeLinear', ['w', 's', 'z'], ['q'], { axis: 1 }), node('DequantizeLinear', ['q', 's', 'z'], ['W'], { axis: -2 }), node('LSTM', ['X', 'W', 'R'], ['Y'], { hidden_size: 5 })],
    };
    const bytes = modelBytes(graph);
    const session = await ort.InferenceSession.create(bytes, { graphOptimizationLevel: 'disabled', intraOpNumThreads: 1 });
    const theirs = (await session.run({ X: new ort.Tensor('float32', new Float32Array(3), [1, 1, 3]) }, ['W']))['W']!.data as Float32Array;
    const { params } = (await (await checkpoint(bytes)).stacks[0]!.levels[0]!.load()).directions[0]!;
    assert.deepEqual([...'iofg'].flatMap(gate => [...params[`W${gate}`]!.data]), [...theirs]);
    assert.ok(new Set(theirs).size > 20, 'the numbers differ');
  });
});

const SIZES = { units: 2, width: 3, columns: 8 };

/** A DynamicQuantizeLSTM whose parts can be changed by name; null leaves a tensor's name out of the node. */
async function level(changes: Readonly<Record<string, TensorMessage | null>>): Promise<LevelRef> {
  const { units, width, columns } = SIZES;
  const list = (count: number): number[] => Array.from({ length: count }, (_, k) => (k * 37) % 256 - 128);
  const parts: Record<string, TensorMessage | null> = {
    W: bytes8('W', [1, width, columns], list(24), 3), R: bytes8('R', [1, units, columns], list(16), 3),
    W_scale: floats('W_scale', [1], Float32Array.of(0.01)), W_zero_point: bytes8('W_zero_point', [1], [0], 3),
    R_scale: floats('R_scale', [1, columns], new Float32Array(columns).fill(0.02)), R_zero_point: bytes8('R_zero_point', [1, columns], list(columns), 3),
    ...changes,
  };
  const inputs = ['X', 'W', 'R', '', '', '', '', '', 'W_scale', 'W_zero_point', 'R_scale', 'R_zero_point'].map(name => (parts[name] === null ? '' : name));
  const quantised: NodeMessage = { ...node('DynamicQuantizeLSTM', inputs, ['Y'], { hidden_size: units }, 'l'), domain: 'com.microsoft' };
  const held = Object.values(parts).filter(t => t !== null && t.name !== '(run)') as TensorMessage[];
  const { stacks } = await checkpoint(modelBytes({ name: 'g', node: [quantised], initializer: held, input: [value('X', ['T', 1, width])], output: [value('Y', ['T', 1, 1, units])] }));
  return stacks[0]!.levels[0]!;
}

describe('quantised ONNX: what does not fit is said by name', () => {
  const scale = (dims: number[], ...data: number[]): TensorMessage => floats('W_scale', dims, Float32Array.from(data));
  const wrong: readonly (readonly [string, Readonly<Record<string, TensorMessage | null>>, RegExp])[] = [
    ['a scale for each of two directions, of one', { W_scale: scale([2], 1, 1) }, /its W_scale should be of shape \[1\] or \[1, 8\], but \[2\] was found/],
    ['a scale without an axis', { W_scale: scale([], 1) }, /its W_scale should be of shape .* but \[\] was found/],
    ['too few scales of columns', { W_scale: scale([1, 4], 1, 1, 1, 1) }, /its W_scale .* but \[1, 4\] was found/],
    ['a zero point of another shape', { R_zero_point: bytes8('R_zero_point', [8], new Array<number>(8).fill(0), 3) }, /its R_zero_point should be of shape \[1\] or \[1, 8\], but \[8\] was found/],
    ['a scale of zero', { W_scale: scale([1], 0) }, /"W_scale" holds 0 at place 0; scales should be numbers above zero/],
    ['a scale that is no number', { W_scale: scale([1], NaN) }, /"W_scale" holds NaN/],
    ['no scale', { W_scale: null }, /it has no W_scale/],
    ['no zero point', { R_zero_point: null }, /it has no R_zero_point/],
    ['no weights', { R: null }, /it has no R/],
    ['weights that are floats', { W: floats('W', [1, 3, 8], new Float32Array(24)) }, /its W should be int8 or uint8, but float32 was found/],
    ['weights of two axes', { W: bytes8('W', [3, 8], new Array<number>(24).fill(1), 3) }, /its W should have 3 axes, but \[3, 8\] was found/],
    ['weights as the standard\'s LSTM has them', { W: bytes8('W', [1, 8, 3], new Array<number>(24).fill(1), 3), W_scale: scale([1], 1) }, /its weights W should be of shape \[1, 8, 8\], but \[1, 3, 8\] was found/],
    ['a scale that only a run gives', { W_scale: { ...scale([1], 1), name: '(run)' } }, /its weights W cannot be known without running the model: nothing in the file is called "W_scale"/],
  ];
  for (const [what, changes, message] of wrong) it(what, async () => {
    await assert.rejects((await level(changes)).load(), (error: unknown) => error instanceof FormatError && message.test(error.message) || assert.fail(String(error)));
  });

  it('and what fits is read, a column with its own zero point', async () => {
    const { params } = (await (await level({})).load()).directions[0]!;
    const q = (k: number): number => (k * 37) % 256 - 128;
    assert.ok(Math.abs(params['Wo']!.data[1 * 3 + 2]! - q(2 * 8 + 2 + 1) * 0.01) < 1e-6, 'W of unit 1 and feature 2, of the second block');
    assert.ok(Math.abs(params['Uf']!.data[0 * 2 + 1]! - (q(8 + 4) - q(4)) * 0.02) < 1e-6, 'R of unit 0 and unit 1, of the third block');
  });

  const behind: readonly (readonly [string, NodeMessage, readonly TensorMessage[], RegExp])[] = [
    ['scales along an axis of another size', node('DequantizeLinear', ['q', 's'], ['W'], { axis: 1 }), [floats('s', [3], Float32Array.of(1, 1, 1))], /its scale of shape \[3\] does not fit \[1, 8, 3\] along axis 1/],
    ['an axis that there is not', node('DequantizeLinear', ['q', 's'], ['W'], { axis: 5 }), [floats('s', [8], new Float32Array(8).fill(1))], /its scale of shape \[8\] does not fit \[1, 8, 3\]/],
    ['a zero point of another shape', node('DequantizeLinear', ['q', 's', 'z'], ['W'], { axis: 1 }), [floats('s', [8], new Float32Array(8).fill(1)), bytes8('z', [1], [0], 3)], /its zero point should be of the shape of its scale, \[8\], but \[1\] was found/],
    ['blocks', node('DequantizeLinear', ['q', 's'], ['W'], { block_size: 4 }), [floats('s', [], Float32Array.of(1))], /scales of blocks are not followed/],
    ['no scale', node('DequantizeLinear', ['q'], ['W']), [], /its scale is missing/],
    ['a scale of zero', node('DequantizeLinear', ['q', 's'], ['W']), [floats('s', [], Float32Array.of(0))], /"s" holds 0 at place 0/],
    ['rounding to what is no integer', node('QuantizeLinear', ['q', 's', 'z'], ['W']), [floats('s', [], Float32Array.of(1)), floats('z', [], Float32Array.of(0))], /rounding to float32 is not followed/],
  ];
  for (const [what, before, tensors, message] of behind) it(`in front of an ordinary layer: ${what}`, async () => {
    const held = [bytes8('q', [1, 8, 3], new Array<number>(24).fill(3), 3), floats('R', [1, 8, 2], uniform(16, 1, random(9))), ...tensors];
    const { stacks } = await checkpoint(modelBytes({ name: 'g', node: [before, node('LSTM', ['X', 'W', 'R'], ['Y'], { hidden_size: 2 })], initializer: held, input: [value('X', ['T', 1, 3])], output: [value('Y', ['T', 1, 1, 2])] }, 21));
    await assert.rejects(stacks[0]!.levels[0]!.load(), (error: unknown) => error instanceof FormatError && message.test(error.message) || assert.fail(String(error)));
  });
});
