/** Flax's checkpoints (`flax.serialization.to_bytes`): MessagePack whose arrays are extensions. Opens by headers alone. */
import { FormatError, type Bytes, type Checkpoint, type Format, type TensorRef } from './format';
import { stacksOf } from './layers';
import { elements, printable, readExactly, shapeText } from './parts/checked';
import { looksLikeMsgpack, readMsgpack, type Msg } from './parts/msgpack';
import { sizeOf, toFloat32 } from './parts/numbers';
import { readAhead } from './parts/readAhead';

const FORMAT = 'flax';
const ARRAY = 1;
const SCALAR = 3;
/** How Flax splits arrays that are too large for one value. */
const CHUNKED = '__msgpack_chunked_array__';
const MOST_METADATA = 50;

export const flax: Format = {
  id: FORMAT,
  title: 'Flax',
  extensions: ['msgpack'],
  match: head => looksLikeMsgpack(head),
  open: openFlax,
};

/** A run of numbers in the file. */
interface Piece { readonly shape: readonly number[]; readonly dtype: string; readonly at: number; readonly length: number }

/** What the tree holds, in its order. */
interface Found {
  readonly tensors: TensorRef[];
  readonly metadata: Record<string, string>;
  /** The file, for the headers of arrays. */
  readonly headers: Bytes;
}

/** Nested names become dotted ones. @throws FormatError */
export async function openFlax(bytes: Bytes): Promise<Checkpoint> {
  const root = await readMsgpack(readAhead(bytes), FORMAT);
  if (root.kind !== 'map') throw new FormatError(FORMAT, `it should hold a dictionary of parameters, but holds a value of kind ${root.kind}`, 0);
  const found: Found = { tensors: [], metadata: Object.create(null) as Record<string, string>, headers: readAhead(bytes) };
  await collect(bytes, root, [], found);
  if (found.tensors.length === 0) throw new FormatError(FORMAT, 'it is MessagePack, but holds no arrays as Flax writes them');
  return { kind: 'checkpoint', format: FORMAT, tensors: found.tensors, metadata: found.metadata, stacks: stacksOf(found.tensors, bytes.name) };
}

async function collect(bytes: Bytes, value: Msg, path: readonly string[], found: Found): Promise<void> {
  const name = path.join('.');
  if (value.kind === 'ext' && (value.type === ARRAY || value.type === SCALAR)) found.tensors.push(tensorOf(bytes, name, [await pieceOf(found.headers, name, value)]));
  else if (value.kind === 'map' && value.entries.has(CHUNKED)) found.tensors.push(await chunked(bytes, found.headers, name, value.entries));
  else if (value.kind === 'map') for (const [key, inner] of value.entries) await collect(bytes, inner, [...path, key], found);
  else if (value.kind === 'list') for (const [k, inner] of value.items.entries()) await collect(bytes, inner, [...path, String(k)], found);
  else if (value.kind !== 'nil' && 'value' in value && Object.keys(found.metadata).length < MOST_METADATA) found.metadata[name] = printable(String(value.value));
}

/** An array is a MessagePack list of its own: shape, type, numbers. */
async function pieceOf(bytes: Bytes, name: string, { at, length }: { at: number; length: number }): Promise<Piece> {
  const fail = (what: string): FormatError => new FormatError(FORMAT, `array "${printable(name)}" ${what}`, at);
  const inner = await readMsgpack(bytes, FORMAT, at, at + length);
  const [shape, dtype, data] = inner.kind === 'list' ? inner.items : [];
  if (shape?.kind !== 'list' || dtype?.kind !== 'text' || data === undefined) throw fail('should be a list of shape, type and numbers');
  const sizes = shape.items.map(n => (n.kind === 'number' ? n.value : NaN));
  const count = elements(sizes);
  if (count === undefined) throw fail('has a shape that is no list of counts');
  if (data.kind !== 'bin') throw fail(`should hold its numbers as bytes, but they are of kind ${data.kind}`);
  const each = sizeOf(dtype.value);
  if (each !== undefined && each * count !== data.length) throw fail(`of shape ${shapeText(sizes)} and type ${printable(dtype.value)} should take ${each * count} bytes, but has ${data.length}`);
  return { shape: sizes, dtype: dtype.value, at: data.at, length: data.length };
}

async function chunked(bytes: Bytes, headers: Bytes, name: string, entries: ReadonlyMap<string, Msg>): Promise<TensorRef> {
  const fail = (what: string): FormatError => new FormatError(FORMAT, `array "${printable(name)}" is in chunks, but ${what}`);
  const inOrder = (key: string): readonly Msg[] => {
    const map = entries.get(key);
    if (map?.kind !== 'map') throw fail(`has no ${key}`);
    return Array.from({ length: map.entries.size }, (_, k) => {
      const value = map.entries.get(String(k));
      if (!value) throw fail(`number ${k} of its ${key} is missing`);
      return value;
    });
  };
  const shape = inOrder('shape').map(n => (n.kind === 'number' ? n.value : NaN));
  const pieces: Piece[] = [];
  for (const chunk of inOrder('chunks')) {
    if (chunk.kind !== 'ext' || chunk.type !== ARRAY) throw fail('one of them is no array');
    pieces.push(await pieceOf(headers, name, chunk));
  }
  const count = elements(shape);
  const total = pieces.reduce((sum, p) => sum + (elements(p.shape) ?? 0), 0);
  if (count === undefined || count !== total) throw fail(`they have ${total} numbers, and the shape is ${shapeText(shape)}`);
  if (new Set(pieces.map(p => p.dtype)).size > 1) throw fail('they are of different types');
  return tensorOf(bytes, name, pieces, shape);
}

function tensorOf(bytes: Bytes, name: string, pieces: readonly Piece[], shape = pieces[0]?.shape ?? []): TensorRef {
  const dtype = pieces[0]?.dtype ?? 'float32';
  return {
    name, dtype: sizeOf(dtype) === undefined ? printable(dtype) : dtype, shape,
    read: async () => {
      if (sizeOf(dtype) === undefined) throw new FormatError(FORMAT, `array "${printable(name)}" is of type ${printable(dtype)}, which is not read`, pieces[0]?.at);
      const out = new Float32Array(elements(shape) ?? 0);
      let at = 0;
      for (const piece of pieces) {
        const part = toFloat32(dtype, await readExactly(bytes, FORMAT, `array "${printable(name)}"`, piece.at, piece.length));
        out.set(part, at);
        at += part.length;
      }
      return out;
    },
  };
}
