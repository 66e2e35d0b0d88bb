import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { open } from '../../src/formats/index';
import type { Checkpoint } from '../../src/formats/format';
import { onDisk } from './helpers';

const folder = 'node_modules/@ricky0123/vad-web/dist';

async function checkpoint(name: string): Promise<Checkpoint> {
  const opened = await open(onDisk(`${folder}/${name}`));
  assert.equal(opened.kind, 'checkpoint');
  return opened;
}

describe('recurrent nodes deep inside the branches of a published model', () => {
  for (const name of ['silero_vad_v5.onnx', 'silero_vad_v6.onnx']) {
    it(`${name}: four LSTM nodes of 128 units, weights resolved through Slice, Concat and Unsqueeze`, async () => {
      const { stacks } = await checkpoint(name);
      const levels = stacks.flatMap(s => s.levels);
      assert.equal(levels.length, 4);
      for (const level of levels) {
        assert.equal(level.problem, undefined);
        assert.deepEqual([level.cell.id, level.units, level.inputSize, level.directions], ['lstm', 128, 128, ['forward']]);
        const { directions: [layer] } = await level.load();
        assert.deepEqual(Object.keys(layer!.params).sort(), ['Uf', 'Ug', 'Ui', 'Uo', 'Wf', 'Wg', 'Wi', 'Wo', 'bf', 'bg', 'bi', 'bo']);
        assert.ok(Object.values(layer!.params).every(p => p.data.length === p.shape.reduce((a, b) => a * b, 1) && new Set(p.data).size > p.data.length / 4));
        assert.match(level.tensors.join(), /weight_ih.*weight_hh.*bias_ih.*bias_hh/);
        assert.equal(level.tensors.length, 4);
      }
      // Where the state comes in from outside, zero is an assumption; the other branch starts from zeros of unknown shape, which is none.
      assert.deepEqual(levels.map(l => l.assumptions.filter(a => /initial [hc] is zero/.test(a)).length), [2, 0, 2, 0]);
      assert.equal(new Set(levels.map(l => l.name)).size, 4);
    });
  }

  it('the blocks of a resolved W are the slices of weight_ih that the graph takes, in our order', async () => {
    const opened = await checkpoint('silero_vad_v5.onnx');
    const level = opened.stacks[0]!.levels[0]!;
    const source = opened.tensors.find(t => t.name === level.tensors.find(n => n.endsWith('weight_ih')))!;
    assert.deepEqual(source.shape, [512, 128]);
    const stored = await source.read();
    const { params } = (await level.load()).directions[0]!;
    // PyTorch stores i, f, g, o; the graph slices to ONNX's i, o, f, c; we go back.
    ['Wi', 'Wf', 'Wg', 'Wo'].forEach((name, block) => assert.deepEqual(params[name]!.data, stored.slice(block * 128 * 128, (block + 1) * 128 * 128), name));
  });

  it('silero_vad_legacy.onnx: chains of two become stacks of two levels', async () => {
    const { stacks } = await checkpoint('silero_vad_legacy.onnx');
    assert.deepEqual(stacks.map(s => s.levels.length), [2, 2, 2, 2]);
    assert.ok(stacks.flatMap(s => s.levels).every(l => l.problem === undefined && l.units === 64));
  });
});
