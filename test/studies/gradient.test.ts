/** Gradients, memory and health as a view is answered, against finite differences in float64 and against PyTorch. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { cellById } from '../../src/core/cells/index';
import { initialise } from '../../src/core/initialise';
import { step as stepOnce, type Values } from '../../src/core/interpret';
import type { Layer, Network, Params } from '../../src/core/layer';
import { layerSizes, parameterValues } from '../../src/core/parameters';
import { programOf } from '../../src/core/programs';
import type { Sequence } from '../../src/core/sequence';
import type { GradientAsk } from '../../src/questions/gradient';
import type { RecorderApi } from '../../src/recorder';
import type { Job } from '../../src/studies/run';
import { layer, level, network, noise } from '../core/networks';
import { joined } from '../session/joined';

const WIDTH = 3, UNITS = 5;
const louder = (own: Layer, by = 1.6): Layer => ({ ...own, params: Object.fromEntries(Object.entries(own.params).map(([n, t]) => [n, { ...t, data: t.data.map(v => by * v) }])) });

function jobOf(made: Network, steps: number, more: Partial<Sequence> = {}, rest: Partial<Job> = {}): Job {
  const sequence: Sequence = { steps, width: WIDTH, data: noise(steps, WIDTH), axis: 'steps', description: 'noise', notes: [], ...more };
  return { revision: 1, network: made, sequence, seed: 1, invented: true, ...rest };
}

async function running(job: Job): Promise<RecorderApi> {
  const { recorder } = joined();
  await recorder.run(job);
  return recorder;
}

const ask = (more: Partial<GradientAsk>): GradientAsk => ({ level: 0, direction: 0, loss: 'sum', distance: 64, step: 0, state: 'h', ...more });

/** All states of a layer, in float64, with something added to one number of one state after one step, or to x. */
interface Nudge { readonly t: number; readonly name: string; readonly u: number; readonly by: number }

function unrolled(own: Layer, x: ArrayLike<number>, steps: number, nudge?: Nudge): Values[] {
  const program = programOf(own.cell), sizes = layerSizes(own), params = parameterValues(own);
  const rows = Float64Array.from({ length: steps * own.inputSize }, (_, k) => x[k]!);
  if (nudge?.name === 'x') rows[nudge.t * own.inputSize + nudge.u]! += nudge.by;
  const states: Values[] = [];
  let carried: Values = {};
  for (let k = 0; k < steps; k++) {
    const t = own.direction === 'reverse' ? steps - 1 - k : k;
    const { states: made, signals } = stepOnce(program, sizes, params, rows.subarray(t * own.inputSize, (t + 1) * own.inputSize), carried);
    if (nudge?.t === t && nudge.name === 'h') made['h']![nudge.u]! += nudge.by;
    if (nudge?.t === t && nudge.name === 'c') {
      made['c']![nudge.u]! += nudge.by;
      made['h']![nudge.u] = signals['o']![nudge.u]! * Math.tanh(made['c']![nudge.u]!); // what an LSTM shows of it in the same step
    }
    states[t] = carried = made;
  }
  return states;
}

const H = 1e-4;
function difference(loss: (nudge: Nudge) => number, t: number, name: string, u: number): number {
  const at = (by: number): number => loss({ t, name, u, by });
  return (at(-2 * H) - 8 * at(-H) + 8 * at(H) - at(2 * H)) / (12 * H);
}

function close(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string): void {
  assert.equal(found.length, expected.length, `${what}: length`);
  const bound = tolerance * Math.max(1e-3, ...Array.from(expected, Math.abs));
  for (let k = 0; k < expected.length; k++) assert.ok(Math.abs(found[k]! - expected[k]!) <= bound, `${what}[${k}]: found ${found[k]}, expected ${expected[k]}`);
}

const normOf = (values: readonly number[]): number => Math.sqrt(values.reduce((s, v) => s + v * v, 0));

