/** Plain text as an input sequence, one character (or word) a step, through a vocabulary. */
import { MOST_HELD } from '../core/generate';
import { lookedUp, shortenedSource } from '../core/rows';
import { english, saying } from '../core/said';
import type { RowSource, Sequence } from '../core/sequence';
import { FormatError, type Bytes } from './format';
import { printable, readExactly } from './parts/checked';
import type { SequenceOptions, SequenceReader, Several } from './sequence';
import { checkTable, vocabularyOf, widthOf, type Encoding, type Vocabulary } from './vocabulary';

const FORMAT = 'text';
const MOST_BYTES = 1 << 24;

export const text: SequenceReader = {
  id: FORMAT,
  extensions: ['txt', 'md', 'text'],
  match: head => !head.includes(0) && isUtf8(head),
  text: () => Promise.resolve(true),
  open,
  several: async (bytes, options) => (options.split ? several(bytes, options, options.split) : undefined),
};

async function open(bytes: Bytes, options: SequenceOptions): Promise<Sequence> {
  const { content, notes } = await contentOf(bytes);
  const sequence = textSequence(content, bytes.name, options);
  return { ...sequence, notes: [...notes, ...sequence.notes] };
}

async function contentOf(bytes: Bytes): Promise<{ readonly content: string; readonly notes: readonly string[] }> {
  const length = Math.min(bytes.size, MOST_BYTES);
  const content = decode(await readExactly(bytes, FORMAT, 'the text', 0, length), length < bytes.size);
  return { content, notes: length === bytes.size ? [] : [`Only the first ${MOST_BYTES >> 20} MB of ${Math.round(bytes.size / 2 ** 20)} MB are used.`] };
}

/** More pieces than this cannot be chosen from. */
const MOST_PIECES = 100_000;
const MOST_NAME = 80;

/** A sequence a line, or a paragraph; empty ones are left out. One vocabulary for all. */
async function several(bytes: Bytes, options: SequenceOptions, by: 'lines' | 'paragraphs'): Promise<Several> {
  const { content, notes } = await contentOf(bytes);
  const vocabulary = options.vocabulary ?? vocabularyOf(content);
  const pieces = piecesOf(content, by).filter(piece => tokensIn(piece, vocabulary) > 0).slice(0, MOST_PIECES);
  if (pieces.length === 0) throw new FormatError(FORMAT, `${printable(bytes.name)} holds no text; an input needs at least one step`);
  return {
    pieces: pieces.map(piece => ({ name: piece.trim().slice(0, MOST_NAME), steps: tokensIn(piece, vocabulary) })),
    read: async (at, most) => {
      const sequence = textSequence(pieces[at]!, `${bytes.name}, ${by === 'lines' ? 'line' : 'paragraph'} ${at}`, { ...options, vocabulary });
      return cutTo({ ...sequence, notes: [...notes, ...sequence.notes] }, most);
    },
  };
}

/** What a text falls into. */
function piecesOf(content: string, by: 'lines' | 'paragraphs'): readonly string[] {
  const lines = content.replaceAll('\r\n', '\n');
  return lines.split(by === 'lines' ? '\n' : /\n(?:[ \t]*\n)+/).map(piece => piece.replace(/^\n+|\n+$/g, '')).filter(piece => piece.trim() !== '');
}

/** How many steps a text makes. */
export const tokensIn = (content: string, vocabulary: Vocabulary): number => split(content, vocabulary).length;

/** The first steps of a sequence that is held. */
export function cutTo(sequence: Sequence, most = Infinity): Sequence {
  if (sequence.steps <= most) return sequence;
  const { data, width, labels, ids } = sequence;
  return {
    ...sequence, steps: most, data: shortenedSource(data, width, most),
    ...(labels ? { labels: labels.slice(0, most) } : {}), ...(ids ? { ids: ids.slice(0, most) } : {}),
  };
}

