/** The cells of a stack: `RNN([a, b])`, `RNN([LSTMCell(8)] * 2)`, `RNN([LSTMCell(n) for n in sizes])`, a list that grows, StackedRNNCells. */
import type { SyntaxNode } from '@lezer/common';
import { sourceOf } from '../../code/arguments';
import { slice, type Expression } from '../../code/expression';
import { fold } from '../../code/fold';
import { callOf, moduleOf, type Module, type Scope } from '../../code/scopes';
import type { Draft } from '../../framework';
import { bindingsOf, innerCalls } from './inner';
import { kerasClass } from './names';
import { timesOf } from './rounds';

/** An expression with the scope that its names are seen from. */
interface Seen { readonly value: Expression; readonly scope: Scope }

/** Cells one upon the other; `times` where each stands for as many, null where their number is not known, with its source text. */
export interface Cells { readonly list: readonly Seen[]; readonly times?: { readonly value: number | null; readonly source: string; readonly assumed: boolean } }

/** What a recurrent layer over cells is given; one that is no list is a stack of one. */
export function cellsOf(seen: Seen, module: Module, depth = 0): Cells {
  const at = behind(seen, module);
  const { value, scope } = at;
  if (value.kind === 'list') return grown(seen, at, value.items, module);
  if (value.kind === 'binary' && value.op === '*') return repeated(value.left, value.right, scope, module) ?? repeated(value.right, value.left, scope, module) ?? { list: [seen] };
  if (value.kind === 'other') return comprehended(at, module) ?? { list: [seen] };
  const [only, second] = innerCalls(value, scope, module);
  const first = only?.call.args[0]?.value;
  return only && first && !second && depth < 4 && only.naming.paths.some(p => kerasClass(p) === 'StackedRNNCells') ? cellsOf({ value: first, scope: only.scope }, module, depth + 1) : { list: [seen] };
}

/** How many layers a stack of cells has, as fields of its draft; `first` is the draft of its first cell. */
export function layersOf({ times }: Cells, count: number, { symbols, assumed }: Pick<Draft, 'symbols' | 'assumed'>): Pick<Draft, 'layers' | 'symbols' | 'assumed'> {
  if (times === undefined) return { layers: count, symbols, assumed };
  const known = times.value !== null && times.value > 0;
  return {
    layers: known ? Math.round((times.value ?? 0) * count) : null, symbols: times.source === '' ? symbols : { ...symbols, layers: times.source },
    assumed: known && times.assumed ? [...assumed, 'layers'] : assumed,
  };
}

/** What a name or attribute holds, where it is bound once. */
function behind(seen: Seen, module: Module, depth = 0): Seen {
  const bindings = depth > 8 ? [] : bindingsOf(seen.value, seen.scope, module);
  const only = bindings.length === 1 ? bindings[0] : undefined;
  return only?.kind === 'value' ? behind({ value: moduleOf(only.scope, module).expression(only.node), scope: only.scope }, module, depth + 1) : seen;
}

function repeated(list: Expression, times: Expression, scope: Scope, module: Module): Cells | undefined {
  if (list.kind !== 'list') return undefined;
  const { value, assumed } = fold(times, scope, module);
  const cells = list.items.map(item => ({ value: item, scope }));
  return { list: cells, times: { value: typeof value === 'number' ? value : null, source: times.kind === 'literal' ? '' : sourceOf(times, module), assumed } };
}

/** `[LSTMCell(n) for _ in range(k)]`: what makes each, and how many where one plain loop says so. */
function comprehended({ value, scope }: Seen, module: Module): Cells | undefined {
  const node = spanned(scope.node.resolveInner(value.from, 1), value);
  if (node?.name !== 'ArrayComprehensionExpression') return undefined;
  const item = node.firstChild?.nextSibling;
  const site = item && module.calls.find(c => c.node.from === item.from && c.node.to === item.to);
  const call = site && callOf(site, module);
  if (!call) return undefined;
  const loops = node.getChildren('for');
  const over = node.getChild('in')?.nextSibling;
  const plain = loops.length === 1 && node.getChild('if') === null && over ? counted(module.expression(over), scope, module) : undefined;
  return { list: [{ value: call, scope: site.scope }], times: plain ?? { value: null, source: lengthOf(over ? module.expression(over) : value, module), assumed: false } };
}

