/** How indexes describe a chunk that was written. */
import type { Cursor } from './file';

export interface Stored {
  readonly address: number;
  /** Bytes in the file. */
  readonly size: number;
  /** Bit k: filter k was left out. */
  readonly mask: number;
}

/** The chunk of a number, undefined where it was never written. @throws FormatError */
export type Lookup = (k: number) => Promise<Stored | undefined>;

/** An address, and where there are more than its bytes, the size stored and the filters left out. @throws FormatError */
export function storedOf(fields: Cursor, length: number, bytes: number): Stored | undefined {
  const width = fields.file.widths.address;
  const address = fields.address();
  const rest = length - width;
  if (rest !== 0 && (rest < 5 || rest > 12)) throw fields.error(`describes chunks in ${length} bytes, which cannot be. The file may be damaged`);
  const [size, mask] = rest === 0 ? [bytes, 0] : [fields.uint(rest - 4), fields.u32()];
  return address === undefined ? undefined : { address, size, mask };
}
