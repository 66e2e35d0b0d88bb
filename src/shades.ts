/** Which entry of its ramp of colours a value takes: asked in the worker, which sends entries, and in the panel, which paints them. */

/** How a signal's values lie on its ramp of colours. */
export type Scale =
  | { readonly kind: 'unit' }
  | { readonly kind: 'signed'; readonly max: number }
  | { readonly kind: 'tanh'; readonly max: number };

/** Entries of a ramp; one more holds the colour of what is not finite. */
export const ENTRIES = 256;

/** Entry of the ramp for a value: 0..255, or 256 where it is not finite. */
export function entry(scale: Scale, value: number): number {
  if (!Number.isFinite(value)) return ENTRIES;
  const at = scale.kind === 'unit' ? value : 0.5 + (0.5 * (scale.kind === 'tanh' ? Math.tanh(value) : value)) / scale.max;
  return at <= 0 ? 0 : at >= 1 ? ENTRIES - 1 : Math.round(at * (ENTRIES - 1));
}

/** What a window looks like: of each number its entry on the ramp, a quarter of its bytes. All of them are finite. */
export interface Shades { readonly scale: Scale; readonly entries: Uint8Array }
