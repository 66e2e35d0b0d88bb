/** How many things stand in a list that `list.push(...)` makes longer between its beginning and its use: straight pushes, and those of counted loops. */
import type { SyntaxNode } from '@lezer/common';
import { sourceOf } from '../code/arguments';
import { slice, type Expression } from '../code/expression';
import { fold } from '../code/fold';
import { callOf, lookup, type CallSite, type Module, type Scope } from '../code/scopes';
import { children } from './nodes';

/** Something in a list, and how often it was put there; `source` is the text of the bound that says so, `assumed` where a default does. */
export interface Put { readonly value: Expression; readonly scope: Scope; readonly times: number; readonly source: string; readonly assumed: boolean }

/** A place where a list is pushed to, with what surrounds it up to the block in which the list begins. */
interface Push { readonly site: CallSite; readonly around: readonly SyntaxNode[] }

/** What stands in a list where a name of it is used; undefined where conditions, other hands or code that runs elsewhere have a part in that. */
export function listAt(use: Expression, scope: Scope, module: Module): readonly Put[] | undefined {
  const bindings = use.kind === 'name' ? lookup(use.name, scope) : [];
  const [only] = bindings;
  const begun = bindings.length === 1 && only?.kind === 'value' ? module.expression(only.node) : undefined;
  const block = only?.kind === 'value' ? blockOf(only.node) : undefined;
  if (use.kind !== 'name' || only?.kind !== 'value' || begun?.kind !== 'list' || !block || only.node.to > use.from) return undefined;
  const around = between(module.scope.node.resolveInner(use.from, 1), block);
  if (!around || around.some(runsElsewhere) || module.stores.has(`${use.name}[]`) || module.stores.has(`${use.name}.length`)) return undefined;
  const mentions = namesIn(block, use.name, module).filter(n => n.from > only.node.to && n.from !== use.from);
  const found: Put[] = begun.items.map(value => ({ value, scope: only.scope, times: 1, source: '', assumed: false }));
  for (const mention of mentions) {
    const push = pushAt(mention, block, module);
    if (push === 'reads' || (push === 'other' && mention.from > use.from)) continue;
    if (push === 'other' || mention.from > use.from || push.around.some(n => isLoop(n) && n.from < use.from && use.from < n.to) || lookup(use.name, push.site.scope)[0] !== only) return undefined;
    const put = putBy(push, module);
    if (!put) return undefined;
    found.push(...put);
  }
  return found;
}

const runsElsewhere = (n: SyntaxNode): boolean => /Function|^MethodDeclaration$/.test(n.name) || (n.name === 'Property' && n.getChild('ParamList') !== null);
const isLoop = ({ name }: SyntaxNode): boolean => /^(For|While|Do)Statement$/.test(name);

/** The block whose declaration a value is part of. */
function blockOf(value: SyntaxNode): SyntaxNode | undefined {
  const block = value.parent?.name === 'VariableDeclaration' ? value.parent.parent : null;
  return block && /^(Block|Script)$/.test(block.name) ? block : undefined;
}

/** What surrounds a node, from inside to the block; undefined where it does not stand in that. */
function between(node: SyntaxNode, block: SyntaxNode): readonly SyntaxNode[] | undefined {
  const path: SyntaxNode[] = [];
  for (let n = node.parent; n; n = n.parent) {
    if (n.from === block.from && n.to === block.to && n.name === block.name) return path;
    path.push(n);
  }
  return undefined;
}

const named = new WeakMap<Module, Map<string, readonly SyntaxNode[]>>();

function namesIn(block: SyntaxNode, name: string, module: Module): readonly SyntaxNode[] {
  const known = named.get(module) ?? new Map<string, readonly SyntaxNode[]>();
  named.set(module, known);
  const key = `${block.from} ${name}`;
  const found = known.get(key) ?? gather(block, name, module);
  known.set(key, found);
  return found;
}

function gather(block: SyntaxNode, name: string, { text }: Module): readonly SyntaxNode[] {
  const found: SyntaxNode[] = [];
  block.cursor().iterate(ref => {
    if (ref.to - ref.from !== name.length || !text.startsWith(name, ref.from)) return;
    if (ref.name === 'VariableName' || (ref.name === 'PropertyDefinition' && isShort(ref.node))) found.push(ref.node);
  });
  return found;
}

/** `{ cells }` */
const isShort = ({ parent, nextSibling }: SyntaxNode): boolean => parent?.name === 'Property' && nextSibling === null;

