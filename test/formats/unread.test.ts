import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { memory, open } from '../../src/formats/index';
import { random, uniform } from './helpers';
import { floats, modelBytes, node, value } from './onnxSchema';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** One node of this kind over an input. */
function model(op: string): Uint8Array {
  const next = random(17);
  return modelBytes({
    name: 'g', node: [{ ...node(op, ['X', 'W', 'R'], ['Y'], { hidden_size: 4 }), domain: 'com.microsoft' }],
    initializer: [floats('W', [1, 16, 3], uniform(48, 1, next)), floats('R', [1, 16, 4], uniform(64, 1, next))],
    input: [value('X', ['T', 1, 3])], output: [value('Y', ['T', 1, 1, 4])],
  });
}

async function warnings(name: string, bytes: Uint8Array): Promise<string> {
  const opened = await open(memory(name, bytes));
  assert.equal(opened.kind, 'checkpoint');
  return (opened.warnings ?? []).join(' ');
}

describe('what is not read is said, with what to do', () => {
  it('recurrent nodes of ONNX that are no part of the standard', async () => {
    assert.match(await warnings('m.onnx', model('AttnLSTM')), /^AttnLSTM is not read\. Open the model as it was before/);
    assert.equal(await warnings('m.onnx', model('Add')), '');
  });

  it('functions that an ONNX model brings', async () => {
    // Field 25 of a model: a function, here without a body.
    const more = Uint8Array.of(0xca, 1, 2, 0x0a, 0);
    assert.match(await warnings('m.onnx', Uint8Array.of(...model('cell'), ...more)), /functions of its own.*inline/);
    const whole = readFileSync('test/fixtures/formats/export_gru.onnx');
    assert.equal(await warnings('m.onnx', Uint8Array.of(...whole, ...more)), '', 'layers were found beside them');
  });

  it('an index of Keras weights in several files', async () => {
    const index = bytesOf(JSON.stringify({ metadata: { total_size: 9 }, weight_map: { '/layers/lstm/cell/vars': ['s_00000.weights.h5'], '/layers/dense/vars': ['s_00001.weights.h5'] } }));
    await assert.rejects(open(memory('s.weights.json', index)), /Keras weights in several files.*open s_00000\.weights\.h5/);
  });

  it('arrays without names, one after another, as Equinox saves a tree', async () => {
    const array = readFileSync('test/fixtures/formats/array_f4.npy');
    await assert.rejects(open(memory('model.eqx', Uint8Array.of(...array, ...array))), /model\.eqx holds several arrays.*Equinox.*\.npz/);
    assert.equal((await open(memory('model.npy', array))).kind, 'trace');
  });
});
