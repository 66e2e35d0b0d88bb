/** Vocabularies: which text is which number, and how numbers become rows of input. */
import { lookedUp } from '../core/rows';
import { FormatError, type Bytes } from './format';
import { printable, readExactly } from './parts/checked';
import { deeper } from './parts/json';

export interface Vocabulary {
  /** Ids run from 0 to size - 1. */
  readonly size: number;
  readonly index: ReadonlyMap<string, number>;
  /** Where it came from, for notes. */
  readonly name: string;
}

/** A row per id: a one at its place, or its row of an embedding [size, width]. */
export type Encoding =
  | { readonly kind: 'onehot'; readonly size: number }
  | { readonly kind: 'embedding'; readonly size: number; readonly width: number; /** [size, width] */ readonly table: Float32Array };

const FORMAT = 'vocabulary';
const MOST_TOKENS = 1 << 20;
/** Of a vocabulary under `vocab` under `model` ... */
const MOST_DEPTH = 8;
const MOST_NESTED = 200;

/** Reads JSON: a list of texts, a map from text to id, or from id to text; also under `stoi`, `itos`, `vocab` or similar. @throws FormatError */
export function parseVocabulary(json: string, name = 'vocabulary'): Vocabulary {
  if (deeper(json, MOST_NESTED)) throw new FormatError(FORMAT, `${name} nests lists and objects more than ${MOST_NESTED} deep; a vocabulary is a list or a map`);
  let value: unknown;
  try {
    value = JSON.parse(json.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new FormatError(FORMAT, `${name} is not JSON (${printable(error instanceof Error ? error.message : String(error))}). It should be a list like ["a", "b"] or a map like {"a": 0, "b": 1}`);
  }
  return vocabularyFrom(value, name);
}

const MOST_BYTES = 1 << 26;

/** The vocabulary in a JSON file. @throws FormatError */
export async function readVocabulary(bytes: Bytes): Promise<Vocabulary> {
  if (bytes.size > MOST_BYTES) throw new FormatError(FORMAT, `${printable(bytes.name)} has ${bytes.size} bytes; a vocabulary has at most ${MOST_BYTES}`);
  return parseVocabulary(new TextDecoder().decode(await readExactly(bytes, FORMAT, 'the vocabulary', 0, bytes.size)), printable(bytes.name));
}

function vocabularyFrom(value: unknown, name: string, depth = 0): Vocabulary {
  if (Array.isArray(value)) return build(value.map((token, id) => [token, id]), name);
  if (typeof value !== 'object' || value === null) throw wrong(name, 'neither a list nor a map');
  const fields = Object.entries(value);
  const nested = fields.find(([key, v]) => typeof v === 'object' && v !== null && /^(stoi|itos|vocab|vocabulary|tokens|chars|char2idx|char_to_id|token_to_id)$/i.test(key));
  if (nested && depth < MOST_DEPTH) return vocabularyFrom(nested[1], name, depth + 1);
  const reversed = fields.length > 0 && fields.every(([key, v]) => /^\d+$/.test(key) && typeof v === 'string');
  return build(reversed ? fields.map(([id, token]) => [token, Number(id)]) : fields, name);
}

const wrong = (name: string, found: string): FormatError => new FormatError(FORMAT, `${name} should be a list like ["a", "b"] or a map like {"a": 0, "b": 1}, but is ${found}`);

function build(pairs: readonly (readonly [unknown, unknown])[], name: string): Vocabulary {
  if (pairs.length === 0) throw new FormatError(FORMAT, `${name} is empty; it should name at least one text`);
  if (pairs.length > MOST_TOKENS) throw new FormatError(FORMAT, `${name} has ${pairs.length} entries; at most ${MOST_TOKENS} can be used`);
  const index = new Map<string, number>();
  const owners = new Map<number, string>();
  for (const [token, id] of pairs) {
    if (typeof token !== 'string') throw wrong(name, `one with the entry ${described(token)}, which is no text`);
    if (typeof id !== 'number' || !Number.isInteger(id) || id < 0 || id >= MOST_TOKENS) throw wrong(name, `one where "${printable(token)}" has the id ${described(id)}`);
    if (index.has(token)) throw new FormatError(FORMAT, `${name} names "${printable(token)}" twice`);
    const owner = owners.get(id);
    if (owner !== undefined) throw new FormatError(FORMAT, `${name} gives "${printable(owner)}" and "${printable(token)}" the same id ${id}`);
    index.set(token, id);
    owners.set(id, token);
  }
  return { size: Math.max(...chunkMax([...owners.keys()])) + 1, index, name };
}

/** Lists and objects are not written out: they may be of any depth. */
const described = (value: unknown): string => (typeof value === 'object' && value !== null ? (Array.isArray(value) ? 'a list' : 'an object') : printable(JSON.stringify(value) ?? 'nothing'));

/** Math.max takes its arguments on the stack: a thousand at a time. */
function chunkMax(values: readonly number[]): number[] {
  const out: number[] = [];
  for (let k = 0; k < values.length; k += 1000) out.push(Math.max(...values.slice(k, k + 1000)));
  return out;
}

/** The distinct characters of a text in code-point order, as scripts that train character models make it. */
export function vocabularyOf(text: string): Vocabulary {
  const characters = [...new Set(text)].sort((a, b) => (a.codePointAt(0) ?? 0) - (b.codePointAt(0) ?? 0));
  return { size: characters.length, index: new Map(characters.map((c, k) => [c, k])), name: 'the text\'s own characters' };
}

/** Length of a row. */
export const widthOf = (encoding: Encoding): number => (encoding.kind === 'onehot' ? encoding.size : encoding.width);

/** [steps, width]; an id outside the encoding, such as -1, becomes zeros. @throws FormatError where a table does not fit its sizes */
export function encode(ids: Int32Array, encoding: Encoding): Float32Array {
  checkTable(encoding);
  return lookedUp(ids, widthOf(encoding), encoding.kind === 'embedding' ? encoding.table : undefined);
}

/** Does an embedding hold as many numbers as its sizes say? @throws FormatError */
export function checkTable(encoding: Encoding): void {
  if (encoding.kind === 'onehot' || encoding.table.length === encoding.size * encoding.width) return;
  throw new FormatError('encoder', `an embedding of shape [${encoding.size}, ${encoding.width}] should hold ${encoding.size * encoding.width} numbers, but ${encoding.table.length} were found`);
}
