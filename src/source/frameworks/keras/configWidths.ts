/** The width that each layer of a Keras configuration reads: from the layer before it, or from those that it names. */
import type { JsonNode } from '../../documents/jsonTree';
import { entry, serialised, word, type Serialised } from './serialised';

export type Widths = ReadonlyMap<JsonNode, number | null>;

/** The last number of a shape. */
export function lastSize(shape: JsonNode | undefined): number | null {
  const last = shape?.kind === 'array' ? shape.items.at(-1) : undefined;
  return last?.kind === 'scalar' && typeof last.value === 'number' && last.value > 0 ? last.value : null;
}

/** Widths of all models in a configuration, by the layer's node. */
export function configWidths(tree: JsonNode): Widths {
  const found = new Map<JsonNode, number | null>();
  gather(tree, found);
  return found;
}

function gather(node: JsonNode, found: Map<JsonNode, number | null>): void {
  const model = serialised(node);
  if (model && /Sequential|Model|Functional/.test(model.kind)) (model.kind === 'Sequential' ? inRow : inGraph)(model, found);
  for (const child of node.kind === 'object' ? node.entries.values() : node.kind === 'array' ? node.items : []) gather(child, found);
}

function layersOf({ config }: Serialised): readonly Serialised[] {
  const list = config.kind === 'array' ? config : entry(config, 'layers');
  return list?.kind === 'array' ? list.items.flatMap(item => serialised(item) ?? []) : [];
}

function inRow(model: Serialised, found: Map<JsonNode, number | null>): void {
  let width: number | null = null;
  for (const layer of layersOf(model)) {
    note(layer, width, found);
    width = after(layer, width);
  }
}

/** Layers of a graph come after those that they read, in every version that wrote them. */
function inGraph(model: Serialised, found: Map<JsonNode, number | null>): void {
  const widths = new Map<string, number | null>();
  for (const layer of layersOf(model)) {
    const inputs = inputsOf(entry(layer.node, 'inbound_nodes'), widths);
    const before = /^(Concatenate|Merge)$/.test(layer.kind) ? joined(layer, inputs) : inputs[0] ?? null;
    note(layer, before, found);
    widths.set(word(layer.config, 'name') ?? word(layer.node, 'name') ?? '', inputs.length > 1 && !/^(Concatenate|LSTM|GRU|SimpleRNN|RNN|Bidirectional)$/.test(layer.kind) && inputs.some(w => w !== before) ? null : after(layer, before));
  }
}

function note(layer: Serialised, width: number | null, found: Map<JsonNode, number | null>): void {
  found.set(layer.node, width);
  const inner = layer.kind === 'TimeDistributed' ? serialised(entry(layer.config, 'layer')) : undefined;
  if (inner) found.set(inner.node, width);
}

function joined({ config }: Serialised, inputs: readonly (number | null)[]): number | null {
  const axis = entry(config, 'axis');
  if (axis?.kind !== 'scalar' || (axis.value !== -1 && axis.value !== 2)) return null;
  return inputs.reduce<number | null>((sum, w) => sum === null || w === null ? null : sum + w, 0);
}

/** Keras 2 names layers (`[[["lstm", 0, 0, {}]]]`), Keras 3 gives tensors with their shapes. Only the first call counts: a layer is built once. */
function inputsOf(nodes: JsonNode | undefined, widths: ReadonlyMap<string, number | null>): readonly (number | null)[] {
  const first = nodes?.kind === 'array' ? nodes.items[0] : undefined;
  if (first?.kind === 'object') return tensors(entry(first, 'args'), 0);
  return first?.kind === 'array' ? first.items.map(item => {
    const name = item.kind === 'array' ? item.items[0] : undefined;
    return name?.kind === 'scalar' && typeof name.value === 'string' ? widths.get(name.value) ?? null : null;
  }) : [];
}

function tensors(node: JsonNode | undefined, depth: number): readonly (number | null)[] {
  if (!node || depth > 3) return [];
  if (node.kind === 'array') return node.items.flatMap(item => tensors(item, depth + 1));
  const made = serialised(node);
  return made?.kind === '__keras_tensor__' ? [lastSize(entry(made.config, 'shape'))] : [];
}

const neutral = /^(Dropout|SpatialDropout[12]D|(Batch|Layer)Normalization|Activation|Masking|Gaussian(Noise|Dropout)|RepeatVector|LeakyReLU|ReLU|ELU|PReLU|(Max|Average)Pooling1D|Global(Max|Average)Pooling1D|Concatenate|Add|Average|Maximum|Minimum|Multiply|Subtract)$/;
const sized = new Map<string, readonly string[]>([
  ['Dense', ['units', 'output_dim']], ['Embedding', ['output_dim']], ['Conv1D', ['filters']], ['LSTM', ['units', 'output_dim']], ['GRU', ['units', 'output_dim']], ['SimpleRNN', ['units', 'output_dim']],
  ['CuDNNLSTM', ['units']], ['CuDNNGRU', ['units']], ['LSTMCell', ['units']], ['GRUCell', ['units']], ['SimpleRNNCell', ['units']],
]);

function after({ kind, config }: Serialised, before: number | null): number | null {
  if (kind === 'InputLayer') return lastSize(entry(config, 'batch_input_shape') ?? entry(config, 'batch_shape') ?? entry(config, 'input_shape'));
  if (neutral.test(kind)) return before ?? lastSize(entry(config, 'batch_input_shape'));
  if (kind === 'Reshape') return lastSize(entry(config, 'target_shape'));
  const inner = serialised(entry(config, kind === 'RNN' ? 'cell' : 'layer'));
  if (kind === 'TimeDistributed' || kind === 'RNN') return inner && !neutral.test(inner.kind) ? after(inner, null) : null;
  if (kind === 'Bidirectional') return twice(inner ? after(inner, null) : null, config);
  return sized.get(kind)?.map(name => lastSize(single(entry(config, name)))).find(w => w !== null) ?? null;
}

function twice(width: number | null, config: JsonNode): number | null {
  const merge = word(config, 'merge_mode');
  return width === null || merge === undefined ? null : merge === 'concat' ? 2 * width : width;
}

const single = (node: JsonNode | undefined): JsonNode | undefined => node && { kind: 'array', items: [node], whole: true, from: node.from, to: node.to };
