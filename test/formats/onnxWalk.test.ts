/** Our walk of the wire format against protobufjs, which knows the schema and loads everything. */
import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import type { Bytes } from '../../src/formats/format';
import { memory, open } from '../../src/formats/index';
import { readModel, type Graph } from '../../src/formats/onnx/model';
import { readTensor } from '../../src/formats/onnx/tensor';
import { random } from './helpers';
import { Model, modelBytes, node } from './onnxSchema';

interface Decoded {
  node: { op_type: string; name: string; domain: string; input: string[]; output: string[]; attribute: { name: string; i: unknown; f: number; ints: unknown[]; floats: number[]; s: Uint8Array; g: Decoded | null; t: DecodedTensor | null }[] }[];
  initializer: DecodedTensor[]; input: { name: string }[]; name: string;
}
interface DecodedTensor { name: string; dims: unknown[]; data_type: number; raw_data: Uint8Array; float_data: number[] }

async function same(ours: Graph, theirs: Decoded, bytes: Bytes): Promise<number> {
  let compared = ours.nodes.length;
  assert.equal(ours.name, theirs.name);
  assert.deepEqual(ours.nodes.map(n => [n.op, n.name, n.domain, n.inputs, n.outputs]), theirs.node.map(n => [n.op_type, n.name, n.domain, n.input, n.output]));
  assert.deepEqual(ours.inputs, theirs.input.map(i => i.name));
  assert.deepEqual([...ours.initializers.values()].map(t => [t.name, t.dims, t.type]), theirs.initializer.map(t => [t.name, t.dims.map(Number), t.data_type]));
  for (const t of theirs.initializer) {
    if (t.data_type !== 1) continue;
    const mine = await readTensor(bytes, ours.initializers.get(t.name)!, false);
    const raw = new Uint8Array(t.raw_data);
    assert.deepEqual(mine, t.raw_data.length > 0 ? new Float32Array(raw.buffer) : Float32Array.from(t.float_data), t.name);
  }
  for (const [k, n] of theirs.node.entries()) {
    for (const a of n.attribute) {
      const mine = ours.nodes[k]!.attributes.get(a.name)!;
      assert.deepEqual([mine.int ?? 0, mine.float ?? 0, mine.ints, mine.floats], [Number(a.i ?? 0), a.f ?? 0, a.ints.map(Number), a.floats], `${n.name} ${a.name}`);
      assert.equal(mine.tensor?.type, a.t?.data_type);
      if (a.g) compared += await same(mine.graph!, a.g, bytes);
    }
  }
  return compared;
}

describe('the walk of ONNX files agrees with protobufjs', () => {
  const folder = 'test/fixtures/formats';
  const silero = 'node_modules/@ricky0123/vad-web/dist';
  const files = [...readdirSync(folder).filter(f => /\.onnx$/.test(f) && !/external/.test(f)).map(f => `${folder}/${f}`), `${silero}/silero_vad_v5.onnx`, `${silero}/silero_vad_legacy.onnx`];
  for (const path of files) {
    it(path.replace(/^.*\//, ''), async function () {
      const data = new Uint8Array(readFileSync(path));
      const bytes = memory('m.onnx', data);
      const model = await readModel(bytes);
      const decoded = Model.toObject(Model.decode(data), { defaults: true, longs: Number, arrays: true }) as unknown as { graph: Decoded };
      this.test!.title += `: ${await same(model.graph, decoded.graph, bytes)} nodes`;
    });
  }

  it('seeded random models: every integer, number and text comes through', async () => {
    const next = random(31);
    const integer = (): number => (next() < 0.5 ? -1 : 1) * Math.floor(2 ** (53 * next()));
    for (let round = 0; round < 50; round++) {
      const nodes = Array.from({ length: 1 + Math.floor(next() * 30) }, (_, k) => node(`Op${k}`, [`ä${k}`, ''], ['x'.repeat(Math.floor(next() * 300))], { one: integer(), many: Array.from({ length: 1 + Math.floor(next() * 9) }, integer), floats: [Math.fround(next()), -0] }, `n${round}`));
      const data = modelBytes({ name: 'g', node: nodes });
      const bytes = memory('m.onnx', data);
      await same((await readModel(bytes)).graph, (Model.toObject(Model.decode(data), { defaults: true, longs: Number, arrays: true }) as unknown as { graph: Decoded }).graph, bytes);
    }
  });
});

/** A file of 537 MB that is not there: 128 initializers of 4 MiB each, zeros wherever nothing else stands. */
function huge(): Bytes & { total: number } {
  const tensor = (k: number): Uint8Array => {
    // dims 1024 x 1024, float, a name, and the head of raw_data.
    const name = new TextEncoder().encode(`w${String(k).padStart(3, '0')}`);
    return Uint8Array.of(0x08, 0x80, 0x08, 0x08, 0x80, 0x08, 0x10, 1, 0x42, name.length, ...name, 0x4a, ...varint(1 << 22));
  };
  const pieces: { at: number; bytes: Uint8Array }[] = [];
  let at = 0;
  const heads = Array.from({ length: 128 }, (_, k) => tensor(k));
  const each = (head: Uint8Array): number => head.length + (1 << 22);
  const inside = heads.reduce((n, head) => n + 1 + varint(each(head)).length + each(head), 0);
  const put = (bytes: Uint8Array, skip = 0): void => { pieces.push({ at, bytes }); at += bytes.length + skip; };
  put(Uint8Array.of(0x08, 8, 0x3a, ...varint(inside)));
  for (const head of heads) put(Uint8Array.of(0x2a, ...varint(each(head)), ...head), 1 << 22);
  const file = {
    name: 'huge.onnx', size: at, total: 0,
    read: async (offset: number, length: number) => {
      const out = new Uint8Array(Math.min(length, at - offset));
      file.total += out.length;
      for (const p of pieces) for (let k = Math.max(p.at, offset); k < Math.min(p.at + p.bytes.length, offset + out.length); k++) out[k - offset] = p.bytes[k - p.at]!;
      return out;
    },
  };
  return file;
}

function varint(n: number): number[] {
  const out: number[] = [];
  for (; n > 127; n = Math.floor(n / 128)) out.push((n % 128) | 128);
  return [...out, n];
}

describe('headers only', () => {
  it('a model of 537 MB opens in milliseconds, without its weights being read', async function () {
    const file = huge();
    assert.ok(file.size > 536e6);
    const start = performance.now();
    const opened = await open(file);
    const took = performance.now() - start;
    assert.equal(opened.kind === 'checkpoint' && opened.tensors.length, 128);
    assert.ok(file.total < 2e6, `${file.total} bytes were read`);
    this.test!.title += ` (${took.toFixed(0)} ms, ${(file.total / 1e6).toFixed(1)} MB read)`;
    assert.ok(took < 500);
  });
});
