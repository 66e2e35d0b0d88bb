/**
 * A model that can be changed: graphs of nodes whose bytes are kept, so that what is written again is what was read, but for names,
 * outputs, and branches put in the place of their If. Fields are numbered as in onnx.proto.
 */
import { field, joined, numberField, pieces, textField, textOf, unpacked, type Parts } from './wire';

export interface Draft {
  readonly graph: DraftGraph;
  /** Fields of the model other than the graph: versions, operator sets, local functions. */
  readonly rest: Parts;
}

export interface DraftGraph {
  readonly nodes: readonly DraftNode[];
  readonly initializers: readonly Named[];
  readonly inputs: readonly Named[];
  readonly outputs: readonly Named[];
  /** What else it has, such as its name. */
  readonly rest: Parts;
}

export interface DraftNode {
  /** Byte offset of the node in its file: the same wherever the node is moved to. */
  readonly origin: number;
  readonly op: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly bodies: readonly Body[];
  /** Its attributes without bodies and other fields. */
  readonly rest: Parts;
  /** The node as it was read; absent once it was changed. */
  readonly raw?: Uint8Array;
}

/** A graph that is an attribute of its node: `then_branch`, `body`. */
export interface Body { readonly attribute: string; readonly graph: DraftGraph }

/** A tensor, or the type of a value. */
export interface Named { readonly name: string; readonly raw: Uint8Array }

const MODEL = { graph: 7 } as const;
const GRAPH = { node: 1, name: 2, initializer: 5, input: 11, output: 12, types: 13 } as const;
const NODE = { input: 1, output: 2, op: 4, attribute: 5, domain: 7 } as const;
const ATTRIBUTE = { name: 1, graph: 6 } as const;
const TENSOR_NAME = 8;
const TYPED_NAME = 1;

/** The whole file as a draft; `raw` must be a model that readModel has found sound. @throws FormatError */
export function draftOf(raw: Uint8Array): Draft {
  const rest: Uint8Array[] = [];
  let graph: DraftGraph = { nodes: [], initializers: [], inputs: [], outputs: [], rest: [] };
  for (const piece of pieces(raw)) {
    if (piece.number === MODEL.graph) graph = graphOf(piece.content, raw.byteOffset);
    else rest.push(piece.whole);
  }
  return { graph, rest };
}

function graphOf(raw: Uint8Array, base: number): DraftGraph {
  const graph = { nodes: [] as DraftNode[], initializers: [] as Named[], inputs: [] as Named[], outputs: [] as Named[], rest: [] as Uint8Array[] };
  for (const { number, whole, content } of pieces(raw)) {
    if (number === GRAPH.node) graph.nodes.push(nodeOf(content, base));
    else if (number === GRAPH.initializer) graph.initializers.push({ name: nameOf(content, TENSOR_NAME), raw: content });
    else if (number === GRAPH.input) graph.inputs.push({ name: nameOf(content, TYPED_NAME), raw: content });
    else if (number === GRAPH.output) graph.outputs.push({ name: nameOf(content, TYPED_NAME), raw: content });
    // Types of values in between may say more than is true of a branch that was moved; the runtime infers them.
    else if (number !== GRAPH.types) graph.rest.push(whole);
  }
  return graph;
}

function nodeOf(raw: Uint8Array, base: number): DraftNode {
  const node = { op: '', domain: '', inputs: [] as string[], outputs: [] as string[], bodies: [] as Body[], rest: [] as Uint8Array[] };
  for (const { number, whole, content } of pieces(raw)) {
    if (number === NODE.input) node.inputs.push(textOf(content));
    else if (number === NODE.output) node.outputs.push(textOf(content));
    else {
      const graph = number === NODE.attribute ? contentOf(content, ATTRIBUTE.graph) : undefined;
      if (graph) node.bodies.push({ attribute: nameOf(content, ATTRIBUTE.name), graph: graphOf(graph, base) });
      else node.rest.push(whole);
      if (number === NODE.op) node.op = textOf(content);
      if (number === NODE.domain) node.domain = textOf(content);
    }
  }
  return { ...node, origin: raw.byteOffset - base, raw };
}

