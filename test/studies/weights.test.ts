import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { cellById } from '../../src/core/cells/index';
import { initialise } from '../../src/core/initialise';
import type { Network } from '../../src/core/layer';
import { MOST_SHOWN } from '../../src/studies/weights';
import { joined } from '../session/joined';

const WIDTH = 3;

async function asked(units: number, signal: string, unit: number) {
  const cell = cellById('lstm'), params = initialise(cell, WIDTH, units, 'pytorch', 7);
  const network: Network = { name: 'lstm', levels: [{ name: 'lstm', merge: 'none', directions: [{ cell, inputSize: WIDTH, units, direction: 'forward', params }] }] };
  const { recorder } = joined();
  await recorder.run({ revision: 1, network, sequence: { steps: 2, width: WIDTH, data: new Float32Array(2 * WIDTH), axis: 'steps', description: '', notes: [] }, seed: 1, invented: true });
  return { params, answer: await recorder.ask('weights', { level: 0, direction: 0, signal, unit }) };
}

describe('weights of a signal', () => {
  it('are those of its equation, as they are where they fit', async () => {
    const { params, answer } = await asked(5, 'f', 2);
    assert.deepEqual(answer.matrices.map(m => [m.name, m.rows, m.columns]), [['Wf', 5, WIDTH], ['Uf', 5, 5]]);
    assert.deepEqual([...answer.matrices[1]!.data], [...params['Uf']!.data]);
    assert.deepEqual(answer.vectors[0], { name: 'bf', value: params['bf']!.data[2] });
    assert.deepEqual((await asked(5, 'h', 0)).answer, { matrices: [], vectors: [] });
  });

  it('of many units are pooled: the furthest from 0 of each block', async () => {
    const { params, answer } = await asked(2 * MOST_SHOWN, 'o', 0);
    const { data, columns, shownColumns, most } = answer.matrices[1]!;
    assert.deepEqual([columns, shownColumns, data.length], [2 * MOST_SHOWN, MOST_SHOWN, MOST_SHOWN ** 2]);
    const whole = params['Uo']!.data, block = [0, 1, columns, columns + 1].map(k => whole[k]!);
    assert.equal(Math.abs(data[0]!), Math.max(...block.map(Math.abs)));
    assert.equal(most, whole.reduce((m, v) => Math.max(m, Math.abs(v)), 0));
  });
});
