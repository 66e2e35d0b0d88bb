import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { run } from '../../src/core/engine';
import { FormatError, type Checkpoint, type StackRef } from '../../src/formats/format';
import { candidates, memory, open, stackFromTensors } from '../../src/formats/index';
import { fixture, onDisk } from './helpers';

async function checkpoint(name: string, bytes = fixture(name)): Promise<Checkpoint> {
  const opened = await open(memory(name, bytes));
  assert.equal(opened.kind, 'checkpoint');
  return opened;
}

/** The stack run over the file's example against the output that PyTorch stored beside it. */
async function errorAgainstTorch(file: Checkpoint, stack: StackRef): Promise<number> {
  const example = (name: string): Promise<Float32Array> => file.tensors.find(t => t.name === `example.${name}`)!.read();
  const [x, y] = [await example('input'), await example('output')];
  const levels = await Promise.all(stack.levels.map(l => l.load()));
  const { output } = (await run({ name: stack.name, levels }, x, x.length / stack.levels[0]!.inputSize)).levels.at(-1)!;
  assert.equal(output.length, y.length);
  return Math.max(...output.map((v, k) => Math.abs(v - y[k]!)));
}

/** A safetensors file by hand: what goes in is what the specification says, so that the fixtures' writer is checked too. */
function file(header: string, data: number[] | Uint8Array = []): Uint8Array {
  const text = new TextEncoder().encode(header);
  const out = new Uint8Array(8 + text.length + data.length);
  new DataView(out.buffer).setUint32(0, text.length, true);
  out.set(text, 8);
  out.set(data, 8 + text.length);
  return out;
}

