/** ONNX: recurrent nodes of a model, at top level and inside If, Loop and Scan bodies, by headers alone. */
import type { Bytes, Checkpoint, Format, LevelRef, StackRef, TensorRef } from './format';
import { Folder } from './onnx/fold';
import { feeder, isRecurrent } from './onnx/chain';
import { readModel, type Node, type TensorInfo } from './onnx/model';
import { levelOf } from './onnx/recurrent';
import { labelOf, scopeOf, scopesWithin, type Scope } from './onnx/scope';
import { readTensor, typeName } from './onnx/tensor';
import { printable } from './parts/checked';
import { narrow } from './parts/numbers';

export const onnx: Format = {
  id: 'onnx',
  title: 'ONNX',
  extensions: ['onnx'],
  match: (head, bytes) => looksLikeOnnx(head) || /\.onnx$/i.test(bytes.name),
  open: openOnnx,
};

/** Protobuf has no magic: a small ir_version, then another field that a model begins with. */
function looksLikeOnnx(head: Uint8Array): boolean {
  const second = head[2] ?? 0;
  return head[0] === 0x08 && (head[1] ?? 0) > 0 && (head[1] ?? 0) < 32 && [0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42, 0x72].includes(second);
}

/** Opens a model's headers. @throws FormatError */
export async function openOnnx(bytes: Bytes): Promise<Checkpoint> {
  const model = await readModel(bytes);
  const folder = new Folder(bytes);
  const scopes = [...scopesWithin(scopeOf(model.graph))];
  const stacks = await stacksOf(scopes, folder);
  const warnings = [...unreadIn(scopes), ...(model.functions > 0 && stacks.length === 0 ? ['The model brings functions of its own. Recurrent layers inside them are not read: inline them first, as onnx.inliner does.'] : [])];
  return {
    kind: 'checkpoint',
    format: 'onnx',
    tensors: tensorsOf(bytes, scopes),
    metadata: model.metadata,
    stacks,
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}

/** Recurrent nodes that are no part of the standard, such as quantised ones. */
function unreadIn(scopes: readonly Scope[]): string[] {
  const kinds = new Set(scopes.flatMap(s => s.graph.nodes.filter(n => !isRecurrent(n) && OTHERS.test(n.op)).map(n => printable(n.op))));
  return kinds.size === 0 ? [] : [`${[...kinds].join(', ')} is not read. Open the model as it was before it was quantised or optimised.`];
}

const OTHERS = /^(DynamicQuantize|QLinear|Attn)?(LSTM|GRU|RNN)$/;

/** A recurrent node, where it stands, and what it is called. */
export interface Found { readonly node: Node; readonly scope: Scope; readonly name: string }

async function stacksOf(scopes: readonly Scope[], folder: Folder): Promise<readonly StackRef[]> {
  const found = named(scopes);
  const feeds = new Map<Node, Found[]>();
  for (const each of found) {
    const from = await feeder(each.node, each.scope, folder);
    if (from && !feeds.get(from)?.push(each)) feeds.set(from, [each]);
  }
  const next = new Map([...feeds].filter(([, to]) => to.length === 1).map(([from, to]) => [from, to[0]] as const));
  const continued = new Set([...next.values()].map(each => each?.node));
  const stacks: StackRef[] = [];
  for (const first of found.filter(each => !continued.has(each.node))) {
    const levels: LevelRef[] = [];
    for (let at: Found | undefined = first; at; at = next.get(at.node)) levels.push(await levelOf(at.node, at.name, at.scope, folder));
    stacks.push({ name: first.name, framework: 'onnx', levels });
  }
  return stacks;
}

/** Recurrent nodes in file order, each with a name of its own: the node's, led by its place where it has none or shares it. */
export function named(scopes: readonly Scope[]): readonly Found[] {
  const all = scopes.flatMap(scope => scope.graph.nodes.flatMap((node, index) => (isRecurrent(node) ? [{ node, scope, index }] : [])));
  const count = new Map<string, number>();
  for (const { node } of all) count.set(node.name, (count.get(node.name) ?? 0) + 1);
  const taken: Taken = new Map();
  return all.map(({ node, scope, index }) => {
    const own = node.name !== '' && count.get(node.name) === 1;
    const name = unique(own ? node.name : [scope.path, labelOf(node, index)].filter(s => s !== '').join('.'), taken);
    return { node, scope, name };
  });
}

/** How often each name was taken. */
type Taken = Map<string, number>;

/** The name, or with `#2` behind it; the count goes on where it stood, so that a file of one name a hundred thousand times is no matter. */
function unique(name: string, taken: Taken): string {
  let count = taken.get(name) ?? 0;
  let free = name;
  while (count > 0 && taken.has(free)) free = `${name}#${++count}`;
  taken.set(name, Math.max(count, 1));
  if (free !== name) taken.set(free, 1);
  return free;
}

/** Initializers, and Constants of two axes or more, of all graphs. */
function tensorsOf(bytes: Bytes, scopes: readonly Scope[]): readonly TensorRef[] {
  const taken: Taken = new Map();
  return scopes.flatMap(({ graph, path }) => {
    const constants = graph.nodes.flatMap(node => {
      const tensor = node.op === 'Constant' ? node.attributes.get('value')?.tensor : undefined;
      return tensor && tensor.dims.length > 1 ? [[node.outputs[0] ?? '', tensor] as const] : [];
    });
    return [...graph.initializers, ...constants].map(([name, tensor]) => refer(bytes, unique(taken.has(name) && path ? `${path}.${name}` : name, taken), tensor));
  });
}

function refer(bytes: Bytes, name: string, tensor: TensorInfo): TensorRef {
  return { name, dtype: typeName(tensor.type), shape: tensor.dims, read: async () => narrow(await readTensor(bytes, tensor, false)) };
}
