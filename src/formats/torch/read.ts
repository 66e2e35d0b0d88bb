/** The numbers of a tensor: any view on its storage, whatever the strides, by ranges; quantised ones are scaled back. */
import { FormatError, type Bytes } from '../format';
import { memory } from '../memory';
import { elements, printable, readExactly, shapeText } from '../parts/checked';
import { sizeOf, toFloat32 } from '../parts/numbers';
import type { Quantizer, Source, Spec } from './tensor';

export const FORMAT = 'torch';

/** Where storages lie. */
export interface Storages {
  readonly little: boolean;
  /** @throws FormatError where there is none with this key */
  open(key: string): Promise<Bytes>;
}

/** Bytes read at once of a view with gaps. */
const MOST_SPAN = 1 << 24;
/** A view may repeat numbers (strides of 0), so it can be larger than its storage; up to here nobody minds. */
const MOST_REPEATED = 1 << 24;
const MOST_ELEMENTS = 1 << 29;

/** Row-major values as float32. @throws FormatError */
export async function readSpec(spec: Spec, name: string, storages: Storages): Promise<Float32Array> {
  const fail = (what: string): FormatError => new FormatError(FORMAT, `tensor "${printable(name)}" ${what}`);
  if (spec.problem !== undefined) throw fail(spec.problem);
  const { bytes, little } = await placeOf(spec.source, storages);
  const { raw } = spec.type;
  const size = sizeOf(raw);
  if (size === undefined) throw fail(`is of type ${spec.type.name}, which is not read`);
  const count = elements(spec.shape) ?? Infinity;
  const span = spanOf(spec.shape, spec.strides);
  if (count > MOST_ELEMENTS) throw fail(`of shape ${shapeText(spec.shape)} is too large to be read at once: at most ${MOST_ELEMENTS} numbers are`);
  if (count > MOST_REPEATED && count * size > bytes.size) throw fail(`of shape ${shapeText(spec.shape)} is too large for its storage of ${bytes.size} bytes`);
  if (!((spec.offset + span) * size <= bytes.size)) {
    throw fail(`of shape ${shapeText(spec.shape)} and type ${spec.type.name} should reach to byte ${(spec.offset + span) * size} of its storage, which has ${bytes.size}. The file may be damaged`);
  }
  const out = new Float32Array(count);
  const part = { shape: spec.shape, strides: spec.strides, offset: spec.offset, to: 0 };
  if (count > 0) await fill(out, rowMajor(spec.shape), part, { size, read: async (from, n) => toFloat32(raw, await readExactly(bytes, FORMAT, `tensor "${printable(name)}"`, from * size, n * size), little) });
  return spec.quantizer ? scaled(out, spec, spec.quantizer, name, storages) : out;
}

async function placeOf(source: Source, storages: Storages): Promise<{ readonly bytes: Bytes; readonly little: boolean }> {
  if ('raw' in source) return { bytes: memory('a pickle', source.raw), little: source.little };
  return { bytes: await storages.open(source.key), little: storages.little };
}

/** Elements from the first to the last of a view, both counted. */
const spanOf = (shape: readonly number[], strides: readonly number[]): number =>
  (shape.includes(0) ? 0 : shape.reduce((sum, n, axis) => sum + (n - 1) * (strides[axis] ?? 0), 1));

function rowMajor(shape: readonly number[]): readonly number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = (strides[axis + 1] ?? 1) * (shape[axis + 1] ?? 1);
  return strides;
}

interface Part { readonly shape: readonly number[]; readonly strides: readonly number[]; readonly offset: number; /** Where it begins in the result. */ readonly to: number }
interface Reader { readonly size: number; read(from: number, count: number): Promise<Float32Array> }

/** Copies a part of a view; one that spans too much is halved along its widest axis. */
async function fill(out: Float32Array, places: readonly number[], part: Part, source: Reader): Promise<void> {
  const { shape, strides, offset, to } = part;
  const span = spanOf(shape, strides);
  const plain = strides.every((s, axis) => shape[axis] === 1 || s === places[axis]);
  if (plain && to === 0 && span === out.length) return out.set(await source.read(offset, span));
  if (span * source.size <= MOST_SPAN) return scatter(out, places, { ...part, offset: 0 }, await source.read(offset, span));
  const reach = shape.map((n, axis) => (n - 1) * (strides[axis] ?? 0));
  const axis = reach.indexOf(Math.max(...reach));
  const [n, half] = [shape[axis] ?? 1, Math.ceil((shape[axis] ?? 1) / 2)];
  await fill(out, places, { ...part, shape: shape.with(axis, half) }, source);
  await fill(out, places, { shape: shape.with(axis, n - half), strides, offset: offset + half * (strides[axis] ?? 0), to: to + half * (places[axis] ?? 0) }, source);
}

/** Counts through all axes like an odometer. */
function scatter(out: Float32Array, places: readonly number[], { shape, strides, offset, to }: Part, values: Float32Array): void {
  const at = new Array<number>(shape.length).fill(0);
  let [from, target] = [offset, to];
  for (;;) {
    out[target] = values[from] ?? NaN;
    let axis = shape.length - 1;
    for (; axis >= 0; axis--) {
      const [stride, place] = [strides[axis] ?? 0, places[axis] ?? 0];
      at[axis] = (at[axis] ?? 0) + 1;
      from += stride;
      target += place;
      if ((at[axis] ?? 0) < (shape[axis] ?? 1)) break;
      from -= stride * (shape[axis] ?? 1);
      target -= place * (shape[axis] ?? 1);
      at[axis] = 0;
    }
    if (axis < 0) return;
  }
}

/** `(q - zero) * scale`, where both may differ by slices along an axis. */
async function scaled(q: Float32Array, { shape }: Spec, { scale, zero, axis }: Quantizer, name: string, storages: Storages): Promise<Float32Array> {
  const numbers = async (of: number | Spec): Promise<Float32Array> => (typeof of === 'number' ? Float32Array.of(of) : readSpec(of, name, storages));
  const [scales, zeros] = [await numbers(scale), await numbers(zero)];
  const slices = shape[axis] ?? 1;
  const fits = (n: number): boolean => n === 1 || n === slices;
  if (!fits(scales.length) || !fits(zeros.length)) throw new FormatError(FORMAT, `tensor "${printable(name)}" has ${scales.length} scales for ${slices} slices`);
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  return q.map((v, k) => {
    const slice = Math.floor(k / inner) % slices;
    return (v - (zeros[zeros.length === 1 ? 0 : slice] ?? 0)) * (scales[scales.length === 1 ? 0 : slice] ?? NaN);
  });
}