/** What a mention of a list does: pushes to it, reads its length or an item, or another thing. */
function pushAt(mention: SyntaxNode, block: SyntaxNode, module: Module): Push | 'reads' | 'other' {
  const member = mention.parent?.name === 'MemberExpression' && mention.parent.firstChild?.from === mention.from ? mention.parent : undefined;
  const property = member?.getChild('PropertyName');
  if (!member || !property) return member ? 'reads' : 'other';
  const call = member.parent?.name === 'CallExpression' && member.parent.firstChild?.from === member.from ? member.parent : undefined;
  const method = slice(property, module.text);
  if (method === 'length') return 'reads';
  const site = call && method === 'push' ? module.calls.find(c => c.node.from === call.from && c.node.to === call.to) : undefined;
  const around = site && between(site.node, block);
  return site && around ? { site, around } : 'other';
}

/** What one push puts into the list; undefined where it may run any number of times. */
function putBy({ site, around }: Push, module: Module): readonly Put[] | undefined {
  const call = callOf(site, module);
  let [times, source, assumed] = [1, '', false];
  for (const n of around) {
    if (n.name === 'ExpressionStatement' || n.name === 'Block') continue;
    const rounds = n.name === 'ForStatement' ? roundsOf(n, site.scope, module) : undefined;
    if (!rounds) return undefined;
    source = rounds.source === '' ? source : source === '' ? rounds.source : `${rounds.source} * ${source}`;
    [times, assumed] = [times * rounds.times, assumed || rounds.assumed];
  }
  return call?.args.every(a => !a.splat) === true ? call.args.map(a => ({ value: a.value, scope: site.scope, times, source, assumed })) : undefined;
}

interface Rounds { readonly times: number; readonly source: string; readonly assumed: boolean }

/** Loops that end otherwise than by their heads. */
const leaves = /\b(break|continue|return|throw|yield)\b/;

/** How often `for (let i = 0; i < n; i++)` or `for (const size of [3, 4])` runs; undefined where the text does not settle it. */
function roundsOf(loop: SyntaxNode, scope: Scope, module: Module): Rounds | undefined {
  if (leaves.test(slice(loop, module.text))) return undefined;
  const of = loop.getChild('ForOfSpec');
  const over = of ? children(of).at(-2) : undefined;
  if (over) return rounded(fold({ kind: 'call', callee: { kind: 'name', name: 'len', from: over.from, to: over.to }, args: [{ value: module.expression(over) }], from: over.from, to: over.to }, scope, module), `${slice(over, module.text)}.length`);
  const spec = loop.getChild('ForSpec');
  return spec ? counted(loop, spec, scope, module) : undefined;
}

const heads = /^\(\s*(?:let|var)\s+([\w$]+)(?:\s*:\s*number)?\s*=/;

function counted(loop: SyntaxNode, spec: SyntaxNode, scope: Scope, module: Module): Rounds | undefined {
  const [, begin, test, , update] = children(spec);
  const name = heads.exec(slice(spec, module.text))?.[1];
  const start = begin?.name === 'VariableDeclaration' && !begin.getChild(',') ? begin.getChild('Equals')?.nextSibling : undefined;
  const [left, op, right] = test?.name === 'BinaryExpression' ? children(test) : [];
  if (name === undefined || !start || !left || !op || !right || !update || slice(left, module.text) !== name) return undefined;
  const more = slice(update, module.text).replace(/\s/g, '');
  const sign = slice(op, module.text);
  const body = module.text.slice(spec.to, loop.to);
  if (![`${name}++`, `++${name}`, `${name}+=1`].includes(more) || !/^(<|<=|!==?)$/.test(sign) || changes(name, body)) return undefined;
  const [first, end] = [start, right].map(n => fold(module.expression(n), scope, module));
  if (typeof first?.value !== 'number' || typeof end?.value !== 'number') return undefined;
  const times = Math.ceil(Math.max(0, end.value - first.value + (sign === '<=' ? 1 : 0)));
  return rounded({ value: times, assumed: first.assumed || end.assumed }, right.name === 'Number' || first.value !== 0 || sign === '<=' ? '' : sourceOf(module.expression(right), module));
}

function changes(name: string, body: string): boolean {
  const word = name.replace(/\$/g, '\\$');
  return new RegExp(`(?<![\\w$.])${word}\\s*([-+*/%]?=(?!=)|\\+\\+|--)|(\\+\\+|--)\\s*${word}(?![\\w$])`).test(body);
}

function rounded({ value, assumed }: { readonly value: unknown; readonly assumed: boolean }, source: string): Rounds | undefined {
  return typeof value === 'number' && value >= 0 && value <= 1000 && Number.isInteger(value) ? { times: value, source, assumed } : undefined;
}
