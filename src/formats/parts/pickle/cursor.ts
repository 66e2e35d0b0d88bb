/** A place in the bytes of a pickle; little-endian numbers, lines and pieces from there on. */

/** Thrown where the bytes end too early: there may be more in the file. Never leaves the room of pickles. */
export class Short extends Error {}

export class Cursor {
  at = 0;
  private readonly view: DataView;

  constructor(readonly raw: Uint8Array) {
    this.view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  }

  /** Steps over `length` bytes and gives where they began. */
  private step(length: number): number {
    if (length > this.raw.length - this.at) throw new Short();
    this.at += length;
    return this.at - length;
  }

  u8(): number { return this.view.getUint8(this.step(1)); }
  u16(): number { return this.view.getUint16(this.step(2), true); }
  u32(): number { return this.view.getUint32(this.step(4), true); }
  i32(): number { return this.view.getInt32(this.step(4), true); }
  u64(): number { return Number(this.view.getBigUint64(this.step(8), true)); }
  f64(): number { return this.view.getFloat64(this.step(8), false); }

  /** A window on the bytes, no copy. */
  take(length: number): Uint8Array {
    const from = this.step(length);
    return this.raw.subarray(from, from + length);
  }

  /** Up to a line feed, which is left out. */
  line(): Uint8Array {
    const end = this.raw.indexOf(0x0a, this.at);
    if (end < 0) throw new Short();
    const line = this.raw.subarray(this.at, end);
    this.at = end + 1;
    return line;
  }
}