describe('gradients of a loss', () => {
  for (const cell of ['lstm', 'gru', 'rnn', 'gruResetBefore']) for (const direction of ['forward', 'reverse'] as const) {
    it(`of h at a step are those of finite differences: ${cell}, ${direction}, in the middle of a run`, async () => {
      const steps = 30, step = direction === 'forward' ? 24 : 5, distance = 8;
      const own = louder(layer(cell, WIDTH, UNITS, 7, direction));
      const job = jobOf(network(level('l', [own], 'none')), steps);
      const recorder = await running(job);
      const x = job.sequence.data as Float32Array;
      for (const [loss, unit] of [['sum', 0], ['unit', 3]] as const) {
        const answer = await recorder.ask('gradient', ask({ loss, unit, step, distance }));
        const value = (n?: Nudge): number => { const h = unrolled(own, x, steps, n)[step]!['h']!; return loss === 'sum' ? (h as Float64Array).reduce((a, b) => a + b, 0) : h[unit]!; };
        assert.ok(Math.abs(answer.value! - value()) < 1e-5);
        assert.deepEqual(answer.states.map(s => s.name), cell === 'lstm' ? ['c', 'h'] : ['h']);
        const at = (d: number): number => (direction === 'forward' ? step - d : step + d);
        for (const { name, norms } of answer.states) {
          const expected = Array.from({ length: distance + 1 }, (_, d) => normOf(Array.from({ length: UNITS }, (_u, u) => difference(value, at(d), name, u))));
          close(norms, expected, 1e-5, `${loss} d${name}`);
        }
        close(answer.input, Array.from({ length: distance + 1 }, (_, d) => normOf(Array.from({ length: WIDTH }, (_u, u) => difference(value, at(d), 'x', u)))), 1e-5, `${loss} dx`);
        const units = Array.from({ length: (distance + 1) * UNITS }, (_, k) => Math.abs(difference(value, at(Math.floor(k / UNITS)), 'h', k % UNITS)));
        close(answer.units.logs.map(v => 10 ** v), units, 1e-5, 'units');
      }
    });
  }

  for (const direction of ['forward', 'reverse'] as const) {
    it(`of h over selected steps are those of finite differences, and go on behind the first of them: lstm, ${direction}`, async () => {
      const steps = 30, range = { from: 14, to: 19 }, distance = 6, within = 5;
      const own = louder(layer('lstm', WIDTH, UNITS, 7, direction));
      const job = jobOf(network(level('l', [own], 'none')), steps), recorder = await running(job);
      const value = (n?: Nudge): number => unrolled(own, job.sequence.data as Float32Array, steps, n).slice(range.from, range.to).reduce((sum, s) => sum + (s['h'] as Float64Array).reduce((a, b) => a + b, 0), 0);
      const answer = await recorder.ask('gradient', ask({ loss: 'range', range, step: 2, distance }));
      assert.deepEqual([answer.step, answer.within], [direction === 'forward' ? 18 : 14, within]);
      const at = (d: number): number => (direction === 'forward' ? 18 - d : 14 + d);
      for (const { name, norms } of answer.states) {
        close(norms, Array.from({ length: within + distance }, (_, d) => normOf(Array.from({ length: UNITS }, (_u, u) => difference(value, at(d), name, u)))), 1e-5, `d${name}`);
      }
      close(answer.input, Array.from({ length: within + distance }, (_, d) => normOf(Array.from({ length: WIDTH }, (_u, u) => difference(value, at(d), 'x', u)))), 1e-5, 'dx');
      const first = answer.states.find(s => s.name === 'c')!.norms[within - 1]!;
      assert.ok(Math.abs(answer.path!.direct[0]! - first) < 1e-9 && answer.path!.direct.length === distance + 1, 'the direct path begins where the last loss is added');
    });
  }

  it('over as many steps elsewhere stand beside those over the selected ones, and count from the first of them', async () => {
    const recorder = await running(jobOf(network(level('l', [louder(layer('lstm', WIDTH, UNITS, 7))], 'none')), 40));
    const { windows, within, states } = await recorder.ask('gradientSpread', { level: 0, direction: 0, loss: 'range', range: { from: 20, to: 24 }, distance: 10 });
    const ends = Array.from({ length: windows }, (_, k) => Math.round(39 - (k * 26) / (windows - 1)));
    const found: number[] = []; // one after the other: a newer question ends an older one
    for (const end of ends) found.push((await recorder.ask('gradient', ask({ loss: 'range', range: { from: end - 3, to: end + 1 }, distance: 10 }))).states[1]!.norms[4 - 1 + 7]!);
    const sorted = found.sort((a, b) => a - b), half = (sorted.length - 1) / 2;
    assert.deepEqual([windows, within, states[1]!.spread.median.length], [27, 4, 11]);
    close([states[1]!.spread.median[7]!], [(sorted[Math.floor(half)]! + sorted[Math.ceil(half)]!) / 2], 1e-9, 'median 7 steps before the first');
    await assert.rejects(recorder.ask('gradient', ask({ loss: 'range', step: 2 })), /No step is selected/);
    await assert.rejects((await running(jobOf(network(level('l', [layer('rnn', WIDTH, 2, 7)], 'none')), 1100))).ask('gradient', ask({ loss: 'range', range: { from: 3, to: 1100 } })), /1,024 steps at most/);
  });

  it('do not depend on where the window begins', async () => {
    const recorder = await running(jobOf(network(level('l', [louder(layer('lstm', WIDTH, UNITS, 7))], 'none')), 200));
    const [short, long] = [await recorder.ask('gradient', ask({ step: 150, distance: 20 })), await recorder.ask('gradient', ask({ step: 150, distance: 150 }))];
    for (const k of [0, 1]) close(long.states[k]!.norms.subarray(0, 21), short.states[k]!.norms, 1e-5, 'norms');
    assert.equal((await recorder.ask('gradient', ask({ step: 3, distance: 20 }))).input.length, 4, 'there is nothing before the first step');
  });

  it('of a sum at the last step are those that PyTorch has for the input', async () => {
    interface Flat { readonly shape: readonly number[]; readonly data: readonly number[] }
    const { cases } = JSON.parse(readFileSync('test/fixtures/pytorch/layers.json', 'utf8')) as { cases: { name: string; kind: string; arguments: { input_size: number; hidden_size: number; num_layers?: number; bidirectional?: boolean; proj_size?: number; nonlinearity?: string }; weights: Record<string, Flat>; runs: { steps: number; x: Flat; dx: Flat }[] }[] };
    let compared = 0;
    for (const { name, kind, arguments: args, weights, runs } of cases) {
      if ((args.num_layers ?? 1) > 1 || args.bidirectional || args.proj_size || args.nonlinearity === 'relu') continue;
      const params = torchParams(kind, weights, args.hidden_size);
      const own: Layer = { cell: cellById(kind.toLowerCase()), inputSize: args.input_size, units: args.hidden_size, direction: 'forward', params };
      const { steps, x, dx } = runs.find(r => r.steps === 17)!;
      const recorder = await running(jobOf(network(level('l', [own], 'none')), steps, { width: args.input_size, data: Float32Array.from(x.data) }));
      const { input } = await recorder.ask('gradient', ask({ step: 16, distance: 256 }));
      const expected = Array.from({ length: 17 }, (_, d) => normOf(dx.data.slice((16 - d) * args.input_size, (17 - d) * args.input_size)));
      close(input, expected, 2e-6, name);
      compared++;
    }
    assert.ok(compared >= 3, `only ${compared} cases`);
  });

  it('of the next character go through the levels above and the output layer', async () => {
    const steps = 14, step = 9, classes = 4;
    const levels = [louder(layer('lstm', WIDTH, UNITS, 1)), louder(layer('gru', UNITS, 6, 2))] as const;
    const decoder = { weight: { shape: [classes, 6], data: noise(classes, 6, 8) }, bias: { shape: [classes], data: noise(classes, 1, 9) } };
    const ids = Int32Array.from({ length: steps }, (_, t) => (t * 3) % classes);
    const job = jobOf(network(level('a', [levels[0]], 'none'), level('b', [levels[1]], 'none')), steps, { ids }, { decoder });
    const recorder = await running(job);
    const loss = (n?: Nudge): number => {
      const below = unrolled(levels[0], job.sequence.data as Float32Array, steps, n);
      const top = unrolled(levels[1], below.flatMap(s => [...s['h']!]), steps)[step]!['h']!;
      const logits = Array.from({ length: classes }, (_, k) => decoder.bias.data[k]! + Array.from(top).reduce((s, v, u) => s + v * decoder.weight.data[k * 6 + u]!, 0));
      return Math.log(logits.reduce((s, v) => s + Math.exp(v), 0)) - logits[ids[step + 1]!]!;
    };
    const answer = await recorder.ask('gradient', ask({ loss: 'target', step, distance: 9 }));
    assert.ok(Math.abs(answer.value! - loss()) < 1e-5, `${answer.value} ${loss()}`);
    // The lower level's h at t reaches the loss through the level above at t and at every later step.
    const x = Array.from({ length: 10 }, (_, d) => normOf(Array.from({ length: WIDTH }, (_u, u) => difference(loss, step - d, 'x', u))));
    close(answer.input, x, 1e-5, 'dx');
    const h = Array.from({ length: 10 }, (_, d) => normOf(Array.from({ length: UNITS }, (_u, u) => difference(loss, step - d, 'h', u))));
    close(answer.states[1]!.norms, h, 1e-5, 'dh');
    assert.equal((await recorder.ask('gradientSpread', { level: 1, direction: 0, loss: 'target', distance: 4 })).target, 'nextCharacter');
    await assert.rejects(recorder.ask('gradient', ask({ loss: 'target', step: steps - 1 })), /Nothing comes after the last step/);
  });

  it('of the next row, where nothing else is known, are of its mean squared distance', async () => {
    const steps = 12, step = 7;
    const own = louder(layer('gru', WIDTH, WIDTH, 4));
    const job = jobOf(network(level('l', [own], 'none')), steps);
    const recorder = await running(job);
    const x = job.sequence.data as Float32Array;
    const next = x.slice((step + 1) * WIDTH, (step + 2) * WIDTH);
    const loss = (n?: Nudge): number => { const h = unrolled(own, x, steps, n)[step]!['h']!; return next.reduce((s, v, k) => s + (h[k]! - v) ** 2, 0) / WIDTH; };
    const answer = await recorder.ask('gradient', ask({ loss: 'target', step, distance: 6 }));
    close(answer.states[0]!.norms, Array.from({ length: 7 }, (_, d) => normOf([0, 1, 2].map(u => difference(loss, step - d, 'h', u)))), 1e-5, 'dh');
    assert.equal((await recorder.ask('gradientSpread', { level: 0, direction: 0, loss: 'sum', distance: 4 })).target, 'nextRow');
  });

  it('by the direct path are the gradient of c at the loss times the keep gates in between', async () => {
    const recorder = await running(jobOf(network(level('l', [louder(layer('lstm', WIDTH, UNITS, 7), 3)], 'none')), 60));
    const { path, states } = await recorder.ask('gradient', ask({ step: 50, distance: 20, state: 'c' }));
    const f = await recorder.tile({ revision: 1, level: 0, direction: 0, signal: 'f', from: 0, to: 60, columns: 60 });
    const start = (await recorder.ask('gradient', ask({ step: 50, distance: 20, state: 'c' }))).units.logs.subarray(0, UNITS).map(v => 10 ** v);
    const expected = Array.from({ length: 21 }, (_, d) => normOf(Array.from(start, (v, u) => { let left = v; for (let k = 0; k < d; k++) left *= f.mean[(50 - k) * UNITS + u]!; return left; })));
    assert.deepEqual([path!.state, path!.keep], ['c', 'f']);
    close(path!.direct, expected, 1e-6, 'direct');
    assert.equal(path!.direct[0], states[0]!.norms[0]);
    assert.ok(Math.abs(path!.direct[20]! / states[0]!.norms[20]! - 1) > 0.01, 'the other paths matter in this test');
  });

  it('of a unit that has no output, and of a trace, say why there are none', async () => {
    const recorder = await running(jobOf(network(level('l', [layer('rnn', WIDTH, UNITS, 7)], 'none')), 20));
    await assert.rejects(recorder.ask('gradient', ask({ loss: 'unit', unit: 9, step: 5 })), /from 0 to 4/);
    await assert.rejects(recorder.ask('gradient', ask({ step: 20 })), /from 0 to 19/);
    await assert.rejects(recorder.ask('gradient', ask({ loss: 'target', step: 5 })), /There is no target/);
    await recorder.load({ revision: 2, steps: 2, axis: 'steps', levels: [{ name: 'l', inputSize: 1, directions: [{ direction: 'forward', signals: [{ name: 'h', units: 2, data: new Float32Array(4) }] }] }] });
    await assert.rejects(recorder.ask('gradient', ask({ step: 1 })), /A trace holds signals but no weights/);
  });
});

