/** Bytes as base64 and back, with what Node, browsers and workers share. */

/** In pieces, since a call takes only so many arguments. */
const PIECE = 8192;

export function base64(bytes: Uint8Array): string {
  let text = '';
  for (let k = 0; k < bytes.length; k += PIECE) text += String.fromCharCode(...bytes.subarray(k, k + PIECE));
  return btoa(text);
}

/** @throws where it is not base64 */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), c => c.charCodeAt(0));
}
