/** The instructions that every compiled cell is made of: activation functions over their whole range, and matrix products bit for bit. */
import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { kernels } from '../../src/core/compile/kernels';
import { arithmetic } from '../../src/core/compile/support';
import { exp, log, relu, sigmoid, step, tanh, flush, type Emitter } from '../../src/core/compile/vectorMath';
import { WasmModule } from '../../src/core/compile/wasm';
import { random } from '../../src/core/random';

const POOL = 64;
const AT = 4096;
const COUNT = 1024;

/** A function of 8 numbers at a time, with and without FMA. */
function vectorised(write: (e: Emitter, x: readonly number[]) => void, fma: boolean): (x: Float32Array) => Float32Array {
  const module = new WasmModule();
  const f = module.function('apply', ['i32']);
  const pool: number[] = [];
  const literal = (bits: number): void => { pool.push(bits, bits, bits, bits); f.i32(0).load(POOL + 4 * (pool.length - 4)); };
  const e: Emitter = { f, fma, literal: v => { literal(new Int32Array(Float32Array.of(v).buffer)[0]!); }, bits: literal };
  const x = [f.local('v128'), f.local('v128')];
  for (const [k, v] of x.entries()) f.get(0).load(16 * k).set(v);
  write(e, x);
  for (const [k, v] of x.entries()) f.get(0).get(v).store(16 * k);
  const memory = new WebAssembly.Memory({ initial: 2 });
  new Int32Array(memory.buffer).set(pool, POOL / 4);
  const { apply } = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), { m: { memory } }).exports as { apply(at: number): void };
  return values => {
    const y = new Float32Array(memory.buffer, AT, COUNT);
    y.set(values);
    for (let k = 0; k < COUNT; k += 8) apply(AT + 4 * k);
    return y.slice(0, values.length);
  };
}

/** Numbers of every size, dense where functions bend. */
function range(seed: number): Float32Array {
  const source = random(seed);
  return Float32Array.from({ length: COUNT }, (_, k) => {
    const sign = k % 2 ? 1 : -1;
    if (k % 5 === 0) return sign * 10 ** (source.uniform() * 40 - 38);
    return sign * source.uniform() * [0.1, 1, 10, 100][k % 4]!;
  });
}

const SPECIAL = Float32Array.of(0, -0, 1, -1, NaN, Infinity, -Infinity, 88.7, -87.3, 89, -104, 1e-45, -1e-45, 3.4e38, -3.4e38, 2 ** -126);

/** Error as a share of max(least, |truth|). */
function worst(f: (x: Float32Array) => Float32Array, truth: (x: number) => number, least: number, domain: (x: number) => boolean): { error: number; at: number } {
  let found = { error: 0, at: 0 };
  for (let round = 0; round < 200; round++) {
    const x = range(round).filter(domain);
    f(x).forEach((y, k) => {
      const expected = truth(x[k]!);
      const error = Math.abs(y - expected) / Math.max(least, Math.abs(expected));
      if (!(error <= found.error)) found = { error, at: x[k]! };
    });
  }
  return found;
}

const small = 2 ** -126;
const FUNCTIONS = [
  { name: 'sigmoid', write: sigmoid, truth: (x: number) => 1 / (1 + Math.exp(-x)), bound: 1.5e-7, least: 1, domain: () => true },
  { name: 'sigmoid, relative', write: sigmoid, truth: (x: number) => 1 / (1 + Math.exp(-x)), bound: 6e-6, least: small, domain: (x: number) => x > -80 },
  { name: 'tanh, relative', write: tanh, truth: Math.tanh, bound: 3e-7, least: small, domain: (x: number) => Math.abs(x) > 1e-35 || x === 0 },
  { name: 'exp, relative', write: exp, truth: Math.exp, bound: 3e-7, least: small, domain: (x: number) => x < 88.6 },
  { name: 'log', write: log, truth: Math.log, bound: 3e-7, least: 1, domain: (x: number) => x > 0 },
] as const;

