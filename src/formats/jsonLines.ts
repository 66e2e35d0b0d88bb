/**
 * JSON lines as inputs, a sequence a line: a list of rows of numbers `[[1, 2], [3, 4]]`, a list of numbers `[1, 2]`, a text `"abc"`, or an
 * object with one of these under `x`, `input`, `text` …, and perhaps a `name`.
 */
import type { Sequence } from '../core/sequence';
import { FormatError, type Bytes } from './format';
import { printable, readExactly } from './parts/checked';
import { deeper } from './parts/json';
import { notFinite } from './parts/notes';
import type { SequenceOptions, SequenceReader, Several } from './sequence';
import { cutTo, textSequence, tokensIn } from './text';
import { vocabularyOf } from './vocabulary';

const FORMAT = 'jsonl';
const MOST_BYTES = 1 << 26;
const MOST_SEQUENCES = 100_000;
const NUMBERS = ['x', 'input', 'inputs', 'features', 'sequence', 'values', 'data'];
const TEXTS = ['text', 'content', 'sentence', 'string'];
const NAMES = ['name', 'id', 'title'];
const MOST_NAME = 80;
const MOST_DEPTH = 16;

export const jsonLines: SequenceReader = {
  id: FORMAT,
  extensions: ['jsonl', 'ndjson'],
  match: (_, bytes) => /\.(jsonl|ndjson)$/i.test(bytes.name),
  text: async bytes => 'text' in (await linesOf(bytes))[0]!,
  width: async bytes => { const [first] = await linesOf(bytes); return first && 'width' in first ? first.width : 0; },
  open: async (bytes, options) => (await several(bytes, options)).read(options.sequence ?? 0),
  several,
};

type Line = { readonly name: string } & ({ readonly text: string } | { readonly data: Float32Array; readonly width: number });

const known = new WeakMap<Bytes, Promise<readonly Line[]>>();

/** What told the width is not read again for opening. */
function linesOf(bytes: Bytes): Promise<readonly Line[]> {
  const found = known.get(bytes) ?? read(bytes);
  known.set(bytes, found);
  return found;
}

async function read(bytes: Bytes): Promise<readonly Line[]> {
  if (bytes.size > MOST_BYTES) throw new FormatError(FORMAT, `${printable(bytes.name)} has ${Math.round(bytes.size / 2 ** 20)} MB; at most ${MOST_BYTES >> 20} MB are read. Save so much as .npz`);
  const text = new TextDecoder().decode(await readExactly(bytes, FORMAT, 'the lines', 0, bytes.size));
  const lines: Line[] = [];
  for (const [k, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    if (lines.length >= MOST_SEQUENCES) throw new FormatError(FORMAT, `it has more than ${MOST_SEQUENCES} lines; so many cannot be chosen from`);
    lines.push(lineOf(parsed(line, k), k, lines.length));
  }
  const [first] = lines;
  if (!first) throw new FormatError(FORMAT, `${printable(bytes.name)} has no lines; an input needs at least one`);
  const other = lines.findIndex(l => widthOf(l) !== widthOf(first));
  if (other >= 0) throw new FormatError(FORMAT, `sequence ${other} is ${kindOf(lines[other]!)}, but the first is ${kindOf(first)}. All should be of one kind and width`);
  return lines;
}

const widthOf = (line: Line): number => ('text' in line ? 0 : line.width);
const kindOf = (line: Line): string => ('text' in line ? 'a text' : `${line.width} numbers a step`);

function parsed(line: string, k: number): unknown {
  if (deeper(line, MOST_DEPTH)) throw new FormatError(FORMAT, `line ${k + 1} nests lists more than ${MOST_DEPTH} deep`);
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new FormatError(FORMAT, `line ${k + 1} is not JSON (${printable(error instanceof Error ? error.message : String(error))})`);
  }
}

function lineOf(value: unknown, k: number, at: number): Line {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const member = (names: readonly string[]): unknown => (isObject ? names.filter(n => Object.hasOwn(value, n)).map(n => (value as Record<string, unknown>)[n])[0] : undefined);
  const content = isObject ? member(NUMBERS) ?? member(TEXTS) : value;
  const named = member(NAMES);
  const name = typeof named === 'string' || typeof named === 'number' ? String(named).slice(0, MOST_NAME) : undefined;
  if (typeof content === 'string' && content !== '') return { name: name ?? content.slice(0, MOST_NAME), text: content };
  if (Array.isArray(content) && content.length > 0) return { name: name ?? String(at), ...rowsOf(content, k) };
  throw new FormatError(FORMAT, `line ${k + 1} should be a list of numbers, a list of rows or a text, or an object with one under ${[...NUMBERS, ...TEXTS].join(', ')}`);
}

function rowsOf(rows: readonly unknown[], k: number): { readonly data: Float32Array; readonly width: number } {
  const lists = rows.map(row => (Array.isArray(row) ? row as readonly unknown[] : [row]));
  const width = lists[0]!.length, odd = lists.findIndex(row => row.length !== width || width === 0);
  if (odd >= 0) throw new FormatError(FORMAT, `line ${k + 1}: step ${odd} has ${lists[odd]!.length} numbers, the first has ${width}`);
  const data = new Float32Array(rows.length * width);
  lists.forEach((row, t) => {
    row.forEach((v, j) => {
      if (typeof v !== 'number' && v !== null) throw new FormatError(FORMAT, `line ${k + 1}: step ${t} holds ${printable(JSON.stringify(v) ?? '')}, which is no number`);
      data[t * width + j] = v ?? NaN;
    });
  });
  return { data, width };
}

async function several(bytes: Bytes, options: SequenceOptions): Promise<Several> {
  const lines = await linesOf(bytes), texts = lines.flatMap(l => ('text' in l ? [l.text] : []));
  const vocabulary = options.vocabulary ?? (texts.length > 0 ? vocabularyOf(texts.join('')) : undefined);
  const whole = (at: number): Sequence => {
    const line = lines[at]!;
    if ('text' in line) return textSequence(line.text, `${bytes.name}, ${line.name}`, { ...options, ...(vocabulary && { vocabulary }) });
    const { data, width } = line, steps = data.length / width;
    return { steps, width, data, axis: 'steps', description: `${bytes.name}, ${line.name}, ${steps} steps of ${width}`, notes: notFinite(data, width) };
  };
  return {
    pieces: lines.map(l => ({ name: l.name, steps: 'text' in l ? tokensIn(l.text, vocabulary!) : l.data.length / l.width })),
    read: async (at, most) => cutTo(whole(at), most),
  };
}
