/** Open notebooks: their cells are documents of their own, read as one text, so that a cell knows the names of others. */
import * as vscode from 'vscode';
import { newMemory, outlineCells } from '../source/index';
import type { Outline } from '../source/outline';
import type { Memory } from '../source/memory';
import { importsState } from './freshness';
import { importsOf } from './imports';

interface Known { readonly versions: string; readonly outlines: readonly Outline[]; readonly memory: Memory }

const cache = new WeakMap<vscode.NotebookDocument, Known>();

/** The notebook that a document is a cell of. */
export function notebookOf(document: vscode.TextDocument): vscode.NotebookDocument | undefined {
  if (document.uri.scheme !== 'vscode-notebook-cell') return undefined;
  return vscode.workspace.notebookDocuments.find(n => n.getCells().some(c => c.document === document));
}

/** The open notebook of a file. */
export function notebookAt(uri: vscode.Uri): vscode.NotebookDocument | undefined {
  return uri.path.endsWith('.ipynb') ? vscode.workspace.notebookDocuments.find(n => n.uri.toString() === uri.toString()) : undefined;
}

/** The code of a notebook's Python cells, '' for others. */
export function cellTexts(notebook: vscode.NotebookDocument): string[] {
  return notebook.getCells().map(({ kind, document }) => kind === vscode.NotebookCellKind.Code && document.languageId === 'python' ? document.getText() : '');
}

/** One outline for each cell, with positions in that cell. */
export function cellOutlines(notebook: vscode.NotebookDocument): readonly Outline[] {
  const versions = `${importsState(notebook.uri)} ${notebook.getCells().map(c => `${c.document.uri.fragment}:${c.document.version}:${c.document.languageId}`).join(' ')}`;
  const known = cache.get(notebook);
  if (known?.versions === versions) return known.outlines;
  const memory = known?.memory ?? newMemory();
  const texts = cellTexts(notebook);
  const outlines = outlineCells(texts, memory, importsOf(notebook.uri, texts.join('\n')));
  cache.set(notebook, { versions, outlines, memory });
  return outlines;
}

/** All layers of a notebook, and all cells that its code defines. */
export function notebookOutline(notebook: vscode.NotebookDocument): Outline {
  const all = cellOutlines(notebook);
  return { layers: all.flatMap(o => o.layers), problems: all.flatMap(o => o.problems), cells: all.flatMap(o => o.cells ?? []) };
}

/** The outline of one cell. */
export function cellOutline(document: vscode.TextDocument, notebook: vscode.NotebookDocument): Outline {
  const index = notebook.getCells().findIndex(c => c.document === document);
  return cellOutlines(notebook)[index] ?? { layers: [], problems: [] };
}
