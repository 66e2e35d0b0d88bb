/** Functions that load a module when it is first wanted and hand it out: `const load = async () => import('...')`. */
import type { SyntaxNode } from '@lezer/common';
import { slice } from '../code/expression';
import { lookup, type Binding } from '../code/scopes';
import { children } from './nodes';

/** A constant that takes what a function gives, `const tf = await load()`, or with `key` a property of that: bound to the call until all functions are known. */
export interface Loaded { readonly list: Binding[]; readonly bound: Binding; readonly loader: string; readonly key: string | undefined }

const call = /^(?:await\s+|\(\s*await\s+)?([\w$]+)\(\s*\)\s*\)?$/;

/** The name of the function that a value is asked of without arguments, where a text loads modules so at all. */
export function loaderIn(value: SyntaxNode, text: string): string | undefined {
  const name = value.to - value.from < 80 ? call.exec(slice(value, text))?.[1] : undefined;
  return name !== undefined && loads(text) ? name : undefined;
}

let last = { text: '', loads: false };

/** Asked for many declarations of one text. */
function loads(text: string): boolean {
  if (last.text !== text) last = { text, loads: /\b(import|require)\s*\(/.test(text) };
  return last.loads;
}

/** Binds a constant to the modules that its function loads, where it surely does. */
export function bindLoaded({ list, bound, loader, key }: Loaded, text: string): void {
  const { at, scope } = bound;
  const [only, second] = lookup(loader, scope);
  const body = only && !second ? functionOf(only) : undefined;
  const paths = body ? pathsOf(body, text) : [];
  if (paths.length > 0) list.splice(list.indexOf(bound), 1, ...paths.map((path): Binding => ({ kind: 'import', path: key === undefined ? path : `${path}.${key}`, optional: true, at, scope })));
}

const isFunction = ({ name }: SyntaxNode): boolean => /^(FunctionDeclaration|FunctionExpression|ArrowFunction)$/.test(name);

function functionOf(b: Binding): SyntaxNode | undefined {
  if (b.kind === 'value') return isFunction(b.node) ? b.node : undefined;
  if (b.kind !== 'function') return undefined;
  for (let n: SyntaxNode | null = b.scope.node.resolveInner(b.at, 1); n && n.from >= b.at; n = n.parent) if (isFunction(n)) return n;
  return undefined;
}

const loading = String.raw`\(?\s*(?:await\s+)?(?:import|require)\(\s*['"]([^'"]+)['"]\s*\)\s*\)?(?:\.default)?`;
const whole = new RegExp(`^${loading}$`);
const nothing = /^(null|undefined)?$/;

/** The modules that a function gives; [] where it may give another thing. */
function pathsOf(body: SyntaxNode, text: string): readonly string[] {
  const source = slice(body, text);
  const given = resultsOf(body).map(n => n ? slice(n, text).replace(/^await\s+|\s+as\s+[\w.]+$|!$/g, '') : '').filter(g => !nothing.test(g));
  const each = given.map(g => { const path = whole.exec(g)?.[1]; return path === undefined ? assignedTo(g, source) : [path]; });
  return each.every(paths => paths.length > 0) ? [...new Set(each.flat())] : [];
}

/** The modules that a name is given within a function. */
function assignedTo(name: string, source: string): readonly string[] {
  if (!/^[\w$.]+$/.test(name)) return [];
  const assignment = new RegExp(String.raw`(?<![\w$.])${name.replace(/[.$]/g, '\\$&')}\s*(?::[^=;]*)?(?:\?\?|\|\|)?=\s*${loading}`, 'g');
  return [...source.matchAll(assignment)].flatMap(m => m[1] ?? []);
}

/** What a function returns, place by place; an arrow function may be its result. */
function resultsOf(body: SyntaxNode): readonly (SyntaxNode | undefined)[] {
  const last = children(body).at(-1);
  if (body.name === 'ArrowFunction' && last?.name !== 'Block') return [last];
  const found: (SyntaxNode | undefined)[] = [];
  body.cursor().iterate(ref => {
    if (ref.name === 'ReturnStatement') found.push(children(ref.node)[1]);
    return ref.from === body.from || !isFunction(ref.node);
  });
  return found;
}
