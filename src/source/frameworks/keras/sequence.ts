/** Layers in a row: the list of a `Sequential([...])` and chains of `model.add(...)`, with the width each layer is given. */
import type { SyntaxNode } from '@lezer/common';
import { matchArguments } from '../../code/arguments';
import type { CallExpression, Expression } from '../../code/expression';
import { holderOf } from '../../python/holder';
import { kerasClass } from './names';
import { roundsOf, type Rounds } from './rounds';
import { after, madeBy, open, written, type Made, type Width } from './widths';
import { callOf, lookup, type CallSite, type Module, type Scope } from '../../code/scopes';
import { target } from '../../code/target';

/** One layer of a row. */
export interface Entry {
  readonly call: CallExpression;
  /** Keras's name of its class; '' where it is the project's own. */
  readonly kind: string;
  readonly scope: Scope;
  /** Last axis of what it reads. */
  readonly width: Width;
}

export interface Row { readonly entries: readonly Entry[] }

/** What a loop's body adds, from the first round on: `places` are those of its layers among the entries, -1 where one is not known. */
interface Loop { readonly block: SyntaxNode; readonly scope: Scope; readonly start: Width; readonly made: (Made | undefined)[]; readonly places: number[] }

interface Growing {
  readonly entries: Entry[];
  readonly block: SyntaxNode | null;
  certain: boolean;
  width: Width;
  local: { readonly block: SyntaxNode | null; width: Width } | undefined;
  loop: Loop | undefined;
}

const known = new WeakMap<Module, readonly Growing[]>();

function grown(module: Module): readonly Growing[] {
  const found = known.get(module) ?? rows(module, module.calls);
  known.set(module, found);
  return found;
}

/** All rows of a file that are built in one block, one layer after the other. */
export function sequences(module: Module): readonly Row[] {
  return grown(module).filter(r => r.certain);
}

/** Widths in all rows, also those that conditions and loops have a part in, by the start of the call that makes the layer. */
export function rowWidths(module: Module, sites: readonly CallSite[]): ReadonlyMap<number, Width> {
  return new Map((sites === module.calls ? grown(module) : rows(module, sites)).flatMap(r => r.entries.map(e => [e.call.from, e.width] as const)));
}

/** Rows by their name, in each function. */
type Names = Map<Scope, Map<string, Growing>>;

interface Site { readonly node: SyntaxNode; readonly scope: Scope; readonly module: Module; readonly named: Map<string, Growing>; readonly all: Growing[] }

function rows(module: Module, sites: readonly CallSite[]): Growing[] {
  const all: Growing[] = [];
  const names: Names = new Map();
  for (const { node, scope } of sites) {
    const callee = node.firstChild;
    if (!callee) continue;
    const named = names.get(scope) ?? new Map<string, Growing>();
    names.set(scope, named);
    const source = module.text.slice(callee.from, callee.to);
    const site = { node, scope, module, named, all };
    if (/(^|\.)Sequential$/.test(source) && isSequential(module.expression(callee), scope, module)) begin(site);
    else if (source.endsWith('.add')) grow(source.slice(0, -4).replace(/^self\./, ''), site);
    else if (named.size > 0) hand(callee.name === 'VariableName' && lookup(source, scope).some(b => b.kind === 'function'), source, site);
  }
  for (const row of all) leave(row, module);
  return all;
}

function newRow(node: SyntaxNode): Growing {
  return { entries: [], block: blockOf(node), certain: true, width: open, local: undefined, loop: undefined };
}

function begin({ node, scope, module, named, all }: Site): void {
  const call = callOf({ node, scope }, module);
  const given = call && matchArguments(call, ['layers'], scope, module).given('layers');
  const list = given && written(given.value, given.scope, module);
  const row = newRow(node);
  row.certain = call?.args.length === 0 || list !== undefined;
  for (const e of list?.items ?? []) put(row, madeBy(e, list?.scope ?? scope, module), module);
  if (given && !list) row.width = open;
  all.push(row);
  const name = holderOf(node, module.text);
  if (name) named.set(name, row);
}

function put(row: Growing, made: Made | undefined, module: Module): void {
  if (made) row.entries.push({ call: made.call, kind: made.kind, scope: made.scope, width: row.width });
  row.width = made ? after(made, row.width, module) : open;
}