describe('vector functions', () => {
  for (const fma of [...(arithmetic().fma ? [true] : []), false]) for (const { name, write, truth, bound, least, domain } of FUNCTIONS) {
    it(`${name} is within ${bound}${fma ? ' with fused multiply-add' : ''}`, () => {
      const { error, at } = worst(vectorised(write, fma), truth, least, domain);
      assert.ok(error <= bound, `${error} at ${at}`);
    });
  }

  it('take the borders as they should', () => {
    const at = (write: typeof sigmoid, x: number): number => vectorised(write, false)(Float32Array.of(x))[0]!;
    for (const f of [sigmoid, tanh, exp, log, relu, step]) assert.ok(Number.isNaN(at(f, NaN)), f.name);
    assert.deepEqual([at(exp, Infinity), at(exp, -Infinity), at(exp, 89), at(exp, 0)], [Infinity, 0, Infinity, 1]);
    assert.deepEqual([at(log, 0), at(log, Infinity), at(log, 1)], [-Infinity, Infinity, 0]);
    assert.ok(Number.isNaN(at(log, -1)) && Math.abs(at(log, 1e-45) - Math.log(1.401298464324817e-45)) < 1e-4);
    assert.deepEqual([at(tanh, Infinity), at(tanh, -Infinity), at(tanh, 0)], [1, -1, 0]);
    assert.deepEqual([at(sigmoid, Infinity), at(sigmoid, 0)], [1, 0.5]);
    assert.ok(at(sigmoid, -Infinity) >= 0 && at(sigmoid, -Infinity) < 1e-37);
    assert.deepEqual([...vectorised(relu, false)(SPECIAL)].map(y => y + 0), [...SPECIAL].map(x => x <= 0 ? 0 : x));
    assert.deepEqual([...vectorised(step, false)(SPECIAL)], [...SPECIAL].map(x => Number.isNaN(x) ? NaN : x > 0 ? 1 : 0));
    const flushed = vectorised((e, x) => { flush(e, x, 1e-30); }, false)(Float32Array.of(1e-31, -1e-31, 1e-29, NaN, 1, 0));
    assert.deepEqual([...flushed], [0, 0, Math.fround(1e-29), NaN, 1, 0]);
  });
});

describe('matrix products', () => {
  it('have the same bits in every panel width, one or two rows at a time', () => {
    const source = random(3);
    for (const fma of [...(arithmetic().fma ? [true] : []), false]) for (const [columns, lanes, rows] of [[1, 4, 1], [3, 12, 5], [64, 24, 4], [131, 48, 3], [200, 96, 2]] as const) {
      const vectors = lanes / 4;
      const weights = Float32Array.from({ length: lanes * columns }, () => source.uniform() - 0.5);
      const [x, init] = [Float32Array.from({ length: rows * columns }, () => source.normal()), Float32Array.from({ length: rows * lanes }, () => source.normal())];
      const results = Array.from({ length: Math.min(12, vectors) }, (_, k) => k + 1).filter(n => vectors % n === 0).flatMap(n => [product(n, false), ...(n <= 6 ? [product(n, true)] : [])]);
      function product(n: number, pair: boolean): Float32Array {
        const module = new WasmModule();
        const made = kernels(module, fma);
        const f = pair ? made.pair(n) : made.single(n);
        const memory = new WebAssembly.Memory({ initial: 8 });
        const numbers = new Float32Array(memory.buffer);
        const [W, X, INIT, OUT] = [1024, 40000, 60000, 80000];
        for (let panel = 0; panel < vectors / n; panel++) for (let k = 0; k < columns; k++) for (let j = 0; j < 4 * n; j++) numbers[W + (panel * columns + k) * 4 * n + j] = weights[(panel * 4 * n + j) * columns + k]!;
        numbers.set(x, X);
        numbers.set(init, INIT);
        const run = (new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), { m: { memory } }).exports as Record<string, (...a: number[]) => void>)[f.name]!;
        for (let panel = 0; panel < vectors / n; panel++) {
          const [w, at] = [4 * (W + panel * columns * 4 * n), 16 * n * panel];
          if (pair) run(4 * INIT + at, 4 * lanes, 4 * OUT + at, 4 * lanes, 4 * X, 4 * columns, w, 4 * columns, rows);
          else for (let r = 0; r < rows; r++) run(4 * (INIT + r * lanes) + at, 4 * (OUT + r * lanes) + at, 4 * (X + r * columns), w, 4 * columns);
        }
        return numbers.slice(OUT, OUT + rows * lanes);
      }
      for (const r of results) assert.deepEqual(r, results[0]);
      assert.ok(results.length >= 2);
      const truth = Array.from({ length: rows * lanes }, (_, k) => init[k]! + Array.from({ length: columns }, (_u, c) => weights[(k % lanes) * columns + c]! * x[Math.floor(k / lanes) * columns + c]!).reduce((a, b) => a + b));
      truth.forEach((v, k) => { assert.ok(Math.abs(results[0]![k]! - v) < 2e-6 * Math.max(1, columns / 20), `${k}: ${results[0]![k]} ${v}`); });
    }
  });
});
