/** What code does with a layer: what it is fed, which states it starts from, and which names take what it gives. */
import type { SyntaxNode } from '@lezer/common';
import { sourceOf } from './code/arguments';
import { slice, type CallExpression, type Expression } from './code/expression';
import type { Found } from './framework';
import { givenAt } from './given';
import { applications, namesTaking, readsAfter } from './javascript/uses';
import { mostBindings, reaching, references, sidesOf, statementOf, targetItems } from './python/flow';
import { traceTensor } from './lint/operations';
import { layerCalled, tracing, type Tracing } from './lint/trace';
import type { Span } from './outline';
import { callOf, type Module, type Scope } from './code/scopes';

/** A piece of source. */
export interface Piece { readonly span: Span; readonly text: string }

/** A name that takes a layer's output or final states, and where its value is read. `states` is h, or (h, c) in one. */
export interface Taken extends Piece { readonly what: 'output' | 'states' | 'h' | 'c' | 'all'; readonly reads: readonly Piece[] }

/** One call of a layer. Spans count in the original text. */
export interface LayerUse {
  readonly span: Span;
  /** null where nothing is passed by position. */
  readonly fed: Piece & { readonly packed: boolean; readonly reordered: boolean } | null;
  readonly initialStates: Piece | null;
  /** Keywords of the call: mask, training, initial_state. */
  readonly keywords: readonly (Piece & { readonly name: string })[];
  readonly taken: readonly Taken[];
  /** Whether the states that it starts from, or hands on, are cut from the graph in this function: detach(), .data. */
  readonly detached: boolean;
}

/** One call of a layer, in the parsed text. */
export interface Use { readonly layer: Found; readonly node: SyntaxNode; readonly scope: Scope; readonly call: CallExpression }

const known = new WeakMap<readonly Found[], ReadonlyMap<Found, readonly Use[]>>();

/** All calls of each layer that surely are calls of it. */
export function usesOf(all: readonly Found[], module: Module): ReadonlyMap<Found, readonly Use[]> {
  const found = known.get(all) ?? (inJavascript(all) ? applications(all, module) : collect(all, module));
  known.set(all, found);
  return found;
}

const inJavascript = (all: readonly Found[]): boolean => all[0]?.draft.framework === 'tfjs';

function collect(all: readonly Found[], module: Module): ReadonlyMap<Found, readonly Use[]> {
  const t = tracing(module, all);
  const starts = new Set(all.map(f => f.candidate.node.from));
  const names = new Set(all.map(f => f.candidate.holder).filter(Boolean));
  const uses = new Map<Found, Use[]>();
  for (const site of module.calls) {
    const callee = site.node.firstChild;
    if (!callee || !mayBeLayer(callee, names, starts, module)) continue;
    const call = callOf(site, module);
    const layer = call && layerCalled(call.callee, site.scope, t);
    if (layer) uses.set(layer, [...uses.get(layer) ?? [], { layer, node: site.node, scope: site.scope, call }]);
  }
  return uses;
}

