/** Windows of a changed run that come with its answer: as few bytes as can be painted from, since a knob is turned many times a second. */
import type { Progress } from '../core/pace';
import type { TileRequest } from '../protocol';
import { ENTRIES, entry, type Scale } from '../shades';
import type { Brought, SeenWindow, WhatIfAnswer } from '../questions/whatIf';
import type { Runs } from './study';

/** All windows, and their numbers in one array. */
export function* bringing(runs: Runs, run: string, seen: readonly SeenWindow[]): Generator<Progress, Required<Pick<WhatIfAnswer, 'windows' | 'bytes'>>> {
  const windows: Brought[] = [], pieces: Uint8Array[] = [];
  let at = 0;
  for (const window of seen) {
    if (!window.apart && isSame(runs, run, window)) { windows.push('same'); continue; }
    const { planes, numbers, ...where } = yield* broughtOf(runs, run, window);
    windows.push({ ...where, numbers, at });
    for (const piece of planes) pieces.push(piece);
    at += roomFor(planes);
    if (windows.length % 8 === 0) yield { done: windows.length, total: seen.length, what: window.signal };
  }
  return { windows, bytes: together(pieces, at) };
}

/** The changed run holds the baseline's own numbers. */
function isSame(runs: Runs, run: string, place: SeenWindow): boolean {
  const [changed, base] = [runs.run(run).recording, runs.run().recording];
  return changed.stride === 1 && base.stride === 1 && changed.thinned(place) === base.thinned(place);
}

type Piece = Exclude<Brought, 'same'>;

function* broughtOf(runs: Runs, run: string, { scale, apart, ...window }: SeenWindow): Generator<Progress, Omit<Piece, 'at'> & { readonly planes: readonly Uint8Array[] }> {
  const request: TileRequest = { ...window, revision: runs.run().revision };
  const { from, to, bucket, columns, units, mean, min, max } = yield* runs.window({ ...request, run });
  const where = { from, to, bucket, columns, units };
  const numbers = apart ? minus(mean, (yield* runs.window(request)).mean) : mean;
  const entries = scale && entriesOf(scale, numbers);
  if (entries) return { ...where, numbers: 'entries', planes: [entries] };
  return !apart && min && max ? { ...where, numbers: 'extremes', planes: [mean, min, max].map(bytesOf) } : { ...where, numbers: 'mean', planes: [bytesOf(numbers)] };
}

const minus = (changed: Float32Array, baseline: Float32Array): Float32Array => changed.map((v, k) => v - baseline[k]!);
const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array => new Uint8Array(buffer, byteOffset, byteLength);

/** Undefined where a number is not finite: a byte has no room for that. */
function entriesOf(scale: Scale, numbers: Float32Array): Uint8Array | undefined {
  const entries = new Uint8Array(numbers.length);
  for (let k = 0; k < numbers.length; k++) {
    const found = entry(scale, numbers[k]!);
    if (found === ENTRIES) return undefined;
    entries[k] = found;
  }
  return entries;
}

/** Floats are read at multiples of four. */
const WORD = 4;
const whole = (length: number): number => WORD * Math.ceil(length / WORD);
const roomFor = (planes: readonly Uint8Array[]): number => planes.reduce((sum, p) => sum + whole(p.length), 0);

function together(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += whole(piece.length);
  }
  return bytes;
}
