/**
 * Archives of arrays as inputs: .npz and .safetensors. One array with three axes holds a sequence an entry; arrays with two axes of one width
 * are a sequence each. Where an array of lengths lies beside a padded batch, what is padded is left out.
 */
import type { Sequence } from '../core/sequence';
import { FormatError, type Bytes, type TensorRef } from './format';
import { openNpz } from './npz';
import { printable, shapeText } from './parts/checked';
import { notFinite } from './parts/notes';
import { sizeOf } from './parts/numbers';
import { looksLikeSafetensors } from './parts/safetensorsHeader';
import { looksLikeZip } from './parts/zip';
import { openSafetensors } from './safetensors';
import type { SequenceOptions, SequenceReader, Several } from './sequence';

const FORMAT = 'arrays';
const MOST_SEQUENCES = 100_000;
const MOST_NUMBERS = 2 ** 28;
const INPUT = /^(x|inputs?|features?|data|sequences?|samples?)$/i;
const LENGTHS = /^(lengths?|lens?|seq_?len(gth)?s?|sequence_?lengths?)$/i;

export const arrays: SequenceReader = {
  id: FORMAT,
  extensions: ['npz'],
  match: (head, bytes) => (looksLikeZip(head) && /\.npz$/i.test(bytes.name)) || looksLikeSafetensors(head),
  width: async (bytes, options) => (await several(bytes, options)).width,
  open: async (bytes, options) => (await several(bytes, options)).read(options.sequence ?? 0),
  several,
};

interface Found extends Several { readonly width: number }

async function several(bytes: Bytes, options: SequenceOptions): Promise<Found> {
  const tensors = (await tensorsOf(bytes)).filter(t => sizeOf(t.dtype) !== undefined && !t.shape.includes(0));
  const threes = tensors.filter(t => t.shape.length === 3), twos = tensors.filter(t => t.shape.length === 2);
  const named = [...threes, ...twos].find(t => INPUT.test(t.name));
  if (named ? named.shape.length === 3 : threes.length > 0) return batch(bytes.name, named ?? threes[0]!, tensors.find(t => LENGTHS.test(t.name) && t.shape.length === 1), options);
  const width = named?.shape[1] ?? twos[0]?.shape[1];
  if (width === undefined) throw new FormatError(FORMAT, `${printable(bytes.name)} should hold an array [sequences, steps, features] or arrays [steps, features], but holds ${listed(tensors)}`);
  return oneEach(bytes.name, named ? [named] : twos.filter(t => t.shape[1] === width), width);
}

async function tensorsOf(bytes: Bytes): Promise<readonly TensorRef[]> {
  if (/\.npz$/i.test(bytes.name)) return (await openNpz(bytes)).tensors;
  const opened = await openSafetensors(bytes);
  if (opened.kind === 'trace') throw new FormatError(FORMAT, `${printable(bytes.name)} is a recording: open it itself, or choose arrays of numbers`);
  return opened.tensors;
}

const listed = (tensors: readonly TensorRef[]): string =>
  (tensors.length === 0 ? 'no arrays of numbers' : tensors.slice(0, 8).map(t => `${printable(t.name)} ${shapeText(t.shape)}`).join(', ')) + (tensors.length > 8 ? ` and ${tensors.length - 8} more` : '');

/** An array that is read whole must fit the memory. @throws FormatError */
function readable(tensor: TensorRef): TensorRef {
  const numbers = tensor.shape.reduce((a, b) => a * b, 1);
  if (numbers > MOST_NUMBERS) throw new FormatError(FORMAT, `${printable(tensor.name)} ${shapeText(tensor.shape)} is too large to be read at once. Save it as .npy, of which only the chosen sequence is read`);
  return tensor;
}

/** One array [sequences, steps, features], or with the sequences in its second axis. */
async function batch(file: string, tensor: TensorRef, lengths: TensorRef | undefined, { batchAxis }: SequenceOptions): Promise<Found> {
  const [first = 0, second = 0, width = 0] = tensor.shape;
  const axis = batchAxis ?? (first !== 1 && second === 1 ? 1 : 0);
  const [count, longest] = axis === 0 ? [first, second] : [second, first];
  readable(tensor);
  if (count > MOST_SEQUENCES) throw new FormatError(FORMAT, `${printable(tensor.name)} ${shapeText(tensor.shape)} would hold ${count} sequences; at most ${MOST_SEQUENCES} can be chosen from`);
  const own = lengths?.shape[0] === count ? await lengths.read() : undefined;
  const steps = Array.from({ length: count }, (_, k) => { const n = own?.[k] ?? longest; return Number.isInteger(n) && n >= 1 && n <= longest ? n : longest; });
  const apart = axis === 0 ? { sequence: longest * width, step: width } : { sequence: width, step: count * width };
  let whole: Promise<Float32Array> | undefined;
  return {
    width, pieces: steps.map((n, k) => ({ name: String(k), steps: n })),
    read: async (at, most = Infinity) => {
      const all = await (whole ??= tensor.read()), n = Math.min(steps[at]!, most), data = new Float32Array(n * width);
      for (let t = 0; t < n; t++) data.set(all.subarray(at * apart.sequence + t * apart.step, at * apart.sequence + t * apart.step + width), t * width);
      return sequenceOf(data, n, width, `${file}, ${tensor.name} ${at} of ${count}, ${steps[at]!} steps of ${width}`);
    },
  };
}

/** Arrays [steps, features], a sequence each. */
function oneEach(file: string, tensors: readonly TensorRef[], width: number): Found {
  return {
    width, pieces: tensors.slice(0, MOST_SEQUENCES).map(t => ({ name: t.name, steps: t.shape[0]! })),
    read: async (at, most = Infinity) => {
      const tensor = readable(tensors[at]!), steps = Math.min(tensor.shape[0]!, most), all = await tensor.read();
      return sequenceOf(all.length === steps * width ? all : all.slice(0, steps * width), steps, width, `${file}, ${tensor.name}, ${tensor.shape[0]!} steps of ${width}`);
    },
  };
}

const sequenceOf = (data: Float32Array, steps: number, width: number, description: string): Sequence => ({ steps, width, data, axis: 'steps', description, notes: notFinite(data, width) });
