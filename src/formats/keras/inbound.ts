/** `inbound_nodes` of a functional config, as Keras 1 and 2 write them (lists) and as Keras 3 does (tensors with a history). */
import { field, list, type Json } from './json';

/** An output of a layer of the same model. */
export interface Inbound {
  readonly layer: string;
  readonly output: number;
}

const DEEPEST = 24;

/** What each call of a layer reads, inputs first. */
export function callsOf(inboundNodes: Json | undefined): readonly (readonly Inbound[])[] {
  const nodes = list(inboundNodes) ?? [];
  return nodes.map(node => tensorsIn(node, 0));
}

/** Tensors in the order written, such as those of `output_layers`; `mask`s and other options name none. */
export function tensorsIn(value: Json | undefined, depth = 0): readonly Inbound[] {
  if (value === undefined || value === null || typeof value !== 'object' || depth > DEEPEST) return [];
  const items = list(value);
  if (items) return triple(items) ?? items.flatMap(item => tensorsIn(item, depth + 1));
  const history = list(field(field(value, 'config'), 'keras_history'));
  if (history) return triple(history) ?? [];
  return ['args', 'items', 'kwargs', 'initial_state'].flatMap(key => tensorsIn(field(value, key), depth + 1));
}

/** `["lstm", 0, 0]`: layer, call, output; Keras 2 adds the options of the call, which may hold initial states. */
function triple(items: readonly Json[]): readonly Inbound[] | undefined {
  const [layer, node, output, options] = items;
  if (typeof layer !== 'string' || typeof node !== 'number' || typeof output !== 'number') return undefined;
  return [{ layer, output }, ...tensorsIn(field(options, 'initial_state'), 1)];
}
