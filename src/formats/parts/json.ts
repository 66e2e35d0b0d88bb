/** What JSON.parse does not say. */

/**
 * The first key that an object of this (valid) JSON text names twice: JSON.parse would silently keep the last.
 * A plain scan: a regular expression overflows its stack on strings of megabytes.
 */
export function duplicateKey(json: string): string | undefined {
  const open: (Set<string> | undefined)[] = [];
  let from = 0;
  let to = 0;
  for (let at = 0; at < json.length; at++) {
    const c = json.charAt(at);
    if (c === '{') open.push(new Set());
    else if (c === '[') open.push(undefined);
    else if (c === '}' || c === ']') open.pop();
    else if (c === '"') {
      [from, to] = [at, endOfString(json, at)];
      at = to - 1;
    }
    else if (c === ':') {
      const keys = open.at(-1);
      const key = JSON.parse(json.slice(from, to)) as string;
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
  }
  return undefined;
}

/** True where lists and objects are nested deeper than `most`: JSON.parse takes tens of bytes for each bracket, so that a file of brackets would fill the memory. */
export function deeper(json: string, most: number): boolean {
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const c = json.charAt(at);
    if (c === '"') at = endOfString(json, at) - 1;
    else if (c === ']' || c === '}') depth--;
    else if ((c === '[' || c === '{') && ++depth > most) return true;
  }
  return false;
}

/** The place after the closing quote of the string that opens at `at`. */
function endOfString(json: string, at: number): number {
  for (let k = at + 1; k < json.length; k++) {
    const c = json.charAt(k);
    if (c === '\\') k++;
    else if (c === '"') return k + 1;
  }
  return json.length;
}
