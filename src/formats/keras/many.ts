/** Maps of lists. */

/** Puts `value` at the end of the list under `key`. */
export function add<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const known = map.get(key);
  if (known) known.push(value);
  else map.set(key, [value]);
}
