/** Label tracks: what a unit might follow. One number a step, as true just after that step was read (an opening bracket is inside). */
import { saying, type Said } from '../core/said';
import type { Curve } from '../core/sequence';
import { insideQuotes } from './quotes';

export interface Track {
  /** `in quotes` */
  readonly name: string;
  /** After "rises" or "falls": `inside quotes`. */
  readonly phrase: string | Said;
  /** [steps]; NaN counts as the mean. */
  readonly values: Float32Array;
}

/**
 * The tracks of a text, given the raw characters (or longer pieces) of its steps: in quotes (0/1), bracket depth, column (characters since
 * the last line break), in a word (0/1). Tracks that never change are left out. A piece of several characters takes its last one's values.
 */
export function textTracks(pieces: readonly string[]): Track[] {
  const text = pieces.join('').replaceAll('↵', '\n');
  const ends = endOfEach(pieces);
  const track = (name: string, phrase: string, all: ArrayLike<number>): Track => ({ name, phrase, values: Float32Array.from(ends, at => all[at] ?? 0) });
  return varying([
    track('in quotes', 'inside quotes', insideQuotes(text)),
    track('bracket depth', 'with bracket depth', bracketDepth(text)),
    track('column', 'along the line', columns(text)),
    track('in a word', 'inside words', insideWords(text)),
  ]);
}

/** Every column of an input [steps, width] as a track, by its name or number. Columns that never change are left out. */
export function columnTracks(data: Float32Array, steps: number, width: number, names?: readonly string[]): Track[] {
  return varying(Array.from({ length: width }, (_, k) => {
    const name = names?.[k] ?? `input ${k}`;
    return { name, phrase: saying('with {0}', name), values: Float32Array.from({ length: steps }, (_, t) => data[t * width + k] ?? NaN) };
  }));
}

/** Curves as tracks: those of one number a step as they are, of more (a waveform) their loudness: the root of the mean square. */
export function curveTracks(curves: readonly Curve[], steps: number): Track[] {
  return varying(curves.map(({ name, perStep, data }) => perStep === 1
    ? { name, phrase: saying('with {0}', name), values: data.subarray(0, steps) }
    : { name: `loudness of ${name}`, phrase: saying('with the loudness of {0}', name), values: Float32Array.from({ length: steps }, (_, t) => loudness(data, t * perStep, (t + 1) * perStep)) }));
}

function loudness(data: Float32Array, from: number, to: number): number {
  let sum = 0;
  for (let k = from; k < to; k++) sum += (data[k] ?? 0) ** 2;
  return Math.sqrt(sum / (to - from));
}

/** Those with at least two different numbers. */
export function varying(tracks: readonly Track[]): Track[] {
  return tracks.filter(({ values }) => {
    const first = values.find(v => Number.isFinite(v));
    return first !== undefined && values.some(v => Number.isFinite(v) && v !== first);
  });
}

/** Index of the last UTF-16 unit of each piece; an empty piece has that of the piece before. */
function endOfEach(pieces: readonly string[]): Int32Array {
  const ends = new Int32Array(pieces.length);
  let at = -1;
  pieces.forEach((piece, t) => { at += piece.length; ends[t] = at; });
  return ends;
}

const CLOSERS: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

/** How many brackets are open after each character. Brackets without a partner count for nothing, so that one `:(` does not lift the rest. */
export function bracketDepth(text: string): Int32Array {
  const change = new Int32Array(text.length);
  const open: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const mark = text[at]!;
    if (mark === '(' || mark === '[' || mark === '{') open.push(at);
    else if (mark in CLOSERS) {
      const partner = open.findLastIndex(k => text[k] === CLOSERS[mark]);
      if (partner < 0) continue;
      change[open[partner]!] = 1;
      change[at] = -1;
      open.length = partner;
    }
  }
  for (let at = 1; at < change.length; at++) change[at]! += change[at - 1]!;
  return change;
}

/** Characters since the last line break, after each character; 0 at the break. */
export function columns(text: string): Int32Array {
  const result = new Int32Array(text.length);
  for (let at = 0; at < text.length; at++) result[at] = text[at] === '\n' ? 0 : (result[at - 1] ?? 0) + 1;
  return result;
}

/** 1 at letters, digits and _, and at an apostrophe or a combining mark between letters. */
export function insideWords(text: string): Uint8Array {
  const inside = new Uint8Array(text.length);
  for (const { 0: word, index } of text.matchAll(/[\p{L}\p{N}_](?:[\p{L}\p{N}\p{M}_]|['’](?=\p{L}))*/gu)) inside.fill(1, index, index + word.length);
  return inside;
}
