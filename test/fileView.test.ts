import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { cellById } from '../src/core/cells/index';
import type { Level } from '../src/core/layer';
import { parameterShapes } from '../src/core/parameters';
import { decided, fileView, levelStats, tensorPage } from '../src/fileView';
import { open, type Checkpoint, type StackRef, type TensorRef } from '../src/formats/index';
import { DELAYS, withPatience } from '../src/host/fileEditor/reopen';
import { fileBytes } from '../src/platform/node';
import { normal, seeded } from './analysis/seeded';

const FIXTURES = 'test/fixtures/formats';
const opened = async (name: string): Promise<Checkpoint> => await open(await fileBytes(`${FIXTURES}/${name}`)) as Checkpoint;
const tensor = (name: string, dtype: string, ...shape: number[]): TensorRef => ({ name, dtype, shape, read: async () => new Float32Array() });
const checkpoint = (tensors: readonly TensorRef[], stacks: readonly StackRef[] = []): Checkpoint => ({ kind: 'checkpoint', format: 'test', tensors, metadata: {}, stacks });

describe('file view', () => {
  it('tells stacks, levels, stored tensors and what was assumed', async () => {
    const view = fileView(await opened('torch_lstm_deep.safetensors'), { revision: 3, name: 'deep.safetensors', size: 99 });
    const [stack] = view.stacks;
    assert.deepEqual([view.revision, view.format, stack?.framework, stack?.levels.length], [3, 'safetensors', 'PyTorch', 2]);
    const [level] = stack!.levels;
    assert.equal(level!.tensors.reduce((sum, t) => sum + t.size! / 4, 0), level!.parameters);
    assert.deepEqual(level!.directions, ['forward', 'reverse']);
    assert.deepEqual(level!.tensors[0]!.usedBy, [level!.name]);
  });

  it('answers doubts, and goes on asking what was answered', async () => {
    const content = await opened('torch_rnn.safetensors');
    const before = fileView(content, { revision: 1, name: 'r', size: 1 }).stacks[0]!;
    const after = fileView(content, { revision: 2, name: 'r', size: 1, decisions: new Map([[before.name, { nonlinearity: 'relu' }]]) }).stacks[0]!;
    assert.deepEqual([before, after].map(s => [s.doubts[0]!.taken, s.doubts[0]!.decided, s.levels[0]!.equations.includes('relu')]), [['tanh', false, false], ['relu', true, true]]);
    const plain = content.stacks[0]!;
    const forgetful: StackRef = { ...plain, decide: () => ({ ...plain, doubts: [] }) };
    const kept = fileView(checkpoint([], [forgetful]), { revision: 1, name: 'r', size: 1, decisions: new Map([[plain.name, { nonlinearity: 'relu' }]]) });
    assert.equal(kept.stacks[0]!.doubts[0]!.taken, 'relu');
    assert.equal(decided(plain), plain);
    assert.equal(decided({ name: 'x', framework: 'y', levels: [] }, { gruForm: 'z' }).name, 'x');
  });

  it('filters tensors by words of name, type and shape, and cuts pages', () => {
    const file = checkpoint([tensor('encoder.weight', 'float32', 4, 3), tensor('encoder.bias', 'float16', 4), tensor('__proto__', 'int8', 2), tensor('odd', 'complex64', 2)]);
    const names = (filter: string, count = 10): string => tensorPage(file, { filter, count }).rows.map(t => t.name).join(' ');
    assert.equal(names(''), 'encoder.weight encoder.bias __proto__ odd');
    assert.equal(names('ENC 16'), 'encoder.bias');
    assert.equal(names('4×3'), 'encoder.weight');
    assert.equal(names('[4,3]'), 'encoder.weight');
    assert.equal(names('__proto__'), '__proto__');
    assert.deepEqual(tensorPage(file, { filter: 'weight', count: 1 }), { rows: [{ name: 'encoder.weight', dtype: 'float32', shape: [4, 3], size: 48, usedBy: [] }], matching: 1, all: 4 });
    assert.equal(tensorPage(file, { filter: 'encoder', count: 1 }).matching, 2);
    assert.equal(tensorPage(file, { filter: 'odd', count: 1 }).rows[0]!.size, undefined);
  });

  it('can be sent over a wire whatever a file calls its signals and metadata', async () => {
    const signals = ['constructor', '__proto__', 'toString'].map(name => ({ name, units: 2, read: async () => new Float32Array(6) }));
    const view = fileView({ kind: 'trace', format: 'trace', steps: 3, metadata: { key: 'v'.repeat(9000) }, levels: [{ name: 'l', directions: [{ direction: 'forward', signals }] }] }, { revision: 1, name: 't', size: 1 });
    assert.deepEqual(structuredClone(view), view);
    assert.deepEqual(view.trace!.levels[0]!.signals.map(s => s.hue), ['x', 'x', 'x']);
    assert.equal(view.metadata[0]!.value.length, 4001);
  });

  it('opens 100,000 tensors in a moment', () => {
    const file = checkpoint(Array.from({ length: 100_000 }, (_, k) => tensor(`block.${k}.weight`, 'float32', 8, 8)));
    const start = performance.now();
    const view = fileView(file, { revision: 1, name: 'many', size: 1 });
    const page = tensorPage(file, { filter: '99', count: 200 });
    const taken = performance.now() - start;
    assert.deepEqual([view.tensors, page.rows.length, page.all], [100_000, 200, 100_000]);
    assert.ok(taken < 2000, `${taken} ms`);
  });
});