/** How many items something has: those of `enumerate(sizes)` are those of `sizes`. */
function lengthOf(e: Expression, module: Module): string {
  const only = e.kind === 'call' && e.callee.kind === 'name' && ['enumerate', 'reversed', 'list', 'tuple'].includes(e.callee.name) ? e.args[0]?.value : undefined;
  return only ? lengthOf(only, module) : `len(${sourceOf(e, module)})`;
}

/** The outermost node that stands where an expression does. */
function spanned(node: SyntaxNode, { from, to }: Expression): SyntaxNode | undefined {
  let found: SyntaxNode | undefined;
  for (let n: SyntaxNode | null = node; n && n.from === from && n.to <= to; n = n.parent) if (n.to === to) found = n;
  return found;
}

/** How often `for _ in range(k)` runs. */
function counted(e: Expression, scope: Scope, module: Module): Cells['times'] {
  if (e.kind !== 'call' || e.callee.kind !== 'name' || e.callee.name !== 'range' || e.args.length !== 1 || !e.args[0]) return undefined;
  const { value, assumed } = fold(e.args[0].value, scope, module);
  return { value: typeof value === 'number' ? value : null, source: e.args[0].value.kind === 'literal' ? '' : sourceOf(e.args[0].value, module), assumed };
}

/** A list that `cells.append(...)` makes longer between its beginning and its use: what is put in, and how many where each stands for itself. */
function grown(seen: Seen, begun: Seen, items: readonly Expression[], module: Module): Cells {
  const own = items.map(value => ({ value, scope: begun.scope }));
  if (seen.value.kind === 'list') return { list: own };
  const source = slice(seen.value, module.text);
  const between = ({ from }: Expression): boolean => seen.value.kind !== 'name' || (begun.value.from < from && from < seen.value.from);
  const added = module.calls.flatMap(site => {
    const callee = site.node.firstChild;
    const call = callee && /^\.append$/.test(module.text.slice(callee.from + source.length, callee.to)) && slice(callee, module.text).startsWith(source) ? callOf(site, module) : undefined;
    const value = call?.args[0]?.value;
    return value && between(value) && within(site.scope, seen.scope) ? [{ value, scope: site.scope, times: timesIn(site.node, site.scope, begun.value, seen.value, module) }] : [];
  });
  const other = ['extend', 'insert', 'pop', 'remove', 'reverse'].some(method => module.text.includes(`${source}.${method}(`)) || module.text.includes(`${source} +=`);
  const list = [...own, ...added];
  const isKnown = !other && (added.length === 0 || (seen.value.kind === 'name' && begun.scope === seen.scope && added.every(a => a.times && a.scope === seen.scope)));
  if (!isKnown) return { list, times: { value: null, source: `len(${source})`, assumed: false } };
  if (added.every(a => a.times?.value === 1 && !a.times.assumed)) return { list };
  const count = own.length + added.reduce((sum, a) => sum + (a.times?.value ?? 0), 0);
  return { list, times: { value: count / list.length, source: `len(${source})`, assumed: added.some(a => a.times?.assumed) } };
}

interface Times { readonly value: number; readonly assumed: boolean }

/** How often a call adds to a list before that is used: in loops, as often as they go round, where they end before. */
function timesIn(node: SyntaxNode, scope: Scope, begun: Expression, use: Expression, module: Module): Times | undefined {
  if (isOnce(node, scope)) return { value: 1, assumed: false };
  const statement = node.parent?.name === 'ExpressionStatement' ? node.parent : undefined;
  const times = statement && timesOf(statement, scope, module);
  return times && times.value > 0 && times.end <= use.from && isOutside(begun, statement, scope) ? times : undefined;
}

/** Whether a list begins outside the loops that a statement stands in. */
function isOutside({ from }: Expression, statement: SyntaxNode, scope: Scope): boolean {
  for (let n = statement.parent; n && n.from >= scope.node.from && n.to <= scope.node.to; n = n.parent) if (n.name === 'ForStatement' && n.from <= from && from < n.to) return false;
  return true;
}

/** Whether a call is a statement of its scope itself, outside every loop and condition. */
function isOnce(node: SyntaxNode, scope: Scope): boolean {
  const block = node.parent?.name === 'ExpressionStatement' ? node.parent.parent : null;
  return block !== null && (block.from === scope.node.from && block.name === scope.node.name || block.parent?.from === scope.node.from && block.parent.name === scope.node.name);
}

function within(scope: Scope, outer: Scope): boolean {
  for (let s: Scope | undefined = scope; s; s = s.parent) if (s === outer || s.parent === outer.parent) return true;
  return false;
}
