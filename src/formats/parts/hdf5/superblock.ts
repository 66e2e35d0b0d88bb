/** Where an HDF5 file begins: behind nothing, or behind a block of the user's own such as MATLAB's. */
import { FormatError, type Bytes } from '../../format';
import { printable } from '../checked';
import { windowOf } from '../window';
import { Cursor, fileOf, type File } from './file';

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
const LONGEST = 100;

export interface Superblock {
  readonly file: File;
  /** Address of the root group's object header. */
  readonly root: number;
  /** Address of the superblock's extension, an object header with messages about the whole file. */
  readonly extension?: number | undefined;
}

/** The signature stands at byte 0, 512, 1024, 2048 ... of an HDF5 file. */
export function looksLikeHdf5(head: Uint8Array): boolean {
  for (let at = 0; at + 8 <= head.length; at = at === 0 ? 512 : at * 2) if (signed(head, at)) return true;
  return false;
}

const signed = (raw: Uint8Array, at = 0): boolean => SIGNATURE.every((b, k) => raw[at + k] === b);

/** @throws FormatError */
export async function superblockOf(bytes: Bytes, format: string): Promise<Superblock> {
  for (let at = 0; at + 8 <= bytes.size; at = at === 0 ? 512 : at * 2) {
    if (!signed(await bytes.read(at, 8))) continue;
    const rest = windowOf(bytes, bytes.name, at, bytes.size - at);
    return readSuperblock(rest, format, await rest.read(8, LONGEST));
  }
  throw new FormatError(format, `${printable(bytes.name)} has no HDF5 signature`);
}

function readSuperblock(bytes: Bytes, format: string, raw: Uint8Array): Superblock {
  const version = raw[0] ?? -1;
  if (version > 3 || version < 0) throw new FormatError(format, `the HDF5 superblock is of version ${version}; versions 0 to 3 are read`, 8);
  const [address, length] = version < 2 ? [raw[5], raw[6]] : [raw[1], raw[2]];
  if (!width(address) || !width(length)) throw new FormatError(format, `HDF5 addresses and lengths should take 2, 4 or 8 bytes, not ${address} and ${length}. The file may be damaged`, 8);
  const file = fileOf(bytes, format, { address, length });
  const fields = new Cursor(file, 'the HDF5 superblock', 8, raw);
  return version < 2 ? oldFields(file, fields, version) : newFields(file, fields);
}

const width = (n: number | undefined): n is 2 | 4 | 8 => n === 2 || n === 4 || n === 8;

function oldFields(file: File, fields: Cursor, version: number): Superblock {
  fields.skip(version === 0 ? 16 : 20);
  const base = fields.address();
  fields.address(); // free space
  const end = fields.address();
  fields.address(); // driver
  whole(file, base, end);
  fields.length(); // the root has no name
  return { file, root: known(fields, fields.address()) };
}

function newFields(file: File, fields: Cursor): Superblock {
  fields.skip(4);
  const base = fields.address();
  const extension = fields.address();
  whole(file, base, fields.address());
  return { file, root: known(fields, fields.address()), extension };
}

/** The end as the writer left it: a file that is shorter is not all there yet. */
function whole(file: File, base: number | undefined, end: number | undefined): void {
  const expected = end === undefined ? 0 : end - (base ?? 0);
  if (expected > file.size) throw new FormatError(file.format, `${printable(file.name)} should have ${expected} bytes, but has only ${file.size}. It may be truncated, or still being written`);
}

function known(fields: Cursor, root: number | undefined): number {
  if (root === undefined) throw fields.error('names no root group. The file may be damaged');
  return root;
}