describe('file view: statistics of a level', () => {
  function level(units: number): Level {
    const random = seeded(5), cell = cellById('gru');
    const params = Object.fromEntries(Object.entries(parameterShapes(cell, 3, units)).map(([name, shape]) => [name, { shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => normal(random)) }]));
    const layer = { cell, inputSize: 3, units, params };
    return { name: 'g', merge: 'concat', directions: [{ ...layer, direction: 'forward' }, ...(units < 100 ? [{ ...layer, direction: 'reverse' as const }] : [])] };
  }
  function all(units: number, exact: boolean): ReturnType<typeof levelStats> extends Generator<unknown, infer T> ? T : never {
    const work = levelStats(level(units), 7, exact);
    for (let piece = work.next(); ; piece = work.next()) if (piece.done) return piece.value;
  }

  it('has every direction, gates with their hues, and offers what is exact where it estimated', function () {
    this.timeout(60_000);
    const small = all(5, false);
    assert.deepEqual(small.directions.map(d => [d.direction, ...d.blocks.map(b => `${b.signal} ${b.hue}`)]), [['forward', 'r o', 'z f', 'n g'], ['reverse', 'r o', 'z f', 'n g']]);
    assert.deepEqual([small.revision, small.canBeExact], [7, false]);
    const large = all(520, false);
    assert.equal(large.canBeExact, true);
    assert.equal(large.directions[0]!.blocks[0]!.spectrum!.singular.length, 8);
  });
});

describe('opening what may be half written', () => {
  const waits: number[] = [];
  const patience = { delays: DELAYS, wait: async (ms: number) => { waits.push(ms); }, stopped: () => false, failed: () => undefined };

  it('tries again, later and later, and gives the first success', async () => {
    waits.length = 0;
    let left = 3;
    assert.equal(await withPatience(async () => { if (left-- > 0) throw new Error('half'); return 'whole'; }, patience), 'whole');
    assert.deepEqual(waits, [250, 500, 1000]);
  });

  it('gives up with the last error', async () => {
    waits.length = 0;
    await assert.rejects(withPatience(async () => { throw new Error(`attempt ${waits.length}`); }, patience), /attempt 5/);
    assert.ok(waits.reduce((a, b) => a + b) < 10_000);
  });

  it('ends where nobody waits', async () => {
    let [tries, told] = [0, 0];
    assert.equal(await withPatience(async () => { tries++; throw new Error('half'); }, { ...patience, stopped: () => tries > 1, failed: () => { told++; } }), undefined);
    assert.deepEqual([tries, told], [2, 1]);
  });
});
