/** Outlines of documents, one for each version, and of files that are not open. */
import * as vscode from 'vscode';
import { l10n } from '../l10n';
import { newMemory, outline } from '../source/index';
import type { Memory } from '../source/memory';
import { languageOfFile } from '../source/endings';
import type { LayerSpec, Outline } from '../source/outline';
import { importsState } from './freshness';
import { importsOf, importsRead } from './imports';
import { languageOf } from './languages';
import { cellOutline, cellTexts, notebookAt, notebookOf, notebookOutline } from './notebooks';

export { languageOf };

/** Layers of a document are found again after an edit by class, name and order among equals, else by line. */
export interface LayerKey { readonly owner: string; readonly name: string; readonly nth: number; readonly line: number }

const cache = new WeakMap<vscode.TextDocument, { readonly version: number; readonly imports: number; readonly outline: Outline; readonly memory: Memory }>();

export function outlineOf(document: vscode.TextDocument): Outline {
  const language = languageOf(document);
  if (!language) return { layers: [], problems: [] };
  const notebook = notebookOf(document);
  if (notebook) return language === 'python' ? cellOutline(document, notebook) : { layers: [], problems: [] };
  const known = cache.get(document);
  if (known?.version === document.version && known.imports === importsState(document.uri)) return known.outline;
  const memory = known?.memory ?? newMemory();
  const text = document.getText();
  const fresh = { version: document.version, imports: importsState(document.uri), outline: outline(text, language, memory, importsOf(document.uri, text)), memory };
  cache.set(document, fresh);
  return fresh.outline;
}

/** The outline of a file, open or not, with all that it imports; an open one counts with its unsaved edits. */
export async function outlineAt(uri: vscode.Uri): Promise<{ readonly outline: Outline; readonly text: string }> {
  const document = vscode.workspace.textDocuments.find(d => d.uri.toString() === uri.toString());
  if (document) {
    await importsRead(uri, document.getText());
    return { outline: outlineOf(document), text: document.getText() };
  }
  const notebook = notebookAt(uri);
  if (notebook) {
    await importsRead(uri, cellTexts(notebook).join('\n'));
    return { outline: notebookOutline(notebook), text: cellTexts(notebook).join('\n') };
  }
  const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  return { outline: outline(text, languageOfFile(uri.path) ?? 'python', undefined, await importsRead(uri, text)), text };
}

export function keyOf(spec: LayerSpec, all: readonly LayerSpec[]): LayerKey {
  const equals = all.filter(other => other.owner === spec.owner && other.name === spec.name);
  return { owner: spec.owner, name: spec.name, nth: equals.indexOf(spec), line: spec.line };
}

/** What a link to a layer of a document says. A layer in a cell of a notebook is one of the notebook's file. */
export function linkTo(document: vscode.TextDocument, spec: LayerSpec): { readonly uri: string; readonly key: LayerKey } {
  const notebook = notebookOf(document);
  return { uri: (notebook ?? document).uri.toString(), key: keyOf(spec, (notebook ? notebookOutline(notebook) : outlineOf(document)).layers) };
}

export function findLayer(key: LayerKey, all: readonly LayerSpec[]): LayerSpec | undefined {
  const equals = all.filter(other => other.owner === key.owner && other.name === key.name);
  return equals[key.nth] ?? equals[0] ?? all.find(other => other.line === key.line);
}

/** What a person calls the layer. */
export const layerName = (spec: LayerSpec): string => spec.name || (spec.cell ? l10n('{0} on line {1}', spec.cell.toUpperCase(), spec.line) : l10n('Layer on line {0}', spec.line));

/** The layer whose call or line the position is on: the innermost, then the line's first. */
export function layerAt(document: vscode.TextDocument, position: vscode.Position): LayerSpec | undefined {
  const offset = document.offsetAt(position);
  const layers = outlineOf(document).layers;
  const around = layers.filter(l => l.span.from <= offset && offset <= l.span.to);
  const innermost = around.sort((a, b) => (a.span.to - a.span.from) - (b.span.to - b.span.from))[0];
  return innermost ?? layers.find(l => l.line === position.line + 1);
}
