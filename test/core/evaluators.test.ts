/** The two evaluators behind one engine: the same results, however the work is cut, batched, masked or interrupted. */
import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { backprop, type Loss } from '../../src/core/backprop';
import { run, running, runningMany, type NetworkTrace, type RunOptions, type SequenceInput } from '../../src/core/engine';
import type { Network, Tensor } from '../../src/core/layer';
import type { Progress } from '../../src/core/pace';
import { random } from '../../src/core/random';
import { layer, level, network, noise, stack } from './networks';

const SEED = Number(process.env['SEED'] ?? 23);

function finish<T>(work: Generator<Progress, T>): T {
  for (;;) { const piece = work.next(); if (piece.done) return piece.value; }
}

const runNow = (net: Network, x: Float32Array, steps: number, options: RunOptions = {}): NetworkTrace => finish(running(net, x, steps, options));

function deep(): Network {
  return network(level('a', [layer('lstm', 3, 7, 1), layer('gru', 3, 6, 2, 'reverse')]), level('b', [layer('lstmPeephole', 13, 5, 3, 'reverse')]), level('c', [layer('rnn', 5, 40, 4), layer('rnn', 5, 40, 5, 'reverse')], 'mul'));
}

/** Largest distance of all signals, as a share of max(1, |value|). */
function distance(a: NetworkTrace, b: NetworkTrace): number {
  let worst = 0;
  for (const [k, l] of a.levels.entries()) for (const [d, t] of l.directions.entries()) for (const [name, v] of Object.entries(t.signals)) {
    const w = b.levels[k]!.directions[d]!.signals[name]!;
    v.forEach((value, n) => { worst = Math.max(worst, Math.abs(value - w[n]!) / Math.max(1, Math.abs(w[n]!))); });
  }
  return worst;
}

