/** Plain data with typed arrays as text and back: JSON in which an array of numbers is its bytes in base64. */

import { base64, fromBase64 } from '../base64';

const KINDS = { Float32Array, Float64Array, Int32Array, Uint8Array } as const;
type Kind = keyof typeof KINDS;

interface Packed { readonly $array: Kind; readonly base64: string }

/** Text that `unpack` makes the same value of; without `<`, so that it may stand in a script element. */
export function pack(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) => {
    if (typeof member === 'number' && !Number.isFinite(member)) return { $number: String(member) };
    return ArrayBuffer.isView(member) ? packed(member) : member;
  }).replaceAll('<', '\\u003c');
}

/** @throws Error where the text was not made by `pack` */
export function unpack(text: string): unknown {
  return JSON.parse(text, (_, member: unknown) => {
    if (typeof member !== 'object' || member === null) return member;
    if ('$number' in member) return Number(member.$number);
    return '$array' in member ? unpacked(member as Packed) : member;
  });
}

function packed(view: ArrayBufferView): Packed {
  const kind = (Object.keys(KINDS) as Kind[]).find(k => view instanceof KINDS[k]);
  if (!kind) throw new Error('An array of this kind cannot be packed.');
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  return { $array: kind, base64: base64(bytes) };
}

function unpacked({ $array, base64: text }: Packed): ArrayBufferView {
  const bytes = fromBase64(text);
  if (!Object.hasOwn(KINDS, $array)) throw new Error(`Unknown kind of array ${$array}.`);
  return new KINDS[$array](bytes.buffer);
}

