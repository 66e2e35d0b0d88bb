/** A tolerant reader of JSON that keeps positions: what is broken or cut off gives what it can. Never throws. */
import type { Span } from '../outline';

/** A value with its place; `whole` is false where its end is missing. */
export type JsonNode = Span & (
  | { readonly kind: 'object'; readonly entries: ReadonlyMap<string, JsonNode>; readonly whole: boolean }
  | { readonly kind: 'array'; readonly items: readonly JsonNode[]; readonly whole: boolean }
  | { readonly kind: 'scalar'; readonly value: string | number | boolean | null });

/** Deeper texts are machine-made nonsense. */
const deepest = 200;

interface Reading { readonly text: string; at: number }

/** Reads the first value of a text; undefined where there is none. */
export function readJson(text: string): JsonNode | undefined {
  return value({ text, at: 0 }, 0);
}

function value(r: Reading, depth: number): JsonNode | undefined {
  skip(r);
  const from = r.at;
  const c = r.text[from];
  if (c === undefined || depth > deepest) return undefined;
  if (c === '{') return object(r, depth);
  if (c === '[') return array(r, depth);
  if (c === '"') { const text = string(r); return { kind: 'scalar', value: text, from, to: r.at }; }
  return word(r, from);
}

const blank = /\s*/y;
function skip(r: Reading): void {
  blank.lastIndex = r.at;
  r.at += blank.exec(r.text)?.[0].length ?? 0;
}

function object(r: Reading, depth: number): JsonNode {
  const from = r.at++;
  const entries = new Map<string, JsonNode>();
  for (;;) {
    skip(r);
    const c = r.text[r.at];
    if (c === '}') { r.at++; return { kind: 'object', entries, whole: true, from, to: r.at }; }
    if (c === undefined || c === ']') return { kind: 'object', entries, whole: false, from, to: r.at };
    if (c !== '"') { r.at++; continue; }
    const key = string(r);
    skip(r);
    if (r.text[r.at] !== ':') continue;
    r.at++;
    const found = value(r, depth + 1);
    if (!found) return { kind: 'object', entries, whole: false, from, to: r.at };
    entries.set(key, found);
  }
}

function array(r: Reading, depth: number): JsonNode {
  const from = r.at++;
  const items: JsonNode[] = [];
  for (;;) {
    skip(r);
    const c = r.text[r.at];
    if (c === ']') { r.at++; return { kind: 'array', items, whole: true, from, to: r.at }; }
    if (c === undefined || c === '}') return { kind: 'array', items, whole: false, from, to: r.at };
    if (c === ',' || c === ':') { r.at++; continue; }
    const found = value(r, depth + 1);
    if (!found) return { kind: 'array', items, whole: false, from, to: r.at };
    items.push(found);
  }
}

const quoted = /"(?:[^"\\\n]|\\.)*"?/y;
function string(r: Reading): string {
  quoted.lastIndex = r.at;
  const source = quoted.exec(r.text)?.[0] ?? '"';
  r.at += source.length;
  try { return String(JSON.parse(source)); } catch { return source.replace(/^"|"$/g, ''); }
}

const bare = /[^\s,:[\]{}"]+/y;
const words: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };

function word(r: Reading, from: number): JsonNode {
  bare.lastIndex = from;
  const source = bare.exec(r.text)?.[0] ?? '';
  r.at += Math.max(1, source.length);
  const known = Object.hasOwn(words, source) ? words[source] : Number(source);
  return { kind: 'scalar', value: known === undefined || Number.isNaN(known) || source === '' ? null : known, from, to: r.at };
}
