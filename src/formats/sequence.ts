/** Inputs to a network from files: the list of readers, and what a person may choose. */
import type { Sequence } from '../core/sequence';
import { csv } from './csv';
import { FormatError, type Bytes } from './format';
import { numpy } from './numpy';
import { printable, readExactly } from './parts/checked';
import { text } from './text';
import type { Encoding, Vocabulary } from './vocabulary';
import { wav } from './wav';

/** Choices; what is absent is detected or taken by default, and said in the sequence's notes. */
export interface SequenceOptions {
  /** Reader by id, where the file's name and content would tell another. */
  readonly as?: string;
  /** Columns of a table by name, or by number from 0; all numeric ones otherwise. */
  readonly columns?: readonly (string | number)[];
  /** Of a text; made of the text itself otherwise. */
  readonly vocabulary?: Vocabulary;
  /** How a text becomes numbers; one-hot otherwise. */
  readonly encoding?: Encoding;
  /** Which sequence of a batch, from 0. */
  readonly batch?: number;
}

/** One kind of input file. */
export interface SequenceReader {
  readonly id: string;
  readonly extensions: readonly string[];
  match(head: Uint8Array, bytes: Bytes): boolean;
  /** Numbers a step, by the beginning of the file. @throws FormatError */
  width?(bytes: Bytes, options: SequenceOptions): Promise<number>;
  /** @throws FormatError */
  open(bytes: Bytes, options: SequenceOptions): Promise<Sequence>;
}

/**
 * How many numbers a step a table or array would give, by its beginning alone; undefined for a text, whose width is its encoder's.
 * @throws FormatError
 */
export async function probeSequence(bytes: Bytes): Promise<number | undefined> {
  return (await readerOf(bytes)).width?.(bytes, {});
}

/** In the order they are asked; text takes all that is text. */
export const sequenceReaders: readonly SequenceReader[] = [numpy, wav, csv, text];

/** Extensions of inputs, without dots. */
export const inputEndings = (): string[] => sequenceReaders.flatMap(r => [...r.extensions]);

/** Opens an input by its content and name. @throws FormatError */
export async function openSequence(bytes: Bytes, options: SequenceOptions = {}): Promise<Sequence> {
  return (await readerOf(bytes, options.as)).open(bytes, options);
}

async function readerOf(bytes: Bytes, as?: string): Promise<SequenceReader> {
  if (bytes.size === 0) throw new FormatError('input', `${printable(bytes.name)} is empty; an input needs at least one step`);
  const head = await readExactly(bytes, 'input', 'the beginning', 0, Math.min(4096, bytes.size));
  const reader = sequenceReaders.find(r => (as === undefined ? r.match(head, bytes) : r.id === as));
  if (!reader) throw new FormatError('input', `${printable(bytes.name)} is of no known format. What can be an input: ${sequenceReaders.flatMap(r => r.extensions).map(e => `.${e}`).join(', ')}`);
  return reader;
}
