import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { before, describe, it } from 'mocha';
import type { Binding, Files } from '../../src/binding';
import { checkBinding, distance } from '../../src/binding';
import { english } from '../../src/core/said';
import { asProblem } from '../../src/errors';
import { memory } from '../../src/formats/index';
import { fileBytes } from '../../src/platform/node';
import type { Scene } from '../../src/protocol';
import { propose } from '../../src/propose';
import { outline } from '../../src/source/index';
import { subjectOf, type Request } from '../../src/subject';
import { anything, wantedOf } from '../../src/wanted';
import { joined } from './joined';

const examples = readdirSync('examples', { recursive: true, encoding: 'utf8' }).map(p => p.replaceAll('\\', '/'));
/** The examples, with files of one's own on top. */
const files = (own: Readonly<Record<string, Uint8Array>> = {}): Files => ({
  list: async () => [...examples, ...Object.keys(own)],
  open: async path => own[path] ? memory(path.slice(path.lastIndexOf('/') + 1), own[path]) : fileBytes(`examples/${path}`),
});

function codeOf(path: string, change: (text: string) => string = t => t): { text: string; spec: ReturnType<typeof outline>['layers'][number] } {
  const text = change(readFileSync(`examples/${path}`, 'utf8'));
  return { text, spec: outline(text, 'python').layers[0]! };
}

async function proposed(path: string, own?: Readonly<Record<string, Uint8Array>>, fixed?: Binding, change?: (text: string) => string): ReturnType<typeof propose> {
  const { text, spec } = codeOf(path, change);
  return propose(wantedOf(spec), path, files(own), fixed, text);
}

describe('a proposed binding', () => {
  it('finds checkpoint, text, vocabulary, embedding and read-out by shape and name', async () => {
    const { binding, reasons, choices } = await proposed('char_lstm/model.py');
    assert.deepEqual(binding, {
      checkpoint: 'char_lstm/char_lstm.safetensors', stack: 'lstm', input: 'char_lstm/text.txt', vocabulary: 'char_lstm/vocab.json',
      encoder: 'embed.weight', decoder: 'head.weight', decoderBias: 'head.bias',
    });
    assert.equal(reasons.checkpoint, 'chosen by shape and name');
    assert.equal(choices.length, 1);
  });

  it('takes the table that the code names among those that are as wide', async () => {
    assert.equal((await proposed('time_series/model.py')).binding.input, 'time_series/weather_normalised.csv');
    assert.equal((await proposed('time_series/model.py', {}, {}, t => t.replace('weather_normalised.csv', 'seattle-weather.csv'))).binding.input, 'time_series/seattle-weather.csv');
  });

  it('takes a normalised table rather than what was measured, where the code names none', async () => {
    assert.equal((await proposed('time_series/model.py', {}, {}, t => t.replace('weather_normalised.csv', ''))).binding.input, 'time_series/weather_normalised.csv');
  });

  it('leaves the choice to the person where several fit as well', async () => {
    const copy = readFileSync('examples/char_lstm/char_lstm.safetensors');
    const { choices } = await proposed('char_lstm/model.py', { 'char_lstm/other.safetensors': copy });
    assert.deepEqual(choices.map(c => c.checkpoint), ['char_lstm/char_lstm.safetensors', 'char_lstm/other.safetensors']);
  });

  it('proposes no checkpoint of another shape, and keeps what is settled', async () => {
    assert.equal((await proposed('char_lstm/model.py', {}, {}, t => t.replace('HIDDEN = 64', 'HIDDEN = 65'))).binding.checkpoint, undefined);
    assert.equal((await proposed('char_lstm/model.py', {}, { checkpoint: null })).binding.checkpoint, null);
  });

  it('says that weights are a guess where the code leaves sizes open, and takes none of another framework', async () => {
    const guess = async (...changes: readonly [string, string][]): Promise<string | undefined> => (await proposed('char_lstm/model.py', {}, {}, t => changes.reduce((text, [from, to]) => text.replace(from, to), t))).guess?.text;
    const units = ['HIDDEN = 64', 'HIDDEN = size()'] as const, width = ['EMBED = 24', 'EMBED = size()'] as const, name = ['self.lstm = nn.LSTM', 'self.core = nn.LSTM'] as const;
    assert.equal(await guess(), undefined);
    assert.equal(await guess([...name]), undefined);
    assert.equal(await guess([...units]), undefined);
    assert.match((await guess([...units], [...width]))!, /^Assumed that char_lstm\.safetensors holds lstm: a layer in it has this name, and the code leaves the sizes open\.$/);
    assert.match((await guess([...units], [...name]))!, /holds core: lstm fits, and the code leaves one of the sizes open\.$/);
    assert.match((await guess([...units], [...width], [...name]))!, /holds core: lstm is such a cell, and the code leaves the sizes open\.$/);
    const { spec } = codeOf('char_lstm/model.py');
    assert.equal((await propose({ ...wantedOf(spec), framework: 'flax' }, 'char_lstm/model.py', files())).binding.checkpoint, undefined);
  });

  it('survives files that are damaged or hostile', async () => {
    const { binding } = await proposed('char_lstm/model.py', {
      'char_lstm/a.safetensors': Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 127, 123), 'char_lstm/a.json': new TextEncoder().encode('{"__proto__": 1'), 'char_lstm/a.csv': new Uint8Array(),
    });
    assert.equal(binding.checkpoint, 'char_lstm/char_lstm.safetensors');
  });
});