function contentOf(raw: Uint8Array, number: number): Uint8Array | undefined {
  for (const piece of pieces(raw)) if (piece.number === number && piece.wire === 2) return piece.content;
  return undefined;
}

const nameOf = (raw: Uint8Array, number: number): string => textOf(contentOf(raw, number) ?? new Uint8Array(0));

/** The bytes of a model. */
export const encodeDraft = ({ graph, rest }: Draft): Uint8Array => joined([...rest, ...field(MODEL.graph, encodeGraph(graph))]);

function encodeGraph({ nodes, initializers, inputs, outputs, rest }: DraftGraph): Parts {
  return [
    ...nodes.flatMap(node => field(GRAPH.node, encodeNode(node))),
    ...initializers.flatMap(({ raw }) => field(GRAPH.initializer, [raw])),
    ...inputs.flatMap(({ raw }) => field(GRAPH.input, [raw])),
    ...outputs.flatMap(({ raw }) => field(GRAPH.output, [raw])),
    ...rest,
  ];
}

const TYPE = 20;
const GRAPH_TYPE = 5;

function encodeNode({ inputs, outputs, bodies, rest, raw }: DraftNode): Parts {
  return raw ? [raw] : [
    ...inputs.flatMap(name => textField(NODE.input, name)),
    ...outputs.flatMap(name => textField(NODE.output, name)),
    ...rest,
    ...bodies.flatMap(({ attribute, graph }) => field(NODE.attribute, [
      ...textField(ATTRIBUTE.name, attribute), ...field(ATTRIBUTE.graph, encodeGraph(graph)), ...numberField(TYPE, GRAPH_TYPE),
    ])),
  ];
}

/** A node that hands its input on. */
export function identity(from: string, to: string): DraftNode {
  return { origin: -1, op: 'Identity', domain: '', inputs: [from], outputs: [to], bodies: [], rest: textField(NODE.op, 'Identity') };
}

/** An input of an element type by ONNX's number, of any shape. */
export function inputOf(name: string, type: number): Named {
  return { name, raw: joined([...textField(TYPED_NAME, name), ...field(2, field(1, numberField(1, type)))]) };
}

/** An output without a type: the runtime infers it. */
export const outputOf = (name: string): Named => ({ name, raw: joined(textField(TYPED_NAME, name)) });

/** The same tensor under another name. */
export const renamedTensor = ({ raw }: Named, name: string): Named => ({ name, raw: withName(raw, TENSOR_NAME, name) });

/** The same type under another name. */
export const renamedType = ({ raw }: Named, name: string): Named => ({ name, raw: withName(raw, TYPED_NAME, name) });

function withName(raw: Uint8Array, number: number, name: string): Uint8Array {
  return joined([...[...pieces(raw)].filter(p => p.number !== number).map(p => p.whole), ...textField(number, name)]);
}

/** A whole number among a node's attributes. */
export function intAttribute({ rest }: DraftNode, name: string): number | undefined {
  const found = attribute(rest, name);
  return found === undefined ? undefined : [...pieces(found)].find(p => p.number === 3)?.value ?? 0;
}

/** A list of whole numbers among a node's attributes; empty where absent. */
export function intsAttribute({ rest }: DraftNode, name: string): readonly number[] {
  const found = attribute(rest, name);
  return found === undefined ? [] : [...pieces(found)].filter(p => p.number === 8).flatMap(p => (p.wire === 0 ? [p.value] : unpacked(p.content)));
}

function attribute(rest: Parts, name: string): Uint8Array | undefined {
  return rest.flatMap(raw => [...pieces(raw)]).find(p => p.number === NODE.attribute && nameOf(p.content, ATTRIBUTE.name) === name)?.content;
}
