/** NumPy's .npy as an input sequence: versions 1 to 3, numbers only, C and Fortran order, both byte orders. */
import type { Sequence } from '../core/sequence';
import { FormatError, type Bytes } from './format';
import { shapeText } from './parts/checked';
import { notFinite } from './parts/notes';
import { looksLikeNpy, readableType, readNpyHeader, readNpyNumbers, readNpyPart, type NpyHeader } from './parts/npyHeader';
import type { SequenceOptions, SequenceReader, Several } from './sequence';

const FORMAT = 'npy';

export const numpy: SequenceReader = {
  id: FORMAT,
  extensions: ['npy'],
  match: head => looksLikeNpy(head),
  width: async (bytes, options) => layOut(await readHeader(bytes), options).width,
  open,
  several,
};

async function open(bytes: Bytes, options: SequenceOptions): Promise<Sequence> {
  return (await several(bytes, options)).read(options.sequence ?? 0);
}

/** Where sequences lie one after the other only what is asked for is read. */
async function several(bytes: Bytes, options: SequenceOptions): Promise<Several> {
  const header = await readHeader(bytes);
  const layout = layOut(header, options);
  const { steps, width, count, step } = layout;
  const dense = step.feature === 1 && step.time === width;
  let whole: Promise<Float32Array> | undefined;
  const all = (): Promise<Float32Array> => whole ??= readNpyNumbers(bytes, header, FORMAT);
  return {
    pieces: Array.from({ length: count }, (_, k) => ({ name: String(k), steps })),
    read: async (at, most = steps) => {
      const some = Math.min(steps, most);
      const data = dense ? await readNpyPart(bytes, header, FORMAT, at * step.sequence, some * width) : picked(await all(), at, some, layout);
      const which = count > 1 ? `, sequence ${at} of ${count}` : '';
      return { steps: some, width, data, axis: 'steps', description: `${bytes.name}${which}, ${steps} steps of ${width}`, notes: notFinite(data, width) };
    },
  };
}

function picked(all: Float32Array, at: number, steps: number, { width, step }: Layout): Float32Array {
  const data = new Float32Array(steps * width), offset = at * step.sequence;
  for (let t = 0; t < steps; t++) for (let k = 0; k < width; k++) data[t * width + k] = all[offset + t * step.time + k * step.feature] ?? 0;
  return data;
}

async function readHeader(bytes: Bytes): Promise<NpyHeader> {
  const header = await readNpyHeader(bytes, FORMAT);
  readableType(header, FORMAT);
  return header;
}

/** Sequences, steps and numbers a step, and how many numbers lie from one to the next. */
interface Layout {
  readonly count: number;
  readonly steps: number;
  readonly width: number;
  readonly step: { readonly sequence: number; readonly time: number; readonly feature: number };
}

/** More are no batch. */
const MOST_SEQUENCES = 100_000;

/** [steps], [steps, width], or three axes, of which the first counts sequences, or the second where that is said, or where only it is 1. */
function layOut({ shape, fortran }: NpyHeader, { batchAxis }: SequenceOptions): Layout {
  const step = shape.map((_, axis) => (fortran ? shape.slice(0, axis) : shape.slice(axis + 1)).reduce((a, b) => a * b, 1));
  const at = (sequence: number | undefined, time: number, feature: number | undefined): Layout => ({
    count: sequence === undefined ? 1 : shape[sequence] ?? 0, steps: shape[time] ?? 0, width: feature === undefined ? 1 : shape[feature] ?? 0,
    step: { sequence: sequence === undefined ? 0 : step[sequence] ?? 0, time: step[time] ?? 0, feature: feature === undefined ? 1 : step[feature] ?? 0 },
  });
  const axis = batchAxis ?? (shape[0] !== 1 && shape[1] === 1 ? 1 : 0);
  const layout = shape.length === 1 ? at(undefined, 0, undefined) : shape.length === 2 ? at(undefined, 0, 1) : shape.length === 3 ? at(axis, 1 - axis, 2) : undefined;
  if (!layout) throw new FormatError(FORMAT, `an input should have one axis [steps], two [steps, features] or three with a batch, but this array is ${shapeText(shape)}`);
  if (layout.steps === 0 || layout.width === 0 || layout.count === 0) throw new FormatError(FORMAT, `the array ${shapeText(shape)} is empty; an input needs at least one step and one feature`);
  if (layout.count > MOST_SEQUENCES) throw new FormatError(FORMAT, `the array ${shapeText(shape)} would hold ${layout.count} sequences; at most ${MOST_SEQUENCES} can be chosen from. Are the sequences along another axis?`);
  return layout;
}
