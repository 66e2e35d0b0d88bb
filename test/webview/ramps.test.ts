import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { ENTRIES, entry, fromOklab, parseHex, ramp, toOklab, unpack } from '../../webview/ramps';

const RAMPS: readonly (readonly [string, readonly string[]])[] = [
  ['dark forget gate', ['#19191b', '#97344b', '#ff6b8b']],
  ['light input gate', ['#f7f7f6', '#49bbd0', '#00798f']],
  ['high contrast output gate', ['#000000', '#5f4a97', '#cbb3ff']],
];

describe('colour ramps', () => {
  it('go to OKLab and back', () => {
    for (const hex of ['#000000', '#ffffff', '#ff6b8b', '#1a5fcc', '#917000']) assert.deepEqual(fromOklab(toOklab(parseHex(hex))), parseHex(hex));
  });
  for (const [name, stops] of RAMPS) {
    it(`${name}: ends at its stops, and lightness runs one way`, () => {
      const table = ramp(stops, '#ff00ff');
      assert.equal(table.length, ENTRIES + 1);
      assert.deepEqual(unpack(table[0]!), parseHex(stops[0]!));
      assert.deepEqual(unpack(table[255]!), parseHex(stops[2]!));
      assert.deepEqual(unpack(table[256]!), [255, 0, 255]);
      const lightness = Array.from(table.subarray(0, 256), word => toOklab(unpack(word))[0]);
      const sign = Math.sign(lightness[255]! - lightness[0]!);
      lightness.forEach((l, k) => { if (k > 0) assert.ok(sign * (l - lightness[k - 1]!) > -0.004, `entry ${k}`); });
    });
  }
  it('steps back in chroma and not in lightness', () => {
    const stops = RAMPS[0]![1];
    const [strong, weak] = [ramp(stops, '#ff00ff'), ramp(stops, '#ff00ff', 0.7)];
    for (const k of [64, 128, 200, 255]) {
      const [a, b] = [toOklab(unpack(strong[k]!)), toOklab(unpack(weak[k]!))];
      assert.ok(Math.abs(a[0] - b[0]) < 0.01);
      assert.ok(Math.hypot(b[1], b[2]) < 0.75 * Math.hypot(a[1], a[2]) + 0.01);
    }
  });
  it('has the alpha in the last byte, as ImageData wants it', () => {
    const bytes = new Uint8Array(ramp(['#102030', '#405060'], '#ff00ff').buffer);
    assert.deepEqual([...bytes.subarray(0, 4)], [0x10, 0x20, 0x30, 255]);
  });
  it('finds the entry of a value', () => {
    const table: readonly [Parameters<typeof entry>[0], number, number][] = [
      [{ kind: 'unit' }, 0, 0], [{ kind: 'unit' }, 1, 255], [{ kind: 'unit' }, 7, 255], [{ kind: 'unit' }, -1, 0], [{ kind: 'unit' }, 0.2, 51],
      [{ kind: 'signed', max: 2 }, -2, 0], [{ kind: 'signed', max: 2 }, 2, 255], [{ kind: 'signed', max: 2 }, 1, 191], [{ kind: 'signed', max: 2 }, -9, 0],
      [{ kind: 'tanh', max: 1 }, 100, 255], [{ kind: 'tanh', max: 1 }, Math.atanh(0.5), 191], [{ kind: 'tanh', max: 0.5 }, Math.atanh(-0.5), 0],
      [{ kind: 'unit' }, NaN, 256], [{ kind: 'tanh', max: 1 }, Infinity, 256], [{ kind: 'signed', max: 1 }, -Infinity, 256],
    ];
    for (const [scale, value, wanted] of table) assert.equal(entry(scale, value), wanted, `${JSON.stringify(scale)} ${value}`);
  });
});
