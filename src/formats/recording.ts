/**
 * What people recorded themselves: .npz, .npy, .jsonl, .csv and HDF5 of signals. Which array is what is guessed by names and shapes, shown,
 * and open to other answers. Asked after all checkpoints.
 */
import { FormatError, type Bytes, type Format, type Trace } from './format';
import { printable, readExactly } from './parts/checked';
import { looksLikeHdf5 } from './parts/hdf5';
import { looksLikeNpy } from './parts/npyHeader';
import { looksLikeZip, openZip } from './parts/zip';
import { columnsDump, looksLikeColumns } from './recording/columns';
import type { Dump } from './recording/dump';
import { traceFrom } from './recording/guess';
import { hdf5Dump, holdsSignals } from './recording/hdf5';
import { linesDump, looksLikeLines } from './recording/lines';
import { namedBy } from './recording/names';
import { npyDump, npzDump } from './recording/npy';
import { peek } from './recording/peek';

const FORMAT = 'recording';

/** One kind of file that holds recordings. Adding one is a file and a row. */
interface Reader {
  readonly extensions: readonly string[];
  match(head: Uint8Array, bytes: Bytes): boolean | Promise<boolean>;
  dump(bytes: Bytes): Promise<Dump>;
}

const ends = (bytes: Bytes, pattern: RegExp): boolean => pattern.test(bytes.name);

const readers: readonly Reader[] = [
  { extensions: ['npy'], match: head => looksLikeNpy(head), dump: npyDump },
  { extensions: ['npz'], match: async (head, bytes) => looksLikeZip(head) && await holdsArrays(bytes), dump: npzDump },
  { extensions: ['h5', 'hdf5'], match: async (head, bytes) => looksLikeHdf5(head) && await holdsSignals(bytes), dump: hdf5Dump },
  { extensions: ['jsonl', 'ndjson'], match: (head, bytes) => ends(bytes, /\.(jsonl|ndjson)$/i) && looksLikeLines(head), dump: linesDump },
  { extensions: ['csv', 'tsv'], match: (head, bytes) => ends(bytes, /\.(csv|tsv|tab)$/i) && looksLikeColumns(head), dump: columnsDump },
];

export const recording: Format = {
  id: FORMAT,
  title: 'recorded states',
  extensions: readers.flatMap(r => r.extensions),
  // Tables and lists are mostly something else.
  sought: ['npz'],
  match: async (head, bytes) => await readerOf(head, bytes) !== undefined,
  open,
};

/** @throws FormatError */
async function open(bytes: Bytes): Promise<Trace> {
  const head = await readExactly(bytes, FORMAT, 'the beginning', 0, Math.min(4096, bytes.size));
  const reader = await readerOf(head, bytes);
  if (!reader) throw new FormatError(FORMAT, `${printable(bytes.name)} holds no signals that are recognised: arrays [steps, units], or columns such as h0, h1, c0 or lstm.h[0]`);
  const dump = await reader.dump(bytes);
  return traceFrom({ dump, stem: printable(bytes.name.replace(/\.[^.]+$/, '')) || 'recording', peeked: await peek(dump) });
}

async function readerOf(head: Uint8Array, bytes: Bytes): Promise<Reader | undefined> {
  for (const reader of readers) if (await matches(reader, head, bytes)) return reader;
  return undefined;
}

/** A damaged file is none of ours: what is wrong with it is said by who opens it. */
async function matches(reader: Reader, head: Uint8Array, bytes: Bytes): Promise<boolean> {
  try {
    return await reader.match(head, bytes);
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}

/** `W_f`, `b1`, `encoder.weight`. */
const WEIGHT = /(^|[._/])([wuvb]\d*|weights?|kernel|bias|recurrent_kernel)([._/:]|$)|weight|kernel|bias/i;

/** An .npz of arrays of which more are called as signals are than as weights. */
async function holdsArrays(bytes: Bytes): Promise<boolean> {
  const names = (await openZip(bytes, FORMAT)).members.map(m => m.name);
  if (!names.every(n => n.endsWith('.npy'))) return false;
  const arrays = names.map(n => n.slice(0, -4));
  const weights = arrays.filter(n => WEIGHT.test(n));
  const signals = arrays.filter(n => !WEIGHT.test(n) && (namedBy(n).known || n === 'gatescope'));
  return signals.length > weights.length;
}
