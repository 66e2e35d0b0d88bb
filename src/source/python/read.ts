/** A tolerant reader of Python: scopes, what their names are bound to, and all calls, in order of the text. */
import { parser } from '@lezer/python';
import { Tree, type TreeBuffer } from '@lezer/common';
import { bindNamed, enterScope, visitors, type Reading } from './bindings';
import { expression, type Expression } from '../code/expression';
import { parse, type Memory } from '../memory';
import { mend } from './mend';
import { withoutBarePoints } from './numbers';
import { newScope, register, type Module, type Scope } from '../code/scopes';

/** Reads a file; code that does not parse is mended first and gives what it can. `foreign` finds what it imports from the workspace. */
export function readPython(source: string, memory?: Memory, foreign?: Module['foreign']): Module {
  const tree = parse(parser, withoutBarePoints(source), memory);
  const plain = collect(tree, source, position => position);
  if (plain) return knowing(plain, foreign);
  const { text, original } = mend(source);
  return knowing(collect(parseMended(text, memory), text, original, true) ?? emptyModule(text, tree), foreign);
}

/** What still holds errors depends on where its parse began, so that is parsed from the start. */
function parseMended(mended: string, memory: Memory | undefined): Tree {
  const text = withoutBarePoints(mended);
  const tree = parse(parser, text, memory && (memory.mended ??= { text: '', tree: undefined }));
  return memory && hasError(tree) ? parser.parse(text) : tree;
}

function knowing(module: Module, foreign: Module['foreign']): Module {
  return register(foreign ? { ...module, foreign } : module);
}

/** What a walk does at a node of some type, as bits. */
const VISITED = 1, SCOPED = 2, ARGUMENTS = 4, PLAIN = 8;

/** Nodes that open a scope of their own; so does an argument list that is a generator. */
const scoped = new Set(['ClassDefinition', 'FunctionDefinition', 'LambdaExpression',
  'ArrayComprehensionExpression', 'SetComprehensionExpression', 'DictionaryComprehensionExpression', 'ComprehensionExpression']);
/** Nodes inside which nothing can matter unless there is a bracket after their first character, or a walrus: no calls, no names that are bound. */
const plain = /^(String|FormatString|ContinuedString|Number|Comment|.*Expression|.*Statement|TypeDef|ParamList|ArgList)$/;
const compound = /^(If|For|While|With|Try|Match|Decorated|Scope)Statement$|^(Lambda|Named)Expression$/;

const actions: Uint8Array = Uint8Array.from(parser.nodeSet.types, ({ name }) =>
  (name in visitors ? VISITED : 0) | (scoped.has(name) ? SCOPED : 0) | (name === 'ArgList' ? ARGUMENTS : 0) | (plain.test(name) && !compound.test(name) ? PLAIN : 0));

/** Walks a tree once; undefined where it holds an error and `tolerant` is not set. */
function collect(tree: Tree, text: string, original: (position: number) => number, tolerant = false): Module | undefined {
  if (!tolerant && hasError(tree)) return undefined;
  const module = newScope('module', '', tree.topNode, undefined);
  const reading: Reading = { text, scope: module, calls: [], classes: [], stars: [], stores: new Map() };
  const [nextFor, nextBracket, nextWalrus] = [finder(text, 'for'), finder(text, '('), finder(text, ':=')];
  const opened: number[] = [];
  const cursor = tree.cursor();
  for (let depth = 0; ;) {
    const action = actions[cursor.type.id] ?? 0;
    if (action !== 0) {
      const { from, to } = cursor;
      if (action & VISITED) visitors[cursor.name]?.(cursor.node, reading);
      if (action & ARGUMENTS && nextWalrus(from) < to) bindNamed(cursor.node, reading);
      if (action & SCOPED || (action & ARGUMENTS && nextFor(from) < to && cursor.node.getChild('for') !== null)) {
        reading.scope = enterScope(cursor.node, reading);
        opened.push(depth);
      } else if (!tolerant && action & PLAIN && nextBracket(from + 1) >= to && nextWalrus(from) >= to) {
        if (!next(false)) break;
        continue;
      }
    }
    if (!next(true)) break;

    function next(inside: boolean): boolean {
      if (inside && cursor.firstChild()) { depth++; return true; }
      for (;;) {
        if (opened.at(-1) === depth) { opened.pop(); reading.scope = reading.scope.parent ?? module; }
        if (cursor.nextSibling()) return true;
        if (!cursor.parent()) return false;
        depth--;
      }
    }
  }
  return finished(reading, module, original);
}

const errors = new WeakMap<Tree, boolean>();

/** Whether a tree holds an error. Trees of unchanged text are the same objects after an edit, so that this is cheap then. */
export function hasError(tree: Tree): boolean {
  let known = errors.get(tree);
  if (known === undefined) {
    known = tree.type.isError || tree.children.some(child => child instanceof Tree ? hasError(child) : bufferHasError(child));
    errors.set(tree, known);
  }
  return known;
}

/** A buffer holds type, start, end and length of each node. */
function bufferHasError({ buffer, set }: TreeBuffer): boolean {
  for (let i = 0; i < buffer.length; i += 4) if (set.types[buffer[i] ?? 0]?.isError) return true;
  return false;
}

/** Where a word stands next, asked at growing positions. */
function finder(text: string, word: string): (from: number) => number {
  let next = -1;
  return from => next < from ? next = indexOrEnd(text, word, from) : next;
}

function indexOrEnd(text: string, word: string, from: number): number {
  const at = text.indexOf(word, from);
  return at < 0 ? text.length : at;
}

function finished({ text, calls, classes, stars, stores }: Reading, scope: Scope, original: (position: number) => number): Module {
  // By start, then by end: a place may begin several expressions.
  const made = new Map<number, { readonly to: number; readonly e: Expression }[]>();
  return {
    text, original, scope, calls, classes, stars, stores, flows: true,
    expression: node => {
      const { from, to } = node;
      const list = made.get(from);
      const known = list?.find(m => m.to === to);
      if (known) return known.e;
      const e = expression(node, text);
      if (list) list.push({ to, e });
      else made.set(from, [{ to, e }]);
      return e;
    },
  };
}

function emptyModule(text: string, tree: Tree): Module {
  const scope = newScope('module', '', tree.topNode, undefined);
  return finished({ text, scope, calls: [], classes: [], stars: [], stores: new Map() }, scope, position => position);
}
