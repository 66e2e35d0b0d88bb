/** Texts of the workspace's Python files that an open file imports, read ahead of need: a reader of code cannot wait for a disk. */
import * as vscode from 'vscode';
import { candidates, importedPaths, resolver, type Resolve } from '../source/code/imports';
import { importsCame, importsOutdated } from './freshness';
import { mayHoldLayers } from './languages';
import { mayHold } from './listings';
import { folderFor, relativePath, resolvePath } from './paths';

/** A text that is there, or null for a file that is not. */
const texts = new Map<string, string | null>();
/** Texts kept, and places known to be empty; beyond, everything is read anew. */
const mostFiles = 2000, mostPlaces = 100_000;
let kept = 0;
const isFull = (): boolean => kept > mostFiles || texts.size > mostPlaces;
/** Longer files are data. */
const longest = 500_000;
/** How many imports deep texts are read ahead. */
const deepest = 3;

/** By a file, those that import it, or would if it were there. */
const importers = new Map<string, Set<string>>();
/** Texts that have come in so far. */
let arrived = 0;
const reading = new Map<string, Promise<void>>();

/** What the names that a file imports mean, as far as their files have been read; the rest is read now, and then `onDidLoadImports`. */
export function importsOf(uri: vscode.Uri, text: string): Resolve {
  void preload(uri, text);
  return resolveFrom(uri);
}

/** As `importsOf`, once everything has been read. */
export async function importsRead(uri: vscode.Uri, text: string): Promise<Resolve> {
  await preload(uri, text);
  return resolveFrom(uri);
}

/** Waits for what is being read of a file's imports, but no longer than so many milliseconds. */
export async function importsWithin(ms: number, uri: vscode.Uri): Promise<void> {
  const running = reading.get(uri.toString());
  if (running) await Promise.race([running, new Promise(resolve => { setTimeout(resolve, ms); })]);
}

function resolveFrom(uri: vscode.Uri): Resolve {
  if (uri.path === '') return () => undefined;
  const folder = folderFor(uri);
  return resolver(relativePath(folder, uri), file => texts.get(resolvePath(folder, file).toString()) ?? undefined);
}

async function preload(uri: vscode.Uri, text: string): Promise<void> {
  if (!/\.(py|pyi|ipynb)$/.test(uri.path) || uri.scheme === 'untitled' || uri.path === '' || !mayHoldLayers(text, uri.path.endsWith('.ipynb') ? 'notebook' : 'python')) return;
  const key = uri.toString();
  const running = reading.get(key);
  if (running) return running;
  const before = arrived;
  const run = follow(folderFor(uri), relativePath(folderFor(uri), uri), codeOf(uri, text), deepest).finally(() => { reading.delete(key); });
  reading.set(key, run);
  await run;
  if (arrived !== before) importsCame(key);
}

/** A notebook's file holds its lines as texts of JSON. */
const codeOf = (uri: vscode.Uri, text: string): string =>
  uri.path.endsWith('.ipynb') && text.trimStart().startsWith('{') ? text.replaceAll('\\n', '\n').replace(/^[ \t]*(?:"source"[ \t]*:[ \t]*\[?)?[ \t]*"/gm, '') : text;

async function follow(folder: vscode.Uri, file: string, text: string, depth: number): Promise<void> {
  if (depth === 0 || isFull()) return;
  for (const path of importedPaths(text)) {
    const found = await firstOf(folder, candidates(path, file).map(c => c.file), resolvePath(folder, file).toString());
    if (found?.fresh) await follow(folder, found.file, found.text, depth - 1);
  }
}

/** The first of these files that there is. */
async function firstOf(folder: vscode.Uri, files: readonly string[], importer: string): Promise<{ readonly file: string; readonly text: string; readonly fresh: boolean } | undefined> {
  for (const file of files) {
    const uri = resolvePath(folder, file);
    const key = uri.toString(), known = texts.get(key);
    note(key, importer);
    const text = known === undefined ? await textOf(uri, folder, file) : known;
    if (known === undefined) keep(key, text);
    if (text !== null) return { file, text, fresh: known === undefined };
  }
  return undefined;
}

function keep(key: string, text: string | null): void {
  if (typeof texts.get(key) !== 'string' && text !== null) { kept++; arrived++; }
  texts.set(key, text);
}

function note(file: string, importer: string): void {
  const known = importers.get(file);
  if (known) known.add(importer); else importers.set(file, new Set([importer]));
}

/** Those that import a file, straight or through others. */
function importersOf(file: string): Set<string> {
  const all = new Set<string>();
  const add = (one: string): void => { for (const importer of importers.get(one) ?? []) if (!all.has(importer)) { all.add(importer); add(importer); } };
  add(file);
  return all;
}

async function textOf(uri: vscode.Uri, folder: vscode.Uri, file: string): Promise<string | null> {
  const open = vscode.workspace.textDocuments.find(d => d.uri.toString() === uri.toString());
  if (open) return open.getText();
  if (!await mayHold(folder, file)) return null;
  try {
    if ((await vscode.workspace.fs.stat(uri)).size > longest) return null;
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  } catch {
    return null; // most places where an import could lie are empty
  }
}

/** A file that was read, or was looked for, and is another now. */
function forget(uri: vscode.Uri): void {
  const key = uri.toString();
  const known = texts.get(key);
  if (known === undefined) return;
  texts.delete(key);
  if (known !== null) kept--;
  const outdated = importersOf(key);
  if (isFull()) clear();
  importsOutdated([...outdated]);
}

function clear(): void {
  texts.clear();
  importers.clear();
  kept = 0;
}

/** Keeps the texts true while files change. */
export function registerImports(): vscode.Disposable {
  const watcher = vscode.workspace.createFileSystemWatcher('**/*.py');
  return vscode.Disposable.from(
    watcher, watcher.onDidChange(forget), watcher.onDidCreate(forget), watcher.onDidDelete(forget),
    vscode.workspace.onDidSaveTextDocument(document => { forget(document.uri); }),
    { dispose: clear },
  );
}
