/** Which checkpoint a cell from code is tied to, and which tensors of it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import type { Binding, Files } from '../../../src/binding';
import { codeCellSubject, fitsIn, nameOf, settleCodeCell } from '../../../src/codeCell';
import { Problem } from '../../../src/errors';
import type { TensorRef } from '../../../src/formats/format';
import { fileBytes } from '../../../src/platform/node';
import { isRead, type ReadCell } from '../../../src/source/cell/spec';
import { outline } from '../../../src/source/index';

const folder = 'test/fixtures/ownCells';
const settings = { maximumSteps: 1000, seed: 7 };

function cell(name: string, source = readFileSync(`${folder}/${name}.py`, 'utf8')): ReadCell {
  const found = outline(source, 'python').cells?.[0];
  assert.ok(found && isRead(found));
  return found;
}

const filesOf = (paths: readonly string[]): Files => ({ list: async () => paths, open: path => fileBytes(`${folder}/${path.split('/').at(-1)}`) });
const tensor = (name: string, ...shape: number[]): TensorRef => ({ name, shape, dtype: 'float32', read: () => Promise.reject(new Error('not read')) });
const settled = (c: ReadCell, paths: readonly string[], saved: Binding = {}): ReturnType<typeof settleCodeCell> => settleCodeCell(c, 'models/fused.py', filesOf(paths), saved);

describe('the checkpoint of a cell from code', () => {
  it('is the nearest that holds it, with the prefix, and why', async () => {
    assert.deepEqual(await settled(cell('fused'), ['runs/fused.safetensors', 'models/peephole.safetensors', 'models/fused.safetensors']), {
      binding: { checkpoint: 'models/fused.safetensors', stack: 'cell' }, reasons: { checkpoint: 'fits by shape and name', stack: 'the only one that fits' },
    });
  });

  it('is none where none holds it, or none is wanted', async () => {
    assert.deepEqual(await settled(cell('fused'), ['models/peephole.safetensors']), { binding: {}, reasons: {} });
    assert.deepEqual(await settled(cell('fused'), ['models/fused.safetensors'], { checkpoint: null }), { binding: { checkpoint: null }, reasons: {} });
  });

  it('is refused with what was expected where a chosen one does not hold it', async () => {
    const fused = cell('fused'), files = filesOf([]);
    const { binding } = await settleCodeCell(fused, 'fused.py', files, { checkpoint: 'peephole.safetensors' });
    await assert.rejects(codeCellSubject({ reference: 'r', path: 'fused.py', cell: fused, binding }, files, settings), (error: unknown) => {
      assert.ok(error instanceof Problem);
      assert.equal(error.title, 'peephole.safetensors does not fit FusedCell.');
      assert.deepEqual(error.lines, ['Expected tensors under one prefix, with shapes that go together: gates.weight [4·hidden_size, input_size + hidden_size], gates.bias [4·hidden_size].']);
      return true;
    });
  });

  it('is taken at the prefix that was chosen among several', async () => {
    const fused = cell('fused');
    const twice = ['encoder', 'decoder'].flatMap((prefix, k) => [tensor(`${prefix}.gates.weight`, 24, 11 + k), tensor(`${prefix}.gates.bias`, 24)]);
    assert.deepEqual(fitsIn(fused, twice).map(f => [nameOf(f), f.sizes.get('input_size')]), [['encoder', 5], ['decoder', 6]]);
    assert.deepEqual(fitsIn(fused, [tensor('gates.weight', 24, 11), tensor('gates.bias', 24)]).map(nameOf), ['']);
    assert.deepEqual(fitsIn(fused, [tensor('a.gates.weight', 24, 11), tensor('a.gates.bias', 20)]), [], 'the shapes contradict one another');
    assert.deepEqual(fitsIn(fused, [tensor('subgates.weight', 24, 11), tensor('subgates.bias', 24)]), [], 'another name that ends so');
  });

  it('by order alone is never a layer that Keras itself has, nor one with more weights', () => {
    const lstm = cell('', `import keras
class OwnCell(keras.layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.units = units
    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1], self.units), name="w")
        self.u = self.add_weight(shape=(self.units, self.units), name="u")
    def call(self, inputs, states):
        h = keras.ops.tanh(keras.ops.matmul(inputs, self.w) + keras.ops.matmul(states[0], self.u))
        return h, [h]
`);
    const at = (prefix: string, ...more: TensorRef[]): string[] => fitsIn(lstm, [tensor(`${prefix}vars/0`, 3, 8), tensor(`${prefix}vars/1`, 8, 8), ...more]).map(nameOf);
    assert.deepEqual(at('layers/rnn/cell/'), ['layers/rnn/cell']);
    assert.deepEqual(at('layers/simple_rnn_1/cell/'), []);
    assert.deepEqual(at('layers/rnn/cell/', tensor('layers/rnn/cell/vars/2', 8)), []);
  });

  it('counts each tensor once, and begins with gains of 1 and shifts of 0 where it is made up', async () => {
    const norm = cell('fusedNorm');
    const { binding } = await settled(norm, ['fusedNorm.safetensors']);
    const read = await codeCellSubject({ reference: 'r', path: 'fusedNorm.py', cell: norm, binding }, filesOf(['fusedNorm.safetensors']), settings);
    assert.ok(read.content.kind === 'run');
    assert.deepEqual(read.content.parameters, [18 * 5 + 18 * 6 + 18 + 18]);
    const made = await codeCellSubject({ reference: 'r', path: 'fusedNorm.py', cell: norm, binding: { checkpoint: null } }, filesOf([]), settings);
    assert.ok(made.content.kind === 'run');
    const { params } = made.content.network.levels[0]!.directions[0]!;
    const of = (tensor: string): number[] => norm.parameters.filter(p => p.pieces[0]!.tensor === tensor).flatMap(p => [...params[p.name]!.data]);
    assert.ok(of('norm.weight').length > 0 && of('norm.weight').every(v => v === 1), of('norm.weight').join());
    assert.ok(of('norm.bias').length > 0 && of('norm.bias').every(v => v === 0), of('norm.bias').join());
  });

  it('has a word for what is read by order', async () => {
    const files: Files = { list: async () => [], open: path => fileBytes(`${folder}/keras/${path}`) };
    const sliced = cell('keras/sliced');
    const { binding, reasons } = await settleCodeCell(sliced, 'sliced.py', files, { checkpoint: 'sliced.weights.h5' });
    assert.equal(reasons.checkpoint, 'fits by shape');
    const subject = await codeCellSubject({ reference: 'r', path: 'sliced.py', cell: sliced, binding }, files, settings);
    assert.deepEqual(subject.notes.map(n => n.text), ['sliced.weights.h5 has no names for its tensors: they are taken in their order.', 'Options of the cell are as by default, unless it is made with others.']);
  });
});
