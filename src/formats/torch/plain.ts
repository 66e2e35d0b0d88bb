/** Plain pickles, of people who did not use `torch.save`: NumPy arrays, or tensors whose storages are whole files in bytes. */
import { FormatError, type Bytes } from '../format';
import { memory } from '../memory';
import { readPickle } from '../parts/pickle';
import { every } from '../parts/pickle/every';
import { as, callableOf, itemsOf, type Instance, type Value } from '../parts/pickle/values';
import type { Part } from './archive';
import { isLegacy, readLegacy } from './legacy';
import { FORMAT, type Storages } from './read';

const MOST_STORAGES = 20_000;

/** @throws FormatError */
export async function readPlain(bytes: Bytes): Promise<Part> {
  const { value, globals } = await readPickle(bytes, FORMAT);
  const storages = new Map<string, Storages>();
  for (const instance of every(value)) {
    const packed = as('instance', instance);
    if (packed && callableOf(packed) === 'torch.storage._load_from_bytes') await unpack(packed, storages);
  }
  return { root: value, globals, prefix: '', storages: joined(storages) };
}

/** A storage that is a stream of its own: its reference, under a key of its own, becomes the state of what would have read it. */
async function unpack(packed: Instance, storages: Map<string, Storages>): Promise<void> {
  const raw = packed.args[0];
  if (!(raw instanceof Uint8Array) || !isLegacy(raw) || storages.size >= MOST_STORAGES) return;
  const inner = await readLegacy(memory('a storage', raw));
  const [tag, type, key, ...more] = itemsOf(as('persistent', inner.root)?.id) ?? [];
  if (type === undefined || typeof key !== 'string') return;
  const place = String(storages.size);
  storages.set(place, { ...inner.storages, open: () => inner.storages.open(key) });
  packed.state = { kind: 'persistent', id: { kind: 'tuple', items: [tag ?? null, type, place, ...more] satisfies Value[] } };
}

function joined(storages: ReadonlyMap<string, Storages>): Storages {
  const [first] = storages.values();
  return {
    little: first?.little ?? true,
    open: async key => {
      const storage = storages.get(key);
      if (!storage) throw new FormatError(FORMAT, 'the pickle refers to a storage, but the file holds none of that name');
      if (storage.little !== first?.little) throw new FormatError(FORMAT, 'the storages in the pickle are of different byte orders');
      return storage.open(key);
    },
  };
}
