/** Fixed points through the engine: of a layer whose points are known, in the directions of its state space. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { cellById } from '../../src/core/cells/index';
import { Recorder } from '../../src/recorder';
import type { Job } from '../../src/studies/run';

const matrix = (shape: readonly number[], data: readonly number[]) => ({ shape, data: Float32Array.from(data) });

/** h' = tanh(2h + x) of two units that know nothing of one another. */
function job(steps: number): Job {
  const cell = cellById('rnn');
  const params = { W: matrix([2, 2], [1, 0, 0, 1]), U: matrix([2, 2], [2, 0, 0, 2]), b: matrix([2], [0, 0]) };
  const data = Float32Array.from({ length: 2 * steps }, (_, k) => 1.5 * Math.sin(0.9 * k) + 1.2 * Math.sin(0.031 * k * k));
  return {
    revision: 1, seed: 1, invented: false, network: { name: 'n', levels: [{ name: 'l', merge: 'none', directions: [{ cell, inputSize: 2, units: 2, direction: 'forward', params }] }] },
    sequence: { steps, width: 2, data, axis: 'steps', description: 'x', notes: [] },
  };
}

describe('the study of fixed points', () => {
  const at = { level: 0, direction: 0 } as const;
  it('finds those of two units, and where they lie among the principal components', async () => {
    const recorder = new Recorder({ progress: () => undefined }, () => Promise.resolve());
    await recorder.run(job(200));
    const { points, tried, lost } = await recorder.ask('fixedPoints', { ...at, signal: 'h', input: 'zero' });
    assert.ok(tried >= 16 && lost === 0, `${tried} searches, ${lost} lost`);
    const attracting = points.filter(p => p.fixed && p.growing === 0);
    assert.equal(attracting.length, 4);
    assert.ok(points.some(p => p.growing === 2 && p.directions === 2), 'the origin is not found from the empty state');
    // Two components of two units keep distances: the four lie on a square of ±0.9575.
    const sides = attracting.flatMap((p, k) => attracting.slice(k + 1).map(q => Math.hypot(p.at[0]! - q.at[0]!, p.at[1]! - q.at[1]!))).sort((a, b) => a - b);
    [2, 2, 2, 2, Math.SQRT2 * 2, Math.SQRT2 * 2].forEach((side, k) => assert.ok(Math.abs(sides[k]! - side * 0.957504) < 1e-5, `distance ${k}: ${sides[k]}`));
    assert.equal((await recorder.ask('fixedPoints', { ...at, signal: 'h', input: 'zero' })).points, points, 'it was looked for again');
  });

  it('says why there is none of a layer that is too large', async () => {
    const cell = cellById('rnn'), units = 257, small = job(8);
    const params = { W: matrix([units, 2], new Array<number>(units * 2).fill(0)), U: matrix([units, units], new Array<number>(units * units).fill(0)), b: matrix([units], new Array<number>(units).fill(0)) };
    const recorder = new Recorder({ progress: () => undefined }, () => Promise.resolve());
    await recorder.run({ ...small, network: { name: 'n', levels: [{ name: 'l', merge: 'none', directions: [{ cell, inputSize: 2, units, direction: 'forward', params }] }] } });
    await assert.rejects(recorder.ask('fixedPoints', { ...at, signal: 'h', input: 'mean' }), /more than 256 numbers/);
  });
});
