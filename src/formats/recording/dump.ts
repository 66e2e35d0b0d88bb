/** What readers of people's own dumps give: named arrays of any shape, before anything is known of what they mean. */
import type { SignalRef } from '../format';

/** An array whose numbers are read when they are asked for. */
export interface DumpArray {
  readonly name: string;
  readonly shape: readonly number[];
  /**
   * The numbers of a box: for each axis where it begins and how many places it takes; the answer is row-major over the box.
   * @throws FormatError
   */
  read(box: Box): Promise<Float32Array>;
}

/** [from, count] for each axis. */
export type Box = readonly (readonly [from: number, count: number])[];

/** One list of texts that may be the labels of steps. */
export interface DumpTexts { readonly name: string; readonly texts: readonly string[] }

/** All that a reader found in one file. */
export interface Dump {
  readonly arrays: readonly DumpArray[];
  readonly texts: readonly DumpTexts[];
  /** Several sequences that were joined along their first axis, where the file keeps them apart. */
  readonly parts?: readonly { readonly name: string; readonly steps: number }[];
  /** True where the first axis of all arrays is time, because rows or lines are steps. */
  readonly rows?: boolean;
  /** Numbers a step beside the arrays. */
  readonly tracks?: readonly SignalRef[];
  /** True where names are `LAYER/SIGNAL` or `LAYER/SIGNAL/reverse`, as an export writes them, so that nothing is guessed. */
  readonly exact?: boolean;
  /** Of an export: as a trace's. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
}

/** An array that is in memory, [rows, ...]. */
export function heldArray(name: string, shape: readonly number[], data: Float32Array): DumpArray {
  return { name, shape, read: async box => gathered(shape, box, (at, count) => data.subarray(at, at + count)) };
}

/** Runs of a box in row-major order: axes that are taken whole join the one before them. */
export function runsOf(shape: readonly number[], box: Box): { readonly length: number; readonly starts: readonly number[] } {
  let whole = shape.length;
  while (whole > 0 && box[whole - 1]![0] === 0 && box[whole - 1]![1] === shape[whole - 1]) whole--;
  const inner = shape.slice(whole).reduce((a, b) => a * b, 1);
  const last = Math.max(0, whole - 1);
  const length = (whole > 0 ? box[last]![1] : 1) * inner;
  let starts: number[] = [0];
  for (let axis = 0; axis < last; axis++) {
    const [from, count] = box[axis]!;
    const stride = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
    starts = starts.flatMap(at => Array.from({ length: count }, (_, k) => at + (from + k) * stride));
  }
  const shift = whole > 0 ? box[last]![0] * inner : 0;
  return { length, starts: starts.map(at => at + shift) };
}

function gathered(shape: readonly number[], box: Box, run: (at: number, count: number) => Float32Array): Float32Array {
  const { length, starts } = runsOf(shape, box);
  const out = new Float32Array(length * starts.length);
  starts.forEach((at, k) => { out.set(run(at, length), k * length); });
  return out;
}
