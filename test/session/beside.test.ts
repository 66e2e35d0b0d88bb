import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { cellById } from '../../src/core/cells/index';
import { initialise } from '../../src/core/initialise';
import type { Subject } from '../../src/session';
import { trainingOf } from '../../src/training';
import { joined } from './joined';

const STEPS = 10;

function subject(id: string, model: string): Subject {
  const cell = cellById(id);
  const layer = { cell, inputSize: 2, units: 3, direction: 'forward' as const, params: initialise(cell, 2, 3, 'pytorch', 1) };
  return {
    reference: 'r', model, weights: { description: `${model}.safetensors` }, notes: [], canReveal: false, ...trainingOf({ steps: '3000', seed: '1', held_out_bits_per_character: '0.7', optimiser: 'Adam' }),
    content: { kind: 'run', network: { name: id, levels: [{ name: id, directions: [layer], merge: 'none' }] }, sequence: { steps: STEPS, width: 2, data: new Float32Array(2 * STEPS).fill(0.5), axis: 'steps', description: 'halves', notes: [] }, parameters: [7], seed: 1 },
  };
}

describe('a subject beside the one that is shown', () => {
  it('joins the scene under its run, and leaves with the scene', async () => {
    const { session } = joined();
    await session.open(subject('lstm', 'a'));
    const scene = await session.beside('beside:b', subject('gru', 'b'));
    assert.deepEqual(scene.beside?.map(b => [b.run, b.name, b.parameters, b.levels[0]!.cell, b.weights.description]), [['beside:b', 'b', 7, 'GRU', 'b.safetensors']]);
    assert.deepEqual(scene.training, { updates: 3000, seed: 1, bitsPerCharacter: 0.7, optimiser: 'Adam' });
    assert.deepEqual(scene.beside?.[0]?.training, scene.training);
    const tile = await session.tile({ revision: scene.revision, run: 'beside:b', level: 0, direction: 0, signal: 'z', from: 0, to: STEPS, columns: STEPS });
    assert.equal(tile.units, 3);
    const again = await session.beside('beside:b', subject('rnn', 'b'));
    assert.deepEqual(again.beside?.map(b => b.levels[0]!.cell), ['RNN'], 'one of the same id is replaced');
    assert.equal((await session.open(subject('lstm', 'a'))).beside, undefined);
  });

  it('needs something that is shown, and weights of its own', async () => {
    const { session } = joined();
    await assert.rejects(session.beside('b', subject('gru', 'b')), /Nothing is shown/);
    await session.open(subject('lstm', 'a'));
    const trace: Subject = { ...subject('gru', 'b'), content: { kind: 'trace', description: '', recorded: { steps: 1, levels: [], axis: 'steps' } } };
    await assert.rejects(session.beside('b', trace), /no weights/);
  });
});

describe('what metadata says of training', () => {
  it('is read where it can be, and nothing else', () => {
    assert.deepEqual(trainingOf({ steps: 'many', global_step: '12', seed: ' 3 ', note: 'x' }), { training: { seed: 3 } });
    assert.deepEqual(trainingOf({ global_step: '12' }), { training: { updates: 12 } });
    assert.deepEqual(trainingOf({ format: 'pt' }), {});
    assert.deepEqual(trainingOf({ seed: '' }), {});
    assert.equal(trainingOf({ optimizer: 'x'.repeat(999) }).training?.optimiser?.length, 120);
  });
});
