import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { layersOf } from '../../src/cli/inspect';
import { FormatError, type Bytes, type Checkpoint } from '../../src/formats/format';
import { memory, open } from '../../src/formats/index';
import { onlyFormatError, random } from './helpers';
import { truths } from './truth';

truths('tfjs');

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const FOLDER = 'test/fixtures/files/tfjs';
const fixture = (name: string): { [key: string]: Json } => JSON.parse(readFileSync(`${FOLDER}/${name}.json`, 'utf8')) as { [key: string]: Json };

/** A model.json and its shards in memory. */
const model = (json: Json | string, shards: Readonly<Record<string, Uint8Array>> = {}): Bytes =>
  memory('model.json', new TextEncoder().encode(typeof json === 'string' ? json : JSON.stringify(json)), shards);

/** The shards of a fixture, but for those named. */
function shardsOf(name: string, ...without: string[]): Record<string, Uint8Array> {
  const paths = (fixture(name)['weightsManifest'] as { paths: string[] }[]).flatMap(g => g.paths);
  return Object.fromEntries(paths.filter(p => !without.includes(p)).map(p => [p, new Uint8Array(readFileSync(`${FOLDER}/${p}`))]));
}

async function opened(bytes: Bytes): Promise<Checkpoint> {
  const found = await open(bytes);
  assert.ok(found.kind === 'checkpoint' && found.format === 'tfjs', `opened as ${found.kind} by ${found.format}`);
  return found;
}

const manifest = (weights: Json[], paths: Json[] = ['w.bin']): Json => ({ weightsManifest: [{ paths, weights }] });
const weight = (name: string, shape: Json[], more: { [key: string]: Json } = {}): Json => ({ name, shape, dtype: 'float32', ...more });

describe('TensorFlow.js', () => {
  it('reads the same numbers whether in one shard or in many', async () => {
    const [one, many] = await Promise.all(['sequential', 'sharded'].map(name => opened(model(fixture(name), shardsOf(name)))));
    assert.ok(one!.tensors.length > 10);
    for (const [k, tensor] of one!.tensors.entries()) assert.deepEqual(await many!.tensors[k]!.read(), await tensor.read(), tensor.name);
  });

  it('takes its own defaults where the config is silent, and asks', async () => {
    const { stacks } = await opened(model(fixture('defaults'), shardsOf('defaults')));
    assert.deepEqual(stacks[0]!.doubts!.map(d => [d.id, d.taken]), [['recurrent-activation', 'hard_sigmoid'], ['gru-form', 'reset-before']]);
    const decided = stacks[0]!.decide!({ 'gru-form': 'reset-after', 'recurrent-activation': 'sigmoid' });
    assert.deepEqual(decided.levels.map(l => l.cell.id), ['lstm', 'gru']);
  });

  it('a graph model is tensors, and says why', async () => {
    const file = await opened(model(fixture('graph'), shardsOf('graph')));
    assert.match(file.warnings!.join(), /graph model: it holds operations, not layers/);
    assert.ok(file.tensors.some(t => t.shape.join() === '4,4'));
  });

  it('whole numbers stay whole, and quantised ones are put back: value * scale + min', async () => {
    const quantised = (dtype: string): Json => ({ dtype, scale: 0.5, min: -1 });
    const weights = [weight('a', [2], { quantization: quantised('uint8') }), weight('b', [2], { quantization: quantised('uint16') }), weight('c', [1], { dtype: 'int32' }), weight('d', [1], { dtype: 'bool' })];
    const data = Uint8Array.of(0, 255, 1, 0, 0, 1, 7, 0, 0, 0, 1);
    const { tensors } = await opened(model(manifest(weights), { 'w.bin': data }));
    assert.deepEqual(await Promise.all(tensors.map(async t => [...await t.read()])), [[-1, 126.5], [-0.5, 127], [7], [1]]);
  });

  it('a topology alone lists its layers, with their units and what is missing', async () => {
    const { modelTopology } = fixture('sequential');
    const layers = layersOf(await opened(model(modelTopology!)));
    assert.deepEqual(layers.map(l => [l.name, l.units, l.problem]).slice(0, 2), [['inner/low', 4, 'its weights are not in the file'], ['both', 3, 'its weights are not in the file']]);
  });

  it('weights alone are told by their names and shapes', async () => {
    const { weightsManifest } = fixture('functional');
    const layers = layersOf(await opened(model({ weightsManifest: weightsManifest! }, shardsOf('functional'))));
    assert.deepEqual(layers.map(l => [l.name, l.cell, l.direction]), [['plain', 'lstm', 'forward'], ['bare', 'lstm', 'forward'], ['back', 'gru', 'forward'], ['soft', 'rnn', 'forward'], ['wide', 'lstm', 'bidirectional']]);
  });
});

