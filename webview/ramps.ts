/** Colour ramps, interpolated in OKLab so that equal steps of a value look like equal steps of colour. Pure. */

import { ENTRIES } from '../src/shades';

export { ENTRIES, entry, type Scale } from '../src/shades';
export type Rgb = readonly [number, number, number];
type Lab = readonly [number, number, number];

/** `#ff6b8b` to 0..255 each. */
export function parseHex(hex: string): Rgb {
  const n = Number.parseInt(hex.slice(1), 16);
  return [(n >> 16) & 255, (n >> 8) & 255, n & 255];
}

const toLinear = (v: number): number => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
const fromLinear = (v: number): number => (v <= 0.0031308 ? v * 12.92 : 1.055 * v ** (1 / 2.4) - 0.055);

/** sRGB to OKLab (Björn Ottosson, 2020). */
export function toOklab([r, g, b]: Rgb): Lab {
  const [lr, lg, lb] = [toLinear(r / 255), toLinear(g / 255), toLinear(b / 255)];
  const l = Math.cbrt(0.4122214708 * lr + 0.5363325363 * lg + 0.0514459929 * lb);
  const m = Math.cbrt(0.2119034982 * lr + 0.6806995451 * lg + 0.1073969566 * lb);
  const s = Math.cbrt(0.0883024619 * lr + 0.2817188376 * lg + 0.6299787005 * lb);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** OKLab to sRGB, clipped to what a screen shows. */
export function fromOklab([L, a, b]: Lab): Rgb {
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const channel = (v: number): number => Math.round(255 * Math.min(1, Math.max(0, fromLinear(Math.max(0, v)))));
  return [
    channel(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    channel(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    channel(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

/**
 * A table of 256 colours through evenly spaced stops, as the words of an ImageData seen as Uint32Array
 * (little-endian RGBA), and entry 256 for NaN and infinities. `chroma` below 1 steps back without changing lightness.
 */
export function ramp(stops: readonly string[], notFinite: string, chroma = 1): Uint32Array {
  const labs = stops.map(stop => toOklab(parseHex(stop)));
  const table = new Uint32Array(ENTRIES + 1);
  for (let k = 0; k < ENTRIES; k++) table[k] = pack(fromOklab(along(labs, k / (ENTRIES - 1), chroma)));
  table[ENTRIES] = pack(parseHex(notFinite));
  return table;
}

function along(labs: readonly Lab[], at: number, chroma: number): Lab {
  const place = at * (labs.length - 1);
  const low = Math.min(labs.length - 2, Math.floor(place));
  const [p, q, w] = [labs[low]!, labs[low + 1]!, place - low];
  return [p[0] + (q[0] - p[0]) * w, chroma * (p[1] + (q[1] - p[1]) * w), chroma * (p[2] + (q[2] - p[2]) * w)];
}

const pack = ([r, g, b]: Rgb): number => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;

/** One entry of a table as red, green, blue. */
export const unpack = (word: number): Rgb => [word & 255, (word >> 8) & 255, (word >> 16) & 255];
