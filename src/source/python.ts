/** A tolerant reader of Python: scopes, what their names are bound to, and all calls, in order of the text. */
import { parser } from '@lezer/python';
import { TreeFragment, type SyntaxNodeRef, type Tree } from '@lezer/common';
import { enterScope, visitors, type Reading } from './bindings';
import { expression, type Expression } from './expression';
import { mend } from './mend';
import { newScope, type Module, type Scope } from './scopes';

/** The tree of the last reading, from which the next one of an edited text starts. One per document. */
export interface Memory { text: string; tree: Tree | undefined }

/** Reads a file; code that does not parse is mended first and gives what it can. */
export function readPython(source: string, memory?: Memory): Module {
  const tree = parse(source, memory);
  const plain = collect(tree, source, position => position);
  if (plain) return plain;
  const { text, original } = mend(source);
  return collect(parser.parse(text), text, original, true) ?? emptyModule(text, tree);
}

/** Parses anew only what changed between two texts: everything but their common start and end. */
function parse(text: string, memory: Memory | undefined): Tree {
  if (!memory) return parser.parse(text);
  const { tree: old, text: before } = memory;
  memory.tree = old ? parser.parse(text, TreeFragment.applyChanges(TreeFragment.addTree(old), [change(before, text)])) : parser.parse(text);
  memory.text = text;
  return memory.tree;
}

function change(before: string, after: string): { fromA: number; toA: number; fromB: number; toB: number } {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  let end = 0;
  while (end < most - start && before.charCodeAt(before.length - 1 - end) === after.charCodeAt(after.length - 1 - end)) end++;
  return { fromA: start, toA: before.length - end, fromB: start, toB: after.length - end };
}

/** Nodes that open a scope of their own; so does an argument list that is a generator. */
const scoped = new Set(['ClassDefinition', 'FunctionDefinition', 'LambdaExpression',
  'ArrayComprehensionExpression', 'SetComprehensionExpression', 'DictionaryComprehensionExpression', 'ComprehensionExpression']);

/** Walks a tree once; undefined where it holds an error and `tolerant` is not set. */
function collect(tree: Tree, text: string, original: (position: number) => number, tolerant = false): Module | undefined {
  const module = newScope('module', '', tree.topNode, undefined);
  const reading: Reading = { text, scope: module, calls: [], classes: [], stars: [], stores: new Map() };
  const opened: { from: number; to: number; name: string }[] = [];
  let broken = false;
  let nextFor = -1;
  const isGenerator = (ref: SyntaxNodeRef): boolean => {
    if (nextFor < ref.from) nextFor = indexOrEnd(text, 'for', ref.from);
    return nextFor < ref.to && ref.node.getChild('for') !== null;
  };
  tree.iterate({
    enter: ref => {
      if (ref.type.isError && !tolerant) broken = true;
      if (broken) return false;
      visitors[ref.name]?.(ref.node, reading);
      if (scoped.has(ref.name) || (ref.name === 'ArgList' && isGenerator(ref))) {
        reading.scope = enterScope(ref.node, reading);
        opened.push({ from: ref.from, to: ref.to, name: ref.name });
      }
      return true;
    },
    leave: ref => {
      const last = opened.at(-1);
      if (last?.from !== ref.from || last.to !== ref.to || last.name !== ref.name) return;
      opened.pop();
      reading.scope = reading.scope.parent ?? module;
    },
  });
  return broken ? undefined : finished(reading, module, original);
}

function indexOrEnd(text: string, word: string, from: number): number {
  const at = text.indexOf(word, from);
  return at < 0 ? text.length : at;
}

function finished({ text, calls, classes, stars, stores }: Reading, scope: Scope, original: (position: number) => number): Module {
  const made = new Map<number, Expression>();
  return {
    text, original, scope, calls, classes, stars, stores,
    expression: node => {
      const key = node.from * (text.length + 1) + node.to;
      const known = made.get(key) ?? expression(node, text);
      made.set(key, known);
      return known;
    },
  };
}

function emptyModule(text: string, tree: Tree): Module {
  const scope = newScope('module', '', tree.topNode, undefined);
  return finished({ text, scope, calls: [], classes: [], stars: [], stores: new Map() }, scope, position => position);
}
