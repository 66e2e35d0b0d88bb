import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { layerStats, type LayerStats } from '../../src/analysis/weights';
import { bidiagonal, bidiagonalValues } from '../../src/analysis/weights/bidiagonal';
import { blocksOf } from '../../src/analysis/weights/blocks';
import { eigenvalues, spectralRadius } from '../../src/analysis/weights/eigenvalues';
import { estimateRadius, estimateSingular } from '../../src/analysis/weights/estimate';
import { histogram, moments } from '../../src/analysis/weights/moments';
import { paced } from '../../src/analysis/weights/paced';
import { singularValues } from '../../src/analysis/weights/singular';
import { cellById } from '../../src/core/cells/index';
import type { Layer } from '../../src/core/layer';
import { parameterShapes } from '../../src/core/parameters';
import type { Progress } from '../../src/core/pace';
import { cpuTime, normal, seeded } from './seeded';
import { english } from '../../src/core/said';

interface Case {
  readonly name: string; readonly shape: readonly [number, number]; readonly f4?: string; readonly i1?: string; readonly singular: string;
  readonly re?: string; readonly im?: string; readonly radius?: number; readonly tolerance?: number;
  readonly mean: number; readonly std: number; readonly min: number; readonly max: number; readonly zeros: number; readonly norm: number;
  readonly histogram: { readonly low: number; readonly high: number; readonly counts: readonly number[] };
}
const { cases } = JSON.parse(readFileSync('test/fixtures/spectra.json', 'utf8')) as { cases: Case[] };

const bytes = (text: string): ArrayBuffer => Uint8Array.from(Buffer.from(text, 'base64')).buffer;
const doubles = (text: string): Float64Array => new Float64Array(bytes(text));
const matrix = ({ f4, i1 }: Case): Float32Array => f4 === undefined ? Float32Array.from(new Int8Array(bytes(i1!)), v => v / 256) : new Float32Array(bytes(f4));

function all<T>(work: Generator<Progress, T>): T {
  for (let piece = work.next(); ; piece = work.next()) if (piece.done) return piece.value;
}

function near(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string): void {
  assert.equal(found.length, expected.length, `${what}: how many`);
  const scale = Math.max(...Array.from(expected, Math.abs)) || 1;
  const errors = Array.from(expected, (b, k) => Math.abs(found[k]! - b) / scale);
  const worst = errors.reduce((a, e, k) => !(e <= errors[a]!) ? k : a, 0);
  assert.ok(errors[worst]! <= tolerance, `${what}: worst at ${worst}, ${found[worst]} instead of ${expected[worst]}, ${errors[worst]} > ${tolerance} of ${scale}`);
}

/** The greatest distance from an expected eigenvalue to the nearest found that no other took. */
function farthest(found: { re: ArrayLike<number>; im: ArrayLike<number> }, re: Float64Array, im: Float64Array): number {
  const left = Array.from(found.re, (x, k) => [x, found.im[k]!] as const);
  return Math.max(...Array.from(re, (x, k) => {
    const far = left.map(([a, b]) => Math.hypot(a - x, b - im[k]!));
    const best = far.indexOf(Math.min(...far));
    left.splice(best, 1);
    return far[best]!;
  }));
}

describe('weights: spectra and moments against numpy', () => {
  for (const c of cases) it(c.name, () => {
    const data = matrix(c);
    const [rows, columns] = c.shape;
    near(all(singularValues(data, rows, columns)), doubles(c.singular), 1e-13 * rows, 'singular values');
    if (c.tolerance !== undefined) {
      const found = all(eigenvalues(data, rows));
      const scale = c.norm || 1;
      assert.equal(found.re.length, rows);
      const far = farthest(found, doubles(c.re!), doubles(c.im!)) / scale;
      assert.ok(far <= c.tolerance, `eigenvalues: ${far} > ${c.tolerance} of the norm ${scale}`);
      near([spectralRadius(found)], [c.radius!], Math.max(c.tolerance, 1e-9) * (c.radius === 0 ? 1 : scale / c.radius!), 'spectral radius');
    }
    const m = all(moments(data));
    near([m.mean, m.std, m.min, m.max, m.norm].map(v => v / (c.norm || 1)), [c.mean, c.std, c.min, c.max, c.norm].map(v => v / (c.norm || 1)), 1e-12, 'moments');
    assert.equal(m.zeros, c.zeros);
    assert.deepEqual(all(histogram(data, c.histogram.counts.length, m.min, m.max)), c.histogram.counts);
  });
});

