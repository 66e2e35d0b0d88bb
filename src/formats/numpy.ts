/** NumPy's .npy as an input sequence: versions 1 to 3, numbers only, C and Fortran order, both byte orders. */
import type { Sequence } from '../core/sequence';
import { FormatError, type Bytes } from './format';
import { shapeText } from './parts/checked';
import { notFinite } from './parts/notes';
import { looksLikeNpy, readableType, readNpyHeader, readNpyNumbers, type NpyHeader } from './parts/npyHeader';
import type { SequenceOptions, SequenceReader } from './sequence';

const FORMAT = 'npy';

export const numpy: SequenceReader = {
  id: FORMAT,
  extensions: ['npy'],
  match: head => looksLikeNpy(head),
  width: async (bytes, options) => layOut(await readHeader(bytes), options).width,
  open,
};

async function open(bytes: Bytes, options: SequenceOptions): Promise<Sequence> {
  const header = await readHeader(bytes);
  const { steps, width, offset, step } = layOut(header, options);
  const all = await readNpyNumbers(bytes, header, FORMAT);
  const data = new Float32Array(steps * width);
  for (let t = 0; t < steps; t++) for (let k = 0; k < width; k++) data[t * width + k] = all[offset + t * step.time + k * step.feature] ?? 0;
  const description = `${bytes.name}, ${steps} steps of ${width}`;
  return { steps, width, data, axis: 'steps', description, notes: notFinite(data, width) };
}

async function readHeader(bytes: Bytes): Promise<NpyHeader> {
  const header = await readNpyHeader(bytes, FORMAT);
  readableType(header, FORMAT);
  return header;
}

interface Layout {
  readonly steps: number;
  readonly width: number;
  /** Of the first number, and from one step and one feature to the next, in numbers. */
  readonly offset: number;
  readonly step: { readonly time: number; readonly feature: number };
}

/** [steps], [steps, width], or three axes of which one is a batch: of one, or the chosen one of the first axis. */
function layOut({ shape, fortran }: NpyHeader, { batch }: SequenceOptions): Layout {
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
