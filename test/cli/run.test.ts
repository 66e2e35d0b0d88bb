import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { after, describe, it } from 'mocha';
import * as ort from 'onnxruntime-node';
import { step } from '../../src/core/interpret';
import { layerSizes } from '../../src/core/parameters';
import { programOf } from '../../src/core/programs';
import { open } from '../../src/formats/index';
import { fileBytes } from '../../src/platform/node';
import { DIRECTIONS, largeModel, SIZES, type Op } from '../formats/largeModel';
import { gatescope, npy, readTrace, signalOf, temporary } from './cli';

const SEED = 11;
const { inputSize, units, steps } = SIZES;
const files = temporary();
after(() => files.remove());

/** [steps, directions * units] in float64, by the evaluator that is as plain as the paper. */
async function inFloat64(path: string, x: Float32Array): Promise<Float64Array> {
  const opened = await open(await fileBytes(path));
  if (opened.kind !== 'checkpoint') throw new Error('no checkpoint');
  const level = await opened.stacks[0]!.levels[0]!.load();
  const width = level.directions.length * units;
  const all = new Float64Array(steps * width);
  level.directions.forEach((layer, d) => {
    const program = programOf(layer.cell), sizes = layerSizes(layer);
    const params = Object.fromEntries(Object.entries(layer.params).map(([name, t]) => [name, t.data]));
    let states: Record<string, Float64Array> = {};
    for (let k = 0; k < steps; k++) {
      const t = layer.direction === 'reverse' ? steps - 1 - k : k;
      const result = step(program, sizes, params, x.subarray(t * inputSize, (t + 1) * inputSize), states);
      states = result.states;
      all.set(result.states['h']!, t * width + d * units);
    }
  });
  return all;
}

const most = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  assert.equal(a.length, b.length);
  let worst = 0;
  for (let k = 0; k < a.length; k++) worst = Math.max(worst, Math.abs(a[k]! - b[k]!));
  return worst;
};

describe(`gatescope run against ONNX Runtime (H=${units}, ${steps} steps, seed ${SEED})`, () => {
  const cases: [string, Op, Record<string, number>][] = [['LSTM', 'LSTM', {}], ['GRU reset before', 'GRU', {}], ['GRU reset after', 'GRU', { linear_before_reset: 1 }], ['RNN', 'RNN', {}]];
  for (const [name, op, attributes] of cases) for (const direction of DIRECTIONS) {
    it(`${name}, ${direction}`, async function () {
      const { bytes, x, directions } = largeModel(op, direction, SEED, attributes);
      const [model, input, out] = [files.path('m.onnx'), files.path('x.npy'), files.path('t.safetensors')];
      writeFileSync(model, bytes);
      writeFileSync(input, npy(x, steps, inputSize));
      const { code, err } = gatescope('run', model, '--input', input, '--out', out);
      assert.equal(code, 0, err);
      const trace = await readTrace(out);
      const parts = await Promise.all((directions === 2 ? ['forward', 'reverse'] as const : direction === 'reverse' ? ['reverse'] as const : ['forward'] as const).map(d => signalOf(trace, 'h', d)));
      const ours = Float32Array.from({ length: steps * directions * units }, (_, k) => parts[Math.floor(k % (directions * units) / units)]![Math.floor(k / (directions * units)) * units + k % units]!);
      const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 4, intraOpNumThreads: 1 });
      const theirs = (await session.run({ X: new ort.Tensor('float32', x, [steps, 1, inputSize]) }))['Y']!.data as Float32Array;
      await session.release();
      const truth = await inFloat64(model, x);
      const [difference, own, runtime] = [most(ours, theirs), most(ours, truth), most(theirs, truth)];
      this.test!.title += `: |h - ort| ${difference.toExponential(1)}; from float64: ours ${own.toExponential(1)}, ort ${runtime.toExponential(1)}`;
      assert.ok(difference <= 1e-6 * Math.max(1, most(theirs, new Float32Array(theirs.length))), `${difference}`);
    });
  }
});