describe('safetensors', () => {
  const stacks: readonly (readonly [string, string, string, readonly string[], number])[] = [
    // file, stack, cell, levels, parameters as PyTorch counts them
    ['torch_lstm', 'lstm', 'lstm', ['lstm'], 4 * 4 * (3 + 4 + 2)],
    ['torch_lstm_deep', 'encoder.rnn', 'lstm', ['encoder.rnn.l0', 'encoder.rnn.l1'], 2 * 4 * 4 * (3 + 4 + 2) + 2 * 4 * 4 * (8 + 4 + 2)],
    ['torch_lstm_projected', 'lstm', 'lstmProjected', ['lstm.l0', 'lstm.l1'], 2 * (16 * (3 + 2 + 2) + 8) + 2 * (16 * (4 + 2 + 2) + 8)],
    ['torch_gru_plain', 'torch_gru_plain', 'gru', ['torch_gru_plain'], 3 * 4 * (3 + 4)],
    ['torch_gru', 'gru', 'gru', ['gru'], 2 * 3 * 4 * (3 + 4 + 2)],
    ['torch_rnn', 'rnn', 'rnn', ['rnn'], 4 * (4 + 4 + 2)],
    ['torch_lstm_cell', 'cell', 'lstm', ['cell'], 4 * 4 * (3 + 4 + 2)],
    ['torch_gru_cell', 'cell', 'gru', ['cell'], 3 * 4 * (3 + 4 + 2)],
  ];
  for (const [name, stackName, cell, levels, parameters] of stacks) {
    it(`${name}: found by its tensors' names, and runs as PyTorch does`, async function () {
      const opened = await checkpoint(`${name}.safetensors`);
      assert.equal(opened.stacks.length, 1);
      const stack = opened.stacks[0]!;
      assert.equal(stack.name, stackName);
      assert.deepEqual(stack.levels.map(l => l.name), levels);
      assert.ok(stack.levels.every(l => l.cell.id === cell));
      assert.equal(stack.levels.reduce((n, l) => n + l.parameters, 0), parameters);
      const error = await errorAgainstTorch(opened, stack);
      this.test!.title += `: max error ${error.toExponential(1)}`;
      assert.ok(error <= 1e-6, `max error ${error}`);
    });
  }

  it('leaves an RNN\'s nonlinearity open, and takes the one it is told', async () => {
    const opened = await checkpoint('torch_rnn.safetensors');
    assert.deepEqual(opened.stacks[0]!.doubts?.map(d => [d.id, d.taken]), [['nonlinearity', 'tanh']]);
    const tensor = (name: string) => opened.tensors.find(t => t.name === `rnn.${name}_l0`)!;
    const told = stackFromTensors('pytorch', 'mine', [{ forward: { kernel: tensor('weight_ih'), recurrentKernel: tensor('weight_hh') } }], { nonlinearity: 'relu' });
    assert.deepEqual([told.levels[0]!.cell.id, told.doubts], ['rnnRelu', undefined]);
  });

  it('reads every type to the same numbers', async () => {
    const opened = await checkpoint('dtypes.safetensors');
    assert.deepEqual({ ...opened.metadata }, { note: 'ä, "quoted"' });
    const exact = [0, 1, 2, 3, 100, 0.5];
    for (const tensor of opened.tensors) {
      const expected = /float/.test(tensor.name) ? exact : tensor.name === 'bool' ? [0, 1, 1, 1, 1, 1] : exact.map(Math.trunc);
      assert.deepEqual(Array.from(await tensor.read()), expected, tensor.name);
      assert.deepEqual(tensor.shape, [2, 3]);
    }
    assert.equal(opened.tensors.length, 10);
  });

  it('reads a header alone when it opens, and a tensor\'s own bytes when it is asked for', async () => {
    const disk = onDisk('test/fixtures/formats/torch_lstm_deep.safetensors');
    const opened = await open(disk);
    const header = 8 + Number(new DataView(fixture('torch_lstm_deep.safetensors').buffer).getUint32(0, true));
    assert.ok(disk.total <= 4096 + header + 8, `${disk.total} bytes were read, the header has ${header}`);
    const before = disk.total;
    if (opened.kind === 'checkpoint') await opened.tensors[0]!.read();
    assert.equal(disk.total - before, opened.kind === 'checkpoint' ? opened.tensors[0]!.shape.reduce((a, b) => a * b, 1) * 4 : 0);
  });

  const f32 = (shape: string, from: number, to: number): string => `{"dtype":"F32","shape":${shape},"data_offsets":[${from},${to}]}`;
  const bad: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ['names one tensor twice', file(`{"a":${f32('[1]', 0, 4)},"a":${f32('[1]', 4, 8)}}`, new Uint8Array(8)), /"a" twice/],
    ['names one twice through an escape', file(`{"a":${f32('[1]', 0, 4)},"\\u0061":${f32('[1]', 4, 8)}}`, new Uint8Array(8)), /"a" twice/],
    ['overlaps', file(`{"a":${f32('[2]', 0, 8)},"b":${f32('[1]', 4, 8)}}`, new Uint8Array(8)), /"b" overlaps/],
    ['reaches beyond the file', file(`{"a":${f32('[2]', 0, 8)}}`, new Uint8Array(4)), /truncated/],
    ['has the wrong length', file(`{"a":${f32('[3]', 0, 8)}}`, new Uint8Array(8)), /should take 12 bytes, but has 8/],
    ['has a negative dimension', file(`{"a":${f32('[-1]', 0, 4)}}`, new Uint8Array(4)), /list of counts/],
    ['has a dimension beyond integers', file(`{"a":${f32('[9007199254740993,9007199254740993]', 0, 4)}}`, new Uint8Array(4)), /list of counts/],
    ['has offsets the wrong way round', file(`{"a":${f32('[1]', 4, 0)}}`, new Uint8Array(4)), /should lie/],
    ['claims a huge header', Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 0, 123, 125), /should be between/],
    ['claims an impossible header', Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 128, 123, 125), /no known format|should be between/],
    ['is no JSON', file('{"a":'), /not JSON/],
    ['is no object', file('{"a":1}'), /should be an object/],
    ['has metadata that are no texts', file('{"__metadata__":{"a":1}}'), /should hold strings/],
  ];
  for (const [what, bytes, message] of bad) {
    it(`refuses a header that ${what}`, () => assert.rejects(open(memory('x.safetensors', bytes)), (e: unknown) => e instanceof FormatError && message.test(e.message)));
  }

  it('is not confused by tensors called __proto__, constructor or 0', async () => {
    const opened = await checkpoint('x.safetensors', file(`{"__metadata__":{"__proto__":"p"},"__proto__":${f32('[1]', 0, 4)},"constructor":${f32('[1]', 4, 8)},"0":${f32('[1]', 8, 12)}}`, new Uint8Array(Float32Array.of(1, 2, 3).buffer)));
    assert.deepEqual(opened.tensors.map(t => t.name), ['__proto__', 'constructor', '0']);
    assert.deepEqual(await Promise.all(opened.tensors.map(async t => (await t.read())[0])), [1, 2, 3]);
    assert.equal(({} as Record<string, unknown>)['dtype'], undefined);
    assert.equal(opened.metadata['__proto__'], 'p');
  });

  it('opens a type it cannot read, and says so only when that tensor is asked for', async () => {
    const opened = await checkpoint('x.safetensors', file('{"a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}}', new Uint8Array(4)));
    await assert.rejects(opened.tensors[0]!.read(), /F8_E4M3, which is not read/);
  });

  it('lists a layer whose shapes do not fit, with what was expected and found', async () => {
    const data = new Uint8Array(4 * (16 * 3 + 16 * 4 + 12));
    const opened = await checkpoint('x.safetensors', file(`{"a.weight_ih_l0":${f32('[16,3]', 0, 192)},"a.weight_hh_l0":${f32('[16,4]', 192, 448)},"a.bias_ih_l0":${f32('[12]', 448, 496)}}`, data));
    const [level] = opened.stacks[0]!.levels;
    assert.equal(level!.problem, 'b_ih ("a.bias_ih_l0") should be of shape [16], but is [12]');
    await assert.rejects(level!.load(), FormatError);
  });
});

