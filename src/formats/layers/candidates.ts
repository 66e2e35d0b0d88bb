/** Which tensors could be a recurrent layer's, by shape alone: for files whose names say nothing. */
import type { TensorRef } from '../format';
import { shapeText } from '../parts/checked';
import { blocksOf, type Family, type PackedRefs } from './packed';

/** What is known of the layer that is looked for, such as from the code. */
export interface Wanted {
  readonly cell?: Family | undefined;
  readonly inputSize?: number | undefined;
  readonly units?: number | undefined;
}

/** One direction of one level, proposed. */
export interface Candidate {
  readonly cell: Family;
  readonly inputSize: number;
  readonly units: number;
  readonly tensors: PackedRefs;
  /** Why these, and what was ambiguous. */
  readonly why: string;
}

interface Pair { readonly cell: Family; readonly kernel: number; readonly recurrent: number; readonly score: number }

const MOST_MATRICES = 2000;
const MOST_PAIRS = 100_000;
const MOST_CANDIDATES = 50;

/** The likeliest first. `tensors` are in file order. */
export function candidates(tensors: readonly TensorRef[], wanted: Wanted = {}): readonly Candidate[] {
  const families = (Object.keys(blocksOf) as Family[]).filter(f => wanted.cell === undefined || f === wanted.cell);
  const pairs = families.flatMap(cell => pairsOf(tensors, cell, wanted)).sort((a, b) => b.score - a.score);
  const twins = new Map<string, number>();
  for (const pair of pairs) twins.set(shapesOf(tensors, pair), (twins.get(shapesOf(tensors, pair)) ?? 0) + 1);
  return pairs.slice(0, MOST_CANDIDATES).map(pair => candidate(tensors, pair, twins.get(shapesOf(tensors, pair)) ?? 1));
}

const shapesOf = (tensors: readonly TensorRef[], { kernel, recurrent }: Pair): string => `${shapeOf(tensors, kernel)} ${shapeOf(tensors, recurrent)}`;
const shapeOf = (tensors: readonly TensorRef[], k: number): string => shapeText(tensors[k]?.shape ?? []);

function pairsOf(tensors: readonly TensorRef[], cell: Family, { inputSize, units }: Wanted): readonly Pair[] {
  const pairs: Pair[] = [];
  const matrices = tensors.flatMap(({ shape, dtype }, k) => (shape.length === 2 && /float/.test(dtype) ? [{ k, rows: shape[0] ?? 0, columns: shape[1] ?? 0 }] : [])).slice(0, MOST_MATRICES);
  const recurrents = matrices.filter(m => m.columns > 0 && m.rows === blocksOf[cell] * m.columns && (units === undefined || m.columns === units));
  for (const recurrent of recurrents) {
    for (const kernel of matrices) {
      const fits = kernel.k !== recurrent.k && kernel.rows === recurrent.rows && kernel.columns > 0 && (inputSize === undefined || kernel.columns === inputSize);
      if (fits && pairs.length < MOST_PAIRS) pairs.push({ cell, kernel: kernel.k, recurrent: recurrent.k, score: score(tensors, cell, kernel.k, recurrent.k) });
    }
  }
  return pairs;
}

/** Names that begin alike count most, then nearness in the file, then W_ih before W_hh; gated cells before a plain one. */
function score(tensors: readonly TensorRef[], cell: Family, kernel: number, recurrent: number): number {
  const a = tensors[kernel]?.name ?? '';
  const b = tensors[recurrent]?.name ?? '';
  const hint = (/ih|input|kernel|^w/i.test(a) ? 0.1 : 0) + (/hh|recurrent|hidden|^u/i.test(b) ? 0.1 : 0);
  return (cell === 'rnn' ? 0 : 100) + 4 * sameFolder(a, b) - Math.abs(kernel - recurrent) + (kernel < recurrent ? 0.5 : 0) + hint;
}

/** 1 where both stand under the same dotted prefix, or neither has one. */
const sameFolder = (a: string, b: string): number => (a.slice(0, a.lastIndexOf('.') + 1) === b.slice(0, b.lastIndexOf('.') + 1) ? 1 : 0);

function candidate(tensors: readonly TensorRef[], { cell, kernel, recurrent }: Pair, twins: number): Candidate {
  const w = tensors[kernel] as TensorRef;
  const u = tensors[recurrent] as TensorRef;
  const [bias, recurrentBias] = biasesOf(tensors, kernel, recurrent);
  const units = u.shape[1] ?? 0;
  const inputSize = w.shape[1] ?? 0;
  return { cell, inputSize, units, tensors: { kernel: w, recurrentKernel: u, bias, recurrentBias }, why: reason(cell, w, u, twins, recurrentBias !== undefined) };
}

/** Up to two vectors as long as the blocks, nearest to the matrices, in file order. */
function biasesOf(tensors: readonly TensorRef[], kernel: number, recurrent: number): readonly TensorRef[] {
  const rows = tensors[recurrent]?.shape[0];
  const folder = (k: number): number => sameFolder(tensors[k]?.name ?? '', tensors[recurrent]?.name ?? '');
  const away = (k: number): number => Math.abs(k - (kernel + recurrent) / 2) - 1000 * folder(k) - (k > recurrent ? 0.25 : 0);
  const fitting = tensors.flatMap((t, k) => (t.shape.length === 1 && t.shape[0] === rows && /float/.test(t.dtype) ? [k] : []));
  const nearest = fitting.sort((a, b) => away(a) - away(b)).slice(0, 2).sort((a, b) => a - b);
  return nearest.flatMap(k => tensors[k] ?? []);
}

function reason(cell: Family, w: TensorRef, u: TensorRef, twins: number, twoBiases: boolean): string {
  const shapes = `W_ih ${shapeText(w.shape)} and W_hh ${shapeText(u.shape)} fit ${cell === 'lstm' ? 'an LSTM' : cell === 'gru' ? 'a GRU' : 'an RNN'}`;
  const same = shapeText(w.shape) === shapeText(u.shape);
  const order = same ? '; both have the same shape, so which is which follows their order in the file' : '';
  const others = twins > (same ? 2 : 1) ? `; ${twins - 1} other pairs fit as well` : '';
  return `${shapes}${order}${others}${twoBiases && cell === 'gru' ? '; of the two biases the first is taken as b_ih' : ''}`;
}
