/** The header of NumPy's .npy (versions 1 to 3), and the numbers behind it. What they mean is the reader's business. */
import { FormatError, type Bytes } from '../format';
import { elements, printable, readExactly, shapeText } from './checked';
import { sizeOf, toFloat32 } from './numbers';

export interface NpyHeader {
  /** As the file says: `<f4`, `|O`. */
  readonly descr: string;
  /** As numbers.ts names it (`float32`), where it can be read. */
  readonly type?: string;
  readonly little: boolean;
  /** The first axis changes fastest. */
  readonly fortran: boolean;
  readonly shape: readonly number[];
  /** Offset of the numbers. */
  readonly start: number;
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const MOST_HEADER = 1 << 20;
/** NumPy's own limit. */
const MOST_AXES = 64;
const MOST_NUMBERS = 2 ** 29;
const PIECE = 1 << 24;

export const looksLikeNpy = (head: Uint8Array): boolean => MAGIC.every((byte, k) => head[k] === byte);

/** Reads and checks the header, not the numbers; a type that cannot be read is no error here. `size` is that of the whole array file. @throws FormatError */
export async function readNpyHeader(bytes: Bytes, format: string, size = bytes.size): Promise<NpyHeader> {
  const start = await readExactly(bytes, format, 'the header', 0, 8);
  if (!looksLikeNpy(start)) throw new FormatError(format, `${printable(bytes.name)} does not begin like an .npy file`, 0);
  const version = start[6] ?? 0;
  if (version < 1 || version > 3) throw new FormatError(format, `version ${version} is unknown; 1 to 3 can be read`, 6);
  const width = version === 1 ? 2 : 4;
  const raw = await readExactly(bytes, format, 'the header', 8, width);
  const view = new DataView(raw.buffer, raw.byteOffset);
  const length = width === 2 ? view.getUint16(0, true) : view.getUint32(0, true);
  if (length > MOST_HEADER) throw new FormatError(format, `the header claims ${length} bytes; no array needs so many`, 8);
  const text = new TextDecoder().decode(await readExactly(bytes, format, 'the header', 8 + width, length));
  return fitting(parse(text, format, 8 + width + length), format, size);
}

/** The header is a Python dict literal with three known keys; it is matched, never evaluated. */
function parse(text: string, format: string, start: number): NpyHeader {
  const descr = /'descr':\s*'([^']*)'/.exec(text)?.[1];
  const fortran = /'fortran_order':\s*(True|False)/.exec(text)?.[1];
  const shapeList = /'shape':\s*\(([\d,\sL]*)\)/.exec(text)?.[1];
  if (descr === undefined && /'descr':\s*\[/.test(text)) throw new FormatError(format, 'it holds records with named fields. Save one plain array of numbers', 10);
  if (descr === undefined || fortran === undefined || shapeList === undefined) throw new FormatError(format, 'the header should name descr, fortran_order and shape. The file may be damaged', 10);
  const shape = shapeList.split(',').map(s => s.replace('L', '').trim()).filter(s => s !== '').map(Number);
  if (shape.length > MOST_AXES) throw new FormatError(format, `an array of ${shape.length} axes cannot be; NumPy has at most ${MOST_AXES}`, 10);
  const type = typeOf(descr);
  return { descr, ...(type === undefined ? {} : { type }), little: descr[0] !== '>', fortran: fortran === 'True', shape, start };
}

const kinds: Readonly<Record<string, string>> = { f: 'float', i: 'int', u: 'uint' };

/** A two-byte void is how NumPy writes the bfloat16 of ml_dtypes, whose name it does not know. */
function typeOf(descr: string): string | undefined {
  const [, kind = '', size = ''] = /^[<>|=]?([a-zA-Z?])(\d*)$/.exec(descr) ?? [];
  const type = kind === 'b' || kind === '?' ? 'bool' : kind === 'V' && size === '2' ? 'bfloat16' : `${kinds[kind] ?? ''}${Number(size) * 8}`;
  return sizeOf(type) === undefined ? undefined : type;
}

function fitting(header: NpyHeader, format: string, size: number): NpyHeader {
  const { shape, type, descr, start } = header;
  const count = elements(shape);
  if (count === undefined) throw new FormatError(format, `an array of shape ${shapeText(shape)} is too large`, 10);
  const length = count * (sizeOf(type ?? '') ?? 0);
  if (start + length <= size) return header;
  throw new FormatError(format, `an array of shape ${shapeText(shape)} and type ${type ?? printable(descr)} needs ${length} bytes, but only ${Math.max(0, size - start)} follow. The file may be truncated`, start);
}

/** The header's type. @throws FormatError where its elements cannot be read as numbers; `what` is the array's name, for the message */
export function readableType({ type, descr }: NpyHeader, format: string, what = 'it'): string {
  if (/O/.test(descr)) throw new FormatError(format, `${what} holds Python objects, which would have to be executed to be read. Save an array of numbers, such as array.astype("float32")`, 10);
  if (type === undefined) throw new FormatError(format, `${what === 'it' ? '' : `${what}: `}numbers of type ${printable(descr)} cannot be read. Save as float32 or float64`, 10);
  return type;
}

/** All numbers in the order of the file. @throws FormatError */
export function readNpyNumbers(bytes: Bytes, header: NpyHeader, format: string): Promise<Float32Array> {
  return readNpyPart(bytes, header, format, 0, elements(header.shape) ?? 0);
}

/** So many numbers from the `first` on, in the order of the file. @throws FormatError */
export async function readNpyPart(bytes: Bytes, header: NpyHeader, format: string, first: number, count: number): Promise<Float32Array> {
  const type = readableType(header, format);
  const size = sizeOf(type) ?? 1;
  if (count > MOST_NUMBERS) throw new FormatError(format, `an array of shape ${shapeText(header.shape)} is too large to be read at once`, 10);
  const out = new Float32Array(count);
  const rows = Math.floor(PIECE / size);
  for (let from = 0; from < out.length; from += rows) {
    const some = Math.min(rows, out.length - from);
    out.set(toFloat32(type, await readExactly(bytes, format, 'the array', header.start + (first + from) * size, some * size), header.little), from);
  }
  return out;
}

/** The numbers of a Fortran-ordered array in C order: the last axis changes fastest. */
export function rowMajor(numbers: Float32Array, shape: readonly number[]): Float32Array {
  const out = new Float32Array(numbers.length);
  const index = shape.map(() => 0);
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((a, b) => a * b, 1));
  let at = 0;
  for (let k = 0; k < out.length; k++) {
    out[k] = numbers[at] ?? 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const [n, stride] = [shape[axis] ?? 1, strides[axis] ?? 1];
      index[axis] = (index[axis] ?? 0) + 1;
      at += stride;
      if ((index[axis] ?? 0) < n) break;
      index[axis] = 0;
      at -= n * stride;
    }
  }
  return out;
}
