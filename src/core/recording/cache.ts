/** Keeps what was used last, up to so many bytes. */

export interface Cache<T> {
  get(key: string): T | undefined;
  /** The newest stays, however large it is. */
  set(key: string, value: T, bytes: number): void;
}

/** A cache of at most `limit` bytes, or of one thing. */
export function cacheOf<T>(limit: number): Cache<T> {
  const kept = new Map<string, { readonly value: T; readonly bytes: number }>(); // oldest first
  let held = 0;
  return {
    get(key) {
      const entry = kept.get(key);
      if (!entry) return undefined;
      kept.delete(key);
      kept.set(key, entry);
      return entry.value;
    },
    set(key, value, bytes) {
      held += bytes - (kept.get(key)?.bytes ?? 0);
      kept.delete(key);
      kept.set(key, { value, bytes });
      for (const [oldest, entry] of kept) {
        if (held <= limit || oldest === key) break;
        kept.delete(oldest);
        held -= entry.bytes;
      }
    },
  };
}