describe('gatescope run', () => {
  const model = files.path('lstm.onnx'), whole = files.path('whole.safetensors');
  const run = (...more: string[]): ReturnType<typeof gatescope> => gatescope('run', model, '--generate', 'noise', '--steps', '60', '--seed', '3', ...more);

  it('writes every signal, with a window and chosen signals bit for bit the same', async () => {
    writeFileSync(model, largeModel('LSTM', 'forward', SEED).bytes);
    assert.equal(run('--out', whole).code, 0);
    const all = await readTrace(whole);
    assert.deepEqual(all.levels[0]!.directions[0]!.signals.map(s => s.name), ['i', 'f', 'g', 'o', 'c', 'h']);
    const part = files.path('part.safetensors');
    assert.equal(run('--from', '20', '--to', '50', '--signals', 'f,h', '--out', part).code, 0);
    const window = await readTrace(part);
    assert.deepEqual(window.levels[0]!.directions[0]!.signals.map(s => s.name), ['f', 'h']);
    for (const signal of ['f', 'h']) assert.deepEqual(await signalOf(window, signal), (await signalOf(all, signal)).slice(20 * units, 50 * units));
  });

  it('goes on from saved states as if it had never stopped', async () => {
    const [state, ran] = [files.path('s.safetensors'), files.path('b.safetensors')];
    // An impulse lies in the first tenth, so that all later steps read zeros, wherever they are counted from.
    const zeros = files.path('zeros.npy');
    writeFileSync(zeros, npy(new Float32Array(30 * inputSize), 30, inputSize));
    const all = files.path('impulse.safetensors');
    assert.equal(gatescope('run', model, '--generate', 'impulse', '--steps', '60', '--out', all).code, 0);
    assert.equal(gatescope('run', model, '--generate', 'impulse', '--steps', '60', '--to', '30', '--out', files.path('a.safetensors'), '--state-out', state).code, 0);
    assert.equal(gatescope('run', model, '--input', zeros, '--state-in', state, '--out', ran).code, 0);
    assert.deepEqual(await signalOf(await readTrace(ran), 'c'), (await signalOf(await readTrace(all), 'c')).slice(30 * units));
  });

  it('goes on at the step where states were saved, bit for bit the same as in one run', async () => {
    const [in_one, part, state, rest] = ['one', 'part', 'state', 'rest'].map(n => files.path(`${n}.safetensors`)) as [string, string, string, string];
    const long = (...more: string[]): ReturnType<typeof gatescope> => gatescope('run', model, '--generate', 'noise', '--steps', '20000', '--signals', 'f,c,h', ...more);
    assert.equal(long('--from', '18000', '--to', '18100', '--out', in_one).code, 0);
    assert.equal(long('--from', '17999', '--to', '18000', '--out', part, '--state-out', state).code, 0);
    const { code, err } = long('--from', '18000', '--to', '18100', '--state-in', state, '--out', rest);
    assert.equal(code, 0, err);
    assert.match(err, /started at step 18000 from the saved states/);
    assert.deepEqual(readFileSync(rest), readFileSync(in_one));
    // Elsewhere than at their step, states stand before the first step of the input.
    assert.doesNotMatch(long('--from', '18001', '--to', '18100', '--state-in', state, '--out', rest).err, /started at/);
  });

  it('writes windows of long runs with a reverse direction as they are in the whole', async () => {
    const both = files.path('both.onnx'), [all, part] = [files.path('all.safetensors'), files.path('some.safetensors')];
    writeFileSync(both, largeModel('GRU', 'bidirectional', SEED).bytes);
    const long = (...more: string[]): ReturnType<typeof gatescope> => gatescope('run', both, '--generate', 'noise', '--steps', '20000', '--signals', 'z,h', ...more);
    assert.equal(long('--out', all).code, 0);
    assert.equal(long('--from', '5000', '--to', '5200', '--out', part).code, 0);
    for (const direction of ['forward', 'reverse'] as const) for (const signal of ['z', 'h']) {
      assert.deepEqual(await signalOf(await readTrace(part), signal, direction), (await signalOf(await readTrace(all), signal, direction)).slice(5000 * units, 5200 * units));
    }
  });

  it('says in the trace what computed it', async () => {
    const out = files.path('by.safetensors');
    const numbers: Float32Array[] = [];
    for (const [evaluator, arithmetic] of [['fast', /^float32(-fma)?$/], ['reference', /^float64$/]] as const) {
      const { code, err } = run('--evaluator', evaluator, '--out', out);
      assert.equal(code, 0, err);
      const trace = await readTrace(out);
      assert.equal(trace.metadata['evaluator'], evaluator);
      assert.match(trace.metadata['arithmetic'] ?? '', arithmetic);
      numbers.push(await signalOf(trace, 'h'));
    }
    assert.notDeepEqual(numbers[0], numbers[1]);
    assert.ok(most(numbers[0]!, numbers[1]!) <= 1e-6);
  });

  it('writes gradients, which shrink away from the loss', async () => {
    const out = files.path('g.safetensors');
    assert.equal(run('--gradient', '--loss', '5@59', '--out', out).code, 0);
    const dh = await signalOf(await readTrace(out), 'dh');
    const norm = (t: number): number => Math.hypot(...dh.subarray(t * units, (t + 1) * units));
    assert.ok(Math.abs(norm(59) - 1) < 1e-6, `dh at the loss is one unit's 1, found ${norm(59)}`);
    assert.ok(norm(0) < norm(58));
  });

  it('writes preactivations on demand', async () => {
    const out = files.path('pre.safetensors');
    assert.equal(run('--preactivations', '--signals', 'f', '--out', out).code, 0);
    const trace = await readTrace(out);
    const [pre, f] = [await signalOf(trace, 'f.pre'), await signalOf(trace, 'f')];
    for (let k = 0; k < f.length; k++) assert.ok(Math.abs(1 / (1 + Math.exp(-pre[k]!)) - f[k]!) < 1e-6);
  });

  it('takes every name that inspect lists for a layer', async () => {
    const [file, out] = ['test/fixtures/files/tfjs/sharded.json', files.path('named.safetensors')];
    const names = (JSON.parse(gatescope('inspect', file, '--json').out) as { name: string }[]).map(l => l.name);
    assert.equal(names.length, 4);
    for (const name of names.slice(1)) {
      const { code, err } = gatescope('run', file, '--layer', name, '--generate', 'noise', '--steps', '3', '--out', out);
      assert.equal(code, 0, err);
      assert.deepEqual((await readTrace(out)).levels.map(l => l.name), [name]);
    }
  });

  const bad: [string, string[], RegExp][] = [
    ['a missing file', ['run', files.path('none.onnx'), '--generate', 'noise', '--out', files.path('x')], /none\.onnx: no such file or folder\.$/m],
    ['a missing input', ['run', model, '--input', files.path('none.csv'), '--out', files.path('x')], /none\.csv could not be opened\. .*none\.csv: no such file or folder\.$/m],
    ['a folder that is not there', ['run', model, '--generate', 'noise', '--out', files.path('none/x')], /x: no such file or folder\.$/m],
    ['no output', ['run', model, '--generate', 'noise'], /--out/],
    ['both inputs', ['run', model, '--generate', 'noise', '--input', 'a.csv', '--out', files.path('x')], /either --input FILE or --generate KIND/],
    ['an unknown generator', ['run', model, '--generate', 'blast', '--steps', '3', '--out', files.path('x')], /impulse, step, sine, noise, adding/],
    ['an unknown layer', ['run', model, '--layer', 'nobody', '--generate', 'noise', '--out', files.path('x')], /no recurrent layer named nobody.*cell/],
    ['an unknown signal', ['run', model, '--generate', 'noise', '--signals', 'q', '--out', files.path('x')], /no signal "q".*i, f/],
    ['a wrong window', ['run', model, '--generate', 'noise', '--steps', '10', '--from', '9', '--to', '30', '--out', files.path('x')], /10 steps/],
    ['a wrong loss', ['run', model, '--generate', 'noise', '--gradient', '--loss', 'h', '--out', files.path('x')], /UNIT@STEP/],
    ['an unknown evaluator', ['run', model, '--generate', 'noise', '--evaluator', 'slow', '--out', files.path('x')], /fast or reference, found slow/],
    ['an unknown option', ['run', model, '--jump', '--out', files.path('x')], /--jump/],
    ['an unknown command', ['dance'], /no command dance.*outline, inspect, run/],
    ['the wrong width', ['run', model, '--generate', 'adding', '--steps', '9', '--out', files.path('x')], /16 numbers.*found 2/],
  ];
  for (const [name, args, expected] of bad) it(`says in one line what is wrong with ${name}, and exits with 1`, () => {
    const { code, err, out } = gatescope(...args);
    assert.equal(code, 1);
    assert.match(err, expected);
    assert.equal(err.trim().split('\n').length, 1, err);
    assert.equal(out, '');
    assert.equal(existsSync(files.path('x')), false);
  });

  it('prints help for itself and every command', () => {
    for (const command of ['outline', 'inspect', 'run']) {
      assert.ok(gatescope('--help').out.includes(command));
      assert.match(gatescope(command, '--help').out, new RegExp(`gatescope ${command}`));
    }
  });
});