/** A text as a sequence; `name` is what the panel calls it. @throws FormatError for an empty text or an encoder that does not fit the vocabulary */
export function textSequence(content: string, name: string, options: Pick<SequenceOptions, 'vocabulary' | 'encoding'> = {}): Sequence {
  const notes: string[] = [];
  const vocabulary = options.vocabulary ?? own(content, notes);
  const encoding = options.encoding ?? { kind: 'onehot', size: vocabulary.size };
  if (encoding.size < vocabulary.size) throw new FormatError(FORMAT, `the encoder has ${encoding.size} rows, but the vocabulary ${vocabulary.name} has ${vocabulary.size} entries. Choose the encoder that belongs to it`);
  const labels = split(newlines(content, vocabulary, notes), vocabulary);
  if (labels.length === 0) throw new FormatError(FORMAT, `${printable(name)} holds no text; an input needs at least one step`);
  const ids = Int32Array.from(labels, token => vocabulary.index.get(token) ?? -1);
  notes.push(...misses(labels, ids, vocabulary));
  const said = byWords(vocabulary) ? saying('{0}, {1} words', name, labels.length) : saying('{0}, {1} characters', name, labels.length);
  return { steps: labels.length, width: widthOf(encoding), data: sourceOf(ids, encoding), labels, ids, notes, axis: 'characters', description: english(said), said };
}

function own(content: string, notes: string[]): Vocabulary {
  notes.push('No vocabulary was given: the text\'s own characters, sorted, are taken as the vocabulary.');
  return vocabularyOf(content);
}

/** Words where most entries are longer than a character. */
function byWords({ index }: Vocabulary): boolean {
  let long = 0;
  for (const token of index.keys()) if ([...token.slice(0, 3)].length > 1) long++;
  return long > index.size / 2;
}

const split = (content: string, vocabulary: Vocabulary): readonly string[] => (byWords(vocabulary) ? content.split(/\s+/).filter(w => w !== '') : [...content]);

/** A vocabulary made on another system may know only \n. */
function newlines(content: string, { index }: Vocabulary, notes: string[]): string {
  if (index.has('\r') || !content.includes('\r\n')) return content;
  notes.push('Line ends \\r\\n are read as \\n, which the vocabulary has.');
  return content.replaceAll('\r\n', '\n');
}

/** Short texts as rows; of long ones the rows are looked up as they are read, since they would take `width` times the memory. */
function sourceOf(ids: Int32Array, encoding: Encoding): RowSource {
  checkTable(encoding);
  const table = encoding.kind === 'embedding' ? encoding.table : undefined;
  const width = widthOf(encoding);
  return ids.length * width <= MOST_HELD ? lookedUp(ids, width, table) : { kind: 'lookup', ids, ...(table && { table }) };
}

function misses(labels: readonly string[], ids: Int32Array, { name }: Vocabulary): readonly string[] {
  const missing = new Map<string, number>();
  labels.forEach((label, t) => {
    if (ids[t] === -1) missing.set(label, (missing.get(label) ?? 0) + 1);
  });
  if (missing.size === 0) return [];
  const total = [...missing.values()].reduce((a, b) => a + b, 0);
  const shown = [...missing].sort((a, b) => b[1] - a[1]).slice(0, 10).map(([token, n]) => `${printable(JSON.stringify(token))} (${n}×)`).join(', ');
  const more = missing.size > 10 ? ` and ${missing.size - 10} more` : '';
  return [`${printable(name)} misses ${shown}${more}: ${total} of ${labels.length} steps are given as all-zero rows.`];
}

/** `cut`: the last character may be incomplete. */
function decode(raw: Uint8Array, cut: boolean): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(raw, { stream: cut });
  } catch {
    throw new FormatError(FORMAT, 'it is not UTF-8 text. Save it as UTF-8');
  }
}

/** Valid UTF-8, but for a character that the end cuts. */
function isUtf8(head: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false;
  }
}
