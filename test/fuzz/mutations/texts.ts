/** Names and numbers written as text, in place: in headers of .npy, in JSON inside HDF5, in tables and pickles. */
import { below, joined, pick, utf8, type Next } from '../file';
import type { Mutation } from './index';

const NUMBERS = ['-1', '0', '1e309', '-0', 'NaN', 'Infinity', '9007199254740993', '18446744073709551615', '99999999999999999999999', '2147483648', '0x10', '1.5', '', '00'];
export const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '..', '../../../../etc/passwd', '/etc/passwd', 'C:\\x', '', '\u0000', '\u202e', 'a\nb', '\ud800', 'x'.repeat(5000)];

const latin1 = new TextDecoder('latin1');

export const textMutations: readonly Mutation[] = [
  { name: 'number in text changed', apply: (bytes, next) => replaced(bytes, next, /\d+/g, old => (next() < 0.4 ? padded(pick(next, NUMBERS), old.length) : pick(next, NUMBERS))) },
  { name: 'quoted name changed', apply: (bytes, next) => replaced(bytes, next, /(?<=["'])[^"'\n]{1,60}(?=["'])/g, old => fitted(next, old)) },
  { name: 'name changed', apply: (bytes, next) => replaced(bytes, next, /[A-Za-z_][\w.]{3,40}/g, old => fitted(next, old)) },
  { name: 'bracket changed', apply: (bytes, next) => replaced(bytes, next, /[[\](){}:,"']/g, () => pick(next, ['[', ']', '(', ')', '{', '}', ':', ',', '"', '\'', '', '['.repeat(3000), '('.repeat(3000), '{"a":'.repeat(2000)])) },
];

/** Half of the time of the same length, so that binary formats keep their shape. */
function fitted(next: Next, old: string): string {
  const name = pick(next, NAMES);
  return next() < 0.5 ? padded(name, old.length) : name;
}

const padded = (text: string, length: number): string => text.slice(0, length).padEnd(length, text === '' ? ' ' : text.at(-1));

function replaced(bytes: Uint8Array, next: Next, pattern: RegExp, change: (old: string) => string): Uint8Array | undefined {
  const from = below(next, 2) * below(next, bytes.length);
  const part = latin1.decode(bytes.subarray(from, from + 20_000));
  const found = [...part.matchAll(pattern)];
  if (found.length === 0) return undefined;
  const { index, 0: old } = pick(next, found);
  return joined(bytes.subarray(0, from + index), utf8(change(old)), bytes.subarray(from + index + old.length));
}
