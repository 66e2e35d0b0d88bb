/** An ONNX model by its headers: graphs, nodes, attributes, and where tensors lie. No tensor's numbers are read. */
import { FormatError, type Bytes } from '../format';
import { printable } from '../parts/checked';
import { ProtoReader, type Field } from '../parts/protobuf';

export const FORMAT = 'onnx';

/** A tensor's header and the bytes [from, to) of its message. */
export interface TensorInfo {
  readonly name: string;
  readonly dims: readonly number[];
  /** ONNX's number of the element type. */
  readonly type: number;
  readonly from: number;
  readonly to: number;
  /** Where `raw_data` lies, if it is there. */
  readonly raw?: { readonly from: number; readonly to: number };
  /** Keys `location`, `offset`, `length`, where the data are in another file. */
  readonly external?: ReadonlyMap<string, string>;
}

export interface Attribute {
  readonly name: string;
  readonly float?: number;
  readonly int?: number;
  readonly text?: string;
  readonly tensor?: TensorInfo;
  readonly graph?: Graph;
  readonly floats: readonly number[];
  readonly ints: readonly number[];
  readonly texts: readonly string[];
}

export interface Node {
  /** Byte offset of its message: tells nodes apart. */
  readonly from: number;
  readonly op: string;
  readonly domain: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

export interface Graph {
  readonly name: string;
  readonly nodes: readonly Node[];
  readonly initializers: ReadonlyMap<string, TensorInfo>;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

export interface Model {
  readonly graph: Graph;
  readonly metadata: Readonly<Record<string, string>>;
  /** Version of the default operator set. */
  readonly opset: number;
  /** How many functions of its own the model brings; their bodies are not read. */
  readonly functions: number;
}

const MOST_DIMS = 32;
const MOST_LIST = 1 << 20;
/** Deeper than any model nests its If and Loop bodies. */
const MOST_GRAPHS_DEEP = 24;

/** Walks the whole file once. @throws FormatError */
export async function readModel(bytes: Bytes): Promise<Model> {
  const proto = new ProtoReader(bytes, FORMAT);
  const metadata = Object.create(null) as Record<string, string>;
  let graph: Graph | undefined;
  let opset = 1;
  let functions = 0;
  await proto.walk(0, bytes.size, async field => {
    if (field.number === 2 && field.wire === 2) metadata['producer'] = await proto.text(field);
    else if (field.number === 7 && field.wire === 2) graph = await readGraph(proto, field, 1);
    else if (field.number === 8 && field.wire === 2) opset = await readOpset(proto, field) ?? opset;
    else if (field.number === 25 && field.wire === 2) functions++;
    else if (field.number === 14 && field.wire === 2) {
      const [key, value] = await readPair(proto, field);
      metadata[key] = value;
    }
  });
  if (!graph) throw new FormatError(FORMAT, `${printable(bytes.name)} holds no graph. It may be truncated, or no ONNX model`, 0);
  metadata['opset'] = String(opset);
  return { graph, metadata, opset, functions };
}

async function readGraph(proto: ProtoReader, { from, to }: Field, depth: number): Promise<Graph> {
  if (depth > MOST_GRAPHS_DEEP) throw new FormatError(FORMAT, `graphs are nested more than ${MOST_GRAPHS_DEEP} deep`, from);
  const nodes: Node[] = [];
  const initializers = new Map<string, TensorInfo>();
  const inputs: string[] = [];
  const outputs: string[] = [];
  let name = '';
  await proto.walk(from, to, async field => {
    if (field.wire !== 2) return;
    if (field.number === 1) nodes.push(await readNode(proto, field, depth));
    else if (field.number === 2) name = await proto.text(field);
    else if (field.number === 5) {
      const tensor = await readTensorInfo(proto, field);
      initializers.set(tensor.name, tensor);
    } else if (field.number === 11) inputs.push(await readName(proto, field));
    else if (field.number === 12) outputs.push(await readName(proto, field));
  });
  return { name, nodes, initializers, inputs, outputs };
}

/** Shared by all nodes without any: there may be millions. */
const noAttributes = new Map<string, Attribute>();

async function readNode(proto: ProtoReader, { from, to }: Field, depth: number): Promise<Node> {
  const node = { from, op: '', domain: '', name: '', inputs: [] as string[], outputs: [] as string[], attributes: noAttributes };
  await proto.walk(from, to, async field => {
    if (field.wire !== 2) return;
    if (field.number === 1) node.inputs.push(await proto.text(field));
    else if (field.number === 2) node.outputs.push(await proto.text(field));
    else if (field.number === 3) node.name = await proto.text(field);
    else if (field.number === 4) node.op = await proto.text(field);
    else if (field.number === 7) node.domain = await proto.text(field);
    else if (field.number === 5) {
      const attribute = await readAttribute(proto, field, depth);
      if (node.attributes === noAttributes) node.attributes = new Map();
      node.attributes.set(attribute.name, attribute);
    }
  });
  return node;
}

async function readAttribute(proto: ProtoReader, { from, to }: Field, depth: number): Promise<Attribute> {
  const floats: number[] = [];
  const ints: number[] = [];
  const texts: string[] = [];
  const one: { -readonly [K in 'float' | 'int' | 'text' | 'tensor' | 'graph']?: Attribute[K] } = {};
  let name = '';
  let type = 0;
  await proto.walk(from, to, async field => {
    const { number, wire } = field;
    if (number === 20 && wire === 0) type = field.value;
    else if (number === 1 && wire === 2) name = await proto.text(field);
    else if (number === 2 && wire === 5) one.float = await readFloat(proto, field);
    else if (number === 3 && wire === 0) one.int = field.value;
    // Bytes of a string constant may be long; names of options are not.
    else if (number === 4 && wire === 2 && field.to - field.from <= 256) one.text = await proto.text(field);
    else if (number === 5 && wire === 2) one.tensor = await readTensorInfo(proto, field);
    else if (number === 6 && wire === 2) one.graph = await readGraph(proto, field, depth + 1);
    else if (number === 7) await readFloats(proto, field, floats);
    else if (number === 8) await proto.varints(field, ints, MOST_LIST);
    else if (number === 9 && wire === 2 && texts.length < MOST_LIST) texts.push(field.to - field.from <= 256 ? await proto.text(field) : '');
  });
  // Some writers leave zeros out; the type then says that there is one.
  if (type === 1) one.float ??= 0;
  if (type === 2) one.int ??= 0;
  return { name, floats, ints, texts, ...definedOnly(one) };
}

type One = Pick<Attribute, 'float' | 'int' | 'text' | 'tensor' | 'graph'>;
const definedOnly = (one: { [K in keyof One]?: One[K] | undefined }): One => one as One;

async function readTensorInfo(proto: ProtoReader, { from, to }: Field): Promise<TensorInfo> {
  const dims: number[] = [];
  const external = new Map<string, string>();
  let name = '';
  let type = 0;
  let elsewhere = false;
  let raw: TensorInfo['raw'];
  await proto.walk(from, to, async field => {
    if (field.number === 1) await proto.varints(field, dims, MOST_DIMS);
    else if (field.number === 2 && field.wire === 0) type = field.value;
    else if (field.number === 8 && field.wire === 2) name = await proto.text(field);
    else if (field.number === 9 && field.wire === 2) raw = { from: field.from, to: field.to };
    else if (field.number === 13 && field.wire === 2) external.set(...await readPair(proto, field));
    else if (field.number === 14 && field.wire === 0) elsewhere = field.value === 1;
  });
  return { name, dims, type, from, to, ...(raw ? { raw } : {}), ...(elsewhere ? { external } : {}) };
}

async function readFloat(proto: ProtoReader, field: Field): Promise<number> {
  const raw = await proto.raw(field);
  return new DataView(raw.buffer, raw.byteOffset, 4).getFloat32(0, true);
}

async function readFloats(proto: ProtoReader, field: Field, into: number[]): Promise<void> {
  if (field.wire !== 2 && field.wire !== 5) return;
  if (into.length + (field.to - field.from) / 4 > MOST_LIST) throw new FormatError(FORMAT, `a list holds more than ${MOST_LIST} numbers`, field.from);
  const raw = await proto.raw(field);
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  for (let at = 0; at + 4 <= raw.length; at += 4) into.push(view.getFloat32(at, true));
}

/** Field 1 as text: the name of a ValueInfo. */
async function readName(proto: ProtoReader, { from, to }: Field): Promise<string> {
  let name = '';
  await proto.walk(from, to, async field => {
    if (field.number === 1 && field.wire === 2) name = await proto.text(field);
  });
  return name;
}

async function readPair(proto: ProtoReader, { from, to }: Field): Promise<[string, string]> {
  const pair: [string, string] = ['', ''];
  await proto.walk(from, to, async field => {
    if (field.wire === 2 && (field.number === 1 || field.number === 2)) pair[field.number - 1] = field.to - field.from > 4096 ? '' : await proto.text(field);
  });
  return [printable(pair[0]), pair[1]];
}

async function readOpset(proto: ProtoReader, { from, to }: Field): Promise<number | undefined> {
  let domain = '';
  let version = 1;
  await proto.walk(from, to, async field => {
    if (field.number === 1 && field.wire === 2) domain = await proto.text(field);
    else if (field.number === 2 && field.wire === 0) version = field.value;
  });
  return domain === '' || domain === 'ai.onnx' ? version : undefined;
}
