import type { Value } from './values';
import { as, itemsOf } from './values';

/** Every value below a root that holds others or could, each once, in no promised order; cycles end. */
export function* every(root: Value): Generator<Value> {
  const seen = new Set<Value>();
  const open: Value[] = [root];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value !== 'object' || value === null || value instanceof Uint8Array || seen.has(value)) continue;
    seen.add(value);
    yield value;
    for (const inner of partsOf(value)) open.push(inner);
  }
}

function partsOf(value: Value): Iterable<Value> {
  const [dict, instance] = [as('dict', value), as('instance', value)];
  if (dict) return dict.entries.values();
  if (!instance) return itemsOf(value) ?? [];
  return [...instance.args, instance.state ?? null, ...instance.items ?? [], ...instance.entries?.values() ?? []];
}
