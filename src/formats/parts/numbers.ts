/** Number types as files store them, and their conversion to float32 (or float64, where integers must stay exact). */

/** Either width; float64 where a value must survive exactly, such as a 64-bit index. */
export type Numbers = Float32Array | Float64Array;

interface NumberType {
  readonly size: number;
  get(view: DataView, at: number, little: boolean): number;
}

/** By name; add a type by adding a row. */
const types = new Map<string, NumberType>([
  ['float64', { size: 8, get: (v, at, little) => v.getFloat64(at, little) }],
  ['float32', { size: 4, get: (v, at, little) => v.getFloat32(at, little) }],
  ['float16', { size: 2, get: (v, at, little) => half(v.getUint16(at, little)) }],
  ['bfloat16', { size: 2, get: (v, at, little) => brain(v.getUint16(at, little)) }],
  ['int64', { size: 8, get: (v, at, little) => Number(v.getBigInt64(at, little)) }],
  ['uint64', { size: 8, get: (v, at, little) => Number(v.getBigUint64(at, little)) }],
  ['int32', { size: 4, get: (v, at, little) => v.getInt32(at, little) }],
  ['uint32', { size: 4, get: (v, at, little) => v.getUint32(at, little) }],
  ['int16', { size: 2, get: (v, at, little) => v.getInt16(at, little) }],
  ['uint16', { size: 2, get: (v, at, little) => v.getUint16(at, little) }],
  ['int8', { size: 1, get: (v, at) => v.getInt8(at) }],
  ['uint8', { size: 1, get: (v, at) => v.getUint8(at) }],
  ['bool', { size: 1, get: (v, at) => (v.getUint8(at) === 0 ? 0 : 1) }],
]);

/** Bytes of one element, or undefined for a type that cannot be read. */
export const sizeOf = (type: string): number | undefined => types.get(type)?.size;

/** All elements in `raw`, as float32. `type` must be one that sizeOf knows. */
export function toFloat32(type: string, raw: Uint8Array, little = true): Float32Array {
  // A copy, since bytes may lie unaligned; not slice(), which on a Node Buffer copies nothing.
  if (type === 'float32' && little) return new Float32Array(new Uint8Array(raw.subarray(0, raw.length - (raw.length % 4))).buffer);
  return convert(type, raw, little, n => new Float32Array(n));
}

/** The same as float64: exact up to 2^53. */
export function toFloat64(type: string, raw: Uint8Array, little = true): Float64Array {
  return convert(type, raw, little, n => new Float64Array(n));
}

function convert<T extends Numbers>(type: string, raw: Uint8Array, little: boolean, make: (n: number) => T): T {
  const { size, get } = types.get(type) ?? { size: 1, get: () => NaN };
  const out = make(Math.floor(raw.length / size));
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  for (let k = 0; k < out.length; k++) out[k] = get(view, k * size, little);
  return out;
}

/** IEEE 754 binary16 bits to a number. */
export function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const word = new DataView(new ArrayBuffer(4));

/** bfloat16 bits (the upper half of a float32) to a number. */
export function brain(bits: number): number {
  word.setUint32(0, (bits & 0xffff) << 16);
  return word.getFloat32(0);
}

/** As float32, without a copy where it is already. */
export const narrow = (numbers: Numbers): Float32Array => (numbers instanceof Float32Array ? numbers : new Float32Array(numbers));
