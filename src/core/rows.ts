/** A sequence's numbers in windows, held or made as they are read: a million steps need not lie in memory. */
import { generatorById } from './generate';
import type { RowReader, RowSource, Sequence } from './sequence';

/** Rows of `width` numbers, in windows in any order. */
export interface Rows {
  readonly steps: number;
  readonly width: number;
  /** Rows [from, to) as [to - from, width]; not to be written to. */
  readonly read: RowReader;
}

type Numbered = Pick<Sequence, 'steps' | 'width' | 'data'>;

/** The rows of a sequence. @throws Error where its source has fewer than it says */
export function rowsOf({ steps, width, data }: Numbered): Rows {
  if (stepsIn(data, width) < steps) throw new Error(`The input should have ${steps} steps of ${width}, found ${Math.floor(stepsIn(data, width))}.`);
  return { steps, width, read: readerOf(data, width) };
}

/** All numbers of a sequence, [steps, width]: for those that are known to be short. */
export function wholeOf(sequence: Numbered): Float32Array {
  return rowsOf(sequence).read(0, sequence.steps);
}

/** The same source, holding no more than the first `steps` rows. */
export function shortenedSource(data: RowSource, width: number, steps: number): RowSource {
  if (data instanceof Float32Array) return data.slice(0, steps * width);
  return data.kind === 'lookup' ? { ...data, ids: data.ids.slice(0, steps) } : data;
}

function stepsIn(data: RowSource, width: number): number {
  if (data instanceof Float32Array) return data.length / width;
  return data.kind === 'lookup' ? data.ids.length : data.steps;
}

function readerOf(data: RowSource, width: number): RowReader {
  if (data instanceof Float32Array) return (from, to) => data.subarray(from * width, to * width);
  if (data.kind === 'lookup') return (from, to) => lookedUp(data.ids.subarray(from, to), width, data.table);
  return generatorById(data.generator).reader({ steps: data.steps, width, seed: data.seed });
}

/** [ids.length, width] from a table [size, width], or one-hot rows; an id outside either gives zeros. */
export function lookedUp(ids: Int32Array, width: number, table?: Float32Array): Float32Array {
  const rows = new Float32Array(ids.length * width);
  const size = table ? table.length / width : width;
  for (let t = 0; t < ids.length; t++) {
    const id = ids[t]!;
    if (id < 0 || id >= size) continue;
    if (table) rows.set(table.subarray(id * width, (id + 1) * width), t * width);
    else rows[t * width + id] = 1;
  }
  return rows;
}