describe('gatescope inspect', () => {
  it('lists the four LSTM nodes of a voice detector, deep in nested branches', () => {
    const layers = JSON.parse(gatescope('inspect', 'node_modules/@ricky0123/vad-web/dist/silero_vad_v5.onnx', '--json').out) as Record<string, unknown>[];
    assert.deepEqual(layers.map(l => [l.cell, l.inputSize, l.units, l.direction, l.parameters, l.problem]), Array.from({ length: 4 }, () => ['lstm', 128, 128, 'forward', 132096, null]));
    for (const key of ['name', 'cell', 'variant', 'inputSize', 'units', 'direction', 'layer', 'parameters', 'tensors']) assert.ok(key in layers[0]!, key);
  });
});

describe('gatescope outline', () => {
  it('prints an array with the keys that scripts rely on', () => {
    const [entry, ...more] = JSON.parse(gatescope('outline', 'examples/time_series/model.py', '--json').out) as Record<string, unknown>[];
    assert.equal(more.length, 0);
    const keys = ['file', 'line', 'column', 'framework', 'cell', 'name', 'inputSize', 'units', 'layers', 'bidirectional', 'batchFirst', 'dropout', 'bias', 'projection', 'parameters', 'problems', 'symbols', 'assumed', 'isCell'];
    for (const key of keys) assert.ok(key in entry!, key);
    assert.deepEqual([entry!.framework, entry!.cell, entry!.name, entry!.inputSize, entry!.units, entry!.batchFirst], ['pytorch', 'gru', 'gru', 4, 32, true]);
    const lines = readFileSync('examples/time_series/model.py', 'utf8').split('\n');
    assert.ok(lines[(entry!.line as number) - 1]!.slice((entry!.column as number) - 1).startsWith('nn.GRU'));
  });
});
