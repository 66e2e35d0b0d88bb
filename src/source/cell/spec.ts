/** A cell that code defines: its equations, and where its parameters lie in a checkpoint. */
import type { Said } from '../../core/said';
import type { Span } from '../outline';
import type { LinearSize } from './sizes';

/** A piece of a tensor. */
export interface Piece {
  /** Name behind the prefix under which the cell is saved: `gates.weight`. */
  readonly tensor: string;
  /** Stored as [columns, rows]. */
  readonly transposed: boolean;
  readonly rows: Range;
  /** Absent for vectors. */
  readonly columns?: Range;
  /** One row of a matrix, as a vector; or one number of a vector. */
  readonly as?: 'vector' | 'scalar';
}

/** `size` is all where it is absent. */
export interface Range { readonly from: LinearSize; readonly size?: LinearSize }

/** A parameter of the equations is the sum of pieces: a framework's two biases are one. */
export interface CellParameter { readonly name: string; readonly pieces: readonly Piece[] }

/** Sizes of a tensor as the code has them, and what files may call it: one name for each way in which the framework writes files. */
export interface CellTensor {
  readonly name: string;
  readonly names: readonly string[];
  readonly shape: readonly LinearSize[];
  /** What all its numbers are before training, where that is one. */
  readonly start?: number;
}

/** Frameworks whose cells are read. */
export type CellFramework = 'pytorch' | 'keras' | 'flax';

export interface ReadCell {
  readonly name: string;
  readonly framework: CellFramework;
  /** Of the class's name. */
  readonly span: Span;
  /** Of the whole class. */
  readonly body: Span;
  readonly line: number;
  /** In the language of cells, with primes; canonical. */
  readonly equations: string;
  readonly states: readonly string[];
  readonly parameters: readonly CellParameter[];
  readonly tensors: readonly CellTensor[];
  readonly inputSize: LinearSize | undefined;
  readonly units: LinearSize | undefined;
  /** What the names in sizes are where the code settles it: defaults, and the only call of the class. */
  readonly known: ReadonlyMap<string, number>;
  /** What was left out or taken for granted. */
  readonly notes: readonly Said[];
}

/** A class that is a cell by its name and whose equations cannot be read. */
export interface UnreadCell {
  readonly name: string;
  readonly span: Span;
  readonly body: Span;
  /** Of the class, from 1. */
  readonly line: number;
  /** What was found there, and what could stand there instead. */
  readonly why: Said;
  /** Where the reason stands. */
  readonly whyLine: number;
  readonly whySpan: Span;
}

export type CodeCell = ReadCell | UnreadCell;

export const isRead = (cell: CodeCell): cell is ReadCell => 'equations' in cell;