/** `self.NAME(...)`, `NAME(...)`, or a call of the constructor. */
function mayBeLayer(callee: SyntaxNode, names: ReadonlySet<string>, starts: ReadonlySet<number>, module: Module): boolean {
  if (callee.name === 'CallExpression') return starts.has(callee.from);
  if (callee.name === 'VariableName') return names.has(slice(callee, module.text));
  if (callee.name !== 'MemberExpression' || callee.firstChild?.name !== 'VariableName') return false;
  // By text, since a look at the node's children costs more: most calls are of other names. A comment may stand behind the name.
  const source = slice(callee, module.text);
  return /[#\\]/.test(source) ? [...names].some(n => source.includes(n)) : names.has(source.slice(source.lastIndexOf('.') + 1).trim());
}

/** An argument by position; undefined where a splat may hold it. */
function positional({ call }: Use, position: number): Expression | undefined {
  const before = call.args.slice(0, position + 1);
  return before.some(a => a.name !== undefined || a.splat !== undefined) ? undefined : before[position]?.value;
}

/** Flax's cells are given the carry first. */
const carryFirst = ({ layer: { draft } }: Use): boolean => draft.isCell && (draft.framework === 'flax' || draft.framework === 'nnx');

/** The argument that is the sequence. */
export const fedTo = (use: Use): Expression | undefined => {
  const named = use.call.args.find(a => a.name === 'input' || a.name === 'inputs' || a.name === 'sequences')?.value;
  return named ?? positional(use, carryFirst(use) ? 1 : 0);
};

/** The argument that holds the states to start from. */
export const statesTo = (use: Use): Expression | undefined => {
  const named = use.call.args.find(a => a.name === 'hx' || a.name === 'initial_state')?.value;
  if (named) return named;
  const { draft } = use.layer;
  return carryFirst(use) ? positional(use, 0) : draft.framework === 'pytorch' || (draft.isCell && draft.framework !== 'keras') ? positional(use, 1) : undefined;
};

/** A name in the target of a call's assignment, and its place in what the call gives: `out, (h, c)` gives h the path [1, 0]. */
export interface TakenName { readonly node: SyntaxNode; readonly path: readonly number[] }

/** The names that take what a call gives; none where it is passed on at once. */
export function takenNames(use: Use): readonly TakenName[] {
  const statement = use.node.parent?.name === 'AssignStatement' ? use.node.parent : undefined;
  const sides = statement && sidesOf(statement);
  return sides?.value.from === use.node.from && sides.value.to === use.node.to ? names(sides.target, []) : [];
}

function names(target: readonly SyntaxNode[], path: readonly number[]): readonly TakenName[] {
  const items = targetItems(target);
  if (!items) return target[0] ? [{ node: target[0], path }] : [];
  return items.flatMap((item, i) => names([item], [...path, i]));
}

/** All places that surely read the value that a name was given there. */
export function readsOf({ node }: TakenName, scope: Scope, module: Module): readonly SyntaxNode[] {
  if (node.name !== 'VariableName') return [];
  const name = slice(node, module.text);
  const statement = statementOf(node);
  const bindings = scope.names.get(name) ?? [];
  if (bindings.length > mostBindings) return [];
  const targets = new Set(bindings.map(b => b.at));
  return references(name, scope, module).filter(r => !targets.has(r.from) && (statement === undefined || r.from > statement.to) && reaching(name, r.from, scope, module)?.at === node.from);
}

const whats: Readonly<Record<string, Taken['what']>> = { '': 'all', '0': 'output', '1': 'states', '1,0': 'h', '1,1': 'c' };

/** What hovers need of a layer's calls. */
export function layerUses(layer: Found, all: readonly Found[], module: Module): readonly LayerUse[] {
  return (usesOf(all, module).get(layer) ?? []).map(use => plain(use, tracing(module, all)));
}

function plain(use: Use, t: Tracing): LayerUse {
  const { module } = t;
  const piece = (e: Span): Piece => ({ span: { from: module.original(e.from), to: module.original(e.to) }, text: sourceOf(e as Expression, module) });
  const fed = fedTo(use);
  const value = fed && traceTensor(fed, use.scope, t);
  const states = statesTo(use);
  const script = inJavascript([use.layer]);
  const reads = (n: TakenName): readonly SyntaxNode[] => script ? readsAfter(n.node, use.scope, module) : readsOf(n, use.scope, module);
  const taken = (script ? namesTaking(use, module) : takenNames(use)).flatMap(n => whatOf(use, n).map(what => ({ ...piece(n.node), what, reads: reads(n).map(r => piece(whole(r))) })));
  return {
    span: piece(use.call).span,
    fed: fed ? { ...piece(fed), packed: value?.packed === true, reordered: value?.moved === true } : null,
    initialStates: states ? piece(states) : null,
    keywords: use.call.args.flatMap(a => a.name === undefined ? [] : [{ ...piece(a.value), name: a.name }]),
    taken, detached: taken.some(n => n.what !== 'output' && n.reads.some(r => /\.(detach_?\(|data\b)/.test(r.text))) || (states !== undefined && /\.(detach_?\(|data\b)/.test(sourceOf(states, module))),
  };
}

/** PyTorch gives (output, states), its cells states alone, Keras the output unless asked for states; given.ts knows the others. */
function whatOf({ layer: { draft } }: Use, { path }: TakenName): readonly Taken['what'][] {
  if (draft.framework !== 'pytorch' && draft.framework !== 'keras') return [givenAt(draft, path)].filter(w => w !== undefined);
  if (draft.framework === 'keras') return path.length === 0 ? ['output'] : path[0] === 0 ? ['output'] : path.length === 1 && path[0] === 1 ? ['h'] : path[0] === 2 ? ['c'] : [];
  if (draft.isCell) return path.length === 0 ? ['states'] : path[0] === 0 ? ['h'] : ['c'];
  const what = whats[path.join(',')];
  return what === undefined ? [] : [what];
}

/** The subscript, attribute or method call around a name: `h.view(1, -1)`, `out[:, -1]`. */
function whole(node: SyntaxNode): SyntaxNode {
  const parent = node.parent;
  const member = parent?.name === 'MemberExpression' && parent.from === node.from ? parent : undefined;
  const call = member?.parent;
  return call?.name === 'CallExpression' && call.firstChild?.to === member?.to ? call : member ?? node;
}