describe('the fast evaluator', () => {
  it('is the default, says how it computes, and stays close to the reference', () => {
    const x = noise(700, 3);
    const [fast, reference] = [runNow(deep(), x, 700, { preactivations: true }), runNow(deep(), x, 700, { preactivations: true, evaluator: 'reference' })];
    assert.match(fast.arithmetic, /^float32/);
    assert.equal(reference.arithmetic, 'float64');
    assert.deepEqual(fast.levels.map(l => l.directions.map(d => Object.keys(d.signals))), reference.levels.map(l => l.directions.map(d => Object.keys(d.signals))));
    assert.ok(distance(fast, reference) < 2e-6, String(distance(fast, reference)));
  });

  it(`gives bit-identical traces however it is cancelled and resumed (SEED=${SEED})`, () => {
    const [net, steps] = [deep(), 900];
    const x = noise(steps, 3);
    const whole = runNow(net, x, steps);
    const forward = network(level('a', [layer('lstm', 3, 7, 1)]), level('b', [layer('gru', 7, 66, 2)]));
    const straight = runNow(forward, x, steps);
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 6 }), fc.integer({ min: 0, max: 30 }), (cuts, pieces) => {
      // Given up after some pieces and started again.
      const given = running(net, x, steps, { piece: 0 });
      for (let k = 0; k < pieces; k++) given.next();
      given.return(undefined as never);
      assert.deepEqual(runNow(net, x, steps, { piece: 0 }), whole);
      // Stopped at some steps, and gone on from the states there.
      let [from, initial]: [number, RunOptions['initial']] = [0, undefined];
      for (const cut of [...cuts, steps]) {
        const to = Math.min(steps, from + cut);
        if (to === from) continue;
        const part = runNow(forward, x.slice(3 * from, 3 * to), to - from, { initial });
        for (const [k, l] of part.levels.entries()) {
          const { signals, sizes } = straight.levels[k]!.directions[0]!;
          for (const [name, v] of Object.entries(l.directions[0]!.signals)) assert.deepEqual(v, signals[name]!.slice(from * sizes[name]!, to * sizes[name]!), `${name} from ${from} to ${to}`);
        }
        initial = part.levels.map(l => l.directions.map(d => d.final));
        from = to;
      }
    }), { seed: SEED, numRuns: 25 });
  });

  it('writes into an earlier trace where it fits', () => {
    const net = network(level('a', [layer('lstm', 3, 7, 1), layer('gru', 3, 6, 2, 'reverse', { length: 20 })]));
    for (const evaluator of ['fast', 'reference'] as const) {
      const first = runNow(net, noise(50, 3, 1), 50, { evaluator });
      const [expected, other] = [runNow(net, noise(50, 3, 2), 50, { evaluator }), runNow(net, noise(49, 3, 2), 49, { evaluator })];
      const again = runNow(net, noise(50, 3, 2), 50, { evaluator, reuse: first });
      assert.deepEqual(again, expected);
      assert.equal(again.levels[0]!.directions[0]!.signals['f'], first.levels[0]!.directions[0]!.signals['f']);
      assert.deepEqual(runNow(net, noise(49, 3, 2), 49, { evaluator, reuse: again }), other);
    }
  });

  it('runs several sequences of different lengths at once as it runs each alone, to the last bit', () => {
    const net = deep();
    const sequences: SequenceInput[] = [300, 1, 41, 300, 128].map((steps, k) => ({ x: noise(steps, 3, 50 + k), steps, ...(k === 2 && { initial: net.levels.map(l => l.directions.map(d => ({ h: noise(1, d.units, 7) }))) }) }));
    for (const evaluator of ['fast', 'reference'] as const) {
      const together = finish(runningMany(net, sequences, { evaluator }));
      for (const [k, s] of sequences.entries()) assert.deepEqual(together[k], runNow(net, s.x, s.steps, { initial: s.initial, evaluator }), `${evaluator}, sequence ${k}`);
    }
  });

  it('gives the same gradients as the reference for every loss', async () => {
    const [net, steps] = [network(level('a', [layer('lstm', 3, 7, 1), layer('gru', 3, 6, 2, 'reverse')]), level('b', [layer('lstm', 13, 9, 3)])), 130];
    const x = noise(steps, 3);
    const decoder = { weight: tensor([5, 9], 8), bias: tensor([5], 9) };
    const targets = Int32Array.from({ length: steps }, (_, t) => t % 6 - 1);
    const losses: Loss[] = [{ kind: 'sum' }, { kind: 'unit', unit: 4, step: 60 }, { kind: 'mse', target: noise(steps, 9, 4) }, { kind: 'crossEntropy', targets, decoder }, { kind: 'crossEntropy', targets }, { kind: 'dh', dh: noise(steps, 9, 5) }];
    for (const loss of losses) {
      const [fast, reference] = [await backprop(net, x, steps, loss, { preactivations: true }), await backprop(net, x, steps, loss, { preactivations: true, evaluator: 'reference' })];
      assert.match(fast.arithmetic, /^float32/);
      near(fast.dx, reference.dx, `${loss.kind} dx`);
      if (reference.loss !== undefined) assert.ok(Math.abs(fast.loss! - reference.loss) < 1e-5);
      for (const [k, l] of fast.levels.entries()) for (const [d, g] of l.directions.entries()) {
        const truth = reference.levels[k]!.directions[d]!;
        for (const part of ['signals', 'parameters', 'initial'] as const) {
          assert.deepEqual(Object.keys(g[part]), Object.keys(truth[part]));
          for (const [name, v] of Object.entries(g[part])) near(v, truth[part][name]!, `${loss.kind} ${l.name} ${part} ${name}`);
        }
      }
      if (reference.decoder) near(fast.decoder!.weight, reference.decoder.weight, 'decoder');
    }
  });

  it('follows gradients over hundreds of steps, far below what float32 holds', async () => {
    const one = layer('rnn', 1, 2, 1);
    const small = { ...one, params: { ...one.params, U: { shape: [2, 2], data: Float32Array.of(0.1, 0.02, 0.03, 0.1) } } };
    for (const [net, steps] of [[network(level('l', [small])), 120], [network(level('l', [layer('lstm', 2, 4, 3)])), 600]] as const) {
      const x = noise(steps, net.levels[0]!.directions[0]!.inputSize);
      const [fast, reference] = [await backprop(net, x, steps, { kind: 'sum' }), await backprop(net, x, steps, { kind: 'sum' }, { evaluator: 'reference' })];
      const first = reference.levels[0]!.directions[0]!.signals['dh']![0]!;
      assert.ok(first !== 0 && Math.abs(first) < 1e-60, String(first));
      assert.ok(Math.abs(fast.levels[0]!.directions[0]!.signals['dh']![0]! / first - 1) < 1e-3);
    }
  });

  it('calls states zero that fade to denormal numbers', () => {
    const one = layer('rnnRelu', 1, 3, 1);
    const halving = { ...one, params: { ...one.params, U: { shape: [3, 3], data: Float32Array.of(0.5, 0, 0, 0, 0.5, 0, 0, 0, 0.5) }, b: { shape: [3], data: new Float32Array(3) } } };
    const { output } = runNow(network(level('l', [halving])), new Float32Array(400), 400, { initial: [[{ h: new Float32Array(3).fill(1) }]] }).levels[0]!;
    assert.deepEqual(output.slice(0, 300), Float32Array.from({ length: 300 }, (_, k) => 0.5 ** (Math.floor(k / 3) + 1)));
    assert.ok(output.subarray(3 * 101).every(v => v === 0));
  });
});

function tensor(shape: number[], seed: number): Tensor {
  const source = random(seed);
  return { shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => source.uniform() - 0.5) };
}

/** norm(a - b) <= 2e-5 norm(b). */
function near(a: ArrayLike<number>, b: ArrayLike<number>, what: string): void {
  assert.equal(a.length, b.length, what);
  const norm = (f: (k: number) => number): number => Math.sqrt(Array.from(b).reduce((sum, _, k) => sum + f(k) ** 2, 0));
  assert.ok(norm(k => a[k]! - b[k]!) <= 2e-5 * norm(k => b[k]!) + 1e-300, `${what}: ${norm(k => a[k]! - b[k]!)} of ${norm(k => b[k]!)}`);
}

