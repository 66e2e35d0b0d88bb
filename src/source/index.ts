/** The way in: model code to an outline of its recurrent layers. */
import type { SyntaxNode } from '@lezer/common';
import { readCells } from './cell/read';
import type { CodeCell } from './cell/spec';
import { equinox } from './frameworks/jax/equinox';
import { flax } from './frameworks/jax/flax';
import { haiku } from './frameworks/jax/haiku';
import { keras } from './frameworks/keras/keras';
import { outlineConfig } from './frameworks/keras/config';
import { holderOf } from './python/holder';
import type { Candidate, Found, FrameworkReader } from './framework';
import { readJavascript, type Dialect } from './javascript/read';
import { javascriptHolder } from './javascript/holder';
import { javascriptTarget, layerProperties } from './javascript/target';
import { nnx } from './frameworks/jax/nnx';
import type { Memory } from './memory';
import { markdownBlocks } from './documents/markdownCode';
import { mentionsOf } from './mentions';
import { pythonCell, readNotebook } from './documents/notebook';
import { firstAtEach, perTab } from './documents/tabs';
import type { CodeLanguage, Language, LayerSpec, Mention, Outline, Problem, Span } from './outline';
import { lineStarts, place, type Place } from './place';
import { parameterCount } from './describe/parameters';
import type { Resolve } from './code/imports';
import { blankMagics } from './python/mend';
import { readPython } from './python/read';
import { plan, type Recognised } from './kept';
import { callOf, classOf, lookup, ownerOf, type Binding, type CallSite, type Module, type Scope } from './code/scopes';
import { pytorch } from './frameworks/pytorch';
import { target } from './code/target';
import { tfjs } from './frameworks/tfjs/tfjs';
import { outlineUnits, type PlacedOutline } from './units';

/** Frameworks known; a new one is a file and a word here. */
const frameworks: readonly FrameworkReader[] = [flax, nnx, equinox, haiku, pytorch, keras, tfjs];

/** Longer texts are data, not code; reading one would hold up the editor. */
const longest = 5_000_000;

/**
 * Finds the recurrent layers of a text. Never throws: what cannot be read is left out, and said in `problems`.
 * With a `memory` kept per document, the next call parses only what changed; with `resolve`, names imported from the workspace are known.
 */