/** PyTorch's stacked blocks under the names of the equations, both biases in one where the cell has one. */
function torchParams(kind: string, weights: Record<string, { readonly data: readonly number[] }>, units: number): Params {
  const gates = { RNN: [''], LSTM: ['i', 'f', 'g', 'o'], GRU: ['r', 'z', 'n'] }[kind]!;
  const params: Record<string, { shape: number[]; data: Float32Array }> = {};
  const block = (name: string, k: number): number[] => { const all = weights[name]!.data; const size = all.length / gates.length; return all.slice(k * size, (k + 1) * size); };
  for (const [k, gate] of gates.entries()) {
    const [w, u, b, c] = ['weight_ih_l0', 'weight_hh_l0', 'bias_ih_l0', 'bias_hh_l0'].map(n => (weights[n] ? block(n, k) : new Array<number>(units).fill(0))) as [number[], number[], number[], number[]];
    const apart = kind === 'GRU' && gate === 'n';
    params[`W${gate}`] = { shape: [units, w.length / units], data: Float32Array.from(w) };
    params[`U${gate}`] = { shape: [units, units], data: Float32Array.from(u) };
    params[`b${gate}`] = { shape: [units], data: Float32Array.from(b, (v, j) => (apart ? v : v + c[j]!)) };
    if (apart) params['cn'] = { shape: [units], data: Float32Array.from(c) };
  }
  return params;
}

