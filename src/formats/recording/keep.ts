/** What was read with effort, kept while there is room for it: the latest ones. */

/** `keep(key, size, make)`: what `make` gave for this key before, or gives now. `most`: the sum of sizes that is kept; the latest is always. */
export function keeper<V>(most: number): (key: string, size: number, make: () => Promise<V>) => Promise<V> {
  const kept = new Map<string, { readonly size: number; readonly value: Promise<V> }>();
  return (key, size, make) => {
    const entry = kept.get(key) ?? { size, value: make() };
    // Last in the order of insertion is the latest.
    kept.delete(key);
    kept.set(key, entry);
    entry.value.catch(() => kept.delete(key));
    let sum = [...kept.values()].reduce((n, e) => n + e.size, 0);
    for (const [old, { size: freed }] of kept) {
      if (sum <= most || old === key) break;
      kept.delete(old);
      sum -= freed;
    }
    return entry.value;
  };
}
