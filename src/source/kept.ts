/**
 * What of a text's last reading still holds after an edit. Statements of the outermost level that an edit left as they are keep their
 * layers, unless something that they name, or that names them, is another now. Where that is not sure, they are read again.
 */
import type { SyntaxNode } from '@lezer/common';
import { eraFacts } from './frameworks/keras/era';
import type { Expression } from './code/expression';
import type { CallSite, Module } from './code/scopes';
import type { Draft, Found, FrameworkReader } from './framework';
import { change } from './memory';
import type { Problem } from './outline';
import { hasError } from './python/read';

/** A recognised layer and who reads it. */
export interface Recognised extends Found { readonly reader: FrameworkReader }

/** A layer of a statement, with positions that count from the statement. */
interface KeptLayer { readonly from: number; readonly to: number; readonly paths: readonly string[]; readonly certain: boolean; readonly holder: string; readonly draft: Draft; readonly reader: FrameworkReader }

/** A statement of the outermost level. */
interface Statement {
  readonly from: number;
  readonly to: number;
  readonly type: string;
  /** All words of its text, and what it adds to, found when they are first asked for. */
  readonly words: { all?: ReadonlySet<string>; added?: readonly { readonly name: string; readonly root: string; readonly isOwn: boolean }[] };
  /** Names that it binds for all others, or stores to. */
  defines: readonly string[];
  layers: readonly KeptLayer[];
  /** It makes layers, perhaps ones that another stands for. */
  makes: boolean;
  refused: readonly Problem[];
  /** It is read again each time. */
  always: boolean;
}

/** What is kept of a reading. */
export interface Kept {
  readonly text: string;
  readonly statements: readonly Statement[];
  readonly attributes: ReadonlySet<string>;
  /** Objects whose items are stored to, as `object[]`. */
  readonly items: ReadonlySet<string>;
  readonly facts: string;
  readonly foreign: Module['foreign'];
}

/** A reading that is under way: which calls are to be looked at, and what is known of the others. */
export interface Plan {
  /** Calls of statements that are read again, and of those that any row of layers may begin in. */
  readonly sites: readonly CallSite[];
  /** Whether the layers of a call are known from the last reading. */
  isKept(site: CallSite): boolean;
  /** The layer that a call was; undefined where it was none. */
  layerAt(site: CallSite): Recognised | undefined;
  readonly refused: readonly Problem[];
  /** What is to be kept for the next reading: `layers` before they are numbered; of the statements that were read again, what was `refused`, and all that was `found`. */
  keep(layers: readonly Recognised[], refused: readonly Problem[], found: readonly Recognised[]): Kept;
}