describe('gradients over many windows', () => {
  it('are the medians of single ones, spread over the run', async () => {
    const steps = 45, distance = 10;
    for (const direction of ['forward', 'reverse'] as const) {
      const recorder = await running(jobOf(network(level('l', [louder(layer('lstm', WIDTH, UNITS, 7, direction))], 'none')), steps));
      const { windows, states, path } = await recorder.ask('gradientSpread', { level: 0, direction: 0, loss: 'sum', distance });
      assert.equal(windows, 32);
      const every = [];
      for (let k = 0; k < 32; k++) {
        const place = Math.round(44 - (k * 34) / 31);
        every.push(await recorder.ask('gradient', ask({ step: direction === 'forward' ? place : 44 - place, distance })));
      }
      for (const [k, { spread }] of states.entries()) for (let d = 0; d <= distance; d++) {
        const sorted = every.map(e => e.states[k]!.norms[d]!).sort((a, b) => a - b);
        assert.ok(Math.abs(spread.median[d]! - (sorted[15]! + sorted[16]!) / 2) <= 1e-9, `${direction} distance ${d}`);
        assert.ok(spread.low[d]! <= spread.median[d]! && spread.median[d]! <= spread.high[d]!);
      }
      assert.deepEqual([path?.state, path?.direct.median.length], ['c', distance + 1]);
    }
  });

  it('of an RNN stay below the bound of its recurrent matrix', async () => {
    const recorder = await running(jobOf(network(level('l', [louder(layer('rnn', WIDTH, 12, 7))], 'none')), 80));
    const { bound, path } = await recorder.ask('gradientSpread', { level: 0, direction: 0, loss: 'sum', distance: 30 });
    assert.ok(bound && !bound.estimated && bound.sigma >= bound.radius && path === undefined);
    const { states } = await recorder.ask('gradient', ask({ step: 70, distance: 30 }));
    states[0]!.norms.forEach((v, d) => assert.ok(v <= states[0]!.norms[0]! * bound.sigma ** d * (1 + 1e-6), `distance ${d}`));
    const { distances, norms } = await recorder.ask('jacobians', { level: 0, direction: 0, step: 70, distance: 32 });
    assert.deepEqual(distances, [1, 2, 4, 8, 16, 32]);
    norms.forEach((v, k) => assert.ok(v <= bound.sigma ** distances[k]! * (1 + 1e-6) && v * states[0]!.norms[0]! >= (states[0]!.norms[distances[k]!] ?? 0) * (1 - 1e-5), `${distances[k]} steps`));
  });

  it('work for one step, one unit and a masked run', async () => {
    const one = await running(jobOf(network(level('l', [layer('lstm', WIDTH, 1, 7)], 'none')), 1));
    const { states, windows } = await one.ask('gradientSpread', { level: 0, direction: 0, loss: 'sum', distance: 128 });
    assert.deepEqual([windows, states[0]!.spread.median.length, states[0]!.reach], [1, 1, 0]);
    assert.deepEqual((await one.ask('jacobians', { level: 0, direction: 0, step: 0, distance: 64 })).distances, [1]);
    const mask = Uint8Array.from({ length: 30 }, (_, t) => (t % 3 === 0 ? 0 : 1));
    const masked = await running(jobOf(network(level('l', [layer('lstm', WIDTH, 4, 7)], 'none')), 30, { mask }));
    const { states: found } = await masked.ask('gradientSpread', { level: 0, direction: 0, loss: 'sum', distance: 8 });
    assert.ok(found.every(s => s.spread.median[0]! > 0));
  });

  it('of 128 units over 1000 steps take about a second at most', async function () {
    this.timeout(60_000);
    const recorder = await running(jobOf(network(level('l', [layer('lstm', 64, 128, 7)], 'none')), 1000, { width: 64, data: noise(1000, 64) }));
    const since = (start: number): number => Math.round(performance.now() - start);
    let start = performance.now();
    const { windows } = await recorder.ask('gradientSpread', { level: 0, direction: 0, loss: 'sum', distance: 128 });
    const [spread] = [since(start)];
    start = performance.now();
    await recorder.ask('gradient', ask({ step: 900, distance: 128 }));
    const single = since(start);
    start = performance.now();
    const { distances } = await recorder.ask('jacobians', { level: 0, direction: 0, step: 900, distance: 128 });
    const jacobian = since(start);
    start = performance.now();
    await recorder.ask('memory', { level: 0, direction: 0, unit: 0, step: 100, distance: 128 });
    const memory = since(start);
    start = performance.now();
    await recorder.ask('health', { level: 0, direction: 0 });
    console.log(`      ${windows} windows ${spread} ms, one ${single} ms, Jacobians up to ${distances.at(-1)} ${jacobian} ms, memory ${memory} ms, health ${since(start)} ms`);
    assert.ok(spread < 15_000 && single < 5_000);
  });
});

