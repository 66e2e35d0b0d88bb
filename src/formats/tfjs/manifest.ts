/** `weightsManifest` of a TF.js model.json: which tensors lie where in which shards, quantised how. */
import { FormatError } from '../format';
import { field, list, text, type Json } from '../keras/json';
import { elements, printable } from '../parts/checked';
import { sizeOf } from '../parts/numbers';

export const FORMAT = 'tfjs';

/** How a tensor is stored, where not as itself: `value * scale + min` of whole numbers, or as float16. */
export interface Quantization {
  readonly dtype: string;
  readonly scale: number;
  readonly min: number;
}

export interface WeightSpec {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly quantization: Quantization | undefined;
  /** Bytes into the group's shards, one after another; undefined behind a tensor whose size only its data tells. */
  readonly from: number | undefined;
  readonly bytes: number | undefined;
}

/** Shards that hold one stretch of tensors. */
export interface WeightGroup {
  readonly paths: readonly string[];
  readonly weights: readonly WeightSpec[];
}

const MOST_WEIGHTS = 200_000;
const MOST_SHARDS = 100_000;

/** @throws FormatError */
export function manifestOf(json: Json | undefined): readonly WeightGroup[] {
  const seen = new Set<string>();
  const groups = (list(json) ?? []).map((group, k) => groupOf(group, k, seen));
  if (groups.reduce((n, g) => n + g.paths.length, 0) > MOST_SHARDS) throw new FormatError(FORMAT, `the manifest names more than ${MOST_SHARDS} shards`);
  return groups;
}

function groupOf(json: Json, k: number, seen: Set<string>): WeightGroup {
  const paths = (list(field(json, 'paths')) ?? []).map(path => shardPath(path, k));
  const weights: WeightSpec[] = [];
  let from: number | undefined = 0;
  for (const weight of list(field(json, 'weights')) ?? []) {
    const spec: WeightSpec = specOf(weight, from);
    if (seen.has(spec.name)) throw new FormatError(FORMAT, `two tensors are named "${printable(spec.name)}"`);
    if (seen.size >= MOST_WEIGHTS) throw new FormatError(FORMAT, `the manifest names more than ${MOST_WEIGHTS} tensors`);
    seen.add(spec.name);
    weights.push(spec);
    from = from === undefined || spec.bytes === undefined ? undefined : from + spec.bytes;
    if (from !== undefined && !Number.isSafeInteger(from)) throw new FormatError(FORMAT, `the tensors up to "${printable(spec.name)}" are larger than any file`);
  }
  return { paths, weights };
}

/** A shard lies beside the model, or in a folder there. @throws FormatError for any other place */
function shardPath(json: Json, group: number): string {
  const path = text(json);
  if (path === undefined || path === '') throw new FormatError(FORMAT, `group ${group} of the manifest names a shard by something that is no path`);
  const leaves = /^(?:[a-z][a-z0-9+.-]*:|[\\/])/i.test(path) || path.split(/[\\/]/).includes('..');
  if (leaves) throw new FormatError(FORMAT, `the shard "${printable(path)}" should lie beside the model, but its path leads out of the folder`);
  return path;
}

function specOf(json: Json, from: number | undefined): WeightSpec {
  const name = text(field(json, 'name')) ?? '';
  const dtype = text(field(json, 'dtype')) ?? '';
  const shape = list(field(json, 'shape'));
  const count = shape && elements(shape);
  if (!shape || count === undefined) throw new FormatError(FORMAT, `the shape of "${printable(name)}" should be a list of counts`);
  const quantization = quantizationOf(name, field(json, 'quantization'));
  const size = sizeOf(quantization?.dtype ?? dtype) ?? (dtype === 'complex64' ? 8 : undefined);
  return { name, dtype, shape: shape as readonly number[], quantization, from, bytes: size === undefined ? undefined : count * size };
}

const storedAs = ['uint8', 'uint16', 'float16'];

function quantizationOf(name: string, json: Json | undefined): Quantization | undefined {
  if (json === undefined || json === null) return undefined;
  const dtype = text(field(json, 'dtype'));
  const number = (key: string, otherwise: number): number => {
    const value = field(json, key);
    return typeof value === 'number' ? value : otherwise;
  };
  if (dtype === undefined || !storedAs.includes(dtype)) throw new FormatError(FORMAT, `"${printable(name)}" is quantised to ${printable(dtype ?? 'no type')}; ${storedAs.join(', ')} are read`);
  return { dtype, scale: number('scale', 1), min: number('min', 0) };
}
