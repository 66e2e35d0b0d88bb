/** Python's module `string`: alphabets that vocabularies are made of. */
import type { Expression } from './expression';
import { importPath } from './names';
import { lookup, type Scope } from './scopes';

const lower = 'abcdefghijklmnopqrstuvwxyz';
const digits = '0123456789';
const punctuation = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';
const whitespace = ' \t\n\r\x0b\x0c';
const letters = lower + lower.toUpperCase();

const constants: Readonly<Record<string, string>> = {
  ascii_lowercase: lower, ascii_uppercase: lower.toUpperCase(), ascii_letters: letters, digits, hexdigits: `${digits}abcdefABCDEF`, octdigits: '01234567',
  punctuation, whitespace, printable: digits + letters + punctuation + whitespace,
};

/** `string.ascii_letters` where `string` is imported. */
export function stringConstant(e: Expression, scope: Scope): string | undefined {
  const name = /^string\.(\w+)$/.exec(importPath(e, scope) ?? '')?.[1];
  let root = e;
  while (root.kind === 'attribute') root = root.object;
  return name !== undefined && Object.hasOwn(constants, name) && root.kind === 'name' && lookup(root.name, scope).length > 0 ? constants[name] : undefined;
}
