/** JSON changed as a tree, so that what comes out is JSON again: files, headers of safetensors, members of zip archives. */
import { below, joined, pick, utf8, type Next } from '../file';
import type { Mutation } from './index';
import { NAMES } from './texts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const VALUES: readonly Json[] = [null, true, false, -1, 0, 1.5, 1e308, 2 ** 53, 2 ** 31, '', '1', [], {}, [[]], [null], ...NAMES];
const DEEP = 3000;

export const jsonMutations: readonly Mutation[] = [
  { name: 'JSON changed', apply: bytesOfJson },
  { name: 'safetensors header changed', apply: header },
];

function bytesOfJson(bytes: Uint8Array, next: Next): Uint8Array | undefined {
  if (bytes[0] !== 0x7b && bytes[0] !== 0x5b) return undefined;
  const text = mutatedJson(new TextDecoder().decode(bytes), next);
  return text === undefined ? undefined : utf8(text);
}

/** The JSON header of a safetensors file, with a length that fits it again. */
function header(bytes: Uint8Array, next: Next): Uint8Array | undefined {
  if (bytes.length < 10 || bytes[8] !== 0x7b) return undefined;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const text = mutatedJson(new TextDecoder().decode(bytes.subarray(8, 8 + length)), next);
  if (text === undefined) return undefined;
  const json = utf8(text);
  const size = new Uint8Array(8);
  new DataView(size.buffer).setUint32(0, json.length, true);
  return joined(size, json, bytes.subarray(8 + length));
}

/** One or a few places of the tree changed; undefined where the text is no JSON. */
export function mutatedJson(text: string, next: Next): string | undefined {
  if (next() < 0.05) return `${'[{"a":'.repeat(DEEP)}${text}${'}]'.repeat(DEEP)}`;
  try {
    let tree = JSON.parse(text) as Json;
    for (let k = 1 + below(next, 3); k > 0; k--) tree = change(tree, next, 0);
    return JSON.stringify(tree);
  } catch {
    return undefined; // no JSON, or too deep to be written again after earlier damage
  }
}

/** Walks down at random and changes the place where it stops. */
function change(tree: Json, next: Next, depth: number): Json {
  const children = typeof tree === 'object' && tree !== null ? Object.keys(tree) : [];
  if (children.length === 0 || (depth > 0 && next() < 0.25)) return next() < 0.6 ? pick(next, VALUES) : similar(tree, next);
  const key = pick(next, children);
  if (Array.isArray(tree)) return changedList(tree, Number(key), next, depth);
  const object = tree as Record<string, Json>;
  const action = next();
  const entries = Object.entries(object).flatMap(([k, v]): [string, Json][] => {
    if (k !== key) return [[k, v]];
    if (action < 0.1) return [];
    if (action < 0.2) return [[pick(next, NAMES), v]];
    if (action < 0.3) return [[k, v], [pick(next, NAMES), v]];
    return [[k, change(v, next, depth + 1)]];
  });
  return withOwn(entries);
}

function changedList(list: Json[], at: number, next: Next, depth: number): Json {
  const action = next();
  if (action < 0.1) return list.filter((_, k) => k !== at);
  if (action < 0.2) return [...list, ...list];
  if (action < 0.25) return [...list].reverse();
  return list.map((v, k) => (k === at ? change(v, next, depth + 1) : v));
}

/** A number near, a text with something put in. */
function similar(value: Json, next: Next): Json {
  if (typeof value === 'number') return pick(next, [value + 1, value - 1, -value, value * 2, value * 1e6, value + 0.5, String(value)]);
  if (typeof value === 'string') return pick(next, [`${value}${value}`, value.slice(1), `../${value}`, `/${value}`, value.toUpperCase(), `${value}\n`]);
  return [value, value];
}

/** Own properties even where a key is `__proto__`. */
function withOwn(entries: readonly (readonly [string, Json])[]): Json {
  const out: Record<string, Json> = {};
  for (const [key, value] of entries) Object.defineProperty(out, key, { value, enumerable: true, configurable: true, writable: true });
  return out;
}
