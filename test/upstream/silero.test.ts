import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, it } from 'mocha';
import { memory, openSequence } from '../../src/formats/index';
import type { Sequence } from '../../src/core/sequence';
import { rowsOf } from '../../src/core/rows';
import type { Runtime, Values } from '../../src/upstream';
import { NotReached } from '../../src/upstream/onnx/recording';
import { farthest, FOLDER, opened, reached, sequenceOf, type Opened } from './reach';
import { nativeRuntime, webRuntime } from './runtime';

const BOUND = 1e-5;
const MODELS = 'node_modules/@ricky0123/vad-web/dist';

/** A voice detector's whole model, to be run over pieces of a recording, with states carried as its authors do. */
interface Model {
  readonly file: string;
  readonly stacks: Readonly<Record<number, string>>;
  readonly pieces: Readonly<Record<number, { readonly chunk: number; readonly context: number }>>;
  readonly states: Readonly<Record<string, { readonly out: string; readonly dims: readonly number[] }>>;
  /** h of each level in the states that come out. */
  lastH(out: Readonly<Record<string, Float32Array>>): readonly Float32Array[];
}

const models: readonly Model[] = [
  {
    file: 'silero_vad_v5.onnx',
    stacks: { 16000: 'If_0_then_branch__Inline_0__/decoder/rnn/LSTM', 8000: 'If_0_else_branch__Inline_0__/decoder/rnn/LSTM' },
    pieces: { 16000: { chunk: 512, context: 64 }, 8000: { chunk: 256, context: 32 } },
    states: { state: { out: 'stateN', dims: [2, 1, 128] } },
    lastH: out => [out['stateN']!.slice(0, 128)],
  },
  {
    file: 'silero_vad_legacy.onnx',
    stacks: { 16000: 'LSTM_245', 8000: 'LSTM_719' },
    pieces: { 16000: { chunk: 1536, context: 0 }, 8000: { chunk: 768, context: 0 } },
    states: { h: { out: 'hn', dims: [2, 1, 64] }, c: { out: 'cn', dims: [2, 1, 64] } },
    lastH: out => [out['hn']!.slice(0, 64), out['hn']!.slice(64)],
  },
];

interface Piece { readonly probability: number; readonly h: readonly Float32Array[] }

/** The whole model as it is, without our cutting. */
async function whole({ file, pieces, states, lastH }: Model, runtime: Runtime, sound: Float32Array, rate: number): Promise<readonly Piece[]> {
  const session = await runtime.load(readFileSync(`${MODELS}/${file}`));
  const { chunk, context } = pieces[rate]!;
  const names = Object.entries(states);
  let carried: Values = Object.fromEntries(names.map(([name, { dims }]) => [name, { type: 'float32', dims, data: new Float32Array(dims.reduce((a, b) => a * b, 1)) }]));
  const found: Piece[] = [];
  for (let from = 0; from < sound.length; from += chunk) {
    const data = new Float32Array(context + chunk);
    for (let k = 0; k < data.length; k++) data[k] = sound[from - context + k] ?? 0;
    const out = await session.run({ ...carried, input: { type: 'float32', dims: [1, data.length], data }, sr: { type: 'int64', dims: [], data: BigInt64Array.of(BigInt(rate)) } }, ['output', ...names.map(([, s]) => s.out)]);
    carried = Object.fromEntries(names.map(([name, s]) => [name, out[s.out]!]));
    found.push({ probability: Number(out['output']!.data[0]), h: lastH(Object.fromEntries(names.map(([, s]) => [s.out, out[s.out]!.data as Float32Array]))) });
  }
  session.dispose();
  assert.ok(found.length > 0, `${file} ran over no piece`);
  return found;
}

/** h of every level after each piece, one behind another. */
const handedOn = (pieces: readonly Piece[]): Float32Array => Float32Array.from(pieces.flatMap(p => p.h.flatMap(h => [...h])));

/** Every second sample, of the mean of it and its neighbours. */
function halved(sound: Float32Array): Float32Array {
  return Float32Array.from({ length: Math.floor(sound.length / 2) }, (_, k) => ((sound[2 * k - 1] ?? 0) + 2 * sound[2 * k]! + (sound[2 * k + 1] ?? 0)) / 4);
}

