import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { backprop } from '../../src/core/backprop';
import { run, running, type NetworkTrace, type RunOptions } from '../../src/core/engine';
import { step, type Values } from '../../src/core/interpret';
import type { Network } from '../../src/core/layer';
import { Cancelled } from '../../src/core/pace';
import { layerSizes } from '../../src/core/parameters';
import { programOf } from '../../src/core/programs';
import { random } from '../../src/core/random';
import { stats } from '../../src/core/stats';
import { layer, level, network, noise, stack } from './networks';

const SEED = 17;

function runNow(net: Network, x: Float32Array, steps: number, options: RunOptions = {}): NetworkTrace {
  const work = running(net, x, steps, options);
  for (;;) { const piece = work.next(); if (piece.done) return piece.value; }
}

describe('engine', () => {
  it('records what the reference computes, rounded to float32', () => {
    const one = layer('lstmPeephole', 3, 5, 4);
    const x = noise(9, 3);
    const { signals } = runNow(network(level('l', [one])), x, 9, { preactivations: true, evaluator: 'reference' }).levels[0]!.directions[0]!;
    assert.deepEqual(Object.keys(signals), ['i.pre', 'i', 'f.pre', 'f', 'g.pre', 'g', 'c', 'o.pre', 'o', 'h']);
    const program = programOf(one.cell);
    const params = Object.fromEntries(Object.entries(one.params).map(([k, t]) => [k, t.data]));
    let states: Values = {};
    for (let t = 0; t < 9; t++) {
      const result = step(program, layerSizes(one), params, x.subarray(3 * t, 3 * t + 3), states);
      for (const s of program.signals) {
        assert.deepEqual(signals[s.name]!.slice(5 * t, 5 * t + 5), Float32Array.from(result.signals[s.name]!), `${s.name} at ${t}`);
        if (s.pre !== undefined) assert.deepEqual(signals[`${s.name}.pre`]!.slice(5 * t, 5 * t + 5), Float32Array.from(result.nodes[s.pre]!), `${s.name}.pre at ${t}`);
      }
      states = result.states;
    }
  });

  it(`goes on from final states as if it had never stopped (seed ${SEED})`, () => {
    const net = network(level('a', [layer('lstm', 3, 5, 1)]), level('b', [layer('gru', 5, 6, 2)]), level('c', [layer('lstmProjected', 6, 3, 3)]));
    const steps = 40;
    const x = noise(steps, 3);
    const whole = runNow(net, x, steps);
    const source = random(SEED);
    for (let round = 0; round < 10; round++) {
      let initial: RunOptions['initial'];
      for (let from = 0; from < steps;) {
        const to = Math.min(steps, from + 1 + source.integer(12));
        const part = runNow(net, x.slice(3 * from, 3 * to), to - from, initial ? { initial } : {});
        for (const [k, l] of part.levels.entries()) for (const [name, column] of Object.entries(l.directions[0]!.signals)) {
          const { signals, sizes } = whole.levels[k]!.directions[0]!;
          assert.deepEqual(column, signals[name]!.slice(from * sizes[name]!, to * sizes[name]!), `${l.name} ${name} [${from}, ${to})`);
        }
        initial = part.levels.map(l => l.directions.map(d => d.final));
        from = to;
      }
      assert.deepEqual(initial, whole.levels.map(l => l.directions.map(d => d.final)));
    }
  });

  it('yields often, and pausing anywhere changes nothing', () => {
    const net = stack();
    const x = noise(30, 3);
    const work = running(net, x, 30, { piece: 0, evaluator: 'reference' });
    const seen: number[] = [];
    let piece = work.next();
    for (; !piece.done; piece = work.next()) {
      seen.push(piece.value.done);
      assert.equal(piece.value.total, 90);
      runNow(net, noise(5, 3, 99), 5);
    }
    assert.deepEqual(seen, Array.from({ length: 90 }, (_, k) => k + 1));
    assert.deepEqual(piece.value, runNow(net, x, 30, { evaluator: 'reference' }));
  });

  it('yields often when it is fast, too, and other runs in between change nothing', () => {
    const net = stack();
    const x = noise(2000, 3);
    const work = running(net, x, 2000, { piece: 0 });
    let pieces = 0;
    let piece = work.next();
    for (; !piece.done; piece = work.next()) {
      pieces++;
      assert.equal(piece.value.total, 6000);
      runNow(net, noise(300, 3, 99), 300);
    }
    assert.ok(pieces >= 20, String(pieces));
    assert.deepEqual(piece.value, runNow(net, x, 2000));
  });

  it('runs the reverse direction over the reversed input, and writes in the order of the input', () => {
    const [steps, x] = [11, noise(11, 3)];
    const reversed = x.map((_, k) => x[(steps - 1 - Math.floor(k / 3)) * 3 + k % 3]!);
    const back = runNow(network(level('l', [layer('gru', 3, 4, 7, 'reverse')])), x, steps).levels[0]!.output;
    const ahead = runNow(network(level('l', [layer('gru', 3, 4, 7)])), reversed, steps).levels[0]!.output;
    assert.deepEqual(back, ahead.map((_, k) => ahead[(steps - 1 - Math.floor(k / 4)) * 4 + k % 4]!));
  });

  it('leaves what lies beyond `length` zero; the reverse direction starts before it', () => {
    for (const direction of ['forward', 'reverse'] as const) {
      const [steps, length, x] = [11, 6, noise(11, 3)];
      const cut = runNow(network(level('l', [layer('lstm', 3, 4, 7, direction, { length })])), x, steps).levels[0]!;
      const short = runNow(network(level('l', [layer('lstm', 3, 4, 7, direction)])), x.slice(0, 3 * length), length).levels[0]!;
      assert.deepEqual(cut.output.slice(0, 4 * length), short.output);
      assert.ok(cut.output.slice(4 * length).every(v => v === 0));
      assert.deepEqual(cut.directions[0]!.final, short.directions[0]!.final);
    }
  });

  it('merges directions in every way', () => {
    const [a, b] = [layer('rnn', 3, 4, 1), layer('rnn', 3, 4, 2, 'reverse')];
    const out = (merge: 'concat' | 'sum' | 'mul' | 'ave' | 'none'): Float32Array => runNow(network(level('l', [a, b], merge)), noise(5, 3), 5).levels[0]!.output;
    const { directions } = runNow(network(level('l', [a, b])), noise(5, 3), 5).levels[0]!;
    const [p, q] = [directions[0]!.output, directions[1]!.output];
    assert.deepEqual(out('sum'), p.map((v, k) => v + q[k]!));
    assert.deepEqual(out('mul'), p.map((v, k) => v * q[k]!));
    assert.deepEqual(out('ave'), p.map((v, k) => (v + q[k]!) / 2));
    assert.deepEqual(out('none'), p);
    assert.deepEqual(out('concat'), new Float32Array(40).map((_, k) => k % 8 < 4 ? p[Math.floor(k / 8) * 4 + k % 8]! : q[Math.floor(k / 8) * 4 + k % 8 - 4]!));
  });

  it('records only what was asked for, and hands on the output all the same', () => {
    const all = runNow(stack(), noise(8, 3), 8);
    const some = runNow(stack(), noise(8, 3), 8, { record: ['f', 'z.pre'] });
    assert.deepEqual(Object.keys(some.levels[0]!.directions[0]!.signals), ['f']);
    assert.deepEqual(Object.keys(some.levels[1]!.directions[0]!.signals), ['z.pre']);
    assert.deepEqual(some.levels.map(l => l.output), all.levels.map(l => l.output));
  });

  it('starts from the given initial states', () => {
    const h = Float32Array.from([0.1, -0.2, 0.3, 0.4]);
    const given = runNow(network(level('l', [layer('gru', 3, 4, 1, 'forward', { initial: { h } })])), noise(1, 3), 1);
    const zero = network(level('l', [layer('gru', 3, 4, 1)]));
    assert.deepEqual(runNow(zero, noise(1, 3), 1, { initial: [[{ h }]] }), given);
    assert.notDeepEqual(runNow(zero, noise(1, 3), 1).levels[0]!.output, given.levels[0]!.output);
  });

  it('stops when told to, between two pieces', async () => {
    const signal = { aborted: false };
    let pieces = 0;
    const options = { signal, piece: 0, onProgress: () => { pieces++; if (pieces === 7) signal.aborted = true; }, pause: () => Promise.resolve() };
    await assert.rejects(run(stack(), noise(5000, 3), 5000, options), Cancelled);
    assert.equal(pieces, 7);
  });

  it('lets the event loop breathe: 128 units and 20,000 steps never hold it for long', async () => {
    const net = network(level('l', [layer('lstm', 128, 128, 1)]));
    const x = noise(20000, 128);
    let [ticks, longest, last] = [0, 0, performance.now()];
    const timer = setInterval(() => { const now = performance.now(); longest = Math.max(longest, now - last); last = now; ticks++; }, 1);
    let pieces = 0;
    await run(net, x, 20000, { record: ['h'], onProgress: () => { pieces++; } });
    clearInterval(timer);
    assert.ok(pieces < 1000, `${pieces} pieces: each should last many steps`);
    assert.ok(ticks > 10, `${ticks} ticks`);
    assert.ok(longest < 150, `${longest} ms`);
  });

  it('does 200 steps of 128 units in well under a second', async () => {
    const net = network(level('l', [layer('lstm', 128, 128, 1)]));
    const before = performance.now();
    await run(net, noise(200, 128), 200);
    const took = performance.now() - before;
    assert.ok(took < 900, `${took} ms`);
  });

  it('lets NaN in x be located in every signal', () => {
    const x = noise(20, 3);
    x[3 * 12 + 1] = NaN;
    const trace = runNow(network(level('l', [layer('lstm', 3, 5, 1)])), x, 20).levels[0]!.directions[0]!;
    assert.deepEqual(stats(x, 3, 'input').notFinite, { step: 12, unit: 1, value: 'NaN' });
    for (const [name, column] of Object.entries(trace.signals)) assert.deepEqual(stats(column, 5, 'state').notFinite, { step: 12, unit: 0, value: 'NaN' }, name);
    const relu = runNow(network(level('l', [layer('rnnRelu', 3, 5, 1)])), x, 20).levels[0]!.output;
    assert.deepEqual(stats(relu, 5, 'state').notFinite, { step: 12, unit: 0, value: 'NaN' }, 'relu does not hide it');
  });

  it('says what does not fit', () => {
    const net = network(level('lstm', [layer('lstm', 3, 5, 1)]));
    const fails = (n: Network, x: Float32Array, steps: number, options: RunOptions, message: RegExp): void => { assert.throws(() => runNow(n, x, steps, options), message); };
    fails(net, noise(4, 2), 4, {}, /lstm reads 3 numbers a step, but the input has 2\./);
    fails(net, noise(5, 1), 2, {}, /lstm reads 3 numbers a step, but the input has 5 numbers in 2 steps\./);
    fails(net, new Float32Array(0), 0, {}, /at least one step/);
    fails(network(), noise(4, 3), 4, {}, /no levels/);
    fails(net, noise(4, 3), 4, { record: ['q'] }, /no signal "q" to record; there are i\.pre, i, /);
    fails(net, noise(4, 3), 4, { initial: [[{ h: new Float32Array(4) }]] }, /initial state h should hold 5 numbers, found 4/);
    fails(net, noise(4, 3), 4, { initial: [[{ s: new Float32Array(5) }]] }, /has no state "s".*its states are c, h/);
    fails(network(level('a', [layer('rnn', 3, 5, 1)]), level('b', [layer('rnn', 4, 5, 1)])), noise(4, 3), 4, {}, /b reads 4 numbers a step, but a gives 5/);
    fails(network(level('a', [layer('rnn', 3, 5, 1), layer('rnn', 3, 4, 1, 'reverse')], 'sum')), noise(4, 3), 4, {}, /equally many units; found 5 and 4/);
    const one = layer('lstm', 3, 5, 1);
    const { Wi, ...others } = one.params;
    fails(network(level('l', [{ ...one, params: others }])), noise(4, 3), 4, {}, /LSTM needs the parameter Wi of shape \[5, 3\]/);
    fails(network(level('l', [{ ...one, params: { ...others, Wi: { ...Wi!, shape: [3, 5] } } }])), noise(4, 3), 4, {}, /Wi should have the shape \[5, 3\] \(input 3, 5 units\), found \[3, 5\]/);
    fails(network(level('l', [{ ...one, params: { ...others, Wi: { ...Wi!, data: new Float32Array(3) } } }])), noise(4, 3), 4, {}, /should hold 15 numbers, found 3/);
    fails(network(level('l', [{ ...one, units: 0 }])), noise(4, 3), 4, {}, /size of h must be a whole number of at least 1, found 0/);
  });
});

