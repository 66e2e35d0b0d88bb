/** Quantised models: what stands before the layer runs, and what is said where the runtime rounds more than we do. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { ROUNDED_BOUND } from '../../src/analysis/parity';
import { parityLines } from '../../src/cli/runModel';
import { rowsOf } from '../../src/core/rows';
import { readTruth } from '../formats/truth';
import { farthest, opened, reached, sequenceOf, tokensOf, type Opened } from './reach';
import { webRuntime } from './runtime';

const FOLDER = 'test/fixtures/files/onnxQuantised';

interface Expected { readonly given: readonly number[] | readonly (readonly number[])[]; readonly y: readonly (readonly number[])[]; readonly bound: number }
const expectedOf = (name: string): Expected => JSON.parse(readFileSync(`${FOLDER}/${name}.expected.json`, 'utf8')) as Expected;

async function lines({ checkpoint }: Opened, found: Awaited<ReturnType<typeof reached>>['reached']): Promise<readonly string[]> {
  const [stack] = checkpoint.stacks;
  const network = { name: stack!.name, levels: await Promise.all(stack!.levels.map(l => l.load())) };
  return parityLines(network, rowsOf({ data: found.x, steps: found.steps, width: found.x.length / found.steps }), found, 'fast');
}

describe('upstream: quantised models', () => {
  const runtime = webRuntime();

  it('an embedding of 8 bits before a DynamicQuantizeLSTM', async function () {
    const file = await opened(`${FOLDER}/embedding.onnx`, () => Promise.resolve(runtime));
    const { given, y, bound } = expectedOf('embedding');
    const { runs: [one] } = readTruth(`${FOLDER}/embedding.truth.json`);
    const { reached: found, ours } = await reached(file, file.checkpoint.stacks[0]!.name, { sequence: tokensOf(given as readonly number[]) });
    const [x, theirs, own] = [farthest(found.x, one!.x.flat()), farthest(found.expected!, y.flat()), farthest(ours[0]!, one!.y.flat())];
    this.test!.title += `: x ${x.difference.toExponential(1)}, the runtimes' y ${theirs.difference.toExponential(1)}, ours ${own.difference.toExponential(1)}`;
    assert.ok(x.difference <= 2e-6, `what reached the layer: ${x.text}`);
    assert.ok(own.difference <= 2e-6, `what our engine gives: ${own.text}`);
    assert.ok(theirs.difference <= bound, `one runtime and the other: ${theirs.text}`);
    const away = farthest(ours[0]!, found.expected!);
    assert.ok(away.difference > 1e-5 && away.difference <= bound, `ours and the runtime's: ${away.text}`);
    assert.equal(found.roundedFrom, 0);
    assert.ok(found.notes.some(n => /rounds to 8 bits what goes into the products of "\/lstm\/LSTM_quant"/.test(n)), found.notes.join(' '));
    const [line] = await lines(file, found);
    assert.match(line!, new RegExp(`= ${away.difference.toExponential(1).replace('.', '\\.')} over 9 steps.*\\(at most ${ROUNDED_BOUND.toExponential(0)} where it rounds to 8 bits: ok\\)`));
  });

  it('a model that streams: states go on from piece to piece, through levels that round', async () => {
    const file = await opened(`${FOLDER}/stream.onnx`, () => Promise.resolve(runtime));
    const given = expectedOf('stream').given as readonly (readonly number[])[];
    const { runs: [one] } = readTruth(`${FOLDER}/stream.truth.json`);
    const [stack] = file.checkpoint.stacks;
    assert.deepEqual((await file.upstream(stack!.name))!.inputs.map(i => `${i.name}:${i.role}`), ['frames:sequence', 'h0:state', 'c0:state']);
    for (const chunk of [3, 9]) {
      const { reached: found, ours } = await reached(file, stack!.name, { sequence: sequenceOf(Float32Array.from(given.flat()), 3), values: { chunk: [chunk] } });
      const [own, away] = [farthest(ours[1]!, one!.y.flat()), farthest(ours[1]!, found.expected!)];
      assert.ok(found.steps === 9 && own.difference <= 2e-6, `chunk ${chunk}, ours: ${own.text}`);
      assert.ok(away.difference > 1e-5 && away.difference < 3e-3, `chunk ${chunk}, ours and the runtime's: ${away.text}`);
    }
  });

  it('QuantizeLinear before an ordinary LSTM: nothing is rounded that we do not see', async () => {
    const file = await opened(`${FOLDER}/qdq_lstm.onnx`, () => Promise.resolve(runtime));
    const given = expectedOf('qdq_lstm').given as readonly (readonly number[])[];
    const { reached: found, ours } = await reached(file, 'lstm', { sequence: sequenceOf(Float32Array.from(given.flat()), 3) });
    const rounded = farthest(found.x, given.flat());
    assert.ok(rounded.difference > 1e-4, `the layer reads rounded numbers: ${rounded.text}`);
    const away = farthest(ours[0]!, found.expected!);
    assert.ok(away.difference <= 2e-6, away.text);
    assert.equal(found.roundedFrom, undefined);
    const [line] = await lines(file, found);
    assert.match(line!, /\(at most 1e-5: ok\)/);
  });
});
