/** The numbers of an ONNX tensor: raw bytes, typed lists, or another file; sizes are checked before anything is allocated. */
import { FormatError, type Bytes } from '../format';
import { elements, printable, readExactly, shapeText } from '../parts/checked';
import { brain, half, sizeOf, toFloat32, toFloat64, type Numbers } from '../parts/numbers';
import { ProtoReader } from '../parts/protobuf';
import { FORMAT, type TensorInfo } from './model';

/** ONNX's element types by number. */
const types: readonly (string | undefined)[] = [
  undefined, 'float32', 'uint8', 'int8', 'uint16', 'int16', 'int32', 'int64', undefined, 'bool', 'float16', 'float64', 'uint32', 'uint64', undefined, undefined, 'bfloat16',
];

/** Our name of an ONNX element type, `type 8` for what holds no numbers. */
export const typeName = (type: number): string => types[type] ?? `type ${type}`;

/** Where the typed list of an element type lies: its field, and how one value is stored there. */
function listOf(type: string): { readonly field: number; readonly size: 0 | 4 | 8 } {
  if (type === 'float32') return { field: 4, size: 4 };
  if (type === 'float64') return { field: 10, size: 8 };
  if (type === 'int64') return { field: 7, size: 0 };
  if (type === 'uint32' || type === 'uint64') return { field: 11, size: 0 };
  return { field: 5, size: 0 };
}

/** Row-major numbers; `exact` gives float64, in which integers survive. @throws FormatError */
export async function readTensor(bytes: Bytes, tensor: TensorInfo, exact: boolean): Promise<Numbers> {
  const type = typeName(tensor.type);
  const size = sizeOf(type);
  const count = elements(tensor.dims);
  if (size === undefined) throw problem(tensor, `holds ${type}, which are no numbers`);
  if (count === undefined) throw problem(tensor, `has an impossible shape ${shapeText(tensor.dims)}`);
  if (tensor.external) return decode(type, exact, await readExternal(bytes, tensor, tensor.external, count * size));
  if (!tensor.raw) return readList(bytes, tensor, type, count, exact);
  const length = tensor.raw.to - tensor.raw.from;
  if (length !== count * size) throw problem(tensor, `of shape ${shapeText(tensor.dims)} and type ${type} should take ${count * size} bytes, but has ${length}`);
  return decode(type, exact, await readExactly(bytes, FORMAT, `tensor "${printable(tensor.name)}"`, tensor.raw.from, length));
}

const decode = (type: string, exact: boolean, raw: Uint8Array): Numbers => (exact ? toFloat64(type, raw) : toFloat32(type, raw));

const problem = ({ name, from }: TensorInfo, what: string): FormatError => new FormatError(FORMAT, `tensor "${printable(name)}" ${what}`, from);

async function readExternal(bytes: Bytes, tensor: TensorInfo, external: ReadonlyMap<string, string>, length: number): Promise<Uint8Array> {
  const location = external.get('location') ?? '';
  const offset = Number(external.get('offset') ?? 0);
  const stated = Number(external.get('length') ?? length);
  if (!isBeside(location)) throw problem(tensor, `lies in "${printable(location)}", which is not in the model's folder. Put the file beside the model`);
  if (stated !== length) throw problem(tensor, `should take ${length} bytes, but the model says that ${printable(location)} holds ${stated}`);
  const file = await openBeside(bytes, tensor, location);
  return readExactly(file, FORMAT, `tensor "${printable(tensor.name)}"`, offset, length);
}

/** A relative path that stays in its folder: no drive, no root, no `..`, no backslash. */
export function isBeside(location: string): boolean {
  return location !== '' && !/^[/~]|[\\:\0]/.test(location) && !location.split('/').includes('..');
}

async function openBeside(bytes: Bytes, tensor: TensorInfo, location: string): Promise<Bytes> {
  if (!bytes.sibling) throw problem(tensor, `lies in the file ${printable(location)}, which cannot be reached from here`);
  try {
    return await bytes.sibling(location);
  } catch (error) {
    throw problem(tensor, `lies in the file ${printable(location)}, which cannot be opened: ${printable(error instanceof Error ? error.message : String(error))}`);
  }
}

/** Values of `float_data`, `int32_data` and so on, packed or one by one. */
async function readList(bytes: Bytes, tensor: TensorInfo, type: string, count: number, exact: boolean): Promise<Numbers> {
  // Every value takes a byte or more of the message, so this bounds the allocation.
  if (count > tensor.to - tensor.from) throw problem(tensor, `of shape ${shapeText(tensor.dims)} should hold ${count} values, but is only ${tensor.to - tensor.from} bytes long`);
  const out = exact ? new Float64Array(count) : new Float32Array(count);
  const { field, size } = listOf(type);
  const convert = type === 'float16' ? half : type === 'bfloat16' ? brain : (n: number) => n;
  const proto = new ProtoReader(bytes, FORMAT);
  let filled = 0;
  await proto.walk(tensor.from, tensor.to, async found => {
    if (found.number !== field) return;
    const values = size === 0 ? await integers(proto, found, count) : await floats(proto, found, type);
    for (const value of values) out[filled++] = convert(value);
  });
  if (filled !== count) throw problem(tensor, `of shape ${shapeText(tensor.dims)} should hold ${count} values, but has ${filled}`);
  return out;
}

async function integers(proto: ProtoReader, field: Parameters<ProtoReader['raw']>[0], most: number): Promise<readonly number[]> {
  const values: number[] = [];
  await proto.varints(field, values, most);
  return values;
}

async function floats(proto: ProtoReader, field: Parameters<ProtoReader['raw']>[0], type: string): Promise<Numbers> {
  return field.wire === 0 ? new Float32Array(0) : decode(type, true, await proto.raw(field));
}
