/** LZF, h5py's fast compression: runs of bytes as they are, and copies of what came before. */

/** @throws Error where the data is damaged */
export function unpackLzf(raw: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(size);
  let to = 0;
  for (let at = 0; at < raw.length;) {
    const control = byte(raw, at++);
    if (control < 32) {
      const run = raw.subarray(at, at + control + 1);
      if (run.length <= control || to + run.length > size) throw new Error('a run goes beyond the end');
      out.set(run, to);
      [at, to] = [at + run.length, to + run.length];
      continue;
    }
    let length = control >> 5;
    if (length === 7) length += byte(raw, at++);
    length += 2;
    const from = to - ((control & 31) << 8) - byte(raw, at++) - 1;
    if (from < 0 || to + length > size) throw new Error('a copy goes beyond the end');
    for (let k = 0; k < length; k++) out[to + k] = out[from + k] ?? 0; // may overlap: byte by byte
    to += length;
  }
  return out.subarray(0, to);
}

function byte(raw: Uint8Array, at: number): number {
  const found = raw[at];
  if (found === undefined) throw new Error('it ends in the middle');
  return found;
}
