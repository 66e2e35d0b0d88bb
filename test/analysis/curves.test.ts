import assert from 'node:assert/strict';
import { extentOf, windowOfCurve } from '../../src/analysis/curves';
import { curveTracks } from '../../src/analysis/tracks';

describe('curves', () => {
  const curve = { name: 'waveform', perStep: 4, data: Float32Array.of(0, 1, -1, 0.5, 3, 2, 2, 2, -4, 0, 0, 0) };

  it('gives the least and greatest of every column', () => {
    assert.deepEqual(windowOfCurve(curve, 0, 3, 3), { min: Float32Array.of(-1, 2, -4), max: Float32Array.of(1, 3, 0) });
  });

  it('gives every number where there are as many columns', () => {
    const { min, max } = windowOfCurve(curve, 1, 2, 4);
    assert.deepEqual([...min], [3, 2, 2, 2]);
    assert.deepEqual([...max], [3, 2, 2, 2]);
  });

  it('repeats numbers where there are more columns, and leaves nothing out where windows are fractional', () => {
    assert.deepEqual([...windowOfCurve(curve, 0, 1, 8).min], [0, 0, 1, 1, -1, -1, 0.5, 0.5]);
    const { max } = windowOfCurve(curve, 0.5, 2.5, 2);
    assert.deepEqual([...max], [3, 2]);
  });

  it('gives NaN where there is nothing', () => {
    assert.ok(Number.isNaN(windowOfCurve({ ...curve, data: curve.data.subarray(0, 4) }, 0, 3, 3).min[2]));
  });

  it('knows its extent, and that of an empty one', () => {
    assert.deepEqual(extentOf(curve), { name: 'waveform', perStep: 4, low: -4, high: 3 });
    assert.deepEqual(extentOf({ name: 'none', perStep: 1, data: new Float32Array(0) }), { name: 'none', perStep: 1, low: 0, high: 0 });
  });

  it('become tracks: the loudness of what has many numbers a step', () => {
    const [loud, probability] = curveTracks([curve, { name: 'speech', perStep: 1, data: Float32Array.of(0.1, 0.9, 0.5) }], 3);
    assert.equal(loud?.name, 'loudness of waveform');
    assert.deepEqual([...loud?.values ?? []].map(v => v.toFixed(4)), [0.75, Math.sqrt(21 / 4), 2].map(v => v.toFixed(4)));
    assert.deepEqual([...probability?.values ?? []].map(v => v.toFixed(1)), ['0.1', '0.9', '0.5']);
  });
});
