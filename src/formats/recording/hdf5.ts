/** HDF5 dumps: any dataset of numbers with two axes or more, and the words beside it that LSTMVis' files have. */
import { FormatError, type Bytes } from '../format';
import { printable } from '../parts/checked';
import { openHdf5, walk, type H5Dataset } from '../parts/hdf5';
import { runsOf, type Box, type Dump, type DumpArray, type DumpTexts } from './dump';
import { keeper } from './keep';
import { lstmVis } from './lstmVis';

const FORMAT = 'recording';
const MOST_DATASETS = 10_000;
const MOST_TEXTS = 1 << 22;
/** Of a block that is read whole because time is not its first axis. */
const MOST_BLOCK = 2 ** 27;

/** Numbers of blocks that are kept. */
const MOST_KEPT = 2 ** 26;

const FLOAT = /^float|^bfloat/;
const NUMBER = /^(float|bfloat|int|uint|bool)/;
/** Weights of a checkpoint, which are no signals. */
const WEIGHT = /(^|[/_.])(kernel|recurrent_kernel|weights?|bias|vars|gamma|beta|moving_mean|moving_variance)(:\d+)?([/_.]|$)/i;

/** Is there a dataset of floats with two axes that is no weight? */
export async function holdsSignals(bytes: Bytes): Promise<boolean> {
  return (await datasetsOf(bytes)).some(isSignal);
}

const isSignal = (d: H5Dataset): boolean => FLOAT.test(d.dtype) && d.shape.length >= 2 && d.shape.length <= 4 && !WEIGHT.test(d.path);

async function datasetsOf(bytes: Bytes): Promise<readonly H5Dataset[]> {
  const found: H5Dataset[] = [];
  await walk(await openHdf5(bytes, FORMAT), o => {
    if (o.kind !== 'dataset') return;
    if (found.length >= MOST_DATASETS) throw new FormatError(FORMAT, `${printable(bytes.name)} has more than ${MOST_DATASETS} datasets`);
    found.push(o);
  });
  return found;
}

/** @throws FormatError */
export async function hdf5Dump(bytes: Bytes): Promise<Dump> {
  const datasets = await datasetsOf(bytes);
  const texts: DumpTexts[] = [];
  for (const d of datasets) {
    const count = d.shape.reduce((a, b) => a * b, 1);
    if (d.dtype === 'string' && d.shape.length === 1 && count > 1 && count <= MOST_TEXTS) texts.push({ name: nameOf(d), texts: await d.strings() });
  }
  const signals = datasets.filter(isSignal);
  const lists = datasets.filter(d => NUMBER.test(d.dtype) && d.shape.length === 1);
  const beside = await lstmVis(bytes, nameOf);
  const keep = keeper<Float32Array>(MOST_KEPT);
  return {
    arrays: [...signals, ...lists].map(d => arrayOf(d, beside.names.get(nameOf(d)), keep)),
    texts: [...beside.texts, ...texts], warnings: beside.warnings,
  };
}

/** Without the leading slash. */
const nameOf = (d: H5Dataset): string => d.path.replace(/^\/+/, '');

type Keep = ReturnType<typeof keeper<Float32Array>>;

/** Rows of the first axis are read; where they hold more than was asked for, they are kept, since the next window mostly lies in them. */
function arrayOf(dataset: H5Dataset, name: string | undefined, keep: Keep): DumpArray {
  const { shape } = dataset;
  const row = shape.slice(1).reduce((a, b) => a * b, 1);
  const rows = async (from: number, to: number, whole: boolean): Promise<Float32Array> => {
    const size = (to - from) * row;
    if (size > MOST_BLOCK) throw new FormatError(FORMAT, `${printable(dataset.path)} would have to be read in a block of ${size} numbers; at most ${MOST_BLOCK} are. Save it with time as its first axis`);
    return whole ? dataset.rows(from, to) : keep(`${dataset.path} ${from} ${to}`, size, () => dataset.rows(from, to));
  };
  return {
    name: name ?? nameOf(dataset), shape,
    read: async box => {
      const [from, count] = box[0]!;
      if (count === 0) return new Float32Array(0);
      const data = await rows(from, from + count, box.every(([start, n], axis) => axis === 0 || (start === 0 && n === shape[axis])));
      return boxIn(data, [count, ...shape.slice(1)], [[0, count], ...box.slice(1)]);
    },
  };
}

function boxIn(data: Float32Array, shape: readonly number[], box: Box): Float32Array {
  const { length, starts } = runsOf(shape, box);
  if (starts.length === 1) return data.slice(starts[0], starts[0]! + length);
  const out = new Float32Array(length * starts.length);
  starts.forEach((at, k) => { out.set(data.subarray(at, at + length), k * length); });
  return out;
}