describe('weights: two ways to the same numbers', () => {
  it('rotations and bidiagonal form agree, for zero and repeated values too', () => {
    const random = seeded(1);
    for (const [rows, columns] of [[1, 1], [1, 5], [7, 7], [20, 33]] as const) {
      const data = Float64Array.from({ length: rows * columns }, () => normal(random));
      if (rows > 5) data.copyWithin(0, columns, 2 * columns); // two equal rows: a value of 0
      near(all(bidiagonalValues(all(bidiagonal(data.slice(), rows, columns)))), all(singularValues(data, rows, columns)), 1e-13, `${rows} x ${columns}`);
    }
    near(all(bidiagonalValues({ diagonal: new Float64Array(4), beside: new Float64Array(3) })), new Float64Array(4), 1e-15, 'zero');
  });

  it('a triangular matrix in disguise is read off: rounding does not move equal eigenvalues apart', () => {
    const random = seeded(8), n = 14, order = Array.from({ length: n }, (_, k) => (k * 5) % n);
    const data = new Float64Array(n * n);
    for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) data[order[i]! * n + order[j]!] = i === j ? 0.9 : normal(random);
    const { re, im } = all(eigenvalues(data, n));
    assert.deepEqual([...re, ...im], [...re.map(() => 0.9), ...im.map(() => 0)]);
  });

  it('a value on the edge of two bins belongs to the upper one, whatever division rounds to', () => {
    for (let n = 2; n < 300; n++) {
      const counts = all(histogram(Float32Array.from({ length: n + 1 }, (_, k) => k), n, 0, n));
      assert.deepEqual(counts, counts.map((_, k) => k === n - 1 ? 2 : 1), `${n} bins`);
    }
  });

  it('estimates of a large random matrix come within a tenth from below, and are exact for a small one', function () {
    this.timeout(60_000);
    const random = seeded(2), n = 300;
    const data = Float32Array.from({ length: n * n }, () => normal(random) / Math.sqrt(n));
    const [exact, about] = [spectralRadius(all(eigenvalues(data, n))), all(estimateRadius(data, n))];
    assert.ok(about <= exact * 1.001 && about >= exact * 0.9, `${about} for ${exact}`);
    const [most, top] = [all(singularValues(data, n, n))[0]!, all(estimateSingular(data, n, n))[0]!];
    assert.ok(top <= most * (1 + 1e-9) && top >= most * 0.99, `${top} for ${most}`);
    const small = data.slice(0, 30 * 30);
    near([all(estimateRadius(small, 30))], [spectralRadius(all(eigenvalues(small, 30)))], 1e-8, 'small');
    assert.equal(all(estimateRadius(new Float32Array(9), 3)), 0);
  });

  it('work comes in short pieces', function () {
    this.timeout(60_000);
    const random = seeded(3), n = 320;
    const data = Float32Array.from({ length: n * n }, () => normal(random));
    for (const work of [singularValues(data, n, n), eigenvalues(data, n)]) {
      let longest = 0;
      work.next(); // copies and checks
      for (let at = cpuTime(), piece = work.next(); !piece.done; piece = work.next()) {
        longest = Math.max(longest, cpuTime() - at);
        at = cpuTime();
      }
      assert.ok(longest < 60, `a piece took ${longest} ms`);
    }
  });

  it('numbers that are not finite are refused by spectra and located by moments', () => {
    const data = Float32Array.of(1, NaN, -Infinity, 0);
    assert.throws(() => all(eigenvalues(data, 2)), /not finite/);
    assert.throws(() => all(singularValues(data, 2, 2)), /not finite/);
    const m = all(moments(data));
    assert.deepEqual(m.notFinite, { at: 1, value: 'NaN', count: 2 });
    assert.deepEqual([m.min, m.max, m.zeros, m.mean], [0, 1, 0.25, 0.5]);
    const none = all(moments(Float32Array.of(NaN)));
    assert.ok(Number.isNaN(none.mean) && Number.isNaN(none.min) && Number.isNaN(none.std));
  });
});

/** Random weights of one sign and size per parameter, `change` on top. */
function layer(id: string, change: Readonly<Record<string, (k: number) => number>> = {}, units = 6, inputSize = 4): Layer {
  const random = seeded(9);
  const shapes = Object.entries(parameterShapes(cellById(id), inputSize, units, id === 'lstmProjected' ? { c: 9 } : {}));
  const params = Object.fromEntries(shapes.map(([name, shape]) => [name, {
    shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, k) => change[name]?.(k) ?? normal(random)),
  }]));
  return { cell: cellById(id), inputSize, units, direction: 'forward', params };
}
const words = (s: LayerStats): string => s.remarks.map(r => `${r.severity}: ${english(r.text)}`).join('\n');

describe('weights: pace', () => {
  it('gives others a turn once in a few milliseconds, and not for every small piece', () => {
    const work = function* (): Generator<Progress, string> {
      for (let k = 0; k < 400; k++) {
        for (const end = performance.now() + 0.1; performance.now() < end;);
        yield { done: k, total: 400, what: 'work' };
      }
      return 'done';
    };
    let turns = 0;
    const paces = paced(work());
    for (let piece = paces.next(); !piece.done; piece = paces.next()) turns++;
    assert.ok(turns >= 2 && turns < 60, `${turns} turns`);
  });
});