describe('masks', () => {
  it('leave steps out: states stay, other signals are zero, and the rest is as if those steps were not there', () => {
    const [net, steps] = [stack(), 12];
    const mask = [0, 1, 1, 0, 0, 1, 1, 1, 0, 1, 0, 0];
    const x = noise(steps, 3);
    const kept = mask.flatMap((m, t) => m ? [t] : []);
    const dense = runNow(net, Float32Array.from(kept.flatMap(t => [...x.subarray(3 * t, 3 * t + 3)])), kept.length);
    const masked = runNow(net, x, steps, { mask });
    for (const [k, l] of masked.levels.entries()) for (const [d, t] of l.directions.entries()) {
      const truth = dense.levels[k]!.directions[d]!;
      assert.deepEqual(t.final, truth.final);
      for (const [name, v] of Object.entries(t.signals)) for (let s = 0; s < steps; s++) {
        const size = t.sizes[name]!;
        const row = [...v.subarray(s * size, (s + 1) * size)];
        const at = t.direction === 'reverse' ? kept.findIndex(q => q >= s) : kept.findLastIndex(q => q <= s);
        const held = at < 0 ? new Float32Array(size) : truth.signals[name]!.subarray(at * size, (at + 1) * size);
        assert.deepEqual(row, [...(mask[s] || ['h', 'c'].includes(name) ? held : new Float32Array(size))], `${name} ${t.direction} at ${s}`);
      }
    }
  });

  it('leave steps out of gradients, which are zero there', async () => {
    const [net, steps] = [stack(), 9];
    const mask = [0, 1, 1, 0, 1, 1, 0, 1, 0];
    const kept = mask.flatMap((m, t) => m ? [t] : []);
    const [x, target] = [noise(steps, 3), noise(steps, 6, 4)];
    const rows = (v: ArrayLike<number>, size: number): Float32Array => Float32Array.from(kept.flatMap(t => Array.from(v).slice(t * size, (t + 1) * size)));
    const pairs: [Loss, Loss][] = [
      [{ kind: 'mse', target }, { kind: 'mse', target: rows(target, 6) }], [{ kind: 'sum' }, { kind: 'sum' }], [{ kind: 'unit', unit: 2, step: 5 }, { kind: 'unit', unit: 2, step: 3 }],
      [{ kind: 'dh', dh: target }, { kind: 'dh', dh: rows(target, 6) }], [{ kind: 'crossEntropy', targets: mask.map((_, t) => t % 6) }, { kind: 'crossEntropy', targets: kept.map(t => t % 6) }],
    ];
    for (const [loss, dense] of pairs) {
      const [masked, truth] = [await backprop(net, x, steps, loss, { mask }), await backprop(net, rows(x, 3), kept.length, dense)];
      assert.deepEqual(rows(masked.dx, 3), Float32Array.from(truth.dx));
      assert.ok(mask.every((m, t) => m || masked.dx.subarray(3 * t, 3 * t + 3).every(v => v === 0)));
      assert.deepEqual(masked.levels[1]!.directions[0]!.parameters, truth.levels[1]!.directions[0]!.parameters);
      assert.deepEqual(rows(masked.levels[0]!.directions[1]!.signals['dc']!, 5), Float32Array.from(truth.levels[0]!.directions[1]!.signals['dc']!));
    }
    await assert.rejects(backprop(net, x, steps, { kind: 'sum', step: 0 }, { mask }), /step 0 is masked/);
    await assert.rejects(backprop(net, x, steps, { kind: 'sum' }, { mask: mask.map(() => 0) }), /All steps are masked/);
  });

  it('say what does not fit, and may leave out everything', () => {
    assert.throws(() => runNow(stack(), noise(4, 3), 4, { mask: [1, 1] }), /each of 4 steps whether it counts, found 2 numbers/);
    const none = runNow(stack(), noise(4, 3), 4, { mask: [0, 0, 0, 0] });
    assert.ok(none.levels.at(-1)!.output.every(v => v === 0));
  });
});

describe('losses', () => {
  it('say what does not fit', async () => {
    const [net, x] = [stack(), noise(4, 3)];
    await assert.rejects(backprop(net, x, 4, { kind: 'mse', target: new Float32Array(3) }), /target should hold 4 steps of 6 numbers, found 3/);
    await assert.rejects(backprop(net, x, 4, { kind: 'crossEntropy', targets: [0, 1] }), /a target for each of 4 steps \(-1 for none\), found 2/);
    await assert.rejects(backprop(net, x, 4, { kind: 'crossEntropy', targets: [0, 1, 2, 6] }), /below 6, found 6/);
    await assert.rejects(run(net, x, 4, { record: ['q'] }), /no signal "q"/);
  });
});
