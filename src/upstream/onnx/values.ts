/** Values that go into a runtime and come out, and what is done with them on the way. */
import { FormatError } from '../../formats/format';
import { FORMAT } from '../../formats/onnx/model';
import { typeName } from '../../formats/onnx/tensor';
import { elements, shapeText } from '../../formats/parts/checked';
import { half } from '../../formats/parts/numbers';
import type { Value } from '../upstream';

type Data = Value['data'];

/** How numbers become the data of an element type. */
const makers: ReadonlyMap<string, (numbers: ArrayLike<number>) => Data> = new Map<string, (numbers: ArrayLike<number>) => Data>([
  ['float32', n => Float32Array.from(n)],
  ['float64', n => Float64Array.from(n)],
  ['float16', n => Uint16Array.from(n, toHalf)],
  ['int64', n => BigInt64Array.from({ length: n.length }, (_, k) => BigInt(Math.trunc(n[k] ?? 0)))],
  ['int32', n => Int32Array.from(n)],
  ['int16', n => Int16Array.from(n)],
  ['int8', n => Int8Array.from(n)],
  ['uint8', n => Uint8Array.from(n)],
  ['bool', n => Uint8Array.from(n, v => (v === 0 ? 0 : 1))],
]);

/** True for element types that numbers can be turned into. */
export const canMake = (type: string): boolean => makers.has(type);

/** A value of an element type. @throws FormatError where the type holds no numbers, or the count is another than the shape's */
export function valueOf(type: string, dims: readonly number[], numbers: ArrayLike<number>): Value {
  const make = makers.get(type);
  if (!make) throw new FormatError(FORMAT, `values of type ${type} cannot be given to a model`);
  if (elements(dims) !== numbers.length) throw new FormatError(FORMAT,
    `a value of shape ${shapeText(dims)} should have ${elements(dims) ?? 0} numbers, but ${numbers.length} were given`);
  return { type, dims, data: make(numbers) };
}

/** ONNX's number of an element type by our name. */
export function typeNumber(type: string): number {
  for (let number = 1; number < 24; number++) if (typeName(number) === (type === 'string' ? 'type 8' : type)) return number;
  throw new FormatError(FORMAT, `values of type ${type} cannot be given to a model`);
}

/** The numbers as float32; without a copy where they are. */
export function floatsOf({ type, data }: Value): Float32Array {
  if (data instanceof Float32Array) return data;
  if (data instanceof BigInt64Array) return Float32Array.from(data, Number);
  return type === 'float16' && data instanceof Uint16Array ? Float32Array.from(data, half) : Float32Array.from(data as ArrayLike<number>);
}

/** A member under a name that a file gave, which may be that of something all objects have. */
export const own = <T>(record: Readonly<Record<string, T>>, name: string): T | undefined => (Object.hasOwn(record, name) ? record[name] : undefined);

/** More than any recording's piece or state needs. */
const MOST_NUMBERS = 1 << 27;

/** Numbers of a shape that a file may have made up. @throws FormatError where they are too many */
export function countOf(dims: readonly number[]): number {
  const count = elements(dims);
  if (count === undefined || count > MOST_NUMBERS) throw new FormatError(FORMAT, `a value of shape ${shapeText(dims)} is too large to be given to a model`);
  return count;
}

/** One number, such as a trip count or a condition. */
export const scalarOf = ({ data }: Value): number => Number(data[0] ?? 0);

/** The part at `index` of `axis`, without that axis. */
export function sliceOf({ type, dims, data }: Value, axis: number, index: number): Value {
  const inner = dims.slice(axis + 1).reduce((a, b) => a * b, 1);
  const outer = dims.slice(0, axis).reduce((a, b) => a * b, 1);
  const step = (dims[axis] ?? 1) * inner;
  const out = data.slice(0, outer * inner);
  for (let k = 0; k < outer; k++) (out as Uint8Array).set(data.subarray(k * step + index * inner, k * step + (index + 1) * inner) as Uint8Array, k * inner);
  return { type, dims: dims.filter((_, k) => k !== axis), data: out };
}

const word = new DataView(new ArrayBuffer(4));

/** IEEE 754 binary16 bits, rounded to the nearest, ties to even. */
export function toHalf(value: number): number {
  word.setFloat32(0, value);
  const bits = word.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const size = Math.abs(Math.fround(value));
  if (Number.isNaN(size)) return sign | 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  if (size < 2 ** -14) return sign | even(size * 2 ** 24);
  const exponent = Math.floor(Math.log2(size));
  // A fraction that rounds up to 1024 carries into the exponent, as it should.
  return sign | (((exponent + 15) << 10) + even((size / 2 ** exponent - 1) * 1024));
}

function even(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}
