/** The object graph of TensorFlow 2's checkpoints: what its variables were called where they were made. */
import { memory } from '../memory';
import { ProtoReader, readVarint } from '../parts/protobuf';
import { FORMAT, type Bundle } from './bundle';

export const GRAPH = '_CHECKPOINTABLE_OBJECT_GRAPH';
const MOST_GRAPH = 1 << 27;

/** Names such as `lstm/lstm_cell/kernel` by the keys of the checkpoint; empty where a name is missing or not the only one, since then keys say more. */
export async function fullNames(bundle: Bundle): Promise<ReadonlyMap<string, string>> {
  const entry = bundle.entries.find(e => e.name === GRAPH);
  if (entry?.dtype !== 'string' || entry.size > MOST_GRAPH) return new Map();
  const raw = await bundle.read(entry);
  // A tensor of strings: their lengths, a checksum of those, the strings.
  const length = readVarint(raw, 0, raw.length);
  if (!length || length.next + 4 + length.value !== raw.length) return new Map();
  const names = await namesIn(raw.subarray(length.next + 4));
  const values = [...names.values()];
  return values.every(v => v !== '') && new Set(values).size === values.length ? names : new Map();
}

/** TrackableObjectGraph: nodes (1), their attributes (2) with full_name (2) and checkpoint_key (3). Copies of an optimizer keep their keys. */
async function namesIn(raw: Uint8Array): Promise<Map<string, string>> {
  const reader = new ProtoReader(memory('object graph', raw), FORMAT);
  const names = new Map<string, string>();
  await reader.walk(0, raw.length, async node => {
    if (node.number !== 1 || node.wire !== 2) return;
    await reader.walk(node.from, node.to, async attribute => {
      if (attribute.number !== 2 || attribute.wire !== 2) return;
      let [full, key] = ['', ''];
      await reader.walk(attribute.from, attribute.to, async field => {
        if (field.number === 2 && field.wire === 2) full = await reader.text(field);
        if (field.number === 3 && field.wire === 2) key = await reader.text(field);
      });
      if (/\/VARIABLE_VALUE$/.test(key) && !/(^|\/)(\.OPTIMIZER_SLOT|optimizer|save_counter)(\/|$)/.test(key)) names.set(key, full);
    });
  });
  return names;
}