export function outline(text: string, language: Language, memory?: Memory, resolve?: Resolve): Outline {
  try {
    if (text.length > longest) return nothing(`The text has ${text.length} characters; up to ${longest} are read for layers.`);
    if (language === 'notebook') return notebook(text, resolve);
    if (language === 'markdown') return markdown(text);
    if (language === 'json') return outlineConfig(text);
    return code(text, language, memory, resolve);
  } catch (error) {
    return nothing(`The code could not be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

function nothing(message: string): Outline {
  return { layers: [], problems: [unreadable(message, { from: 0, to: 0 })] };
}

function unreadable(message: string, span: Span): Problem {
  return { code: 'unreadable', severity: 'warning', message, span };
}

function notebook(text: string, resolve?: Resolve): Outline {
  const cells = readNotebook(text);
  if (typeof cells === 'string') return nothing(cells);
  const found = placed(outlineUnits(cells.units, source => code(blankMagics(source), 'python', undefined, resolve)), () => lineStarts(cells.text));
  return { ...found, layers: found.layers.map(layer => ({ ...layer, ...cells.place(layer.line) })) };
}

/**
 * Outlines of a notebook's Python cells in their order, each with positions in its own text: names of other cells are known. Cells of
 * other kinds are ''.
 */
export function outlineCells(cells: readonly string[], memory?: Memory, resolve?: Resolve): readonly Outline[] {
  try {
    const units = cells.map((cell, document) => ({ pieces: [{ text: pythonCell(cell), from: 0 }], document }));
    // Only the whole is read again and again; a cell alone would make the memory forget it.
    const whole = units.map(u => u.pieces[0]?.text ?? '').join('\n');
    const found = outlineUnits(units, source => code(blankMagics(source), 'python', source === whole ? memory : undefined, resolve));
    return cells.map((cell, unit) => {
      const own = { layers: found.layers.filter(l => l.unit === unit), problems: found.problems.filter(p => p.unit === unit), cells: found.cells.filter(c => c.unit === unit) };
      const { layers, problems, cells: classes = [] } = placed(own, () => lineStarts(cell));
      return { problems, layers: layers.map(l => ({ ...l, cellIndex: unit, cellLine: l.line })), ...withCells(classes) };
    });
  } catch (error) {
    return cells.map(() => nothing(`The code could not be read: ${error instanceof Error ? error.message : String(error)}.`));
  }
}

/** Lines and columns of what was found in units. */
function placed({ layers, problems, cells }: PlacedOutline, startsOf: () => readonly number[]): Outline {
  if (layers.length + problems.length + cells.length === 0) return { layers: [], problems: [] };
  const starts = startsOf();
  const lined = (p: Problem): Problem => ({ ...p, line: place(p.span.from, starts).line });
  return {
    layers: layers.map(({ spec: l }) => ({ ...l, problems: l.problems.map(lined), ...place(l.span.from, starts) })), problems: problems.map(p => lined(p.problem)),
    ...withCells(cells.map(({ cell }) => ({ ...cell, line: place(cell.span.from, starts).line, ...('whySpan' in cell ? { whyLine: place(cell.whySpan.from, starts).line } : {}) }))),
  };
}

/** A text that defines no cell says nothing of cells. */
const withCells = (cells: readonly CodeCell[]): Pick<Outline, 'cells'> => (cells.length > 0 ? { cells } : {});

/** Code blocks of one language are read as one text; those with types make it TypeScript. */
function markdown(text: string): Outline {
  if (!ownCells.test(text) && !Object.values(readers).some(r => r.mentions.test(text))) return { layers: [], problems: [] };
  const blocks = markdownBlocks(text);
  const starts = lineStarts(text);
  const found = (['python', 'javascript'] as const).flatMap(language => {
    const mine = blocks.filter(b => b.language === language);
    const types = mine.some(b => b.types);
    const written = language === 'python' ? 'python' : !types ? 'javascript' : mine.some(b => b.types && b.jsx) ? 'tsx' : 'typescript';
    return perTab(mine).map(tab => placed(outlineUnits(tab.map(b => ({ pieces: b.pieces, document: 0 })), source => code(source, written)), () => starts));
  });
  const layers = [...firstAtEach(found.flatMap(f => f.layers))].sort((a, b) => a.span.from - b.span.from);
  return { layers, problems: firstAtEach(found.flatMap(f => f.problems), p => p.code), ...withCells(firstAtEach(found.flatMap(f => f.cells ?? []))) };
}

/** How a language is read. */
interface CodeReader {
  /** No recurrent class can be meant in a text without one of these. */
  readonly mentions: RegExp;
  holder(node: SyntaxNode, text: string): string;
  target: typeof target;
  /** Names of methods and properties, beyond those that classes bind, that may stand for a layer. */
  properties(text: string): readonly string[];
}

const readers: Readonly<Record<CodeLanguage, CodeReader>> = {
  python: { mentions: /rnn|lstm|gru|mgucell|simplecell|getattr/i, holder: holderOf, target, properties: () => [] },
  javascript: { mentions: /\b(simple)?rnn(cell)?\b|\b(basic|conv)?lstm(cell|2d|2dcell)?\b|\bgru(cell)?\b|\blayers\s*\[/i, holder: javascriptHolder, target: javascriptTarget, properties: layerProperties },
};

const dialects: Readonly<Record<Exclude<Language, 'python' | 'notebook' | 'markdown' | 'json'>, Dialect>> = { javascript: 'jsx', typescript: 'ts', tsx: 'ts jsx' };

/** A fresh memory for `outline`. */
export function newMemory(): Memory {
  return { text: '', tree: undefined };
}

function code(text: string, language: Exclude<Language, 'notebook' | 'markdown' | 'json'>, memory?: Memory, resolve?: Resolve): Outline {
  const family = language === 'python' ? 'python' : 'javascript';
  const definesCell = language === 'python' && ownCells.test(text);
  if (!definesCell && !readers[family].mentions.test(text)) return { layers: [], problems: [] };
  const module = language === 'python' ? readPython(text, memory, resolving(memory, resolve)) : readJavascript(text, dialects[language], memory);
  const starts = lineStarts(text);
  const found = read(module, family, starts, memory);
  return definesCell ? alsoCells(found, module, starts) : found;
}

/** Cells that the text defines are read when someone asks for them: after each key that is typed, most readers want the layers alone. */
function alsoCells(found: Outline, module: Module, starts: readonly number[]): Outline {
  const placeOf = (span: Span): { readonly span: Span; readonly line: number } => { const own = original(span, module); return { span: own, line: place(own.from, starts).line }; };
  const cells = later<readonly CodeCell[]>(() => readCells(module, placeOf), () => []);
  return { layers: found.layers, problems: found.problems, get cells() { return cells(); } };
}

/** A text without one of these defines no cell: a class named for one, or a step that is given a state. */
const ownCells = /class\s+\w*(cell|rnn|lstm|gru|recurrent)\w*\s*\(|def\s+(?:forward|call|__call__)\s*\(\s*self\s*,[^)]{0,300}\b(h|c|s|hx|cx|h_\w+|\w*(hidden|state|carry|prev|memory)\w*)\b/i;

/** The resolver of the last reading, while what it read is as it was: its answers are the same then, and need not be read again. */
function resolving(memory: Memory | undefined, resolve: Resolve | undefined): Resolve | undefined {
  if (!memory || !resolve) return resolve;
  return memory.resolve = memory.resolve?.current?.() === true ? memory.resolve : resolve;
}

function read(module: Module, family: CodeLanguage, starts: readonly number[], memory: Memory | undefined): Outline {
  const reader = readers[family];
  const attributes = new Set([...boundAttributes(module), ...reader.properties(module.text)]);
  const reading: Reading = { module, ...reader, frameworks: frameworks.filter(f => (f.language ?? 'python') === family), attributes, refused: [] };
  const layers = recurrent(reading, memory);
  const mentions = later<ReadonlyMap<Found, readonly Mention[]>>(() => layers.length > 0 ? mentionsOf(layers, module) : new Map(), () => new Map());
  return { layers: layers.map(found => spec(found, layers, module, starts, mentions)), problems: reading.refused.map(p => moved(p, module, starts)) };
}

interface Reading extends CodeReader {
  readonly module: Module;
  readonly frameworks: readonly FrameworkReader[];
  readonly attributes: ReadonlySet<string>;
  /** Recurrent layers that are not read, and why. */
  readonly refused: Problem[];
}

/** All layers; with a memory, those of statements that an edit cannot have changed are taken over from the last reading. */
function recurrent(reading: Reading, memory: Memory | undefined): readonly Recognised[] {
  const { module, frameworks: readers, refused } = reading;
  const last = memory && plan(module, reading.attributes, memory.kept);
  const kept = new Map<CallSite, Recognised>();
  const fresh = module.calls.flatMap(site => {
    if (!last?.isKept(site)) return recognise(site, reading);
    const known = last.layerAt(site);
    if (known) kept.set(site, known);
    return [];
  });
  const consumed = new Set(fresh.flatMap(f => f.draft.consumed));
  const sites = last?.sites ?? module.calls;
  const refined = readers.reduce<readonly Recognised[]>((list, reader) => better(list, reader, mine => reader.refine?.(mine, module, sites) ?? mine), fresh.filter(f => !consumed.has(f.candidate.node.from)));
  const all = [...refined, ...kept.values()].sort((a, b) => a.candidate.node.from - b.candidate.node.from);
  if (memory) memory.kept = last?.keep(all, refused, fresh);
  if (last) refused.push(...last.refused);
  refused.sort((a, b) => a.span.from - b.span.from);
  return readers.reduce<readonly Recognised[]>((list, reader) => better(list, reader, mine => reader.number?.(mine, module) ?? mine), all);
}

function better(list: readonly Recognised[], reader: FrameworkReader, change: (mine: readonly Found[]) => readonly Found[]): readonly Recognised[] {
  const mine = list.filter(f => f.reader === reader);
  const changed = change(mine);
  if (changed === mine) return list;
  const drafts = new Map(changed.map(f => [f.candidate, f.draft]));
  return list.map(f => ({ ...f, draft: drafts.get(f.candidate) ?? f.draft }));
}

/** Every name that some `object.name = ...` or class body of the file gives a value that may be a class: not a method, not an object. */
function boundAttributes(module: Module): ReadonlySet<string> {
  const names = [...module.classes.flatMap(c => [...c.attributes, ...c.names]), ...module.stores];
  return new Set(names.filter(([, bindings]) => bindings.some(b => mayBeClass(b, module.text))).map(([key]) => key.slice(key.lastIndexOf('.') + 1)));
}

/** What a call gives is an object, unless the call looks a class up or wraps one. */
const givesClass = /getattr|\bget$|partial|scan|map$|jit|remat|checkpoint|bind|transform/i;

function mayBeClass(b: Binding, text: string): boolean {
  if (b.kind === 'function') return false;
  const callee = b.kind === 'value' && b.node.name === 'CallExpression' ? b.node.firstChild : null;
  return callee === null || givesClass.test(text.slice(callee.from, callee.to));
}

function recognise(site: CallSite, reading: Reading): readonly Recognised[] {
  const { module } = reading;
  const first = site.node.firstChild;
  if (!first || !mayConstruct(first, site, reading)) return [];
  const callee = module.expression(first);
  const { paths, certain } = reading.target(callee, site.scope, module);
  for (const reader of reading.frameworks) {
    const why = paths.map(p => reader.refuses?.(p)).find(w => w !== undefined);
    if (why !== undefined) reading.refused.push({ code: 'not-supported', severity: 'info', message: why, span: first });
    const mine = paths.filter(p => reader.mayMatch(p));
    if (mine.length === 0) continue;
    const call = callOf(site, module);
    if (!call) continue;
    const candidate: Candidate = { ...site, callee, paths: mine, certain, holder: reading.holder(site.node, module.text), call: () => call };
    const draft = reader.read(candidate, module);
    if (draft) return [{ candidate, draft, reader }];
  }
  return [];
}

/** A quick look before the thorough one: most calls are methods whose name is bound nowhere in the file. */
function mayConstruct(callee: SyntaxNode, { scope }: CallSite, { module, mentions, attributes }: Reading): boolean {
  const source = module.text.slice(callee.from, callee.to);
  if (callee.name === 'MemberExpression' && isOwnLayer(source, scope, module.text)) return false;
  if (mentions.test(source) || /Bidirectional$|\bscan$|^super\b.*\.__init__$/i.test(source)) return true;
  if (callee.name === 'VariableName') return lookup(source, scope).some(b => b.kind !== 'class' && b.kind !== 'function');
  if (callee.name !== 'MemberExpression' || source.endsWith(']')) return true;
  return attributes.has(source.slice(source.lastIndexOf('.') + 1).trim());
}

/** `self.rnn(x)` where the class says `self.rnn = nn.LSTM(...)` and nothing else. */
function isOwnLayer(source: string, scope: Scope, text: string): boolean {
  const dot = source.indexOf('.');
  const name = source.slice(dot + 1);
  const own = source.includes('.', dot + 1) ? undefined : classOf(source.slice(0, dot), scope);
  const bound = own && !own.names.has(name) ? own.attributes.get(name) : undefined;
  return bound?.every(b => b.kind === 'value' && b.node.firstChild !== null && b.node.name === 'CallExpression' && constructor.test(text.slice(b.node.firstChild.from, b.node.firstChild.to))) === true;
}

const constructor = /(^|\.)(RNN|LSTM|GRU)(Cell)?$/;

/** Computed when it is first asked for; what `otherwise` makes of the error where that fails, since readers never throw. */
function later<T>(compute: () => T, otherwise: (error: unknown) => T): () => T {
  let known: { readonly value: T } | undefined;
  return () => {
    if (known) return known.value;
    try { known = { value: compute() }; } catch (error) { known = { value: otherwise(error) }; }
    return known.value;
  };
}

/** Problems and mentions are found when someone reads them: after each key that is typed, most readers want the layers alone. */
function spec(found: Recognised, all: readonly Recognised[], module: Module, starts: readonly number[], mentions: () => ReadonlyMap<Found, readonly Mention[]>): LayerSpec {
  const { callee, consumed: _, ownName, ...draft } = found.draft;
  const { node, scope, holder } = found.candidate;
  const span = original(node, module);
  const name = callee.kind === 'attribute' ? { from: callee.to - callee.name.length, to: callee.to } : callee;
  const problems = later(() => found.reader.problems(found, all, module).map(p => moved(p, module, starts)), error => [unreadable(`Problems could not be looked for: ${error instanceof Error ? error.message : String(error)}.`, span)]);
  return {
    ...draft, name: holder || (ownName ?? ''), owner: ownerOf(scope), parameters: parameterCount(draft),
    get problems() { return problems(); },
    span, callee: original(name, module), ...place(span.from, starts), get mentions() { return mentions().get(found) ?? []; },
  };
}

function original(span: { readonly from: number; readonly to: number }, module: Module): { from: number; to: number } {
  return { from: module.original(span.from), to: module.original(span.to) };
}

function moved(problem: Problem, module: Module, starts: readonly number[]): Problem {
  const span = original(problem.span, module);
  const { line }: Place = place(span.from, starts);
  return { ...problem, span, line };
}