describe('backprop', () => {
  it('follows finite differences of the input through levels, directions and every merge', async () => {
    for (const merge of ['concat', 'sum', 'mul', 'ave', 'none'] as const) {
      const low = level('low', [layer('rnn', 2, 3, 1, 'forward', { length: 5 }), layer('rnn', 2, 3, 2, 'reverse', { length: 5 })], merge);
      const net = network(low, level('top', [layer('gru', merge === 'concat' ? 6 : 3, 4, 3)]));
      const x = noise(6, 2);
      const loss = { kind: 'unit', unit: 2, step: 4 } as const;
      const { dx } = await backprop(net, x, 6, loss, { piece: 0 });
      const value = (): number => runNow(net, x, 6).levels[1]!.output[4 * 4 + 2]!;
      for (let k = 0; k < x.length; k++) {
        const before = x[k]!;
        // Outputs are float32: a wide step keeps its rounding small.
        const at = (offset: number): number => { x[k] = before + offset; return value(); };
        const [a, b, c, d] = [at(-0.125), at(-0.0625), at(0.0625), at(0.125)];
        x[k] = before;
        const numeric = (a - 8 * b + 8 * c - d) / (12 * 0.0625);
        assert.ok(Math.abs(dx[k]! - numeric) < 5e-5, `${merge} dx[${k}]: ${dx[k]}, differences ${numeric}`);
      }
    }
  });

  it('gives the same for a loss in words and by its gradient, and zero beyond it', async () => {
    const [net, x] = [stack(), noise(9, 3)];
    const dh = new Float32Array(9 * 6).fill(1, 5 * 6, 6 * 6);
    const a = await backprop(net, x, 9, { kind: 'sum', step: 5 }, { preactivations: true });
    const b = await backprop(net, x, 9, { kind: 'dh', dh }, { preactivations: true });
    assert.deepEqual(a.levels, b.levels);
    const top = a.levels[1]!.directions[0]!;
    assert.deepEqual(Object.keys(top.signals), ['dr', 'dr.pre', 'dz', 'dz.pre', 'dn', 'dn.pre', 'dh']);
    assert.ok(top.signals['dh']!.subarray(6 * 6).every(v => v === 0));
    assert.deepEqual([...top.signals['dh']!.subarray(5 * 6, 6 * 6)], [1, 1, 1, 1, 1, 1]);
    assert.ok(a.loss !== undefined && Math.abs(a.loss - runNow(net, x, 9).levels[1]!.output.subarray(30, 36).reduce((s, v) => s + v)) < 1e-12);
  });

  it('keeps gradients that float32 would call zero', async () => {
    const one = layer('rnn', 1, 2, 1);
    const small = { ...one, params: { ...one.params, U: { shape: [2, 2], data: Float32Array.of(0.1, 0, 0, 0.1) } } };
    const { levels } = await backprop(network(level('l', [small])), noise(60, 1), 60, { kind: 'sum' });
    const first = levels[0]!.directions[0]!.signals['dh']![0]!;
    assert.ok(first !== 0 && Math.fround(first) === 0, String(first));
  });

  it('gives gradients of initial states', async () => {
    const net = network(level('l', [layer('lstm', 2, 3, 1)]));
    const x = noise(4, 2);
    const initial = (k: number, v: number): RunOptions['initial'] => [[{ c: new Float64Array(3).fill(v, k, k + 1) }]];
    const { levels } = await backprop(net, x, 4, { kind: 'sum' });
    for (let k = 0; k < 3; k++) {
      const value = (v: number): number => runNow(net, x, 4, { initial: initial(k, v), evaluator: 'reference' }).levels[0]!.directions[0]!.final['h']!.reduce((s, n) => s + n, 0);
      const numeric = (value(1e-4) - value(-1e-4)) / 2e-4;
      assert.ok(Math.abs(levels[0]!.directions[0]!.initial['c']![k]! - numeric) < 1e-7);
    }
  });

  it('leaves out what was not asked for', async () => {
    const { levels } = await backprop(stack(), noise(4, 3), 4, { kind: 'sum' }, { record: ['h'], parameters: false });
    assert.deepEqual(levels.map(l => l.directions.map(d => [Object.keys(d.signals).join(), Object.keys(d.parameters).length])), [[['dh', 0], ['dh', 0]], [['dh', 0]]]);
  });

  it('says which loss cannot be', async () => {
    const [net, x] = [stack(), noise(4, 3)];
    await assert.rejects(backprop(net, x, 4, { kind: 'sum', step: 4 }), /step should be from 0 to 3, found 4/);
    await assert.rejects(backprop(net, x, 4, { kind: 'unit', unit: 6 }), /unit should be from 0 to 5, found 6/);
    await assert.rejects(backprop(net, x, 4, { kind: 'dh', dh: new Float32Array(3) }), /4 steps of 6 numbers, found 3/);
  });
});
