/** Objects as Keras writes them in JSON: a class and its configuration. */
import type { JsonNode } from '../../documents/jsonTree';

/** An object of a class, as Keras writes it. */
export interface Serialised { readonly node: JsonNode; readonly kind: string; readonly config: JsonNode }

/** The class and configuration of a node; undefined for other nodes. A class that is not Keras's own has '' for its kind, whatever it is called. */
export function serialised(node: JsonNode | undefined): Serialised | undefined {
  const kind = word(node, 'class_name');
  const config = entry(node, 'config');
  return node && config && kind !== undefined ? { node, kind: /^(keras|tensorflow\.keras|tf_keras|builtins)\b/.test(word(node, 'module') ?? 'keras') && !kind.includes('>') ? kind : '', config } : undefined;
}

/** What an object has under a name. */
export function entry(node: JsonNode | undefined, key: string): JsonNode | undefined {
  return node?.kind === 'object' ? node.entries.get(key) : undefined;
}

/** A value under a name; null is a value. */
export function scalar(node: JsonNode | undefined, key: string): string | number | boolean | null | undefined {
  const found = entry(node, key);
  return found?.kind === 'scalar' ? found.value : undefined;
}

/** A text under a name. */
export function word(node: JsonNode | undefined, key: string): string | undefined {
  const value = scalar(node, key);
  return typeof value === 'string' ? value : undefined;
}
