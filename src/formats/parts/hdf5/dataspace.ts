/** Dataspaces: how many elements, in what shape. */
import { elements } from '../checked';
import type { Cursor } from './file';

export interface Dataspace {
  /** Empty for one value. */
  readonly shape: readonly number[];
  /** What the dimensions may grow to; Infinity where there is no bound. */
  readonly most: readonly number[];
  /** Product of the shape; 0 for a null dataspace. */
  readonly count: number;
  /** There is no value at all, not even one. */
  readonly none: boolean;
}

/** @throws FormatError */
export function dataspaceOf(body: Cursor): Dataspace {
  const version = body.u8();
  if (version !== 1 && version !== 2) throw body.error(`has a dataspace of version ${version}; 1 and 2 are read`);
  const rank = body.u8();
  if (rank > 32) throw body.error(`has ${rank} dimensions, but HDF5 allows 32. The file may be damaged`);
  const flags = body.u8();
  const type = body.u8();
  if (version === 1) body.skip(4);
  if (version === 2 && type === 2) return { shape: [], most: [], count: 0, none: true };
  const shape = Array.from({ length: rank }, () => body.length());
  const most = flags & 1 ? Array.from({ length: rank }, () => bound(body)) : shape;
  const count = elements(shape);
  if (count === undefined) throw body.error(`has the shape [${shape.join(', ')}], which cannot be. The file may be damaged`);
  return { shape, most, count, none: false };
}

/** All bits set: unlimited. */
function bound(body: Cursor): number {
  const field = body.bytes(body.file.widths.length);
  if (field.every(b => b === 0xff)) return Infinity;
  return field.reduceRight((value, b) => value * 256 + b, 0);
}
