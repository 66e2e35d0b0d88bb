/** NumPy's .npy as an input sequence: versions 1 to 3, numbers only, C and Fortran order, both byte orders. */
import type { Sequence } from '../core/sequence';
import { FormatError, type Bytes } from './format';
import { elements, printable, readExactly, shapeText } from './parts/checked';
import { notFinite } from './parts/notes';
import { sizeOf, toFloat32 } from './parts/numbers';
import type { SequenceOptions, SequenceReader } from './sequence';

const FORMAT = 'npy';
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const MOST_HEADER = 1 << 20;
const MOST_NUMBERS = 2 ** 29;
const PIECE = 1 << 24;

export const numpy: SequenceReader = {
  id: FORMAT,
  extensions: ['npy'],
  match: head => MAGIC.every((byte, k) => head[k] === byte),
  width: async (bytes, options) => layOut(await readHeader(bytes), options).width,
  open,
};

interface Header {
  readonly type: string;
  readonly little: boolean;
  readonly fortran: boolean;
  readonly shape: readonly number[];
  readonly start: number;
}

async function open(bytes: Bytes, options: SequenceOptions): Promise<Sequence> {
  const header = await readHeader(bytes);
  const { steps, width, offset, step } = layOut(header, options);
  const all = await readNumbers(bytes, header);
  const data = new Float32Array(steps * width);
  for (let t = 0; t < steps; t++) for (let k = 0; k < width; k++) data[t * width + k] = all[offset + t * step.time + k * step.feature] ?? 0;
  const description = `${bytes.name}, ${steps} steps of ${width}`;
  return { steps, width, data, axis: 'steps', description, notes: notFinite(data, width) };
}

async function readHeader(bytes: Bytes): Promise<Header> {
  const start = await readExactly(bytes, FORMAT, 'the header', 0, 8);
  if (!numpy.match(start, bytes)) throw new FormatError(FORMAT, `${printable(bytes.name)} does not begin like an .npy file`, 0);
  const version = start[6] ?? 0;
  if (version < 1 || version > 3) throw new FormatError(FORMAT, `version ${version} is unknown; 1 to 3 can be read`, 6);
  const width = version === 1 ? 2 : 4;
  const raw = await readExactly(bytes, FORMAT, 'the header', 8, width);
  const length = width === 2 ? new DataView(raw.buffer, raw.byteOffset).getUint16(0, true) : new DataView(raw.buffer, raw.byteOffset).getUint32(0, true);
  if (length > MOST_HEADER) throw new FormatError(FORMAT, `the header claims ${length} bytes; no array needs so many`, 8);
  const text = new TextDecoder().decode(await readExactly(bytes, FORMAT, 'the header', 8 + width, length));
  return parse(text, bytes, 8 + width + length);
}

/** The header is a Python dict literal with three known keys; it is matched, never evaluated. */
function parse(text: string, bytes: Bytes, start: number): Header {
  const descr = /'descr':\s*'([^']*)'/.exec(text)?.[1];
  const fortran = /'fortran_order':\s*(True|False)/.exec(text)?.[1];
  const shapeList = /'shape':\s*\(([\d,\sL]*)\)/.exec(text)?.[1];
  if (descr === undefined && /'descr':\s*\[/.test(text)) throw new FormatError(FORMAT, 'it holds records with named fields. Save one plain array of numbers', 10);
  if (descr === undefined || fortran === undefined || shapeList === undefined) throw new FormatError(FORMAT, 'the header should name descr, fortran_order and shape. The file may be damaged', 10);
  const type = typeOf(descr);
  const shape = shapeList.split(',').map(s => s.replace('L', '').trim()).filter(s => s !== '').map(Number);
  const count = elements(shape);
  if (count === undefined || count > MOST_NUMBERS) throw new FormatError(FORMAT, `an array of shape ${shapeText(shape)} is too large`, 10);
  const length = count * (sizeOf(type) ?? 1);
  if (start + length > bytes.size) throw new FormatError(FORMAT, `an array of shape ${shapeText(shape)} and type ${type} needs ${length} bytes, but only ${Math.max(0, bytes.size - start)} follow. The file may be truncated`, start);
  return { type, little: descr[0] !== '>', fortran: fortran === 'True', shape, start };
}

const kinds: Readonly<Record<string, string>> = { f: 'float', i: 'int', u: 'uint' };

function typeOf(descr: string): string {
  const [, kind = '', size = ''] = /^[<>|=]?([a-zA-Z])(\d*)/.exec(descr) ?? [];
  if (kind === 'O') throw new FormatError(FORMAT, 'it holds Python objects, which would have to be executed to be read. Save an array of numbers, such as array.astype("float32")', 10);
  const type = kind === 'b' || kind === '?' ? 'bool' : `${kinds[kind] ?? ''}${Number(size) * 8}`;
  if (sizeOf(type) === undefined) throw new FormatError(FORMAT, `numbers of type ${printable(descr)} cannot be read. Save as float32 or float64`, 10);
  return type;
}

interface Layout {
  readonly steps: number;
  readonly width: number;
  /** Of the first number, and from one step and one feature to the next, in numbers. */
  readonly offset: number;
  readonly step: { readonly time: number; readonly feature: number };
}

/** [steps], [steps, width], or three axes of which one is a batch: of one, or the chosen one of the first axis. */
function layOut({ shape, fortran }: Header, { batch }: SequenceOptions): Layout {
  const step = shape.map((_, axis) => (fortran ? shape.slice(0, axis) : shape.slice(axis + 1)).reduce((a, b) => a * b, 1));
  const at = (time: number, feature: number | undefined, offset = 0): Layout => ({
    steps: shape[time] ?? 0, width: feature === undefined ? 1 : shape[feature] ?? 0, offset,
    step: { time: step[time] ?? 0, feature: feature === undefined ? 0 : step[feature] ?? 0 },
  });
  const layout = shape.length === 1 ? at(0, undefined) : shape.length === 2 ? at(0, 1) : shape.length === 3 ? ofThree() : undefined;
  if (!layout) throw new FormatError(FORMAT, `an input should have one axis [steps], two [steps, features] or three with a batch, but this array is ${shapeText(shape)}`);
  if (layout.steps === 0 || layout.width === 0) throw new FormatError(FORMAT, `the array ${shapeText(shape)} is empty; an input needs at least one step and one feature`);
  return layout;

  function ofThree(): Layout {
    if (batch !== undefined) {
      if (!Number.isInteger(batch) || batch < 0 || batch >= (shape[0] ?? 0)) throw new FormatError(FORMAT, `sequence ${batch} was asked for, but the array ${shapeText(shape)} has ${shape[0]} (counted from 0)`);
      return at(1, 2, batch * (step[0] ?? 0));
    }
    if (shape[0] === 1) return at(1, 2);
    if (shape[1] === 1) return at(0, 2);
    throw new FormatError(FORMAT, `the array ${shapeText(shape)} holds a batch of sequences. Choose one of them, or save one alone: array[0]`);
  }
}

async function readNumbers(bytes: Bytes, { type, little, shape, start }: Header): Promise<Float32Array> {
  const size = sizeOf(type) ?? 1;
  const out = new Float32Array(elements(shape) ?? 0);
  const rows = Math.floor(PIECE / size);
  for (let from = 0; from < out.length; from += rows) {
    const count = Math.min(rows, out.length - from);
    out.set(toFloat32(type, await readExactly(bytes, FORMAT, 'the array', start + from * size, count * size), little), from);
  }
  return out;
}
