import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, describe, it } from 'mocha';
import { gatescope, npy, readTrace, signalOf, temporary } from '../cli/cli';
import { random, uniform } from '../formats/helpers';
import { floats, modelBytes, node, value } from '../formats/onnxSchema';
import { FOLDER } from './reach';

const files = temporary();
after(() => files.remove());
const SILERO = 'node_modules/@ricky0123/vad-web/dist/silero_vad_v5.onnx';
const out = files.path('t.safetensors');

/** Layer, steps and judgement of each line about parity. */
const parities = (said: string): (string | number)[][] =>
  [...said.matchAll(/^parity: max \|ours - ONNX Runtime 1\.\d+\| = \S+ over (\d+) steps of (\S+) \(at most 1e-5: (.*)\)$/gm)].map(([, steps, layer, judged]) => [layer!, Number(steps), judged!]);

/** Two LSTMs of one input, neither of which reads the other. */
function twoBranches(): Uint8Array {
  const next = random(91);
  const cell = (name: string): { nodes: ReturnType<typeof node>[]; weights: ReturnType<typeof floats>[] } => ({
    nodes: [node('LSTM', ['doubled', `${name}W`, `${name}R`, `${name}B`], [`${name}Y`], { hidden_size: 4 }, name)],
    weights: [floats(`${name}W`, [1, 16, 3], uniform(48, 0.5, next)), floats(`${name}R`, [1, 16, 4], uniform(64, 0.5, next)), floats(`${name}B`, [1, 32], uniform(32, 0.5, next))],
  });
  const [left, right] = [cell('left'), cell('right')];
  return modelBytes({
    name: 'g', node: [node('Add', ['X', 'X'], ['doubled'], {}, 'double'), ...left.nodes, ...right.nodes],
    initializer: [...left.weights, ...right.weights],
    input: [value('X', ['T', 1, 3])], output: [value('leftY', ['T', 1, 1, 4]), value('rightY', ['T', 1, 1, 4])],
  });
}

