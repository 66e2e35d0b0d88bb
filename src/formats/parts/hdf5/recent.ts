/** What was asked for lately, kept. */

/** `make`, remembered for the `most` keys asked last. */
export function recent<K, V>(most: number, make: (key: K) => V): (key: K) => V {
  const kept = new Map<K, V>();
  return key => {
    const found = kept.has(key) ? kept.get(key) as V : make(key);
    kept.delete(key);
    kept.set(key, found);
    if (kept.size > most) for (const oldest of kept.keys()) { kept.delete(oldest); break; }
    return found;
  };
}
