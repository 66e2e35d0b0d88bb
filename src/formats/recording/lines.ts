/** JSON lines: an object a step, `{"token": "a", "h": [...], "c": [...]}`, or an object a sequence, `{"tokens": [...], "h": [[...], ...]}`. */
import { FormatError, type Bytes } from '../format';
import { printable, readExactly } from '../parts/checked';
import { heldArray, type Dump, type DumpArray } from './dump';

const FORMAT = 'recording';
const PIECE = 1 << 22;
const MOST_LINE = 1 << 26;
const MOST_NUMBERS = 2 ** 28;
const MOST_LINES = 1 << 22;
const MOST_KEYS = 10_000;
const MOST_DEPTH = 6;

const LABELS = ['label', 'token', 'char', 'character', 'word', 'text', 'symbol', 'step', 'time', 't'];
const LISTS = ['labels', 'tokens', 'chars', 'characters', 'words', 'symbols', 'text'];

/** Does it begin with a JSON object or list in one line, with a list of numbers in it? */
export function looksLikeLines(head: Uint8Array): boolean {
  const text = new TextDecoder().decode(head).replace(/^\uFEFF/, '');
  return /^\s*[{[]/.test(text) && /\[\s*-?\d/.test(text) && !/^\s*\{\s*[\r\n]/.test(text);
}

/** Numbers of one key, line by line. */
interface Gathered { readonly shapes: number[][]; readonly pieces: Float32Array[]; /** Lines that have it. */ readonly lines: number[] }

/** All lines, read whole. @throws FormatError that names the line */
export async function linesDump(bytes: Bytes): Promise<Dump> {
  const keys = new Map<string, Gathered>();
  const scalars: Map<string, unknown>[] = [];
  const lists: Map<string, unknown>[] = [];
  const budget = { numbers: 0 };
  let lines = 0;
  for await (const line of linesOf(bytes)) {
    if (line.trim() === '') continue;
    if (lines >= MOST_LINES) throw new FormatError(FORMAT, `it has more than ${MOST_LINES} lines; save so many steps as .npz or .safetensors`);
    const single = new Map<string, unknown>();
    const texts = new Map<string, unknown>();
    gather(parsed(line, lines), '', lines, { keys, single, texts, budget }, 0);
    scalars.push(single);
    lists.push(texts);
    lines++;
  }
  if (lines === 0) throw new FormatError(FORMAT, `${printable(bytes.name)} has no lines; a recording needs at least one`);
  const arrays = [...keys].filter(([, g]) => g.lines.length === lines);
  const warnings = [...keys].filter(([, g]) => g.lines.length < lines).map(([key, g]) => `${printable(key)} is left out: ${g.lines.length} of ${lines} lines have it.`);
  if (arrays.length === 0) throw new FormatError(FORMAT, 'no key holds a list of numbers in every line');
  return perSequence(arrays, lines, lists) ? sequences(arrays, lines, scalars, lists, warnings) : steps(arrays, lines, scalars, warnings);
}

function parsed(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new FormatError(FORMAT, `line ${number + 1} is not JSON (${printable(error instanceof Error ? error.message : String(error))})`);
  }
}

interface Into { readonly keys: Map<string, Gathered>; readonly single: Map<string, unknown>; readonly texts: Map<string, unknown>; readonly budget: { numbers: number } }

function gather(value: unknown, path: string, line: number, into: Into, depth: number): void {
  if (Array.isArray(value)) {
    const shape = shapeOf(value);
    if (!shape) { if (!objects(value, path, line, into, depth)) into.texts.set(path, value); return; }
    const count = shape.reduce((a, b) => a * b, 1);
    if ((into.budget.numbers += count) > MOST_NUMBERS) throw new FormatError(FORMAT, `it holds more than ${MOST_NUMBERS} numbers; save so many as .npz or .safetensors`);
    const known = into.keys.get(path === '' ? 'h' : path) ?? { shapes: [], pieces: [], lines: [] };
    if (known.lines.length === 0 && into.keys.size >= MOST_KEYS) throw new FormatError(FORMAT, `it has more than ${MOST_KEYS} different keys`);
    into.keys.set(path === '' ? 'h' : path, known);
    known.shapes.push(shape);
    known.pieces.push(Float32Array.from((shape.length === 1 ? value : value.flat(MOST_DEPTH)) as (number | null)[], v => v ?? NaN));
    known.lines.push(line);
  } else if (typeof value === 'object' && value !== null) {
    if (depth < MOST_DEPTH) for (const [key, inner] of Object.entries(value)) gather(inner, path === '' ? key : `${path}.${key}`, line, into, depth + 1);
  } else into.single.set(path, value);
}

/** A list of objects, such as one a layer: `layers.0.h`. */
function objects(list: readonly unknown[], path: string, line: number, into: Into, depth: number): boolean {
  if (depth >= MOST_DEPTH || list.length > MOST_KEYS || !list.every(v => typeof v === 'object' && v !== null && !Array.isArray(v))) return false;
  list.forEach((inner, k) => { gather(inner, `${path}.${k}`, line, into, depth + 1); });
  return true;
}

/** The shape of nested lists of numbers; undefined where they are ragged or hold anything else. null is NaN. */
function shapeOf(list: readonly unknown[], depth = 0): number[] | undefined {
  if (list.length === 0 || depth > MOST_DEPTH) return undefined;
  if (list.every(v => typeof v === 'number' || v === null)) return [list.length];
  let shape: number[] | undefined;
  for (const inner of list) {
    const found = Array.isArray(inner) ? shapeOf(inner, depth + 1) : undefined;
    if (!found || (shape && shape.join() !== found.join())) return undefined;
    shape = found;
  }
  return shape && [list.length, ...shape];
}

/** Lines are sequences where their lists have two axes and the first differs, or is as long as a list of tokens; or where there is one line. */
function perSequence(arrays: readonly (readonly [string, Gathered])[], lines: number, lists: readonly Map<string, unknown>[]): boolean {
  if (arrays.every(([, g]) => g.shapes.every(s => s.length < 2))) return false;
  if (lines === 1) return true;
  const first = arrays.filter(([, g]) => g.shapes[0]!.length > 1);
  if (first.some(([, g]) => g.shapes.some(s => s[0] !== g.shapes[0]![0]))) return true;
  return lists.every((l, k) => [...l.values()].some(v => Array.isArray(v) && first.some(([, g]) => g.shapes[k]?.[0] === v.length)));
}

function steps(arrays: readonly (readonly [string, Gathered])[], lines: number, scalars: readonly Map<string, unknown>[], warnings: string[]): Dump {
  const even = arrays.filter(([key, g]) => {
    const same = g.shapes.every(s => s.join() === g.shapes[0]!.join());
    if (!same) warnings.push(`${printable(key)} is left out: its lists are not equally long in all lines.`);
    return same;
  });
  const found = even.map(([key, g]): DumpArray => heldArray(key, [lines, ...g.shapes[0]!], joined(g.pieces)));
  const label = LABELS.map(l => [...scalars[0]!.keys()].find(k => k.toLowerCase() === l)).find(k => k !== undefined);
  const tracks = [...scalars[0]!].filter(([key, v]) => key !== label && typeof v === 'number').map(([key]) => {
    const data = Float32Array.from(scalars, s => { const v = s.get(key); return typeof v === 'number' ? v : NaN; });
    return { name: key, units: 1, read: async (from: number, to: number) => data.slice(from, to) };
  });
  return {
    arrays: found, rows: true, warnings, ...(tracks.length > 0 ? { tracks } : {}),
    texts: label === undefined ? [] : [{ name: label, texts: scalars.map(s => String(s.get(label) ?? '')) }],
  };
}

function sequences(arrays: readonly (readonly [string, Gathered])[], lines: number, scalars: readonly Map<string, unknown>[], lists: readonly Map<string, unknown>[], warnings: string[]): Dump {
  const lengths = Array.from({ length: lines }, (_, k) => Math.max(...arrays.map(([, g]) => (g.shapes[k]!.length > 1 ? g.shapes[k]![0]! : 0))));
  const total = lengths.reduce((a, b) => a + b, 0);
  const found = arrays.flatMap(([key, g]): DumpArray[] => {
    const width = g.shapes[0]!.slice(1).join();
    if (g.shapes.every((s, k) => s.length > 1 && s[0] === lengths[k] && s.slice(1).join() === width)) return [heldArray(key, [total, ...g.shapes[0]!.slice(1)], joined(g.pieces))];
    if (g.shapes.every((s, k) => s.length === 1 && s[0] === lengths[k])) return [heldArray(key, [total], joined(g.pieces))];
    warnings.push(`${printable(key)} is left out: its lists do not have a row for every step.`);
    return [];
  });
  if (!found.some(a => a.shape.length > 1)) throw new FormatError(FORMAT, 'no key holds lists [steps, units] of equal width in every line');
  const names = scalars.map((s, k) => String(s.get('name') ?? s.get('id') ?? `sequence ${k}`));
  const texts = lists.map((l, k) => labelList(l, scalars[k]!, lengths[k]!));
  return {
    arrays: found, rows: true, warnings,
    texts: texts.every(t => t !== undefined) ? [{ name: 'tokens', texts: texts.flat() }] : [],
    parts: lengths.map((steps, k) => ({ name: names[k]!, steps })),
  };
}

/** One label a step: a list, or a text of as many characters. */
function labelList(lists: ReadonlyMap<string, unknown>, scalars: ReadonlyMap<string, unknown>, steps: number): readonly string[] | undefined {
  for (const key of [...LISTS, ...LABELS]) {
    const value = lists.get(key) ?? scalars.get(key);
    const list: readonly unknown[] = typeof value === 'string' ? [...value] : Array.isArray(value) ? value : [];
    if (list.length === steps && list.every(v => typeof v === 'string' || typeof v === 'number')) return list.map(String);
  }
  return undefined;
}

function joined(pieces: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(pieces.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const piece of pieces) { all.set(piece, at); at += piece.length; }
  return all;
}

async function* linesOf(bytes: Bytes): AsyncGenerator<string> {
  const text = new TextDecoder();
  let rest = '';
  for (let at = 0; at < bytes.size; at += PIECE) {
    const parts = (rest + text.decode(await readExactly(bytes, FORMAT, 'the lines', at, Math.min(PIECE, bytes.size - at)), { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    if (rest.length > MOST_LINE) throw new FormatError(FORMAT, `a line is longer than ${MOST_LINE} characters`);
    yield* parts;
  }
  yield rest + text.decode();
}
