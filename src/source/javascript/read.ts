/** A tolerant reader of JavaScript and TypeScript: scopes, what their names are bound to, and all calls, in order of the text. */
import { parser } from '@lezer/javascript';
import type { SyntaxNode, Tree } from '@lezer/common';
import type { Expression } from '../code/expression';
import { fold } from '../code/fold';
import { alternatives, enterScope, mayOpen, opensScope, settle, visitors, type Defaulted, type Reading } from './bindings';
import { javascriptExpression, taken } from './expression';
import { bindLoaded } from './loaders';
import { isWritten, objectMembers } from './objects';
import { parse, type Memory } from '../memory';
import { hasError } from '../python/read';
import { lookup, newScope, type Binding, type Module, type Scope } from '../code/scopes';

/** What is read beyond JavaScript: types, and elements of JSX. */
export type Dialect = 'jsx' | 'ts' | 'ts jsx';

/** Objects taken from objects; more are a circle. */
const deepest = 12;

const parsers = new Map<Dialect, ReturnType<typeof parser.configure>>();

/** Made when it is first needed: most windows never read JavaScript. */
function parserOf(dialect: Dialect): ReturnType<typeof parser.configure> {
  const mine = parsers.get(dialect) ?? parser.configure({ dialect });
  parsers.set(dialect, mine);
  return mine;
}

/** Reads a file; code that does not parse gives what it can. */
export function readJavascript(text: string, dialect: Dialect, memory?: Memory): Module {
  const tree = parse(parserOf(dialect), text, memory);
  const scope = newScope('module', '', tree.topNode, undefined);
  const reading: Reading = { text, scope, calls: [], classes: [], stores: new Map(), assigned: [], defaulted: [], loaded: [] };
  walk(tree, reading);
  reading.scope = scope;
  settle(reading);
  const module = finished(reading, scope);
  for (const loaded of reading.loaded) bindLoaded(loaded, text);
  for (const d of reading.defaulted) d.list.push(withDefault(d, module));
  return module;
}

/** What a walk does at a node of some type, as bits. */
const VISITED = 1, SCOPED = 2, PLAIN = 4;
/** Nodes inside which nothing can matter unless one of the signs below stands behind their first character. */
const plain = /^(String|TemplateString|Number|RegExp|.*Comment|.*Expression|ArgList|TypeAnnotation)$/;
const signs = /[({=]|\+\+|--|delete/g;

const actions: Uint8Array = Uint8Array.from(parser.nodeSet.types, ({ name }) => (visitors.has(name) ? VISITED : 0) | (mayOpen(name) ? SCOPED : 0) | (plain.test(name) ? PLAIN : 0));

/** Walks a tree once. What is plain is passed over, unless the code is broken. */
function walk(tree: Tree, reading: Reading): void {
  const whole = !hasError(tree);
  const [nextSign, nextBracket] = [finder(reading.text, signs), finder(reading.text, /\(/g)];
  const opened: number[] = [];
  const cursor = tree.cursor();
  for (let depth = 0, inside = true; ; inside = true) {
    const action = actions[cursor.type.id] ?? 0;
    if (action !== 0) {
      const { from, to } = cursor;
      if (action & SCOPED && (cursor.name !== 'Property' || nextBracket(from) < to) && opensScope(cursor)) {
        reading.scope = enterScope(cursor.node, reading);
        opened.push(depth);
      }
      if (action & VISITED) visitors.get(cursor.name)?.(cursor.node, reading);
      inside = !(whole && action & PLAIN && nextSign(from + 1) >= to);
    }
    if (inside && cursor.firstChild()) { depth++; continue; }
    for (;;) {
      if (opened.at(-1) === depth) { opened.pop(); reading.scope = reading.scope.parent ?? reading.scope; }
      if (cursor.nextSibling()) break;
      if (!cursor.parent()) return;
      depth--;
    }
  }
}

/** Where a sign stands next, asked at growing positions. */
function finder(text: string, sign: RegExp): (from: number) => number {
  let next = -1;
  return from => {
    if (next >= from) return next;
    sign.lastIndex = from;
    return next = sign.exec(text)?.index ?? text.length;
  };
}

function finished({ text, calls, classes, stores }: Reading, scope: Scope): Module {
  // By start, then by end and type: a place may hold an expression in an expression.
  const made = new Map<number, { readonly to: number; readonly type: number; readonly e: Expression }[]>();
  // Objects may be taken from one another in circles.
  let depth = 0;
  let budget = 0;
  const module: Module = {
    text, scope, calls, classes, stores, stars: [],
    original: position => position,
    expression: node => {
      const { from, to, type: { id: type } } = node;
      const list = made.get(from);
      const known = list?.find(m => m.to === to && m.type === type);
      if (known) return known.e;
      const e = javascriptExpression(node, text);
      if (list) list.push({ to, type, e });
      else made.set(from, [{ to, type, e }]);
      return e;
    },
    members: (object, name, at) => {
      if (depth === 0) budget = 500;
      if (depth > deepest || budget-- <= 0) return [];
      depth++;
      try {
        return objectMembers(object, name, at, module);
      } finally {
        depth--;
      }
    },
  };
  return module;
}

/** A default counts where a parameter decides otherwise; where the other side can be read, that counts. */
function withDefault({ node, fallback, at, scope }: Defaulted, module: Module): Binding {
  const value: Binding = { kind: 'value', node, at, scope };
  if (node.name !== 'PatternProperty') return isDefault(node, scope, module) ? { kind: 'parameter', fallback, at, scope } : value;
  const object = taken(node);
  if (!object) return { kind: 'opaque', at, scope };
  const from = module.expression(object);
  if (objectMembers(from, keyOf(node, module), scope, module).length > 0) return value;
  if (isWritten(from, scope, module)) return { kind: 'value', node: fallback, at, scope };
  return handedIn(from, scope) ? { kind: 'parameter', fallback, at, scope } : { kind: 'opaque', at, scope };
}

function keyOf(property: SyntaxNode, { text }: Module): string {
  const key = property.getChild('PropertyName') ?? property.getChild('VariableDefinition');
  return key ? text.slice(key.from, key.to) : '';
}

/** Is this `a || b` or its kin with an `a` that only a caller knows? */
export function isDefault(value: SyntaxNode, scope: Scope, module: Module): boolean {
  const [left] = alternatives(value, module.text);
  if (!left) return false;
  const e = module.expression(left);
  return fold(e, scope, module).value === undefined && handedIn(e, scope);
}

/** Does the expression start at a parameter? */
function handedIn(e: Expression, scope: Scope): boolean {
  if (e.kind === 'attribute') return handedIn(e.object, scope);
  const bindings = e.kind === 'name' ? lookup(e.name, scope) : [];
  return bindings.length > 0 && bindings.every(b => b.kind === 'parameter');
}