/** `model.add(layer)`. A layer added under a condition or in a loop leaves open what follows what. */
function grow(name: string, site: Site): void {
  const { node, scope, module, named } = site;
  const row = named.get(name) ?? fragment(name, site);
  const item = callOf({ node, scope }, module)?.args[0]?.value;
  if (!row || !item) return;
  const block = blockOf(node);
  const made = madeBy(item, scope, module);
  if (row.loop && block?.from !== row.loop.block.from) leave(row, module, node.from < row.loop.block.to);
  if (block?.from === row.block?.from && block?.name === row.block?.name) { put(row, made, module); return; }
  row.certain = false;
  if (row.loop === undefined && block && turns(block, row)) row.loop = { block, scope, start: row.width, made: [], places: [] };
  // Within its own block the order is known again; behind it, only where nothing changed.
  const before = row.local && row.local.block?.from === block?.from ? row.local.width : onceOnly(node, row) ? row.width : open;
  row.loop?.made.push(made);
  row.loop?.places.push(made ? row.entries.length : -1);
  if (made) row.entries.push({ call: made.call, kind: made.kind, scope: made.scope, width: before });
  row.local = { block, width: made ? after(made, before, module) : open };
  if (row.loop === undefined && (row.local.width.value === null || row.local.width.value !== row.width.value)) row.width = open;
}

/** Whether a block is the body of a loop that stands in the row's own block. */
function turns({ parent }: SyntaxNode, row: Growing): boolean {
  const around = parent?.parent;
  return parent !== null && /^(For|While)Statement$/.test(parent.name) && around?.from === row.block?.from && around?.name === row.block?.name;
}

/** Behind a loop: where a round ends with the width that it began with, each round does. What more is done within it leaves that open. */
function leave(row: Growing, module: Module, within = false): void {
  const { loop } = row;
  if (!loop) return;
  row.loop = undefined;
  if (within) { row.width = open; return; }
  const rounds = loop.block.parent?.name === 'ForStatement' ? roundsOf(loop.block.parent, loop.scope, module) : undefined;
  if (rounds) { goRound(row, loop, rounds, module); return; }
  const widths: Width[] = [];
  const end = loop.made.reduce((width, made) => { widths.push(width); return made ? after(made, width, module) : open; }, loop.start);
  if (end.value === null || end.value !== loop.start.value) { row.width = open; return; }
  loop.places.forEach((place, i) => { const entry = row.entries[place]; if (entry) row.entries[place] = { ...entry, width: widths[i] ?? open }; });
}

/** Round by round: a layer that reads the same width in each has that; behind the loop stands what the last round gives. */
function goRound(row: Growing, { scope, start, made, places }: Loop, { scopes, assumed }: Rounds, module: Module): void {
  const read = made.map((): Width[] => []);
  const end = scopes.reduce((width, round) => made.reduce((before: Width, m, i) => {
    read[i]?.push(before);
    return m ? after(m.scope === scope ? { ...m, scope: round } : m, before, module) : open;
  }, width), start);
  row.width = end.value === null || scopes.length === 0 ? (scopes.length === 0 && !assumed ? start : open) : { value: end.value, source: '', assumed: end.assumed || assumed };
  places.forEach((place, i) => {
    const [entry, [first, ...others]] = [row.entries[place], read[i] ?? []];
    if (entry && first && first.value !== null && others.every(w => w.value === first.value)) row.entries[place] = { ...entry, width: { value: first.value, source: '', assumed: first.assumed || others.some(w => w.assumed) } };
  });
}

/** Whether no loop or function stands between a place and the row's own block. */
function onceOnly(node: SyntaxNode, row: Growing): boolean {
  for (let n = node.parent; n; n = n.parent) {
    if (n.from === row.block?.from && n.name === row.block.name) return true;
    if (/^(For|While)Statement$|Definition$|Comprehension/.test(n.name)) return false;
  }
  return false;
}

/** A row that a function of the file is given, or that loses its last layer, may be anything after that. */
function hand(own: boolean, source: string, { node, module, named }: Site): void {
  const popped = source.endsWith('.pop') ? named.get(source.slice(0, -4).replace(/^self\./, '')) : undefined;
  const given = own ? node.getChild('ArgList')?.getChildren('VariableName').map(n => named.get(module.text.slice(n.from, n.to))) ?? [] : [];
  for (const row of [popped, ...given]) if (row) { row.width = open; row.local = undefined; row.loop = undefined; row.certain = false; }
}

/** `model.add(...)` in a fragment that does not show where model comes from. */
function fragment(name: string, { node, scope, module, all, named }: Site): Growing | undefined {
  if (!/^\w+$/.test(name) || scope.names.has(name) || scope !== module.scope) return undefined;
  const row = newRow(node);
  all.push(row);
  named.set(name, row);
  return row;
}

function isSequential(callee: Expression, scope: Scope, module: Module): boolean {
  const { paths } = target(callee, scope, module);
  return paths.some(p => kerasClass(p) === 'Sequential' || p === '?.Sequential');
}

function blockOf(node: SyntaxNode): SyntaxNode | null {
  let n: SyntaxNode | null = node;
  while (n && n.name !== 'Body' && n.name !== 'Script') n = n.parent;
  return n;
}
