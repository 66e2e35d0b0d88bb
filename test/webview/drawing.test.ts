import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import type { Tile } from '../../src/protocol';
import type { DrawnRow } from '../../webview/probe';
import { entry, ramp, unpack, type Scale } from '../../webview/ramps';
import { shaded } from '../../webview/tiles';
import { runs } from '../../webview/views/timeline/axis';
import { curves, reach } from '../../webview/views/timeline/bands';
import { findText } from '../../webview/views/timeline/find';
import { fill } from '../../webview/views/timeline/heatmap';
import { linesFor } from '../../webview/views/timeline/layout';
import { nearest, pixelOf, valueOf } from './decode';

const tile = (columns: number, units: number, mean: Float32Array, more: Partial<Tile> = {}): Tile =>
  ({ revision: 1, level: 0, direction: 0, signal: 'f', from: 0, to: columns, bucket: 1, columns, units, mean, ...more });
const table = ramp(['#19191b', '#97344b', '#ff6b8b'], '#ff00ff');

describe('heatmap', () => {
  it('puts units down in the shown order and steps across', () => {
    const look = { scale: { kind: 'unit' } as const, ramp: table, order: Int32Array.of(2, 0, 1), lines: linesFor(3) };
    const pixels = new Uint32Array(6);
    fill(pixels, tile(2, 3, Float32Array.of(0, 0.2, 0.4, 0.6, 0.8, 1)), look);
    const wanted = [0.4, 1, 0, 0.6, 0.2, 0.8].map(v => table[entry(look.scale, v)]);
    assert.deepEqual([...pixels], wanted);
  });
  it('shows the mean of units that share a line, and NaN wherever one of them is', () => {
    const look = { scale: { kind: 'unit' } as const, ramp: table, order: Int32Array.of(0, 1, 2), lines: { count: 2, pool: 2, line: 2, height: 4 } };
    const pixels = new Uint32Array(4);
    fill(pixels, tile(2, 3, Float32Array.of(0.2, 0.6, 1, 0.5, NaN, 0)), look);
    assert.deepEqual([...pixels], [table[102], table[256], table[255], table[0]]);
  });
  it('takes lines as they are that come as lines already', () => {
    const look = { scale: { kind: 'unit' } as const, ramp: table, order: Int32Array.of(0, 1, 2, 3), lines: { count: 2, pool: 2, line: 2, height: 4 } };
    const pixels = new Uint32Array(4);
    fill(pixels, tile(2, 2, Float32Array.of(0.4, 1, NaN, 0), { part: { order: 'index', pool: 2 } }), look);
    assert.deepEqual([...pixels], [table[102], table[256], table[255], table[0]]);
  });
  it('gives shades the colours of their numbers, whether units or lines came, and on another scale those of what they stand for', () => {
    const [signed, narrow] = [{ kind: 'signed', max: 2 }, { kind: 'signed', max: 1 }] as const, numbers = Float32Array.of(-2, -1, 0, 0.5, 1, 3);
    const look = { scale: signed, ramp: table, order: Int32Array.of(2, 0, 1), lines: linesFor(3) };
    const entries = Uint8Array.from(numbers, v => entry(signed, v));
    for (const part of [undefined, { order: 'index', pool: 1 } as const]) {
      const whole = tile(2, 3, numbers, part && { part });
      const { mean: _mean, ...where } = whole;
      const painted = (of: Tile, scale: Scale): number[] => { const pixels = new Uint32Array(6); fill(pixels, of, { ...look, scale }); return [...pixels]; };
      assert.deepEqual(painted(shaded(where, { scale: signed, entries }), signed), painted(whole, signed));
      const stand = shaded(where, { scale: signed, entries });
      stand.mean.forEach((v, k) => assert.ok(Math.abs(v - Math.min(2, numbers[k]!)) <= 2.001 / 255, `${v} stands for ${numbers[k]}`));
      assert.deepEqual(painted(stand, narrow), painted({ ...where, mean: stand.mean }, narrow));
    }
  });
  it('is decoded by colour to within half a step of the ramp', () => {
    const row: DrawnRow = {
      signal: 'f', selector: '', from: 10, to: 20, bucket: 1, units: 3, pool: 1, lineHeight: 22, tops: [0, 22, 44], order: [2, 0, 1],
      rect: { x: 0, y: 0, width: 500, height: 66 }, ratio: 2, scale: { kind: 'unit' }, ramp: Array.from(table.subarray(0, 256), unpack), notFinite: [255, 0, 255],
    };
    for (const value of [0, 0.031, 0.5, 0.77, 1]) {
      const { entry: found, off } = nearest(row, unpack(table[entry(row.scale, value)]!));
      assert.equal(off, 0);
      assert.ok(Math.abs(valueOf(row, found) - value) < 1.5 / 255);
    }
    assert.deepEqual(pixelOf(row, 0, 12), { x: 250, y: 66 });
    assert.equal(pixelOf(row, 0, 25), undefined);
  });
});

