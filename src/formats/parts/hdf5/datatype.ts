/** Datatypes: what an element's bytes mean. What cannot be read keeps a name to say so. */
import { sizeOf } from '../numbers';
import { text, type Cursor } from './file';

export type Padding = 'terminated' | 'zeros' | 'spaces';

/** `size` is that of an element in the file. */
export type Datatype =
  | { readonly kind: 'number'; readonly name: string; readonly size: number; readonly little: boolean }
  | { readonly kind: 'string'; readonly name: 'string'; readonly size: number; readonly padding: Padding }
  /** Each element points into a global heap. */
  | { readonly kind: 'text'; readonly name: 'string'; readonly size: number }
  | { readonly kind: 'array'; readonly name: string; readonly size: number; readonly shape: readonly number[]; readonly of: Datatype }
  | { readonly kind: 'unread'; readonly name: string; readonly size: number };

interface Head { readonly version: number; readonly bits: number; readonly size: number }
type Reader = (body: Cursor, head: Head, depth: number) => Datatype;

const MOST_DEPTH = 8;

/** @throws FormatError */
export function datatypeOf(body: Cursor, depth = 0): Datatype {
  if (depth > MOST_DEPTH) throw body.error(`nests more than ${MOST_DEPTH} datatypes. The file may be damaged`);
  const first = body.u8();
  const head: Head = { version: first >> 4, bits: body.uint(3), size: body.u32() };
  const read = classes[first & 15];
  if (!read) throw body.error(`has a datatype of class ${first & 15}, which HDF5 does not have. The file may be damaged`);
  if (head.size === 0) throw body.error('has a datatype of 0 bytes. The file may be damaged');
  return read(body, head, depth);
}

const unread = (name: string): Reader => (_, { size }) => ({ kind: 'unread', name, size });

/** By the class number of the specification. */
const classes: readonly Reader[] = [
  integer, float, unread('time'), string, bits, unread('opaque'), unread('compound'), unread('reference'), enumeration, variable, array, unread('complex'),
];

function number(name: string, size: number, little: boolean): Datatype {
  return sizeOf(name) === size ? { kind: 'number', name, size, little } : { kind: 'unread', name, size };
}

function integer(body: Cursor, { bits, size }: Head): Datatype {
  const [offset, precision] = [body.u16(), body.u16()];
  const name = `${bits & 8 ? 'int' : 'uint'}${precision}`;
  return offset === 0 && precision === size * 8 ? number(name, size, (bits & 1) === 0) : { kind: 'unread', name, size };
}

/** Bit fields are read as unsigned numbers: PyTables writes its booleans so. */
function bits(body: Cursor, head: Head): Datatype {
  return integer(body, { ...head, bits: head.bits & 1 });
}

/** Exponent position, exponent bits, mantissa position, mantissa bits, bias, sign position. */
const floats = new Map([
  ['10 5 0 10 15 15', 'float16'], ['7 8 0 7 127 15', 'bfloat16'], ['23 8 0 23 127 31', 'float32'], ['52 11 0 52 1023 63', 'float64'],
]);

function float(body: Cursor, { bits, size }: Head): Datatype {
  const [offset, precision] = [body.u16(), body.u16()];
  const fields = [body.u8(), body.u8(), body.u8(), body.u8(), body.u32(), (bits >> 8) & 0xff].join(' ');
  const name = floats.get(fields);
  const plain = offset === 0 && precision === size * 8 && (bits & 0x40) === 0;
  return name && plain ? number(name, size, (bits & 1) === 0) : { kind: 'unread', name: `float${precision} of its own layout`, size };
}

function string(_: Cursor, { bits, size }: Head): Datatype {
  const padding = (['terminated', 'zeros', 'spaces'] as const)[bits & 15] ?? 'zeros';
  return { kind: 'string', name: 'string', size, padding };
}

/** Read as the numbers beneath; FALSE and TRUE are h5py's booleans. */
function enumeration(body: Cursor, { version, bits, size }: Head, depth: number): Datatype {
  const base = datatypeOf(body, depth + 1);
  if (base.kind !== 'number' || base.size !== size) return { kind: 'unread', name: 'enum', size };
  const members = bits & 0xffff;
  const names = members === 2 ? [member(body, version), member(body, version)] : [];
  const bool = base.name === 'int8' && names.join() === 'FALSE,TRUE' && body.left >= 2 && body.u8() === 0 && body.u8() === 1;
  return bool ? { ...base, name: 'bool' } : base;
}

/** A zero-terminated name, padded to eights before version 3. */
function member(body: Cursor, version: number): string {
  const from = body.at;
  const name = body.string();
  if (version < 3) body.skip(Math.min(body.left, padded(body.at - from) - (body.at - from)));
  return name;
}

/** The next multiple of 8. */
export const padded = (n: number): number => Math.ceil(n / 8) * 8;

function variable(body: Cursor, { bits, size }: Head, depth: number): Datatype {
  const fits = size === 8 + body.file.widths.address;
  if ((bits & 15) === 1 && fits) return { kind: 'text', name: 'string', size };
  return { kind: 'unread', name: `variable-length ${datatypeOf(body, depth + 1).name}`, size };
}

function array(body: Cursor, { version, size }: Head, depth: number): Datatype {
  const rank = body.u8();
  if (rank > 32) throw body.error(`has an array type of ${rank} dimensions, but HDF5 allows 32. The file may be damaged`);
  if (version < 3) body.skip(3);
  const shape = Array.from({ length: rank }, () => body.u32());
  if (version < 3) body.skip(4 * rank); // a permutation that was never used
  const of = datatypeOf(body, depth + 1);
  const name = of.name;
  const fits = shape.reduce((n, d) => n * d, of.size) === size;
  if (!fits) throw body.error(`has an array type of ${size} bytes that should be [${shape.join(', ')}] x ${of.size}. The file may be damaged`);
  return of.kind === 'unread' ? { kind: 'unread', name: `array of ${name}`, size } : { kind: 'array', name, size, shape, of };
}

/** What arrays are made of, and their dimensions, outermost first. */
export function flattened(type: Datatype): { readonly type: Datatype; readonly inner: readonly number[] } {
  if (type.kind !== 'array') return { type, inner: [] };
  const { type: innermost, inner } = flattened(type.of);
  return { type: innermost, inner: [...type.shape, ...inner] };
}

/** A fixed-length string without its padding. */
export function unpadded(raw: Uint8Array, padding: Padding): string {
  const zero = padding === 'spaces' ? -1 : raw.indexOf(0);
  const cut = zero < 0 || padding !== 'terminated' ? raw : raw.subarray(0, zero);
  let end = cut.length;
  while (end > 0 && (cut[end - 1] === 0 || (padding === 'spaces' && cut[end - 1] === 0x20))) end--;
  return text(cut.subarray(0, end));
}
