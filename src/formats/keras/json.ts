/** JSON out of files, read without trusting it: what is absent or of another kind is undefined. */
import { FormatError } from '../format';
import { printable } from '../parts/checked';

export type Json = null | boolean | number | string | readonly Json[] | JsonRecord;
/** As parsed: ask it through `field` only, so that `constructor` is not found where no file wrote it. */
export type JsonRecord = { readonly [key: string]: Json };

const MOST_JSON = 1 << 28;

/** The value that `text` holds, with Python's NaN and Infinity as null. @throws FormatError */
export function parseJson(format: string, what: string, text: string): Json {
  if (text.length > MOST_JSON) throw new FormatError(format, `${what} is ${text.length} characters long; at most ${MOST_JSON} are read`);
  try {
    return JSON.parse(text) as Json;
  } catch {
    return parseLoose(format, what, text);
  }
}

function parseLoose(format: string, what: string, text: string): Json {
  try {
    return JSON.parse(withoutNumbersOfPython(text)) as Json;
  } catch (error) {
    throw new FormatError(format, `${what} is not JSON (${printable(error instanceof Error ? error.message : String(error))})`);
  }
}

/** `NaN`, `Infinity` and `-Infinity` outside strings become null: Python writes them, JSON does not know them. */
function withoutNumbersOfPython(text: string): string {
  const parts: string[] = [];
  for (let at = 0; at < text.length;) {
    const quote = text.indexOf('"', at);
    const end = quote < 0 ? text.length : quote;
    parts.push(text.slice(at, end).replace(/-?\b(?:NaN|Infinity)\b/g, 'null'));
    at = quote < 0 ? end : endOfString(text, quote);
    parts.push(text.slice(end, at));
  }
  return parts.join('');
}

function endOfString(text: string, quote: number): number {
  for (let k = quote + 1; k < text.length; k++) {
    if (text[k] === '\\') k++;
    else if (text[k] === '"') return k + 1;
  }
  return text.length;
}

/** The object itself, or an empty one where `value` is none. */
export const record = (value: Json | undefined): JsonRecord =>
  (value !== null && typeof value === 'object' && !Array.isArray(value) ? value as JsonRecord : {});

/** What the file itself wrote under `key`. */
export const field = (value: Json | undefined, key: string): Json | undefined => {
  const found = record(value);
  return Object.hasOwn(found, key) ? found[key] : undefined;
};

export const list = (value: Json | undefined): readonly Json[] | undefined => (Array.isArray(value) ? value as readonly Json[] : undefined);

export const text = (value: Json | undefined): string | undefined => (typeof value === 'string' ? value : undefined);

export const flag = (value: Json | undefined): boolean | undefined => (typeof value === 'boolean' ? value : undefined);

/** A whole number of at least 1. */
export const count = (value: Json | undefined): number | undefined => (typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined);