describe('weights: gates', () => {
  const roles = (id: string): string => blocksOf(cellById(id)).map(b => `${b.signal.name}: ${b.parts.map(p => `${p.parameter} ${p.role}`).join(', ')}`).join('; ');
  const expected: readonly (readonly [string, string])[] = [
    ['rnn', 'h: W kernel, U recurrentKernel, b bias'],
    ['lstm', ['i', 'f', 'g', 'o'].map(k => `${k}: W${k} kernel, U${k} recurrentKernel, b${k} bias`).join('; ')],
    ['gru', 'r: Wr kernel, Ur recurrentKernel, br bias; z: Wz kernel, Uz recurrentKernel, bz bias; n: Wn kernel, bn bias, Un recurrentKernel, cn bias'],
    ['gruResetBefore', 'r: Wr kernel, Ur recurrentKernel, br bias; z: Wz kernel, Uz recurrentKernel, bz bias; n: Wn kernel, Un recurrentKernel, bn bias'],
    ['minGRU', 'z: Wz kernel, bz bias; n: Wn kernel, bn bias'],
  ];
  for (const [id, text] of expected) it(`of ${id}`, () => assert.equal(roles(id), text));

  it('of cells with peepholes, projections and normalisation', () => {
    assert.match(roles('lstmPeephole'), /i: Wi kernel, Ui recurrentKernel, pi other, bi bias/);
    assert.match(roles('lstmProjected'), /h: Wr other$/);
    assert.match(roles('lstmLayerNorm'), /i: ai other, Wi kernel, Ui recurrentKernel, bi bias/);
  });

  it('have moments, one scale a role, and the spectrum of their recurrent kernel', () => {
    const stats = all(layerStats(layer('lstm')));
    assert.deepEqual(stats.blocks.map(b => b.signal), ['i', 'f', 'g', 'o']);
    for (const { parts, spectrum } of stats.blocks) {
      assert.deepEqual(parts.map(p => p.histogram.counts.reduce((a, b) => a + b)), [24, 36, 6]);
      assert.equal(spectrum!.singular.length, 6);
      assert.ok(spectrum!.radius! <= spectrum!.singular[0]! && !spectrum!.estimated);
    }
    for (const k of [0, 1, 2]) assert.equal(new Set(stats.blocks.map(b => b.parts[k]!.histogram.low)).size, 1);
    assert.equal(all(layerStats(layer('lstm'), { exact: 5 })).blocks[0]!.spectrum!.estimated, true);
  });

  it('of a projected LSTM have no spectral radius, since their kernels are not square', () => {
    const { spectrum } = all(layerStats(layer('lstmProjected'))).blocks[0]!;
    assert.equal(spectrum!.radius, undefined);
    assert.equal(spectrum!.singular.length, 6);
  });
});

describe('weights: remarks', () => {
  it('a forget bias near 0 starts forgetting half; one of 1 does not', () => {
    assert.match(words(all(layerStats(layer('lstm', { bf: k => k % 2 ? 0.05 : -0.05 })))), /warning: The forget gate starts forgetting half: its bias averages [−+]0\.00, which alone keeps 0\.50/);
    assert.doesNotMatch(words(all(layerStats(layer('lstm', { bf: () => 1 })))), /forgetting/);
    assert.doesNotMatch(words(all(layerStats(layer('gru', { bz: () => 0 })))), /forgetting/);
  });

  it('the spectral radius of a vanilla RNN', () => {
    const turned = (by: number) => (k: number): number => k % 6 === (Math.floor(k / 6) + 1) % 6 ? by : 0;
    assert.match(words(all(layerStats(layer('rnn', { U: turned(1.25) })))), /warning: The spectral radius of the recurrent kernel is 1\.250, above 1/);
    assert.match(words(all(layerStats(layer('rnn', { U: turned(0.5) })))), /info: The greatest singular value of the recurrent kernel is 0\.500, below 1/);
    assert.doesNotMatch(words(all(layerStats(layer('lstm', { Ui: turned(3) })))), /radius/);
  });

  it('numbers that are not finite, with their place, and blocks of zeros', () => {
    const broken = all(layerStats(layer('gru', { Uz: k => k === 8 ? Infinity : k === 20 ? NaN : 1, bn: k => k === 2 ? NaN : 0, Wr: () => 0 })));
    assert.match(words(broken), /error: Uz\[1, 2\] is Infinity, and 1 more of its 36 values are not finite/);
    assert.match(words(broken), /error: bn\[2\] is NaN\. Everything/);
    assert.match(words(broken), /warning: Wr holds nothing but zeros/);
    assert.equal(broken.blocks[1]!.spectrum, undefined);
    assert.ok(broken.blocks[0]!.spectrum);
  });
});
