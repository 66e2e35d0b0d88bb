/** JSON, tables, sounds and arrays that nest, never end, or claim what they do not have. */
import { joined, joinedAll, utf8, type Beside, type Case, type Use } from '../file';
import { inMemory } from './made';

const input: readonly Use[] = ['sequence', 'model'];
const json = (value: unknown): Uint8Array => utf8(JSON.stringify(value));
const u32 = (n: number): number[] => [n & 255, (n >>> 8) & 255, (n >>> 16) & 255, n >>> 24];

const PATHS = ['/etc/passwd', '../../../../etc/passwd', '..', '.', '', 'C:\\x', 'a/../../../x', '__proto__', 'model.safetensors.index.json', 'model.json', 'x\u0000y', 'http://127.0.0.1/x', 'x'.repeat(5000)];

const index = (map: Readonly<Record<string, unknown>>): Uint8Array => json({ metadata: {}, weight_map: map });
const manifest = (paths: readonly unknown[], weights: readonly unknown[] = [{ name: 'lstm/kernel', shape: [2, 2], dtype: 'float32' }]): Uint8Array => json({ format: 'layers-model', modelTopology: { keras_version: '2.1', model_config: { class_name: 'Sequential', config: [] } }, weightsManifest: [{ paths, weights }] });
const beside: Beside = new Map([['shard.bin', new Uint8Array(16)], ['model.json', utf8('{}')]]);

const safetensors = (header: string, data = 0): Uint8Array => { const text = utf8(header); return joined(u32(text.length), [0, 0, 0, 0], text, new Uint8Array(data)); };
const entries = (count: number): string => `{${Array.from({ length: count }, (_, k) => `"lstm${k}.weight_ih_l0":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}`).join()}}`;
const described = (shape: string, type = 'F32', offsets = '[0,16]'): string => `{"lstm.weight_ih_l0":{"dtype":"${type}","shape":${shape},"data_offsets":${offsets}}}`;

const npy = (header: string, data = 0): Uint8Array => { const text = utf8(`${header}\n`); return joined([0x93], utf8('NUMPY'), [2, 0], u32(text.length), text, new Uint8Array(data)); };
const shaped = (shape: string, descr = '\'<f4\''): Uint8Array => npy(`{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }`, 64);

const wav = (changes: Readonly<Record<number, readonly number[]>>): Uint8Array => {
  const out = joined(utf8('RIFF'), u32(100), utf8('WAVEfmt '), u32(16), [1, 0, 1, 0], u32(8000), u32(16000), [2, 0, 16, 0], utf8('data'), u32(64), new Uint8Array(64));
  for (const [at, bytes] of Object.entries(changes)) out.set(bytes, Number(at));
  return out;
};

