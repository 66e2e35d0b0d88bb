/** A room of the house: which files it holds and what they may import. */
export interface Room { readonly name: string; readonly files: RegExp; readonly uses: readonly string[] }
export const ROOMS: readonly Room[];
/** The room of a file (path from the repository's root, forward slashes), or undefined where it is in none. */
export function roomOf(file: string): Room | undefined;
/** What is wrong with importing `specifier` in `file`, in one sentence; undefined where it is allowed. */
export function fault(file: string, specifier: string, typeOnly?: boolean): string | undefined;