describe('tensors whose names say nothing', () => {
  it('are proposed by shape, in file order where shapes are the same, and then run as PyTorch does', async () => {
    const opened = await checkpoint('renamed.safetensors');
    assert.equal(opened.stacks.length, 0);
    const [best] = candidates(opened.tensors.filter(t => !t.name.startsWith('example.')), { cell: 'lstm', inputSize: 4, units: 4 });
    assert.deepEqual([best!.tensors.kernel.name, best!.tensors.recurrentKernel.name, best!.tensors.bias?.name, best!.tensors.recurrentBias?.name], ['a', 'b', 'c', 'd']);
    assert.match(best!.why, /order in the file/);
    const stack = stackFromTensors('pytorch', 'bound', [{ forward: best!.tensors }]);
    assert.ok(await errorAgainstTorch(opened, stack) <= 1e-6);
  });

  it('the right pair comes first in every PyTorch file, whatever the names', async () => {
    for (const name of ['torch_lstm', 'torch_gru', 'torch_gru_cell', 'torch_lstm_cell', 'torch_gru_plain']) {
      const { tensors } = await checkpoint(`${name}.safetensors`);
      const [best] = candidates(tensors.map((t, k) => ({ ...t, name: `t${k}`, was: t.name })));
      assert.match((best!.tensors.kernel as unknown as { was: string }).was, /weight_ih/, name);
      assert.match((best!.tensors.recurrentKernel as unknown as { was: string }).was, /weight_hh/, name);
      assert.equal(best!.tensors.bias !== undefined, name !== 'torch_gru_plain', name);
    }
  });

  it('gives nothing where nothing fits', async () => {
    const { tensors } = await checkpoint('torch_lstm.safetensors');
    assert.deepEqual(candidates(tensors, { cell: 'lstm', units: 5 }), []);
    assert.deepEqual(candidates(tensors, { cell: 'lstm', inputSize: 7 }), []);
  });
});
