/** The palettes of papers, against the formulas that they were published as. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { entry, unpack } from '../../webview/ramps';
import { paperTables } from '../../webview/theme';

type Rgb = readonly [number, number, number];
/** ColorBrewer's eleven colours, purple first. */
const BREWER = '2d004b5427888073acb2abd2d8daebf7f7f7fee0b6fdb863e08214b358067f3b08'.match(/../g)!.map(h => Number.parseInt(h, 16));

/** A uniform cubic B-spline through the colours, its ends mirrored. */
function puor(t: number): Rgb {
  const n = BREWER.length / 3 - 1, k = Math.min(n - 1, Math.floor(t * n)), u = t * n - k;
  return [0, 1, 2].map(c => {
    const at = (j: number): number => (j < 0 ? 2 * BREWER[c]! - BREWER[3 + c]! : j > n ? 2 * BREWER[3 * n + c]! - BREWER[3 * (n - 1) + c]! : BREWER[3 * j + c]!);
    const [a, b, d, e] = [at(k - 1), at(k), at(k + 1), at(k + 2)];
    return ((1 - u) ** 3 * a + (4 - 6 * u * u + 3 * u ** 3) * b + (1 + 3 * u + 3 * u * u - 3 * u ** 3) * d + u ** 3 * e) / 6;
  }) as unknown as Rgb;
}

/** Polynomials fitted to the table of Nuñez et al. (2018). */
const cividis = (t: number): Rgb => [
  -4.54 - t * (35.34 - t * (2381.73 - t * (6402.7 - t * (7024.72 - t * 2710.57)))),
  32.49 + t * (170.73 + t * (52.82 - t * (131.46 - t * (176.58 - t * 67.37)))),
  81.24 + t * (442.36 - t * (2482.43 - t * (6167.24 - t * (6614.94 - t * 2475.67)))),
].map(v => Math.max(0, Math.min(255, v))) as unknown as Rgb;

/** Greatest distance of a table's 256 colours to a formula over [from, 1]. */
function off(table: Uint32Array, formula: (t: number) => Rgb, from = 0): number {
  return Math.max(...Array.from({ length: 256 }, (_, k) => {
    const wanted = formula(from + (1 - from) * k / 255);
    return Math.max(...unpack(table[k]!).map((v, c) => Math.abs(v - wanted[c]!)));
  }));
}

describe('palettes of papers', () => {
  it('are as published, to two of 255', () => {
    assert.ok(off(paperTables('puor', '#ff00ff')('f', 'signed', true), puor) <= 2, `PuOr is off by ${off(paperTables('puor', '#ff00ff')('f', 'signed', true), puor)}`);
    assert.ok(off(paperTables('puor', '#ff00ff')('f', 'unit', true), puor, 0.5) <= 2);
    for (const scale of ['unit', 'signed', 'tanh'] as const) assert.ok(off(paperTables('cividis', '#ff00ff')('f', scale, true), cividis) <= 2, `Cividis is off by ${off(paperTables('cividis', '#ff00ff')('f', scale, true), cividis)}`);
  });

  it('are one for all signals, drawn in full whichever row has the focus, and keep the colour of what is no number', () => {
    for (const colors of ['puor', 'cividis'] as const) {
      const of = paperTables(colors, '#ff00ff');
      assert.equal(of('f', 'unit', true), of('o', 'unit', false));
      assert.equal(of('c', 'tanh', true), of('h', 'signed', true));
      assert.deepEqual(unpack(of('c', 'signed', true)[entry({ kind: 'signed', max: 1 }, NaN)]!), [255, 0, 255]);
    }
    assert.ok(unpack(paperTables('puor', '#ff00ff')('f', 'unit', true)[0]!).every(v => v > 230), 'a shut gate is not white');
  });
});