/** Frameworks whose readers look all over a file, and calls that may set any name. */
const everywhere = /\b(jax|flax|haiku|equinox|nnx)\b|\bexec\(|\bglobals\(\)/;

/** A script of more statements than this is read as fast as they are compared: what stands in it hangs together anyway. */
const most = 1000;

/** Compares a text that was parsed again with what is kept of the last reading; undefined where nothing is to be gained. */
export function plan(module: Module, attributes: ReadonlySet<string>, last: Kept | undefined): Plan | undefined {
  if (!fewStatements(module.scope.node)) return undefined;
  const facts = JSON.stringify([module.stars, module.flows === true ? eraFacts(module) : '', everywhere.test(module.text)]);
  const statements = statementsOf(module);
  const known = last && last.facts === facts && last.foreign === module.foreign && !everywhere.test(module.text) ? last : undefined;
  const matched = known ? match(known, statements, module) : undefined;
  const dirty = known && matched && isWorthwhile(statements, matched) ? dirtyOnes(known, matched, statements, attributes, module) : undefined;
  const clean = statements.map((s, i) => dirty?.[i] === 0 && matched?.[i] ? { ...s, layers: matched[i].layers, refused: matched[i].refused, makes: matched[i].makes } : undefined);
  return planOf(module, attributes, facts, statements, clean, dirty);
}

/** Where most of a text is one statement and that is another now, asking what hangs on it costs more than it saves. */
function isWorthwhile(statements: readonly Statement[], matched: readonly (Statement | undefined)[]): boolean {
  const length = (list: readonly Statement[]): number => list.reduce((sum, s) => sum + s.to - s.from, 0);
  return length(statements.filter((_, i) => !matched[i])) * 2 < length(statements);
}

function planOf(module: Module, attributes: ReadonlySet<string>, facts: string, statements: readonly Statement[], clean: readonly (Statement | undefined)[], dirty: Uint8Array | undefined): Plan {
  const at = finder(statements);
  const cleanAt = (position: number): Statement | undefined => clean[at(position)];
  return {
    sites: dirty ? module.calls.filter(c => { const s = cleanAt(c.node.from); return s?.makes !== true; }) : module.calls,
    isKept: ({ node }) => cleanAt(node.from) !== undefined,
    layerAt: site => {
      const statement = cleanAt(site.node.from);
      const found = statement?.layers.find(l => l.from === site.node.from - statement.from && l.to === site.node.to - statement.from);
      return statement && found && restored(found, statement.from, site, module);
    },
    refused: clean.flatMap(s => s ? s.refused.map(p => ({ ...p, span: { from: p.span.from + s.from, to: p.span.to + s.from } })) : []),
    keep: (all, refused, fresh) => {
      statements.forEach((s, i) => { s.layers = clean[i]?.layers ?? []; s.refused = clean[i]?.refused ?? []; s.makes = clean[i]?.makes ?? false; });
      for (const { candidate: { node } } of fresh) { const s = statements[at(node.from)]; if (s) s.makes = true; }
      const mine = new Map<Statement, KeptLayer[]>();
      for (const found of all) {
        const s = statements[at(found.candidate.node.from)];
        if (!s || clean[at(found.candidate.node.from)]) continue;
        const kept = relative(found, s);
        if (!kept) { s.always = true; continue; }
        const list = mine.get(s);
        if (list) list.push(kept);
        else mine.set(s, [kept]);
      }
      for (const [s, list] of mine) s.layers = list;
      for (const problem of refused) {
        const s = statements[at(problem.span.from)];
        if (s) s.refused = [...s.refused, { ...problem, span: { from: problem.span.from - s.from, to: problem.span.to - s.from } }];
      }
      return { text: module.text, statements, attributes, items: itemsStored(module), facts, foreign: module.foreign };
    },
  };
}

/** Positions count from the statement; undefined where the class is named in another one. */
function relative({ candidate: { node, paths, certain, holder }, draft, reader }: Recognised, s: Statement): KeptLayer | undefined {
  if (draft.callee.from < s.from || draft.callee.to > s.to) return undefined;
  return { from: node.from - s.from, to: node.to - s.from, paths, certain, holder, draft: { ...draft, callee: moved(draft.callee, -s.from), consumed: [] }, reader };
}

function restored({ paths, certain, holder, draft, reader }: KeptLayer, from: number, site: CallSite, module: Module): Recognised {
  const first = site.node.firstChild;
  const call = (): ReturnType<Found['candidate']['call']> => {
    const e = module.expression(site.node);
    if (e.kind !== 'call') throw new Error('A layer is a call.');
    return e;
  };
  return { candidate: { ...site, paths, certain, holder, get callee() { return module.expression(first ?? site.node); }, call }, draft: { ...draft, callee: moved(draft.callee, from) }, reader };
}

/** An expression with all its places moved. */
function moved(e: Expression, by: number): Expression {
  const move = (value: unknown): unknown => Array.isArray(value) ? value.map(move)
    : typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, (k === 'from' || k === 'to') && typeof v === 'number' ? v + by : move(v)])) : value;
  return move(e) as Expression;
}

