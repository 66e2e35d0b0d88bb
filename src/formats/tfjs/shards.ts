/** Tensors out of TF.js shards: files beside the model, read as if they were one after another. */
import { FormatError, type Bytes, type TensorRef } from '../format';
import { printable, readExactly } from '../parts/checked';
import { toFloat32 } from '../parts/numbers';
import { FORMAT, type WeightGroup, type WeightSpec } from './manifest';

/** All tensors of a model; shards are looked for when the first tensor in them is read. */
export function tensorsOf(model: Bytes, groups: readonly WeightGroup[]): readonly TensorRef[] {
  return groups.flatMap(group => {
    const shards = shardsOf(model, group.paths);
    return group.weights.map(spec => refer(spec, shards));
  });
}

const MOST_LOOKED_FOR = 256;

/** Names of shards that are not there; of a model of many, the first are looked for. */
export async function missingShards(model: Bytes, groups: readonly WeightGroup[]): Promise<readonly string[]> {
  const paths = groups.flatMap(group => group.paths).slice(0, MOST_LOOKED_FOR);
  const missing: string[] = [];
  for (const path of paths) {
    try {
      await shardAt(model, path);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      missing.push(path);
    }
  }
  return missing;
}

/** The files of a group, opened once. */
type Shards = () => Promise<readonly Bytes[]>;

function shardsOf(model: Bytes, paths: readonly string[]): Shards {
  let opened: Promise<readonly Bytes[]> | undefined;
  const open = async (): Promise<readonly Bytes[]> => {
    const shards: Bytes[] = [];
    for (const path of paths) shards.push(await shardAt(model, path));
    return shards;
  };
  // One that was missing may be there the next time.
  return () => (opened ??= open().catch((error: unknown) => { opened = undefined; throw error; }));
}

async function shardAt(model: Bytes, path: string): Promise<Bytes> {
  if (!model.sibling) throw new FormatError(FORMAT, `the shard "${printable(path)}" is needed, but files beside ${printable(model.name)} cannot be reached`);
  try {
    return await model.sibling(path);
  } catch (error) {
    throw new FormatError(FORMAT, `the shard "${printable(path)}" is missing or cannot be read (${printable(error instanceof Error ? error.message : String(error))})`);
  }
}

function refer(spec: WeightSpec, shards: Shards): TensorRef {
  const { name, dtype, shape } = spec;
  return { name, dtype, shape, read: async () => numbersOf(spec, await bytesOf(spec, await shards())) };
}

async function bytesOf({ name, dtype, from, bytes }: WeightSpec, shards: readonly Bytes[]): Promise<Uint8Array> {
  const what = `tensor "${printable(name)}"`;
  if (bytes === undefined || dtype === 'complex64') throw new FormatError(FORMAT, `${what} is of type ${printable(dtype)}, which is not read`);
  if (from === undefined) throw new FormatError(FORMAT, `${what} lies behind a tensor whose size is not known, so its place is not either`);
  const size = shards.reduce((sum, s) => sum + s.size, 0);
  if (from + bytes > size) throw new FormatError(FORMAT, `${what} should take bytes ${from} to ${from + bytes} of its shards, but they have only ${size}. One may be truncated`);
  const out = new Uint8Array(bytes);
  let start = 0;
  for (const shard of shards) {
    const [a, b] = [Math.max(from, start), Math.min(from + bytes, start + shard.size)];
    if (a < b) out.set(await readExactly(shard, FORMAT, what, a - start, b - a), a - from);
    start += shard.size;
  }
  return out;
}

function numbersOf({ dtype, quantization }: WeightSpec, raw: Uint8Array): Float32Array {
  if (!quantization) return toFloat32(dtype, raw);
  const stored = toFloat32(quantization.dtype, raw);
  if (quantization.dtype === 'float16') return stored;
  const { scale, min } = quantization;
  // In float64 and then rounded, as TF.js does; whole numbers stay whole.
  return stored.map(/int|bool/.test(dtype) ? v => Math.round(v * scale + min) : v => v * scale + min);
}
