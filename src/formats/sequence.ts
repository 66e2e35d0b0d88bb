/** Inputs to a network from files: the list of readers, and what a person may choose. */
import type { Piece, Sequence } from '../core/sequence';
import { arrays } from './arrays';
import { csv } from './csv';
import { FormatError, type Bytes } from './format';
import { jsonLines } from './jsonLines';
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
  /** Which of several sequences, from 0; the first where absent. */
  readonly sequence?: number;
  /** Of an array with three axes: which counts the sequences. The first by default. */
  readonly batchAxis?: 0 | 1;
  /** Makes several sequences of one text: a line each, or what stands between empty lines. */
  readonly split?: 'lines' | 'paragraphs';
}

/** The sequences of one file; each is read when it is asked for. */
export interface Several {
  /** In the order of the file; at least one. */
  readonly pieces: readonly Piece[];
  /** One of them, or its first `most` steps. @throws FormatError */
  read(at: number, most?: number): Promise<Sequence>;
}

/** One kind of input file. */
export interface SequenceReader {
  readonly id: string;
  readonly extensions: readonly string[];
  match(head: Uint8Array, bytes: Bytes): boolean;
  /** Numbers a step, by the beginning of the file. @throws FormatError */
  width?(bytes: Bytes, options: SequenceOptions): Promise<number>;
  /** What the file holds is read as a text, which wants a vocabulary. */
  text?(bytes: Bytes): Promise<boolean>;
  /** @throws FormatError */
  open(bytes: Bytes, options: SequenceOptions): Promise<Sequence>;
  /** Where the file holds several sequences, or may. Undefined: it holds one. @throws FormatError */
  several?(bytes: Bytes, options: SequenceOptions): Promise<Several | undefined>;
}

/**
 * How many numbers a step a table or array would give, by its beginning alone; undefined for a text, whose width is its encoder's.
 * @throws FormatError
 */
export async function probeSequence(bytes: Bytes): Promise<number | undefined> {
  return (await readerOf(bytes)).width?.(bytes, {});
}

/** In the order they are asked; text takes all that is text. */
export const sequenceReaders: readonly SequenceReader[] = [numpy, wav, arrays, csv, jsonLines, text];

/** Extensions of inputs, without dots. */
export const inputEndings = (): string[] => sequenceReaders.flatMap(r => [...r.extensions]);

/** Opens an input by its content and name: of several sequences the one that the options say. @throws FormatError */
export async function openSequence(bytes: Bytes, options: SequenceOptions = {}): Promise<Sequence> {
  return (await openSequences(bytes, options)).read(options.sequence ?? 0);
}

/** Opens an input for all sequences that it holds, mostly one. @throws FormatError */
export async function openSequences(bytes: Bytes, options: SequenceOptions = {}): Promise<Several> {
  const reader = await readerOf(bytes, options.as);
  const several = await reader.several?.(bytes, options);
  if (several) return { ...several, read: (at, most) => oneOf(several, at, most, bytes.name) };
  const only = await reader.open(bytes, options);
  const single = { pieces: [{ name: bytes.name, steps: only.steps }], read: () => Promise.resolve(only) };
  return { ...single, read: (at, most) => oneOf(single, at, most, bytes.name) };
}

/** A sequence that knows which of several it is. */
async function oneOf({ pieces, read }: Several, at: number, most: number | undefined, name: string): Promise<Sequence> {
  if (!Number.isInteger(at) || at < 0 || at >= pieces.length) throw new FormatError('input', `sequence ${at} was asked for, but ${printable(name)} has ${pieces.length} (counted from 0)`);
  const sequence = await read(at, most);
  return pieces.length > 1 ? { ...sequence, among: { at, pieces } } : sequence;
}

/** Whether an input is read as a text, by its content and name. @throws FormatError */
export async function readsText(bytes: Bytes): Promise<boolean> {
  const reader = await readerOf(bytes);
  return await reader.text?.(bytes) ?? false;
}

async function readerOf(bytes: Bytes, as?: string): Promise<SequenceReader> {
  if (bytes.size === 0) throw new FormatError('input', `${printable(bytes.name)} is empty; an input needs at least one step`);
  const head = await readExactly(bytes, 'input', 'the beginning', 0, Math.min(4096, bytes.size));
  const reader = sequenceReaders.find(r => (as === undefined ? r.match(head, bytes) : r.id === as));
  if (!reader) throw new FormatError('input', `${printable(bytes.name)} is of no known format. What can be an input: ${sequenceReaders.flatMap(r => r.extensions).map(e => `.${e}`).join(', ')}`);
  return reader;
}