/** Which statement a position is in, asked at any order; -1 between two. */
function finder(statements: readonly Statement[]): (position: number) => number {
  let last = 0;
  const inside = (i: number, position: number): boolean => { const s = statements[i]; return s !== undefined && s.from <= position && position < s.to; };
  return position => {
    if (inside(last, position)) return last;
    if (inside(last + 1, position)) return ++last;
    let [low, high] = [0, statements.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((statements[middle]?.from ?? 0) <= position) low = middle;
      else high = middle - 1;
    }
    return inside(low, position) ? last = low : -1;
  };
}

function fewStatements(top: SyntaxNode): boolean {
  const cursor = top.cursor();
  let count = 0;
  if (cursor.firstChild()) do count++; while (count <= most && cursor.nextSibling());
  return count <= most;
}

function statementsOf(module: Module): readonly Statement[] {
  const top = module.scope.node;
  const errors = errorsIn(top);
  const found: { from: number; to: number; type: string; defines: string[]; always: boolean }[] = [];
  const cursor = top.cursor();
  if (cursor.firstChild()) do found.push({ from: cursor.from, to: cursor.to, type: cursor.name, defines: [], always: false }); while (cursor.nextSibling());
  const statements = found.map((s): Statement & { readonly defines: string[] } => ({ ...s, words: {}, layers: [], makes: false, refused: [] }));
  const at = finder(statements);
  const define = (position: number, name: string): void => { statements[at(position)]?.defines.push(name); };
  for (const [name, bindings] of module.scope.names) for (const b of bindings) define(b.at, name);
  // In JavaScript, items are asked for by whether there are any: see `itemsStored`. In Python, how many there are counts, too.
  for (const [key, bindings] of module.stores) if (module.flows === true || !key.endsWith('[]')) for (const word of key.match(/[\w$]+/g) ?? []) for (const b of bindings) define(b.at, word);
  // An error may reach over its neighbours.
  for (const position of errors) for (let i = near(statements, position) - 1, k = 0; k < 3; i++, k++) { const s = statements[i]; if (s) s.always = true; }
  return statements;
}

/** The last statement that begins at or before a position. */
function near(statements: readonly Statement[], position: number): number {
  const i = statements.findLastIndex(s => s.from <= position);
  return Math.max(0, i);
}

function errorsIn(top: SyntaxNode): readonly number[] {
  const { tree } = top;
  const found: number[] = [];
  if (tree && hasError(tree)) tree.iterate({ enter: ref => { if (ref.type.isError) found.push(ref.from); return ref.tree === null || hasError(ref.tree); } });
  return found;
}

/** By new statement the old one, where neither the edit nor its neighbourhood reached it. */
function match(last: Kept, statements: readonly Statement[], { text }: Module): readonly (Statement | undefined)[] {
  const { fromA, toA, toB } = change(last.text, text);
  const same = (a: Statement | undefined, b: Statement | undefined, by: number): boolean => a !== undefined && b !== undefined && a.from + by === b.from && a.to + by === b.to && a.type === b.type;
  const old = last.statements;
  const found = new Array<Statement | undefined>(statements.length).fill(undefined);
  let start = 0;
  while (same(old[start], statements[start], 0) && (old[start]?.to ?? 0) < fromA) start++;
  let end = 0;
  while (end < Math.min(old.length, statements.length) - start && same(old.at(-1 - end), statements.at(-1 - end), toB - toA) && (old.at(-1 - end)?.from ?? 0) > toA) end++;
  for (let i = 0; i < start - 1; i++) found[i] = old[i];
  for (let i = 1; i < end; i++) found[statements.length - i] = old[old.length - i];
  statements.forEach((s, i) => { const before = found[i]; if (before) Object.assign(s, { words: before.words, always: s.always || before.always }); if (s.always) found[i] = undefined; });
  return found;
}

function wordsOf(s: Statement, text: string): ReadonlySet<string> {
  return s.words.all ??= new Set(text.slice(s.from, s.to).match(/[\w$]+/g) ?? []);
}

/** Calls that declare options of a command line, which any place may read. */
const options = /add_argument|set_defaults|DEFINE_/;

