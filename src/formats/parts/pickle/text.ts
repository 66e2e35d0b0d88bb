/** Text and whole numbers as pickles of any age write them. */

const decoder = new TextDecoder('utf-8');

/** UTF-8; lone surrogates, which Python writes, become the replacement character. */
export const utf8 = (raw: Uint8Array): string => decoder.decode(raw);

/** One character a byte: Python 2 kept text and bytes in the same kind of string. */
export function latin1(raw: Uint8Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < raw.length; at += 8192) pieces.push(String.fromCharCode(...raw.subarray(at, at + 8192)));
  return pieces.join('');
}

/** The bytes of such a string. */
export function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let k = 0; k < text.length; k++) bytes[k] = text.charCodeAt(k);
  return bytes;
}

/** Two's complement, little-endian; a number where it is exact, since that is what everybody expects. */
export function long(raw: Uint8Array): number | bigint {
  let value = 0n;
  for (let k = raw.length - 1; k >= 0; k--) value = (value << 8n) | BigInt(raw[k] ?? 0);
  return narrowed(((raw.at(-1) ?? 0) & 0x80) === 0 ? value : value - (1n << BigInt(8 * raw.length)));
}

/** A decimal number, maybe with Python 2's `L` behind it; undefined where it is none. */
export function decimal(text: string): number | bigint | undefined {
  const digits = /^\s*([+-]?\d+)L?\s*$/.exec(text)?.[1];
  return digits === undefined ? undefined : narrowed(BigInt(digits.replace(/^\+/, '')));
}

const narrowed = (value: bigint): number | bigint => (Number.isSafeInteger(Number(value)) ? Number(value) : value);

const escapes = new Map([['n', '\n'], ['r', '\r'], ['t', '\t'], ['\\', '\\'], ['\'', '\''], ['"', '"'], ['a', '\x07'], ['b', '\b'], ['f', '\f'], ['v', '\v']]);

/** A quoted string with backslashes, as protocol 0 writes it; undefined where the quotes do not match. */
export function unquoted(text: string): string | undefined {
  const inner = /^\s*(['"])(.*)\1\s*$/s.exec(text)?.[2];
  return inner?.replace(/\\(?:x([0-9a-fA-F]{2})|([0-7]{1,3})|(.))/gs, (all: string, hex?: string, octal?: string, plain?: string) =>
    (hex ? String.fromCharCode(parseInt(hex, 16)) : octal ? String.fromCharCode(parseInt(octal, 8) & 0xff) : escapes.get(plain ?? '') ?? all));
}

/** Latin-1 with `\uXXXX`, as protocol 0 writes text. */
export const rawUnicode = (raw: Uint8Array): string =>
  latin1(raw).replace(/\\(?:u([0-9a-fA-F]{4})|U(00(?:0[0-9a-fA-F]|10)[0-9a-fA-F]{4}))/g, (_, short?: string, wide?: string) => String.fromCodePoint(parseInt(short ?? wide ?? '', 16)));