const runtime = webRuntime();
const fileOf = (model: Model): Promise<Opened> => opened(`${MODELS}/${model.file}`, () => Promise.resolve(runtime));

describe('upstream: voice detectors over 10.4 s of synthesised speech', () => {
  const sounds: Record<number, Sequence> = {};
  before(async () => {
    const wav = await openSequence(memory('speech.wav', readFileSync(`${FOLDER}/speech.wav`)));
    sounds[16000] = wav;
    sounds[8000] = sequenceOf(halved(rowsOf(wav).read(0, wav.steps)), 1, 8000);
  });

  for (const model of models) for (const rate of [16000, 8000]) it(`${model.file} at ${rate / 1000} kHz`, async function () {
    this.timeout(120_000);
    const sequence = sounds[rate]!;
    const { reached: found, ours } = await reached(await fileOf(model), model.stacks[rate]!, { sequence });
    const [native, web] = await Promise.all([nativeRuntime(), webRuntime()].map(r => whole(model, r, rowsOf(sequence).read(0, sequence.steps), rate))) as [readonly Piece[], readonly Piece[]];
    const each = found.steps / native.length;
    const probability = farthest(found.tracks.find(t => t.name === 'speech probability')!.data.filter((_, k) => k % each === 0), native.map(p => p.probability));
    assert.ok(probability.difference <= BOUND, `speech probability: ${probability.text}`);
    const parity = ours.map((h, level) => farthest(h, found.expectedLevels![level]!));
    for (const p of parity) assert.ok(p.difference <= BOUND, `Y: ${p.text}`);
    // What the whole model hands on after each piece is our h at the piece's last step.
    const lasts = native.map((_, k) => ({ probability: NaN, h: ours.map((h, level) => { const units = native[0]!.h[level]!.length; return h.subarray(((k + 1) * each - 1) * units, (k + 1) * each * units); }) }));
    const handed = farthest(handedOn(lasts), handedOn(web));
    assert.ok(handed.difference <= BOUND, `h after a piece: ${handed.text}`);
    // The native build differs from the web's in what stands before (logarithms of hardly anything): we are no farther from it than that.
    const [builds, away] = [farthest(handedOn(web), handedOn(native)), farthest(handedOn(lasts), handedOn(native))];
    assert.ok(away.difference <= builds.difference + BOUND, `h after a piece, native: ${away.text}; the two builds: ${builds.text}`);
    this.test!.title += `: ${found.steps} steps; p ${probability.difference.toExponential(1)}, Y ${parity.map(p => p.difference.toExponential(1)).join(', ')}, h ${handed.difference.toExponential(1)} (native ${away.difference.toExponential(1)}, builds ${builds.difference.toExponential(1)})`;
    assert.ok(Math.abs(found.secondsPerStep! * found.steps - 10.4) < 0.1, `${found.secondsPerStep} s a step`);
    // It hears speech where there is some, and silence in between.
    const said = native.map(p => p.probability);
    assert.ok(said.some(p => p > 0.9) && said.some(p => p < 0.05), 'speech and pauses');
    assert.equal(found.tracks.find(t => t.name === 'waveform')!.perStep * found.steps, found.tracks.find(t => t.name === 'waveform')!.data.length);
    assert.equal(runtime.open, 0);
  });

  it('says which rates it takes, and where the execution comes by', async () => {
    const file = await fileOf(models[0]!);
    const at = (rate?: number, values?: Record<string, number[]>): Promise<unknown> => reached(file, models[0]!.stacks[16000]!, { sequence: sequenceOf(new Float32Array(5000), 1, rate), ...(values ? { values } : {}) });
    await assert.rejects(at(44100), /Silero VAD 5 takes 8000 or 16000 samples a second, but the recording has 44100\. Resample it first/);
    await assert.rejects(at(), /does not say how many it has\. Give the value sr/);
    await assert.rejects(at(16000, { sr: [8000] }), /16000 samples a second, but sr was given as 8000/);
    await assert.rejects(at(8000), (error: unknown) => error instanceof NotReached && error.reached.join() === models[0]!.stacks[8000]);
    assert.equal(runtime.open, 0);
  });
});
