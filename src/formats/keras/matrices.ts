/** One cell's weights: their shapes checked, and the canonical layout made of them. */
import type { Params } from '../../core/layer';
import type { TensorRef } from '../format';
import { unpack, type Packed } from '../layers/blocks';
import { printable, shapeText } from '../parts/checked';
import type { CellSpec, Kind } from './cells';
import { count, field } from './json';

/** Gates in Keras's order, in our letters: i, f, c, o and z, r, h. */
const orders: Readonly<Record<Kind, readonly string[]>> = { lstm: [...'ifgo'], gru: [...'zrn'], rnn: [''] };
/** Keras 1 has a matrix a gate: i, c, f, o and z, r, h, for each W, U and b. */
const separateOrders: Readonly<Record<Kind, readonly string[]>> = { lstm: [...'igfo'], gru: [...'zrn'], rnn: [''] };

/** What is known of a cell by the shapes of its weights. */
export interface Matrices {
  readonly weights: readonly TensorRef[];
  readonly inputSize: number;
  readonly units: number;
  /** By the bias of a GRU; undefined where it has none. */
  readonly resetAfter: boolean | undefined;
  readonly problem?: string;
}

/** Kernel, recurrent kernel and bias, or three a gate as Keras 1 has them: sizes and what is wrong with them. */
export function matricesOf(spec: CellSpec, weights: readonly TensorRef[]): Matrices {
  const blocks = orders[spec.kind].length;
  if (isSeparate(spec, weights)) return separate(spec, weights);
  const [kernel, recurrent, bias] = weights;
  const inputSize = kernel?.shape[0] ?? 0;
  const units = recurrent?.shape[0] ?? count(field(spec.config, 'units')) ?? count(field(spec.config, 'output_dim')) ?? 0;
  const rows = blocks * units;
  const found = { weights, inputSize, units, resetAfter: spec.kind === 'gru' && bias ? bias.shape.length === 2 || spec.cudnn : undefined };
  if (!kernel || !recurrent) return { ...found, problem: weights.length === 0 ? 'its weights are not in the file' : 'its recurrent kernel is not in the file' };
  const biases = [[rows], ...(spec.cudnn ? [[2 * rows]] : spec.kind === 'gru' ? [[2, rows]] : [])];
  const problem = misfit('kernel', kernel, [[inputSize, rows]]) ?? misfit('recurrent kernel', recurrent, [[units, rows]])
    ?? (bias && misfit('bias', bias, spec.cudnn ? biases.slice(1) : biases)) ?? (weights.length > 3 ? `it has ${weights.length} weights, where 3 were expected` : undefined)
    ?? (units < 1 || inputSize < 1 ? `it has ${units} units and ${inputSize} inputs; both should be at least 1` : undefined);
  return problem === undefined ? found : { ...found, problem };
}

/** Of Keras 1: three weights a gate, the bias of the first among them where a recurrent kernel would be third. */
const isSeparate = (spec: CellSpec, weights: readonly TensorRef[]): boolean =>
  spec.kind !== 'rnn' && weights.length === 3 * orders[spec.kind].length;

function separate(spec: CellSpec, weights: readonly TensorRef[]): Matrices {
  const [inputSize = 0, units = 0] = weights[0]?.shape ?? [];
  const problem = weights.map((tensor, k) => misfit(`weight ${k + 1} of ${weights.length}`, tensor, [[[inputSize, units], [units, units], [units]][k % 3] ?? []])).find(p => p !== undefined);
  const found = { weights, inputSize, units, resetAfter: spec.kind === 'gru' ? false : undefined };
  return problem === undefined ? found : { ...found, problem };
}

function misfit(what: string, { shape, dtype }: TensorRef, expected: readonly (readonly number[])[]): string | undefined {
  if (!expected.some(e => shapeText(e) === shapeText(shape))) return `its ${what} should be of shape ${expected.map(shapeText).join(' or ')}, but is ${shapeText(shape)}`;
  return /float/.test(dtype) ? undefined : `its ${what} is of type ${printable(dtype)}; only floating-point weights can be run`;
}

/** Reads the weights into the parameters that the equations name. @throws FormatError */
export async function paramsOf(spec: CellSpec, { weights, inputSize, units }: Matrices, resetAfter: boolean): Promise<Params> {
  const sizes = { inputSize, units, hidden: units };
  // One after another: the large ones should not all be in the making at once.
  const data: Float32Array[] = [];
  for (const tensor of weights) data.push(await tensor.read());
  const apart = resetAfter ? 'n' : '';
  if (isSeparate(spec, weights)) return unpack(joined(data, inputSize, units), separateOrders[spec.kind], sizes, apart);
  const order = orders[spec.kind];
  const [kernel = new Float32Array(0), recurrent = new Float32Array(0), bias] = data;
  const rows = order.length * units;
  const turn = spec.cudnn ? flattened : transposed;
  const packed: Packed = { kernel: turn(kernel, inputSize, rows, units), recurrentKernel: turn(recurrent, units, rows, units), bias: bias?.subarray(0, rows), recurrentBias: bias && bias.length > rows ? bias.subarray(rows) : undefined };
  return unpack(packed, order, sizes, apart);
}

/** [width, rows] to [rows, width]. */
function transposed(data: Float32Array, width: number, rows: number): Float32Array {
  const out = new Float32Array(data.length);
  for (let i = 0; i < width; i++) for (let r = 0; r < rows; r++) out[r * width + i] = data[i * rows + r] ?? 0;
  return out;
}

/** CuDNN's layers keep a gate's matrix in columns [width, units] whose numbers, read row by row, are those of [units, width]. */
function flattened(data: Float32Array, width: number, rows: number, units: number): Float32Array {
  const out = new Float32Array(data.length);
  let to = 0;
  for (let left = 0; left < rows; left += units) {
    for (let i = 0; i < width; i++, to += units) out.set(data.subarray(i * rows + left, i * rows + left + units), to);
  }
  return out;
}

/** W, U and b of every gate, one after another, as three packed ones. */
function joined(data: readonly Float32Array[], inputSize: number, units: number): Packed {
  const pick = (role: number, width: number): Float32Array => {
    const parts = data.filter((_, k) => k % 3 === role).map(d => width === 1 ? d : transposed(d, width, units));
    const out = new Float32Array(parts.length * units * width);
    parts.forEach((p, k) => out.set(p, k * units * width));
    return out;
  };
  return { kernel: pick(0, inputSize), recurrentKernel: pick(1, units), bias: pick(2, 1) };
}