describe('memory', () => {
  it('is the product of the keep gates, forward and reverse, LSTM and GRU', async () => {
    for (const [cell, signal] of [['lstm', 'f'], ['gru', 'z']] as const) for (const direction of ['forward', 'reverse'] as const) {
      const recorder = await running(jobOf(network(level('l', [louder(layer(cell, WIDTH, UNITS, 7, direction))], 'none')), 50));
      const { left, keep, state, units, halfLives, timeConstants } = await recorder.ask('memory', { level: 0, direction: 0, unit: 2, step: 20, distance: 12 });
      const gate = await recorder.tile({ revision: 1, level: 0, direction: 0, signal, from: 0, to: 50, columns: 50 });
      assert.deepEqual([keep, state, units, left.length], [signal, cell === 'lstm' ? 'c' : 'h', UNITS, 13 * UNITS]);
      for (let u = 0; u < UNITS; u++) {
        for (let d = 0; d <= 12; d++) {
          let naive = 1;
          for (let k = 1; k <= d; k++) naive *= gate.mean[(direction === 'forward' ? 20 + k : 20 - k) * UNITS + u]!;
          assert.ok(Math.abs(left[d * UNITS + u]! - naive) < 1e-6, `${cell} ${direction} unit ${u} after ${d}`);
        }
        const own = Array.from({ length: 50 }, (_, t) => gate.mean[t * UNITS + u]!);
        assert.ok(Math.abs(halfLives[u]! - Math.log(0.5) / (own.reduce((s, v) => s + Math.log(v), 0) / 50)) < 1e-4 * halfLives[u]!);
        assert.ok(Math.abs(timeConstants[u]! - 1 / (1 - own.reduce((s, v) => s + v, 0) / 50)) < 1e-4 * timeConstants[u]!);
      }
    }
  });

  it('is answered again after an answer’s buffers were given away', async () => {
    const recorder = await running(jobOf(network(level('l', [layer('lstm', WIDTH, UNITS, 7)], 'none')), 30));
    const question = { level: 0, direction: 0, unit: 0, step: 3, distance: 5 };
    const first = await recorder.ask('memory', question);
    structuredClone(first, { transfer: [first.halfLives.buffer, first.timeConstants.buffer, first.left.buffer] as ArrayBuffer[] });
    const { halfLives, timeConstants } = await recorder.ask('memory', { ...question, unit: 1 });
    assert.deepEqual([halfLives.length, timeConstants.length], [UNITS, UNITS]);
  });

  it('tells writes and erasures at their steps', async () => {
    for (const direction of ['forward', 'reverse'] as const) {
      const recorder = await running(jobOf(network(level('l', [louder(layer('lstm', WIDTH, UNITS, 7, direction), 6)], 'none')), 80));
      const tile = async (signal: string): Promise<Float32Array> => (await recorder.tile({ revision: 1, level: 0, direction: 0, signal, from: 0, to: 80, columns: 80 })).mean;
      const [f, c] = [await tile('f'), await tile('c')];
      const { events } = await recorder.ask('memory', { level: 0, direction: 0, unit: 1, step: 40, distance: 5 });
      assert.ok(events.some(e => e.kind === 'write') && events.some(e => e.kind === 'erase'), 'nothing happens in this test');
      for (const e of events) {
        const before = direction === 'forward' ? e.step - 1 : e.step + 1;
        assert.equal(e.keep, f[e.step * UNITS + 1]);
        assert.deepEqual([e.before, e.after], [c[before * UNITS + 1], c[e.step * UNITS + 1]]);
        assert.ok(Math.abs(e.added - (e.after - e.keep * e.before)) < 1e-6 && (e.kind !== 'erase' || e.keep < 0.1));
      }
    }
  });

  it('reaches ln 0.01 / ln f steps where f is constant, and is not there in an RNN', async () => {
    const cell = cellById('lstm');
    const params = Object.fromEntries(Object.entries(initialise(cell, WIDTH, 3, 'pytorch', 1)).map(([name, t]) => [name, /^[WU]f$/.test(name) ? { ...t, data: t.data.fill(0) } : name === 'bf' ? { ...t, data: Float32Array.of(0, Math.log(9), Math.log(99)) } : t]));
    const recorder = await running(jobOf(network(level('l', [{ cell, inputSize: WIDTH, units: 3, direction: 'forward', params }], 'none')), 600));
    const { reach, halfLives } = await recorder.ask('memory', { level: 0, direction: 0, unit: 0, step: 0, distance: 5 });
    assert.deepEqual([...reach.units], [0.5, 0.9, 0.99].map(f => Math.min(256, Math.floor(Math.log(0.01) / Math.log(f)))));
    assert.ok(Math.abs(halfLives[1]! - Math.log(0.5) / Math.log(0.9)) < 1e-3);
    const rnn = await running(jobOf(network(level('l', [layer('rnn', WIDTH, 3, 7)], 'none')), 20));
    assert.equal((await rnn.ask('memory', { level: 0, direction: 0, unit: 0, step: 0, distance: 5 })).keep, undefined);
  });
});

