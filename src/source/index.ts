/** The way in: model code to an outline of its recurrent layers. */
import type { SyntaxNode } from '@lezer/common';
import { keras } from './keras';
import { holderOf } from './holder';
import type { Candidate, Found, FrameworkReader } from './framework';
import { readNotebook } from './notebook';
import type { Language, LayerSpec, Outline, Problem } from './outline';
import { lineStarts, place, type Place } from './place';
import { parameterCount } from './parameters';
import { blankMagics } from './mend';
import { readPython, type Memory } from './python';
import { callOf, lookup, ownerOf, type CallSite, type Module } from './scopes';
import { pytorch } from './pytorch';
import { target } from './target';

/** Frameworks known; a new one is a file and a word here. */
const frameworks: readonly FrameworkReader[] = [pytorch, keras];

/** Longer texts are data, not code; reading one would hold up the editor. */
const longest = 5_000_000;

/**
 * Finds the recurrent layers of a text. Never throws: what cannot be read is left out, and said in `problems`.
 * With a `memory` kept per document, the next call parses only what changed.
 */
export function outline(text: string, language: Language, memory?: Memory): Outline {
  try {
    if (text.length > longest) return nothing(`The text has ${text.length} characters; up to ${longest} are read for layers.`);
    if (language === 'python') return python(text, memory);
    return language === 'notebook' ? notebook(text) : { layers: [], problems: [] };
  } catch (error) {
    return nothing(`The code could not be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

function nothing(message: string): Outline {
  return { layers: [], problems: [{ code: 'unreadable', severity: 'warning', message, span: { from: 0, to: 0 } }] };
}

function notebook(text: string): Outline {
  const cells = readNotebook(text);
  if (typeof cells === 'string') return nothing(cells);
  const found = python(blankMagics(cells.text));
  return { ...found, layers: found.layers.map(layer => ({ ...layer, ...cells.place(layer.line) })) };
}

/** No recurrent class can be meant without one of these. */
const mentions = /rnn|lstm|gru|getattr/i;

/** A fresh memory for `outline`. */
export function newMemory(): Memory {
  return { text: '', tree: undefined };
}

function python(text: string, memory?: Memory): Outline {
  if (!mentions.test(text)) return { layers: [], problems: [] };
  const module = readPython(text, memory);
  const layers = recurrent(module);
  const starts = lineStarts(text);
  return { layers: layers.map(found => spec(found, layers, module, starts)), problems: [] };
}

interface Recognised extends Found { readonly reader: FrameworkReader }

function recurrent(module: Module): readonly Recognised[] {
  const attributes = boundAttributes(module);
  const all = module.calls.flatMap(site => recognise(site, module, attributes));
  const consumed = new Set(all.flatMap(f => f.draft.consumed));
  const kept = all.filter(f => !consumed.has(f.candidate.node.from));
  return frameworks.reduce<readonly Recognised[]>((list, reader) => reader.refine ? refined(list, reader, module) : list, kept);
}

function refined(list: readonly Recognised[], reader: FrameworkReader, module: Module): readonly Recognised[] {
  const mine = list.filter(f => f.reader === reader);
  const better = new Map(reader.refine?.(mine, module).map(f => [f.candidate, f.draft]));
  return list.map(f => ({ ...f, draft: better.get(f.candidate) ?? f.draft }));
}

/** Every name that some `object.name = ...` or class body of the file gives a value. */
function boundAttributes(module: Module): ReadonlySet<string> {
  return new Set([...module.classes.flatMap(c => [...c.attributes.keys(), ...c.names.keys()]), ...[...module.stores.keys()].map(k => k.slice(k.lastIndexOf('.') + 1))]);
}

function recognise(site: CallSite, module: Module, attributes: ReadonlySet<string>): readonly Recognised[] {
  const first = site.node.firstChild;
  if (!first || !mayConstruct(first, site, module, attributes)) return [];
  const callee = module.expression(first);
  const { paths, certain } = target(callee, site.scope, module);
  for (const reader of frameworks) {
    const mine = paths.filter(p => reader.mayMatch(p));
    if (mine.length === 0) continue;
    const call = callOf(site, module);
    if (!call) continue;
    const candidate: Candidate = { ...site, callee, paths: mine, certain, holder: holderOf(site.node, module.text), call: () => call };
    const draft = reader.read(candidate, module);
    if (draft) return [{ candidate, draft, reader }];
  }
  return [];
}

/** A quick look before the thorough one: most calls are methods whose name is bound nowhere in the file. */
function mayConstruct(callee: SyntaxNode, { scope }: CallSite, module: Module, attributes: ReadonlySet<string>): boolean {
  const source = module.text.slice(callee.from, callee.to);
  if (mentions.test(source) || source.endsWith('Bidirectional')) return true;
  if (callee.name === 'VariableName') return lookup(source, scope).some(b => b.kind !== 'class' && b.kind !== 'function');
  if (callee.name !== 'MemberExpression' || !callee.getChild('PropertyName')) return true;
  return attributes.has(source.slice(source.lastIndexOf('.') + 1).trim());
}

function spec(found: Recognised, all: readonly Recognised[], module: Module, starts: readonly number[]): LayerSpec {
  const { callee, consumed: _, ownName, ...draft } = found.draft;
  const { node, scope, holder } = found.candidate;
  const span = original(node, module);
  const name = callee.kind === 'attribute' ? { from: callee.to - callee.name.length, to: callee.to } : callee;
  return {
    ...draft, name: holder || (ownName ?? ''), owner: ownerOf(scope), parameters: parameterCount(draft),
    problems: found.reader.problems(found, all, module).map(p => moved(p, module, starts)),
    span, callee: original(name, module), ...place(span.from, starts),
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