describe('TensorFlow.js: shards', () => {
  it('names those that are missing, and still opens', async () => {
    const gone = ['sharded.group1-shard2of6.bin', 'sharded.group1-shard5of6.bin'];
    const file = await opened(model(fixture('sharded'), shardsOf('sharded', ...gone)));
    assert.deepEqual(file.warnings, [`shards are missing: ${gone.join(', ')}`]);
    await assert.rejects(file.stacks[0]!.levels[0]!.load(), (e: unknown) => e instanceof FormatError && e.message.includes('shard2of6.bin" is missing'));
  });

  for (const path of ['../w.bin', '/etc/passwd', 'C:\\w.bin', '\\\\host\\w.bin', 'https://example.org/w.bin', 'a/../../w.bin', 'a\\..\\w.bin', 'file:w.bin', '']) {
    it(`refuses the path ${JSON.stringify(path)}`, () => assert.rejects(open(model(manifest([weight('a', [1])], [path]))), FormatError));
  }

  const bad: readonly (readonly [string, Json[], Uint8Array, RegExp])[] = [
    ['is too short', [weight('a', [3])], new Uint8Array(8), /"a" should take bytes 0 to 12 of its shards, but they have only 8/],
    ['holds text', [weight('a', [1], { dtype: 'string' })], new Uint8Array(8), /of type string, which is not read/],
    ['holds complex numbers', [weight('a', [1], { dtype: 'complex64' })], new Uint8Array(8), /of type complex64/],
  ];
  for (const [what, weights, data, message] of bad) {
    it(`says so where a shard ${what}`, async () => {
      const file = await opened(model(manifest(weights), { 'w.bin': data }));
      await assert.rejects(file.tensors[0]!.read(), (e: unknown) => e instanceof FormatError && message.test(e.message));
    });
  }

  it('does not know what lies behind text, since only the text tells its length', async () => {
    const { tensors } = await opened(model(manifest([weight('a', [1], { dtype: 'string' }), weight('b', [1])]), { 'w.bin': new Uint8Array(8) }));
    await assert.rejects(tensors[1]!.read(), /"b" lies behind a tensor whose size is not known/);
  });

  const refused: readonly (readonly [string, Json[], RegExp])[] = [
    ['two tensors of one name', [weight('a', [1]), weight('a', [1])], /two tensors are named "a"/],
    ['a negative dimension', [weight('a', [-1])], /shape of "a" should be a list of counts/],
    ['sizes beyond any file', [weight('a', [2 ** 52]), weight('b', [2 ** 52])], /larger than any file/],
    ['a quantisation that is none', [weight('a', [1], { quantization: { dtype: 'uint3' } })], /quantised to uint3/],
  ];
  for (const [what, weights, message] of refused) {
    it(`refuses ${what}`, () => assert.rejects(open(model(manifest(weights))), (e: unknown) => e instanceof FormatError && message.test(e.message)));
  }
});

describe('TensorFlow.js: configs changed at random', () => {
  const values: readonly Json[] = [null, true, 0, -1, 1e300, '', 'LSTM', '__proto__', [], [[]], {}, { class_name: 'LSTM' }, [['lstm', 0, 0]]];

  it('give stacks or a FormatError, nothing else', async function () {
    this.timeout(60_000);
    const next = random(11);
    const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)]!;
    const outcomes = { read: 0, refused: 0 };
    for (const name of ['sequential', 'functional', 'defaults', 'converted-uint8']) {
      const shards = shardsOf(name);
      for (let k = 0; k < 60; k++) {
        const json = fixture(name);
        for (let times = 0; times < 3; times++) changeOne(json, () => pick(values), next);
        outcomes[await onlyFormatError(`${name}, change ${k} of seed 11: ${JSON.stringify(json).slice(0, 300)}`, () => through(model(json, shards)))]++;
      }
    }
    this.test!.title += ` (${outcomes.read} read, ${outcomes.refused} refused)`;
    assert.ok(outcomes.read > 50 && outcomes.refused > 10, JSON.stringify(outcomes));
  });
});

/** Puts another value somewhere into a document, or takes one out. */
function changeOne(json: Json, value: () => Json, next: () => number): void {
  let at = json as Json[] | { [key: string]: Json };
  for (let depth = 0; depth < 12; depth++) {
    const keys = Object.keys(at);
    const key = keys[Math.floor(next() * keys.length)];
    if (key === undefined) return;
    const child = (at as { [key: string]: Json })[key];
    if (typeof child === 'object' && child !== null && next() < 0.85) { at = child; continue; }
    if (next() < 0.3) delete (at as { [key: string]: Json })[key];
    else (at as { [key: string]: Json })[key] = value();
    return;
  }
}

async function through(bytes: Bytes): Promise<void> {
  const file = await open(bytes);
  if (file.kind === 'checkpoint') for (const level of file.stacks.flatMap(s => s.levels)) if (level.problem === undefined) await level.load();
}