/** Which statements must be read again; undefined where all must. */
function dirtyOnes(last: Kept, matched: readonly (Statement | undefined)[], statements: readonly Statement[], attributes: ReadonlySet<string>, module: Module): Uint8Array | undefined {
  const { text } = module;
  const stay = new Set(matched);
  const gone = last.statements.filter(s => !stay.has(s));
  const come = statements.flatMap((s, i) => matched[i] ? [] : [{ s, i }]);
  const sourceOf = (list: readonly Statement[], of: string): string => list.map(s => of.slice(s.from, s.to)).join('\n');
  const [before, after] = [sourceOf(gone, last.text), sourceOf(come.map(c => c.s), text)];
  if (options.test(before) || options.test(after)) return undefined;
  statements.forEach((s, i) => { if (matched[i]?.makes !== false) s.defines = [...s.defines, ...addedTo(s, text, module)]; });
  const defining = definers(statements);
  const isPlain = plainOnes(statements, matched, defining, text);
  const group = groups(statements, isPlain, defining, text);
  const dirty = new Uint8Array(statements.length);
  const asked = new Set<string>();
  const queue: string[] = [];
  const groupsHit = new Set<number>();
  const ask = (words: Iterable<string>): void => { for (const w of words) if (!asked.has(w)) { asked.add(w); queue.push(w); } };
  const hit = (i: number): void => {
    if (dirty[i] === 1) return;
    dirty[i] = 1;
    if (isPlain[i] === 1) ask(statements[i]?.defines ?? []);
    else groupsHit.add(group(i));
  };
  for (const { s, i } of come) { hit(i); ask(s.defines); }
  for (const s of gone) { ask(s.defines); ask(addedTo(s, last.text, module)); for (const w of wordsOf(s, last.text)) for (const i of defining.get(w) ?? []) if (isPlain[i] === 0) hit(i); }
  ask(difference(attributes, last.attributes));
  for (const key of difference(itemsStored(module), last.items)) ask(key.match(/[\w$]+/g) ?? []);
  ask([...difference(mutations(before), mutations(after))].map(m => /([\w$]+)[^\w$]+\w+\($/.exec(m)?.[1] ?? ''));
  // Once round for what names an asked word, until nothing more is asked.
  while (queue.length > 0) {
    const words = queue.splice(0);
    statements.forEach((s, i) => { if (dirty[i] === 0) { const mine = wordsOf(s, text); if (words.some(w => mine.has(w))) hit(i); } });
  }
  statements.forEach((_, i) => { if (isPlain[i] === 0 && groupsHit.has(group(i))) dirty[i] = 1; });
  return dirty;
}

const definition = /^(Function|Class|Decorated|Export)/;
const adding = /([\w$]+)['")\]]*\s*\??\.\s*(?:add|pop|push|unshift|splice|shift|append|extend|insert)\s*\(/g;

/**
 * What a statement adds to may be a row of layers or a list of cells, which begins elsewhere. Rows of functions are their own: in Python
 * those of all definitions, in JavaScript those that a statement itself declares, within a function or on the objects of a class.
 */
function addedTo(s: Statement, text: string, { flows, scope }: Module): readonly string[] {
  const isDefinition = definition.test(s.type);
  if (flows === true && isDefinition) return [];
  const source = text.slice(s.from, s.to);
  s.words.added ??= [...source.matchAll(adding)].map(({ 1: name = '', index }) => {
    const root = rootBefore(text, s.from + index) ?? name;
    return { name, root, isOwn: root === 'this' ? isDefinition : declares(source, root) };
  });
  return s.words.added.filter(({ root, isOwn }) => !isOwn || scope.names.has(root)).map(a => a.name);
}

function declares(source: string, name: string): boolean {
  return /^\w+$/.test(name) && new RegExp(`\\b(const|let|var)\\s+${name}\\b`).test(source);
}

/** The first name of a path such as `this.model.` that ends here; '' where it begins with something else, undefined where there is none. */
function rootBefore(text: string, end: number): string | undefined {
  const path = /([\w$]+|[)\]'"`}])\s*[?!]?\.\s*(?:[\w$]+\s*[?!]?\.\s*)*$/.exec(text.slice(Math.max(0, end - 80), end));
  return path === null ? undefined : /^[\w$]/.test(path[1] ?? '') ? path[1] : '';
}

/** Whether any item of an object is stored to is asked of the whole file, and not which. */
function itemsStored({ stores }: Module): ReadonlySet<string> {
  return new Set([...stores.keys()].filter(key => key.endsWith('[]')));
}

function difference(a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...[...a].filter(x => !b.has(x)), ...[...b].filter(x => !a.has(x))]);
}

