import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, describe, it } from 'mocha';
import { gatescope, npy, readTrace, signalOf, temporary } from '../cli/cli';
import { FOLDER } from './reach';

const files = temporary();
after(() => files.remove());
const SILERO = 'node_modules/@ricky0123/vad-web/dist/silero_vad_v5.onnx';
const out = files.path('t.safetensors');

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
