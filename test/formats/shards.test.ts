/** Sharded checkpoints: whole against PyTorch, and what is said of shards that are missing, wrong or twice there. */
import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { FormatError, type Checkpoint } from '../../src/formats/format';
import { memory, open } from '../../src/formats/index';
import { truths } from './truth';

truths('shards');

const FOLDER = 'test/fixtures/files/shards';
const INDEX = 'model.safetensors.index.json';
const shard = (k: number): string => `model-0000${k}-of-00003.safetensors`;
const bytes = (name: string): Uint8Array => new Uint8Array(readFileSync(`${FOLDER}/${name}`));
const all = Object.fromEntries([1, 2, 3].map(k => [shard(k), bytes(shard(k))]));
const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
interface Index { metadata: Record<string, unknown>; weight_map: Record<string, string> }
const index = (): Index => JSON.parse(readFileSync(`${FOLDER}/${INDEX}`, 'utf8')) as Index;

async function opened(json: unknown = index(), siblings: Record<string, Uint8Array> = all): Promise<Checkpoint> {
  const found = await open(memory(INDEX, encode(json), siblings));
  assert.ok(found.kind === 'checkpoint');
  return found;
}

const without = (...names: string[]): Record<string, Uint8Array> => Object.fromEntries(Object.entries(all).filter(([name]) => !names.includes(name)));
const problems = (checkpoint: Checkpoint): Record<string, string | undefined> => Object.fromEntries(checkpoint.stacks.map(s => [s.name, s.levels[0]?.problem]));

describe('shards', () => {
  it('in one piece: no warnings, metadata as text, tensors in the index\'s order', async () => {
    const found = await opened();
    assert.equal(found.warnings, undefined);
    assert.match(found.metadata['total_size']!, /^\d+$/);
    assert.deepEqual(new Set(found.tensors.map(t => t.name)), new Set(Object.keys(index().weight_map)));
  });

  it('a missing shard is named once, with what it holds, and stops only the layers that need it', async () => {
    const found = await opened(index(), without(shard(3)));
    assert.equal(found.warnings!.length, 1);
    assert.match(found.warnings![0]!, /shard model-00003-of-00003\.safetensors is missing \(there is no such file\); it should hold decoder\.bias_hh_l0, decoder\.bias_ih_l0, decoder\.weight_hh_l0 and 1 more/);
    assert.deepEqual(problems(found), { 'encoder.lstm': undefined });
    assert.equal((await found.stacks[0]!.levels[1]!.load()).directions.length, 2);
  });

  it('a layer that is missing a part cannot be loaded, and says which part', async () => {
    const found = await opened(index(), without(shard(2)));
    const [stack] = found.stacks.filter(s => s.name === 'encoder.lstm');
    assert.match(stack!.levels[0]!.problem!, /"encoder\.lstm\.\w+" should be in shard model-00002-of-00003\.safetensors, which is missing/);
    await assert.rejects(stack!.levels[0]!.load(), FormatError);
    assert.equal(problems(found)['decoder'], undefined);
  });

  it('a tensor that its shard does not hold is named: without a bias it would be another layer', async () => {
    const json = index();
    json.weight_map['decoder.bias_ih_l0'] = shard(1);
    const found = await opened(json);
    assert.match(found.warnings!.join('\n'), /shard model-00001-of-00003\.safetensors should hold decoder\.bias_ih_l0, but does not/);
    assert.match(found.warnings!.join('\n'), /decoder\.bias_ih_l0 is in model-00003-of-00003\.safetensors too; that of model-00001-of-00003\.safetensors is taken/);
    assert.match(problems(found)['decoder']!, /"decoder\.bias_ih_l0" should be in shard model-00001-of-00003\.safetensors, which does not hold it/);
  });

  it('tensors that the index does not name are left out, and said to be', async () => {
    const json = index();
    delete json.weight_map['decoder.bias_ih_l0'];
    const found = await opened(json);
    assert.match(found.warnings!.join(), /the index does not name decoder\.bias_ih_l0/);
    assert.equal(found.tensors.some(t => t.name === 'decoder.bias_ih_l0'), false);
  });

  const bad: readonly (readonly [string, unknown, RegExp])[] = [
    ['leaves the folder', { weight_map: { a: '../x.safetensors' } }, /leaves the folder/],
    ['leaves it later', { weight_map: { a: 'b/../../x.safetensors' } }, /leaves the folder/],
    ['is absolute', { weight_map: { a: '/etc/passwd' } }, /leaves the folder/],
    ['is absolute on Windows', { weight_map: { a: 'C:\\x' } }, /leaves the folder/],
    ['names no file', { weight_map: { a: 1 } }, /should name a file for "a"/],
    ['has a list for a map', { weight_map: [] }, /should have a weight_map/],
  ];
  for (const [what, json, message] of bad) {
    it(`refuses an index that ${what}`, () => assert.rejects(open(memory(INDEX, encode(json), all)), (e: unknown) => e instanceof FormatError && message.test(e.message)));
  }

  it('refuses an index that names a tensor twice, or is cut', async () => {
    const raw = (text: string) => open(memory(INDEX, new TextEncoder().encode(text), all));
    await assert.rejects(raw(`{"weight_map":{"a":"${shard(1)}","a":"${shard(2)}"}}`), /names "a" twice/);
    await assert.rejects(raw('{"weight_map":{"a":"b"'), /not JSON/);
  });

  it('refuses a shard that is no weights, and an index alone', async () => {
    await assert.rejects(opened(index(), { ...all, [shard(1)]: new TextEncoder().encode('hello, world') }), /shard model-00001-of-00003\.safetensors should be a safetensors or PyTorch file/);
    const { sibling: _, ...lone } = memory(INDEX, encode(index()));
    await assert.rejects(open(lone), /cannot be reached from here/);
  });

  it('is not confused by tensors called __proto__', async () => {
    const found = await open(memory(INDEX, new TextEncoder().encode('{"metadata":{"__proto__":"x"},"weight_map":{"__proto__":"gone.safetensors","constructor":"gone.safetensors"}}'), {}));
    assert.ok(found.kind === 'checkpoint');
    assert.match(found.warnings!.join(), /should hold __proto__, constructor/);
  });
});