const mutating = /\.\s*(update|pop|setdefault|clear|__setitem__|append|extend|insert|remove|sort|reverse|push|unshift|splice|shift)\(/g;

/** Lists and dicts that a text changes in place, with what stands before: whether any text does is asked of the whole file. */
function mutations(source: string): ReadonlySet<string> {
  return new Set([...source.matchAll(mutating)].map(m => source.slice(Math.max(0, m.index - 120), m.index) + m[0]));
}

function definers(statements: readonly Statement[]): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>();
  statements.forEach((s, i) => {
    for (const name of s.defines) {
      const list = found.get(name);
      if (!list) found.set(name, [i]);
      else if (list.at(-1) !== i) list.push(i);
    }
  });
  return found;
}

const simple = /^(Import|Assign|Expression|Variable|Comment|LineComment|BlockComment|Pass)/;

/** Statements that are plain: without layers, and naming nothing but what is plain. What names them does not hang together by that. */
function plainOnes(statements: readonly Statement[], matched: readonly (Statement | undefined)[], defining: ReadonlyMap<string, readonly number[]>, text: string): Uint8Array {
  const isPlain = Uint8Array.from(statements, (s, i) => simple.test(s.type) && (matched[i]?.makes === false || s.type.startsWith('Import') || literal.test(text.slice(s.from, Math.min(s.to, s.from + 200)))) ? 1 : 0);
  const involved = new Set<string>();
  const involve = (i: number): void => { for (const w of statements[i]?.defines ?? []) involved.add(w); };
  for (const list of defining.values()) for (const i of list) if (isPlain[i] === 0) involve(i);
  for (let more = true; more;) {
    more = false;
    statements.forEach((s, i) => {
      if (isPlain[i] === 0 || s.type.startsWith('Import')) return;
      for (const w of wordsOf(s, text)) if (involved.has(w)) { isPlain[i] = 0; involve(i); more = true; return; }
    });
  }
  return isPlain;
}

/** `SIZE = 3`, `const SIZE = 3;`, `const tf = require('...');` */
const literal = /^((const|let|var)\s+)?[\w$]+\s*=\s*([\d.]+|'[^'\\\n]*'|"[^"\\\n]*"|require\(['"][^'"\n]+['"]\))\s*;?$/;

/** Which group a statement is of: those of one group name one another. */
function groups(statements: readonly Statement[], isPlain: Uint8Array, defining: ReadonlyMap<string, readonly number[]>, text: string): (i: number) => number {
  const parents = statements.map((_, i) => i);
  const root = (i: number): number => {
    let at = i;
    while (parents[at] !== at) at = parents[at] = parents[parents[at] as number] as number;
    return at;
  };
  // Those that define one name are joined once; whoever names it joins any of them.
  const joined = new Map<string, number>();
  for (const [w, all] of defining) {
    const mine = all.filter(d => isPlain[d] === 0);
    if (mine[0] === undefined) continue;
    joined.set(w, mine[0]);
    for (const d of mine) parents[root(d)] = root(mine[0]);
  }
  statements.forEach((s, i) => {
    if (isPlain[i] === 1) return;
    for (const w of wordsOf(s, text)) {
      const d = joined.get(w);
      if (d !== undefined) parents[root(i)] = root(d);
    }
  });
  return root;
}