describe('health', () => {
  it('finds what was put there: NaN, dead units, a stuck gate, biases at 0, an exploding state', async () => {
    const cell = cellById('lstm');
    const made = initialise(cell, WIDTH, 6, 'pytorch', 1);
    const set = (name: string, at: number, value: number): void => { made[name]!.data[at] = value; };
    made['bf']!.data.fill(0);
    set('bi', 2, 30); set('bo', 3, -30);
    const recorder = await running(jobOf(network(level('l', [{ cell, inputSize: WIDTH, units: 6, direction: 'forward', params: made }], 'none')), 200));
    const { findings, saturation, weights } = await recorder.ask('health', { level: 0, direction: 0 });
    const of = <K extends (typeof findings)[number]['kind']>(kind: K) => findings.filter(f => f.kind === kind);
    assert.deepEqual(of('stuck').map(f => f.kind === 'stuck' && [f.signal, f.side, f.units]), [['i', 'open', [2]], ['o', 'closed', [3]]]);
    assert.deepEqual(of('dead').map(f => f.kind === 'dead' && f.units), [[3]]);
    assert.deepEqual(of('keepBias').map(f => f.kind === 'keepBias' && [f.mean, f.keeps, f.low]), [[0, 0.5, true]]);
    assert.deepEqual(saturation.map(s => s.signal), ['i', 'f', 'o']);
    assert.equal(saturation[2]!.low[3], 1);
    const row = weights!.find(w => w.parameter === 'Uf')!;
    const data = [...made['Uf']!.data];
    const mean = data.reduce((a, b) => a + b) / 36;
    close([row.mean, row.std, row.max, row.norm], [mean, Math.sqrt(data.reduce((s, v) => s + (v - mean) ** 2, 0) / 36), Math.max(...data.map(Math.abs)), normOf(data)], 1e-6, 'Uf');
    assert.ok(row.radius! > 0 && row.radius! <= row.norm);
    set('Wg', 4, NaN);
    await recorder.run(jobOf(network(level('l', [{ cell, inputSize: WIDTH, units: 6, direction: 'forward', params: made }], 'none')), 200));
    const broken = (await recorder.ask('health', { level: 0, direction: 0 })).findings;
    assert.deepEqual(broken.slice(0, 2).map(f => f.kind), ['notFinite', 'brokenWeight']);
    assert.ok(broken[0]!.kind === 'notFinite' && broken[0]!.step === 0 && broken[0]!.signal === 'g');
    assert.ok(broken[1]!.kind === 'brokenWeight' && broken[1]!.parameter === 'Wg' && broken[1]!.row === 1 && broken[1]!.column === 1);
  });

  it('of a trace has no weights, and of an RNN looks at h', async () => {
    const rnn = await running(jobOf(network(level('l', [louder(layer('rnn', WIDTH, 8, 7), 8)], 'none')), 60));
    const { saturation, findings } = await rnn.ask('health', { level: 0, direction: 0 });
    const h = (await rnn.tile({ revision: 1, level: 0, direction: 0, signal: 'h', from: 0, to: 60, columns: 60 })).mean;
    assert.deepEqual(saturation.map(s => [s.signal, s.signed]), [['h', true]]);
    close(saturation[0]!.high, Array.from({ length: 8 }, (_, u) => Array.from({ length: 60 }, (_t, t) => h[t * 8 + u]! > 0.9).filter(Boolean).length / 60), 1e-6, 'above 0.9');
    assert.ok(findings.some(f => f.kind === 'radius' && f.radius > 1));
    await rnn.load({ revision: 2, steps: 4, axis: 'steps', levels: [{ name: 'l', inputSize: 1, directions: [{ direction: 'forward', signals: [{ name: 'h', units: 2, data: new Float32Array(8) }] }] }] });
    const trace = await rnn.ask('health', { level: 0, direction: 0 });
    assert.deepEqual([trace.weights, trace.findings.map(f => f.kind)], [undefined, ['dead']]);
  });
});
