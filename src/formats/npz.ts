/** NumPy's .npz: a zip of .npy files. Opens by their headers; a file in which no naming convention finds layers may be a recording. */
import { FormatError, type Bytes, type Checkpoint, type Format, type StackRef, type TensorRef } from './format';
import { maybeLayers, stacksOf } from './layers';
import { memory } from './memory';
import { printable } from './parts/checked';
import { readableType, readNpyHeader, readNpyNumbers, rowMajor, type NpyHeader } from './parts/npyHeader';
import { looksLikeZip, openZip, type ZipMember } from './parts/zip';

const FORMAT = 'npz';
const NPY = /\.npy$/;
/** Headers that NumPy writes are 128 bytes; those of long shapes a little more. */
const HEAD = 256;
const MOST_HEAD = (1 << 20) + 16;

export const npz: Format = {
  id: FORMAT,
  title: 'NumPy',
  extensions: ['npz'],
  match: async (head, bytes) => looksLikeZip(head) && holdsLayers(bytes),
  open: openNpz,
};

/** Opens by headers alone. @throws FormatError */
export async function openNpz(bytes: Bytes): Promise<Checkpoint> {
  if (!await arrays(bytes)) throw new FormatError(FORMAT, `${printable(bytes.name)} should be a zip archive of .npy files, but holds others`);
  const { tensors, stacks, warnings } = await opened(bytes);
  return { kind: 'checkpoint', format: FORMAT, tensors, metadata: {}, stacks, ...(warnings.length > 0 ? { warnings } : {}) };
}

/** A damaged archive holds none: what is wrong with it is said by who opens it. */
async function holdsLayers(bytes: Bytes): Promise<boolean> {
  try {
    const names = (await openZip(bytes)).members.map(m => m.name);
    return maybeLayers(names) && await arrays(bytes) && (await opened(bytes)).stacks.length > 0;
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}

/** All members are arrays, and there is one. */
async function arrays(bytes: Bytes): Promise<boolean> {
  const { members } = await openZip(bytes);
  return members.length > 0 && members.every(m => NPY.test(m.name));
}

interface Opened { readonly tensors: readonly TensorRef[]; readonly stacks: readonly StackRef[]; readonly warnings: readonly string[] }

const known = new WeakMap<Bytes, Promise<Opened>>();

/** What matching found is not read again for opening. */
function opened(bytes: Bytes): Promise<Opened> {
  const found = known.get(bytes) ?? read(bytes);
  known.set(bytes, found);
  return found;
}

async function read(bytes: Bytes): Promise<Opened> {
  const tensors: TensorRef[] = [];
  const headers: NpyHeader[] = [];
  for (const member of (await openZip(bytes)).members) {
    const header = await headerOf(member);
    headers.push(header);
    tensors.push(tensorOf(member, header));
  }
  return { tensors, stacks: stacksOf(tensors, bytes.name), warnings: warningsOf(tensors, headers) };
}

async function headerOf(member: ZipMember): Promise<NpyHeader> {
  const first = new Uint8Array(await member.head(HEAD));
  const length = first.length >= 12 ? headerLength(first) : HEAD;
  const head = length <= HEAD ? first : await member.head(Math.min(length, MOST_HEAD));
  return readNpyHeader(memory(member.name, head), FORMAT, member.size);
}

/** From the file's beginning to the numbers. */
function headerLength(head: Uint8Array): number {
  const view = new DataView(head.buffer, head.byteOffset);
  return head[6] === 1 ? 10 + view.getUint16(8, true) : 12 + view.getUint32(8, true);
}

function tensorOf(member: ZipMember, header: NpyHeader): TensorRef {
  return {
    name: member.name.replace(NPY, ''), dtype: header.type ?? (/O/.test(header.descr) ? 'object' : printable(header.descr)), shape: header.shape,
    read: async () => {
      readableType(header, FORMAT, printable(member.name));
      const numbers = await readNpyNumbers(await member.open(), header, FORMAT);
      return header.fortran && header.shape.length > 1 ? rowMajor(numbers, header.shape) : numbers;
    },
  };
}

function warningsOf(tensors: readonly TensorRef[], headers: readonly NpyHeader[]): readonly string[] {
  const named = (which: (h: NpyHeader) => boolean): string => {
    const names = tensors.filter((_, k) => which(headers[k] as NpyHeader)).map(t => printable(t.name));
    return names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
  };
  const objects = named(h => /O/.test(h.descr));
  const brains = named(h => /V2$/.test(h.descr));
  return [
    ...(objects ? [`Python objects that would have to be executed to be read were left alone: ${objects}.`] : []),
    ...(brains ? [`Elements of two bytes without a type are read as bfloat16, which NumPy stores so: ${brains}.`] : []),
  ];
}
