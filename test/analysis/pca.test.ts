import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { column } from '../../src/analysis/column';
import { eigen } from '../../src/analysis/eigen';
import { pca } from '../../src/analysis/pca';
import { atOnce } from '../../src/core/recording/recording';
import { near, normal, seeded } from './seeded';

/** The 1, −2, 1 matrix, whose eigenvalues are known: 2 − 2 cos(kπ/(n+1)). */
function second(n: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, k) => { const [i, j] = [Math.floor(k / n), k % n]; return i === j ? 2 : Math.abs(i - j) === 1 ? -1 : 0; });
}

/** A cloud [steps, units] with a few wide directions, turned at random, and an offset. */
function cloud(steps: number, units: number, seed: number): Float32Array {
  const random = seeded(seed), widths = [7, 4, 2.5, 1.5];
  const ways = widths.map(() => Float64Array.from({ length: units }, () => normal(random) / Math.sqrt(units)));
  return Float32Array.from(Array.from({ length: steps }, () => {
    const at = widths.map(w => w * normal(random));
    return Array.from({ length: units }, (_, u) => 3 + 0.1 * normal(random) + ways.reduce((sum, way, k) => sum + way[u]! * at[k]!, 0));
  }).flat());
}

/** Covariance by the definition, [units, units], with mean 0 for all, times steps. */
function scatter(data: Float32Array, steps: number, units: number): Float64Array {
  const mean = Array.from({ length: units }, (_, u) => { let sum = 0; for (let t = 0; t < steps; t++) sum += data[t * units + u]!; return sum / steps; });
  return Float64Array.from({ length: units * units }, (_, k) => {
    const [i, j] = [Math.floor(k / units), k % units];
    let sum = 0;
    for (let t = 0; t < steps; t++) sum += (data[t * units + i]! - mean[i]!) * (data[t * units + j]! - mean[j]!);
    return sum;
  });
}

describe('eigen', () => {
  it('finds known eigenvalues, and vectors that are ones', () => {
    for (const n of [1, 2, 7, 40]) {
      const matrix = second(n), { values, vectors } = atOnce(eigen(matrix, n));
      for (let k = 0; k < n; k++) {
        assert.ok(near(values[k]!, 2 - 2 * Math.cos((n - k) * Math.PI / (n + 1)), 1e-11), `${n}: ${k}`);
        for (let i = 0; i < n; i++) {
          let sum = 0;
          for (let j = 0; j < n; j++) sum += matrix[i * n + j]! * vectors[k * n + j]!;
          assert.ok(near(sum, values[k]! * vectors[k * n + i]!, 1e-11), `${n}: vector ${k} at ${i}`);
        }
      }
    }
  });
});

describe('principal components', () => {
  for (const [name, steps, units] of [['exactly', 300, 24], ['beyond 256 units', 200, 260], ['of fewer steps than units', 5, 24]] as const) {
    it(`are the widest directions, ${name}`, () => {
      const data = cloud(steps, units, 5), found = atOnce(pca(column(data, steps, units)));
      const matrix = scatter(data, steps, units);
      const total = Array.from({ length: units }, (_, u) => matrix[u * units + u]!).reduce((a, b) => a + b, 0);
      const exact = atOnce(eigen(matrix, units));
      for (let c = 0; c < 4; c++) {
        const way = found.directions.subarray(c * units, (c + 1) * units);
        assert.ok(Math.abs(found.shares[c]! - exact.values[c]! / total) < 1e-5, `share ${c}: ${found.shares[c]} for ${exact.values[c]! / total}`);
        let agrees = 0, variance = 0;
        for (let u = 0; u < units; u++) agrees += way[u]! * exact.vectors[c * units + u]!;
        assert.ok(Math.abs(Math.abs(agrees) - 1) < 1e-4, `direction ${c}: ${agrees}`);
        for (let t = 0; t < steps; t++) variance += found.points[t * 4 + c]! ** 2;
        assert.ok(near(variance / total, found.shares[c]!, 1e-5), `points ${c}`);
        assert.ok(way.reduce((a, v) => Math.abs(v) > Math.abs(a) ? v : a, 0) > 0, `sign ${c}`);
      }
    });
  }
  it('of one unit, of one step and of a constant are nothing strange', () => {
    const one = atOnce(pca(column(Float32Array.of(1, 2, 3), 3, 1)));
    assert.deepEqual([one.components, [...one.shares], [...one.points]], [1, [1], [-1, 0, 1]]);
    const still = atOnce(pca(column(new Float32Array(12).fill(2), 4, 3)));
    assert.deepEqual([[...still.shares], [...still.points]], [[0, 0, 0], new Array(12).fill(0)]);
    assert.deepEqual([...atOnce(pca(column(Float32Array.of(1, 2), 1, 2))).points], [0, 0]);
  });
  it('take what is not finite as the mean', () => {
    const found = atOnce(pca(column(Float32Array.of(1, 0, NaN, 0, 3, 0), 3, 2)));
    assert.deepEqual([...found.points], [-1, 0, 0, 0, 1, 0]);
  });
});
