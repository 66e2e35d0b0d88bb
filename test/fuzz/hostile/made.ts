/** What the makers of hostile files share. */
import type { Beside, Case, Use } from '../file';

const empty: Beside = new Map();

/** A case of a file that is made when it is needed: some are large. */
export function inMemory(what: string, name: string, make: () => Uint8Array, beside: Beside = empty, uses: readonly Use[] = ['model']): Case {
  let bytes: Uint8Array | undefined;
  return { what: `${name}: ${what}`, uses, file: { name, beside, get bytes() { return bytes ??= make(); } } };
}