describe('gatescope run, through the model', () => {
  it('runs a voice detector over speech, and says how far it is from the runtime', async function () {
    this.timeout(180_000);
    const { code, out: said, err } = gatescope('run', SILERO, '--input', `${FOLDER}/speech.wav`, '--signals', 'f,h', '--from', '10', '--out', out);
    assert.equal(code, 0, err);
    const [, difference, steps, layer] = /parity: max \|ours - ONNX Runtime 1\.\d+\| = (\S+) over (\d+) steps of (\S+) \(at most 1e-5: ok\)/.exec(said) ?? [];
    assert.ok(Number(difference) <= 1e-5 && Number(difference) > 0, said);
    assert.deepEqual([Number(steps), layer], [325, 'If_0_then_branch__Inline_0__/decoder/rnn/LSTM']);
    assert.match(err, /64 steps of the piece before and 512 new ones/);
    const trace = await readTrace(out);
    assert.deepEqual([trace.steps, trace.levels.length, trace.rate], [315, 1, 31.25]);
    assert.deepEqual(trace.tracks?.map(t => [t.name, t.units]), [['waveform', 512], ['speech probability', 1]]);
    const probability = await trace.tracks[1]!.read(0, 315);
    assert.ok(Math.max(...probability) > 0.9 && Math.min(...probability) < 0.05);
  });

  it('takes a table that fits the layer for the layer, unless it is told otherwise', async () => {
    const input = files.path('x.npy');
    writeFileSync(input, npy(Float32Array.from({ length: 27 }, (_, k) => Math.sin(k)), 9, 3));
    const run = (...more: string[]): ReturnType<typeof gatescope> => gatescope('run', `${FOLDER}/deep_stream.onnx`, '--input', input, '--out', out, ...more);
    assert.doesNotMatch(run().out, /parity/);
    const direct = await signalOf(await readTrace(out), 'h');
    assert.match(run('--into', 'model').out, /parity: .* over 9 steps of .*ok\)/);
    assert.notDeepEqual(await signalOf(await readTrace(out), 'h'), direct);
    assert.doesNotMatch(run('--into', 'layer').out, /parity/);
    assert.deepEqual(await signalOf(await readTrace(out), 'h'), direct);
  });

  it('says of every layer on the way how far it is from the runtime', () => {
    const input = files.path('x.npy');
    writeFileSync(input, npy(Float32Array.from({ length: 27 }, (_, k) => Math.sin(k)), 9, 3));
    const { code, out: said, err } = gatescope('run', `${FOLDER}/deep_stream.onnx`, '--input', input, '--into', 'model', '--out', out);
    assert.equal(code, 0, err);
    assert.deepEqual(parities(said), [['/lstm/LSTM', 9, 'ok'], ['/lstm/LSTM_1', 9, 'ok']]);
  });

  it('says it of layers in other stacks too, where the execution comes by them and no layer is asked for', () => {
    const [model, input] = [files.path('both.onnx'), files.path('pairs.npy')];
    writeFileSync(model, twoBranches());
    writeFileSync(input, npy(Float32Array.from({ length: 21 }, (_, k) => Math.cos(k)), 7, 3));
    const run = (...more: string[]): string => gatescope('run', model, '--input', input, '--into', 'model', '--out', out, ...more).out;
    assert.deepEqual(parities(run()), [['left', 7, 'ok'], ['right', 7, 'ok']]);
    assert.deepEqual(parities(run('--layer', 'right')), [['right', 7, 'ok']]);
    assert.deepEqual(parities(run('--steps', '5')), [['left', 5, 'ok'], ['right', 5, 'ok']]);
  });

  it('says so where nothing stands before the layer that could be run', () => {
    const input = files.path('x.npy');
    writeFileSync(input, npy(Float32Array.from({ length: 27 }, (_, k) => Math.sin(k)), 9, 3));
    const run = (file: string, ...more: string[]): ReturnType<typeof gatescope> => gatescope('run', file, '--input', input, '--out', files.path('none'), ...more);
    for (const file of ['test/fixtures/formats/torch_gru.safetensors', 'test/fixtures/formats/export_gru.onnx', 'test/fixtures/files/keras3/float16.keras']) {
      const { code, err } = run(file, '--into', 'model');
      assert.deepEqual([code, err.trim().split('\n').length, /Nothing of .* can be run before /.test(err)], [1, 1, true], err);
    }
    assert.match(gatescope('run', `${FOLDER}/deep_stream.onnx`, '--generate', 'noise', '--into', 'model', '--out', files.path('none')).err, /--into model needs --input/);
  });

  it('feeds the indices of a text to a model that reads them', async () => {
    const [text, vocabulary] = [files.path('words.txt'), files.path('vocabulary.json')];
    writeFileSync(text, 'bad cafe');
    writeFileSync(vocabulary, JSON.stringify([...'abcdefghij ']));
    const { code, out: said, err } = gatescope('run', `${FOLDER}/embedding_lstm.onnx`, '--input', text, '--vocabulary', vocabulary, '--into', 'model', '--out', out);
    assert.equal(code, 0, err);
    assert.match(said, /parity: .* over 8 steps of .*ok\)/);
    assert.deepEqual((await readTrace(out)).labels, [...'bad cafe']);
  });

  const bad: readonly [string, readonly string[], RegExp][] = [
    ['a place that is none', ['--into', 'both'], /--into takes model or layer, found both/],
    ['a constant without a number', ['--feed', 'sr'], /--feed takes NAME=VALUE/],
    ['another rate than the recording has', ['--feed', 'sr=8000'], /16000 samples a second, but sr was given as 8000/],
    ['a sound for a layer', ['--into', 'layer'], /128 numbers.*found 1/],
    ['a layer that the execution does not come by', ['--layer', 'If_0_else_branch__Inline_0__/decoder/rnn/LSTM'], /does not stand\. It comes by If_0_then_branch__Inline_0__\/decoder\/rnn\/LSTM/],
  ];
  for (const [name, args, expected] of bad) it(`says in one line what is wrong with ${name}`, () => {
    const { code, err } = gatescope('run', SILERO, '--input', `${FOLDER}/speech.wav`, '--out', files.path('none'), ...args);
    assert.equal(code, 1);
    assert.match(err, expected);
    assert.equal(err.trim().split('\n').length, 1, err);
  });
});
