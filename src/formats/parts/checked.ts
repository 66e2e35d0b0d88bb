/** Reads that say what is missing, and sizes that are checked before anything is allocated. */
import { FormatError, type Bytes } from '../format';

/** Exactly `length` bytes at `offset`. @throws FormatError where the file ends before */
export async function readExactly(bytes: Bytes, format: string, what: string, offset: number, length: number): Promise<Uint8Array> {
  const sensible = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
  if (!sensible || offset + length > bytes.size) {
    throw new FormatError(format, `${what} should take ${length} bytes, but ${printable(bytes.name)} has only ${bytes.size}. The file may be truncated or damaged`, offset);
  }
  const found = await bytes.read(offset, length);
  if (found.length < length) throw new FormatError(format, `${printable(bytes.name)} became shorter while it was read. Open it again`, offset);
  return found.length === length ? found : found.subarray(0, length);
}

/** Number of elements of a shape, or undefined where a dimension is no count or the product is beyond exact integers. */
export function elements(shape: readonly unknown[]): number | undefined {
  let product = 1;
  let zero = false;
  for (const n of shape) {
    if (typeof n !== 'number' || !Number.isSafeInteger(n) || n < 0) return undefined;
    if (n === 0) zero = true;
    else product *= n;
    if (!Number.isSafeInteger(product)) return undefined;
  }
  return zero ? 0 : product;
}

/** `[512, 128]`, for messages. */
export const shapeText = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

/** A name from a file made fit for a one-line message: control characters out, not too long. */
export function printable(name: string): string {
   
  const clean = name.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, '\uFFFD');
  return clean.length > 120 ? `${clean.slice(0, 117)}...` : clean;
}
