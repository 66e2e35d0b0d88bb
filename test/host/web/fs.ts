/** In a browser there are no files to append to: results are posted. */
export function appendFileSync(): void { throw new Error('A browser has no files.'); }
