/** Data layouts: where a dataset's elements lie. */
import type { Cursor } from './file';

/** How the chunks of a dataset are found. */
export type Index =
  | { readonly kind: 'tree1'; readonly address: number }
  /** One chunk holds all; `size` where it is filtered. */
  | { readonly kind: 'single'; readonly address: number; readonly size?: number | undefined; readonly mask: number }
  /** One after another, unfiltered. */
  | { readonly kind: 'implicit'; readonly address: number }
  | { readonly kind: 'fixed'; readonly address: number }
  | { readonly kind: 'extensible'; readonly address: number }
  | { readonly kind: 'tree2'; readonly address: number };

export type Layout =
  | { readonly kind: 'compact'; readonly data: Cursor }
  | { readonly kind: 'contiguous'; readonly address: number | undefined }
  /** `chunk` has the shape of one; no index: nothing was written yet. */
  | { readonly kind: 'chunked'; readonly chunk: readonly number[]; readonly index: Index | undefined; readonly partial: boolean }
  | { readonly kind: 'virtual' };

/** `rank` is that of the dataspace. @throws FormatError */
export function layoutOf(body: Cursor, rank: number): Layout {
  const version = body.u8();
  if (version < 1 || version > 5) throw body.error(`has a data layout of version ${version}; 1 to 5 are read`);
  return version < 3 ? oldLayout(body, rank) : newLayout(body, rank, version);
}

function oldLayout(body: Cursor, rank: number): Layout {
  const [dimensions, kind] = [body.u8(), body.u8()];
  body.skip(5);
  const address = kind === 0 ? undefined : body.address();
  const shape = Array.from({ length: dimensions }, () => body.u32());
  if (kind === 0) return { kind: 'compact', data: body.part(body.u32()) };
  if (kind === 1) return { kind: 'contiguous', address };
  if (kind === 2) return chunked(body, rank, shape, address === undefined ? undefined : { kind: 'tree1', address });
  throw body.error(`has a data layout of class ${kind}, which HDF5 does not have. The file may be damaged`);
}

function newLayout(body: Cursor, rank: number, version: number): Layout {
  const kind = body.u8();
  if (kind === 0) return { kind: 'compact', data: body.part(body.u16()) };
  if (kind === 1) return { kind: 'contiguous', address: body.address() };
  if (kind === 2) return version === 3 ? treeOfChunks(body, rank) : indexed(body, rank);
  if (kind === 3) return { kind: 'virtual' };
  throw body.error(`has a data layout of class ${kind}, which HDF5 does not have. The file may be damaged`);
}

function treeOfChunks(body: Cursor, rank: number): Layout {
  const dimensions = body.u8();
  const address = body.address();
  const shape = Array.from({ length: dimensions }, () => body.u32());
  return chunked(body, rank, shape, address === undefined ? undefined : { kind: 'tree1', address });
}

/** Bytes of parameters that each kind of index has here and repeats in its own header. */
const kinds = new Map([[3, { kind: 'fixed', skip: 1 }], [4, { kind: 'extensible', skip: 5 }], [5, { kind: 'tree2', skip: 6 }]] as const);

function indexed(body: Cursor, rank: number): Layout {
  const flags = body.u8();
  const dimensions = body.u8();
  const width = body.u8();
  if (width < 1 || width > 8) throw body.error(`has chunk sizes of ${width} bytes. The file may be damaged`);
  const shape = Array.from({ length: dimensions }, () => body.uint(width));
  const type = body.u8();
  return chunked(body, rank, shape, indexOf(body, type, flags), (flags & 1) !== 0);
}

function indexOf(body: Cursor, type: number, flags: number): Index | undefined {
  if (type === 1) {
    const filtered = (flags & 2) !== 0;
    const [size, mask] = filtered ? [body.length(), body.u32()] : [undefined, 0];
    const address = body.address();
    return address === undefined ? undefined : { kind: 'single', address, size, mask };
  }
  const other = type === 2 ? { kind: 'implicit', skip: 0 } as const : kinds.get(type as 3 | 4 | 5);
  if (!other) throw body.error(`has a chunk index of type ${type}; 1 to 5 are read`);
  body.skip(other.skip);
  const address = body.address();
  return address === undefined ? undefined : { kind: other.kind, address };
}

/** The last of the sizes is that of an element, in bytes. */
function chunked(body: Cursor, rank: number, sizes: readonly number[], index: Index | undefined, partial = false): Layout {
  if (sizes.length !== rank + 1 || sizes.includes(0)) throw body.error(`has chunks of [${sizes.join(', ')}] for ${rank} dimensions. The file may be damaged`);
  return { kind: 'chunked', chunk: sizes.slice(0, rank), index, partial };
}
