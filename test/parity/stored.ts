/** Numbers as the makers of fixtures write them: base64 of little-endian float64 or float32, or both. */
import type { Expected } from './row';

/** One tensor in a fixture. */
export interface Stored {
  readonly shape: readonly number[];
  /** float32; of a compared quantity: what the framework gives. */
  readonly f4?: string;
  /** float64: the truth. */
  readonly f8?: string;
  /** A gradient's own float32 error in the framework. */
  readonly peer?: number;
}

/** One tensor, decoded. */
export interface Flat {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** The best numbers there are, as float64. */
export function decode(stored: Stored): Flat {
  return { shape: stored.shape, data: stored.f8 === undefined ? single(stored.f4 ?? '') : Float64Array.from(new Float64Array(buffer(stored.f8))) };
}

/** What a forward quantity, or a gradient by step, is compared with. */
export function expectedRows(stored: Stored): Expected {
  return { values: decode(stored).data, rows: stored.shape[0] ?? 1, truth: stored.f8 === undefined ? 'float32' : 'float64', peer: peerOf(stored) };
}

/** What a whole tensor is compared with. */
export function expectedTensor(stored: Stored): Expected {
  return { ...expectedRows(stored), rows: 1 };
}

function peerOf(stored: Stored): number | null {
  if (stored.peer !== undefined) return stored.peer;
  if (stored.f8 === undefined || stored.f4 === undefined) return null;
  const theirs = single(stored.f4);
  return decode(stored).data.reduce((most, v, k) => Math.max(most, Math.abs(v - theirs[k]!)), 0);
}

function single(text: string): Float64Array {
  return Float64Array.from(new Float32Array(buffer(text)));
}

/** Copied, so that it is aligned. */
function buffer(text: string): ArrayBuffer {
  return Uint8Array.from(Buffer.from(text, 'base64')).buffer;
}
