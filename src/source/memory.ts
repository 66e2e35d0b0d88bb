/** What is kept of a document's last reading, so that the next one parses only what changed. */
import { TreeFragment, type Parser, type Tree } from '@lezer/common';
import type { Resolve } from './code/imports';
import type { Kept } from './kept';

/** A text and its tree, from which the parse of an edited text starts. */
export interface Parsed { text: string; tree: Tree | undefined }

/** What the next reading of an edited text starts from. One per document. */
export interface Memory extends Parsed {
  /** Of a text that does not parse: what was mended of it. */
  mended?: Parsed;
  kept?: Kept | undefined;
  resolve?: Resolve | undefined;
}

/** Parses anew only what changed between two texts: everything but their common start and end. */
export function parse(parser: Parser, text: string, memory: Parsed | undefined): Tree {
  if (!memory) return parser.parse(text);
  const { tree: old, text: before } = memory;
  memory.tree = old ? parser.parse(text, TreeFragment.applyChanges(TreeFragment.addTree(old), [change(before, text)])) : parser.parse(text);
  memory.text = text;
  return memory.tree;
}

/** Where two texts differ: all between their common start and end. */
export function change(before: string, after: string): { fromA: number; toA: number; fromB: number; toB: number } {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  let end = 0;
  while (end < most - start && before.charCodeAt(before.length - 1 - end) === after.charCodeAt(after.length - 1 - end)) end++;
  return { fromA: start, toA: before.length - end, fromB: start, toB: after.length - end };
}