describe('lines of an open row', () => {
  const bands = (mean: number[], more: Partial<Tile> = {}): Tile => tile(mean.length / 5, 5, Float32Array.from(mean), { part: 'bands', ...more });
  it('put points in the middle of steps, whichever units a tile has', () => {
    const mean = bands([1.5, 1.25, 1.75, 1, 2, 3.5, 3.25, 3.75, 3, 4], { from: 10 });
    for (const line of [tile(2, 2, Float32Array.of(1, 2, 3, 4), { from: 10 }), tile(2, 1, Float32Array.of(2, 4), { from: 10, part: { first: 1, end: 2 } })]) {
      const made = curves([line], [mean], 1);
      assert.deepEqual(made.unit, [{ x: 10.5, y: 2 }, { x: 11.5, y: 4 }]);
      assert.deepEqual(made.mean, [{ x: 10.5, y: 1.5 }, { x: 11.5, y: 3.5 }]);
      assert.deepEqual([made.low[0]!.y, made.high[0]!.y, made.min[1]!.y, made.max[1]!.y], [1.25, 1.75, 3, 4]);
    }
  });
  it('lose no spike where steps are pooled', () => {
    const pooled = tile(2, 1, Float32Array.of(0, 0), { bucket: 8, to: 16, min: Float32Array.of(-1, -9), max: Float32Array.of(5, 2), part: { first: 0, end: 1 } });
    const { unit, max } = curves([pooled], [bands([0, 0, 0, -1, 5, 0, 0, 0, -9, 2], { bucket: 8 })], 0);
    assert.deepEqual(unit.map(p => p.y), [-1, 5, 2, -9]);
    assert.deepEqual(unit.map(p => p.x), [2, 6, 10, 14]);
    assert.deepEqual(max.map(p => [p.x, p.y]), [[4, 5], [12, 2]]);
  });
  it('scale to the unit, not to NaN', () => {
    assert.ok(Math.abs(reach([{ x: 0, y: -2 }, { x: 1, y: NaN }]) - 2.24) < 1e-9);
  });
});

describe('axis', () => {
  it('finds where a feature is on', () => {
    assert.deepEqual(runs(Float32Array.of(1, 1, 0, 0, 1, 0, 1), { from: 1, to: 7 }), [{ from: 1, to: 2 }, { from: 4, to: 5 }, { from: 6, to: 7 }]);
    assert.deepEqual(runs(Float32Array.of(1, 1), { from: 0, to: 900 }), [{ from: 0, to: 2 }]);
  });
  it('finds text across characters, and labels by their part', () => {
    assert.deepEqual(findText([...'an "Else" or else'], 'ELSE', true), [4, 13]);
    assert.deepEqual(findText(['😀', 'a', 'b'], 'ab', true), [1]);
    assert.deepEqual(findText(['2012-01-31', '2012-02-01'], '02-', false), [1]);
    assert.deepEqual(findText(['a'], '', true), []);
  });
});