describe('a saved binding', () => {
  it('loses what is not of the right form', () => {
    assert.deepEqual(checkBinding({ checkpoint: 3, input: 'a.txt', columns: ['x', 1], decoder: null, seed: -1, __proto__x: 1, generate: { kind: 'noise', steps: 5, seed: 1 } }),
      { input: 'a.txt', decoder: null, generate: { kind: 'noise', steps: 5, seed: 1 } });
    assert.deepEqual(checkBinding('x'), {});
  });

  it('measures nearness in folders', () => {
    assert.equal(distance('a/b/c.py', 'a/b/d.txt'), 0);
    assert.equal(distance('a/b/c.py', 'a/d.txt'), 1);
    assert.equal(distance('a/b/c.py', 'd/e.txt'), 3);
  });
});

async function requestOf(path: string): Promise<Request> {
  const { text, spec } = codeOf(path);
  const { binding } = await propose(wantedOf(spec), path, files(), {}, text);
  return { reference: 'r', model: 'm', wanted: wantedOf(spec), spec, cellId: spec.cell, binding };
}

describe('a session', () => {
  const { session } = joined();
  let scene: Scene;
  before(async () => { scene = await session.open(await subjectOf(await requestOf('char_lstm/model.py'), files(), { maximumSteps: 1e6, seed: 7 })); });

  it('says what is drawn and where it came from', () => {
    assert.deepEqual(scene.levels.map(l => [l.name, l.cell, l.inputSize, l.units, l.parameters]), [['lstm', 'LSTM', 24, 64, 23_040]]);
    assert.deepEqual(scene.levels[0]!.directions[0]!.signals.map(s => `${s.name} ${s.kind} ${s.hue} ${s.label}`), [
      'x input x input', 'i gate i input gate', 'f gate f forget gate', 'g candidate g candidate', 'o gate o output gate', 'c state c cell state', 'h state h hidden state']);
    assert.equal(scene.weights.invented, undefined);
    assert.equal(scene.framework, 'pytorch');
    assert.deepEqual(scene.tracks, ['in quotes', 'bracket depth', 'column', 'in a word']);
  });

  it('knows whose layer it is: as the code says, else as the file names its tensors, whatever its ending', async () => {
    const own = files({ 'flax.safetensors': readFileSync('test/fixtures/files/flax/linen-flat.safetensors') });
    const request: Request = { reference: 'r', model: 'm', wanted: anything(''), cellId: null, binding: { checkpoint: 'flax.safetensors', stack: 'encoder', generate: { kind: 'noise', steps: 3, seed: 1 } } };
    const frameworkOf = async (more: Partial<Request>): Promise<string | undefined> => (await subjectOf({ ...request, ...more }, own, { maximumSteps: 10, seed: 7 })).framework;
    assert.equal(await frameworkOf({}), 'flax');
    const spec = outline('import haiku as hk\nnet = hk.LSTM(4)\n', 'python').layers[0]!;
    assert.equal(await frameworkOf({ spec }), 'haiku');
    assert.equal(await frameworkOf({ spec, cellId: 'lstm', wanted: wantedOf(spec), binding: { checkpoint: null, generate: { kind: 'noise', steps: 3, seed: 1 } } }), 'haiku');
  });

  it('is as surprised by the text as PyTorch was', async () => {
    const bits = await session.surprise();
    const known = bits.filter(v => !Number.isNaN(v));
    assert.equal(known.length, scene.steps - 1);
    const mean = known.reduce((sum, v) => sum + v, 0) / known.length;
    const header = readFileSync('examples/char_lstm/char_lstm.safetensors').toString('latin1', 8, 400);
    const held = Number(/held_out_bits_per_character":"([\d.]+)"/.exec(header)?.[1]);
    assert.ok(Math.abs(mean - held) <= 1e-4, `${mean} bits a character here, ${held} in training`);
  });

  it('finds the unit that follows quotes', async () => {
    const card = await session.card(0, 0, 36);
    assert.equal(english(card.sentence), 'Its cell state rises inside quotes.');
    assert.ok(card.follows[0]!.r > 0.8);
    assert.equal((await session.labels(0, 3)).join(''), readFileSync('examples/char_lstm/text.txt', 'utf8').slice(0, 3));
  });

  it('answers for windows that pool to the same numbers', async () => {
    const ask = (from: number, to: number, columns: number): ReturnType<typeof session.tile> => session.tile({ revision: scene.revision, level: 0, direction: 0, signal: 'f', from, to, columns, extremes: true });
    const fine = await ask(128, 256, 128), coarse = await ask(128, 256, 16);
    assert.equal(fine.bucket, 1);
    assert.equal(coarse.bucket, 8);
    for (let k = 0; k < 16 * 64; k++) {
      const rows = Array.from({ length: 8 }, (_, j) => fine.mean[(8 * Math.floor(k / 64) + j) * 64 + k % 64]!);
      assert.ok(Math.abs(coarse.mean[k]! - rows.reduce((a, b) => a + b) / 8) < 1e-6);
      assert.equal(coarse.max![k], Math.max(...rows));
    }
  });

  it('answers for less than all units, several windows at once, as they were asked for', async () => {
    const ask = { revision: scene.revision, level: 0, direction: 0, signal: 'f', from: 0, to: 256, columns: 64 };
    const [whole, one, lines, bands] = await session.tiles([ask, { ...ask, part: { first: 5, end: 6 }, extremes: true }, { ...ask, part: { order: 'coactivation', pool: 3 } }, { ...ask, part: 'bands' }]);
    const order = await session.order(0, 0, 'coactivation');
    assert.deepEqual([whole!.units, one!.units, lines!.units, bands!.units], [64, 1, 22, 5]);
    assert.deepEqual([whole!.min, typeof one!.min, lines!.min, bands!.min], [undefined, 'object', undefined, undefined]);
    assert.deepEqual([one!.part, lines!.part, bands!.part], [{ first: 5, end: 6 }, { order: 'coactivation', pool: 3 }, 'bands']);
    for (let column = 0; column < 64; column++) {
      const values = whole!.mean.subarray(column * 64, (column + 1) * 64);
      assert.equal(one!.mean[column], values[5]);
      const line = [...order.subarray(3, 6)].reduce((sum, u) => sum + values[u]!, 0) / 3;
      assert.ok(Math.abs(lines!.mean[column * 22 + 1]! - line) < 1e-6, `the second line of column ${column}`);
      assert.ok(Math.abs(bands!.mean[column * 5]! - values.reduce((a, b) => a + b) / 64) < 1e-6);
    }
  });

  it('stops when asked, and keeps what it had', async () => {
    const other = joined(() => { other.session.cancel(); });
    const subject = await subjectOf(await requestOf('char_lstm/model.py'), files(), { maximumSteps: 1e6, seed: 7 });
    await assert.rejects(other.session.open(subject), error => asProblem(error, '').title === 'Stopped.');
    assert.equal(other.session.scene, undefined);
    assert.equal(session.scene, scene);
  });
});