export const textCases = (): readonly Case[] => [
  ...(['model.json', 'model.safetensors.index.json'] as const).flatMap(name => [
    inMemory('200000 lists in one another', name, () => utf8(`{"weight_map":${'['.repeat(200_000)}${']'.repeat(200_000)}}`), beside, ['model', 'vocabulary']),
    inMemory('100000 objects in one another', name, () => utf8(`{"modelTopology":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)},"weightsManifest":[]}`), beside, ['model', 'vocabulary']),
    inMemory('a text of 20 MB', name, () => json({ weight_map: { a: 'x'.repeat(20_000_000) }, modelTopology: 'x', weightsManifest: [] }), beside, ['model', 'vocabulary']),
  ]),
  ...PATHS.map(path => inMemory(`a shard at ${JSON.stringify(path.slice(0, 40))}`, 'model.safetensors.index.json', () => index({ 'lstm.weight_ih_l0': path, 'lstm.weight_hh_l0': path }), new Map([...beside, ['model.safetensors.index.json', index({ a: 'model.safetensors.index.json' })]]))),
  ...PATHS.map(path => inMemory(`weights at ${JSON.stringify(path.slice(0, 40))}`, 'model.json', () => manifest([path]), beside)),
  inMemory('50000 shards that are not there', 'model.safetensors.index.json', () => index(Object.fromEntries(Array.from({ length: 50_000 }, (_, k) => [`t${k}`, `s${k}.safetensors`])))),
  inMemory('50000 weight files that are not there', 'model.json', () => manifest(Array.from({ length: 50_000 }, (_, k) => `s${k}.bin`))),
  inMemory('shards that are no texts', 'model.safetensors.index.json', () => index({ a: 1, b: null, c: [], d: {} })),
  inMemory('the same shard 100000 times', 'model.json', () => manifest(Array.from({ length: 100_000 }, () => 'shard.bin')), beside),
  ...[[2 ** 53, 2], [-1, 2], [1.5], ['2'], [2 ** 30, 2 ** 30], Array.from({ length: 100_000 }, () => 1)].map((shape, k) => inMemory(`weights of strange shape ${k}`, 'model.json', () => manifest(['shard.bin'], [{ name: 'a', shape, dtype: 'float32' }]), beside)),
  ...[{ dtype: 'uint8', scale: 'x', min: null }, { dtype: 'uint64', scale: 1, min: 0 }, { scale: 1 }, 7].map((quantization, k) => inMemory(`weights of strange quantisation ${k}`, 'model.json', () => manifest(['shard.bin'], [{ name: 'a', shape: [2, 2], dtype: 'float32', quantization }]), beside)),
  inMemory('weights of one name', 'model.json', () => manifest(['shard.bin'], Array.from({ length: 3 }, () => ({ name: '__proto__', shape: [1], dtype: 'float32' }))), beside),

  inMemory('100000 tensors', 'x.safetensors', () => safetensors(entries(100_000))),
  inMemory('brackets for 5 MB', 'x.safetensors', () => safetensors(`{"a":${'['.repeat(5_000_000)}`)),
  ...['[4294967296,4294967296]', '[0,9007199254740991]', '[1e308]', '[2,2,-0]', '{}', '"4"', `[${'1,'.repeat(100_000)}4]`].map((shape, k) => inMemory(`a tensor of strange shape ${k}`, 'x.safetensors', () => safetensors(described(shape), 16))),
  ...['[0,1e999]', '[-1,15]', '[16,0]', '[0,9007199254740992]', '[0.5,16.5]', '["0","16"]', '[0]', '[0,16,16]'].map((offsets, k) => inMemory(`a tensor at strange offsets ${k}`, 'x.safetensors', () => safetensors(described('[4]', 'F32', offsets), 16))),
  inMemory('a trace of 2^53 steps', 'x.safetensors', () => safetensors('{"__metadata__":{"gatescope":"1","steps":"9007199254740992","layers":"[[[[","labels":"[]"}}')),
  inMemory('a trace of no steps', 'x.safetensors', () => safetensors('{"__metadata__":{"gatescope":"1","steps":"-1","layers":"{\\"__proto__\\":1}","cells":"null"},"l/h":{"dtype":"F32","shape":[0,1],"data_offsets":[0,0]}}')),

  ...['(99999999999,)', '(4294967296, 4294967296)', '(-1,)', '(1e9,)', '()', '(0, 5)', '(2.5,)', `(${'1,'.repeat(100_000)})`, `${'('.repeat(100_000)}`].map((shape, k) => inMemory(`an array of strange shape ${k}`, 'x.npy', () => shaped(shape), new Map(), input)),
  ...['\'|O\'', '\'<f3\'', '\'|V99999999999\'', '\'<U1000000000\'', '[(\'a\', \'<f4\', (1000000, 1000000))]', `${'['.repeat(50_000)}`, '\'<f4\', \'__proto__\': 1'].map((descr, k) => inMemory(`an array of strange type ${k}`, 'x.npy', () => shaped('(4,)', descr), new Map(), input)),
  inMemory('a header of 4 GB', 'x.npy', () => joined([0x93], utf8('NUMPY'), [2, 0, 255, 255, 255, 255], utf8('{')), new Map(), input),

  inMemory('one row of 3 million columns', 'x.csv', () => utf8('1,'.repeat(3_000_000)), new Map(), input),
  inMemory('a quote that never closes', 'x.csv', () => utf8(`a,b\n1,"${'x,\n'.repeat(1_000_000)}`), new Map(), input),
  inMemory('quotes for 5 MB', 'x.csv', () => utf8('"'.repeat(5_000_000)), new Map(), input),
  inMemory('a million empty lines', 'x.csv', () => utf8('a,b\n1,2\n'.concat('\n'.repeat(1_000_000))), new Map(), input),
  inMemory('numbers of 100000 digits', 'x.csv', () => utf8(`a,b\n${'1'.repeat(100_000)},${'1.'.repeat(50_000)}\n${'1.000'.repeat(20_000)},2\n`), new Map(), input),
  inMemory('columns called __proto__', 'x.csv', () => utf8('__proto__,constructor,__proto__\n1,2,3\n4,5,6\n'), new Map(), input),
  inMemory('objects in one another', 'x.jsonl', () => utf8(`${'{"h":'.repeat(50_000)}1${'}'.repeat(50_000)}\n`), new Map(), input),
  inMemory('lists of several lengths', 'x.jsonl', () => utf8('{"h":[1,2]}\n{"h":[1]}\n{"h":[[1],[2]]}\n{"__proto__":[1,2]}\n{"h":{"0":1}}\nnull\n'), new Map(), input),
  inMemory('a line of 3 MB', 'x.jsonl', () => utf8(`{"h":[${'1,'.repeat(1_500_000)}1]}\n`), new Map(), input),
  inMemory('only surrogates and marks', 'x.txt', () => joinedAll(Array.from({ length: 3000 }, () => [0xed, 0xa0, 0x80, 0xef, 0xbb, 0xbf, 0xe2, 0x80, 0xae])), new Map(), input),

  inMemory('no channels', 'x.wav', () => wav({ 22: [0, 0] }), new Map(), input),
  inMemory('65535 channels', 'x.wav', () => wav({ 22: [255, 255] }), new Map(), input),
  inMemory('frames of no bytes', 'x.wav', () => wav({ 32: [0, 0] }), new Map(), input),
  inMemory('no samples a second', 'x.wav', () => wav({ 24: [0, 0, 0, 0] }), new Map(), input),
  inMemory('0 bits', 'x.wav', () => wav({ 34: [0, 0] }), new Map(), input),
  inMemory('a chunk of 4 GB', 'x.wav', () => wav({ 16: [255, 255, 255, 255] }), new Map(), input),
  inMemory('a million empty chunks', 'x.wav', () => joined(utf8('RIFF'), u32(8_000_004), utf8('WAVE'), joinedAll(Array.from({ length: 1_000_000 }, () => [0x61, 0x61, 0x61, 0x61, 0, 0, 0, 0]))), new Map(), input),
  inMemory('a vocabulary of 2 million', 'x.json', () => json(Array.from({ length: 2_000_000 }, (_, k) => String(k))), new Map(), ['vocabulary']),
  inMemory('a vocabulary in itself 100000 deep', 'x.json', () => utf8(`${'{"vocab":'.repeat(100_000)}{}${'}'.repeat(100_000)}`), new Map(), ['vocabulary']),
];
