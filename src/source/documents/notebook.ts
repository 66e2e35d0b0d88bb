/** Jupyter notebooks: the code cells' sources joined by one newline, and the way back from a line to its cell. */

import type { Unit } from '../units';

/** Code of a notebook. */
export interface NotebookCode {
  readonly text: string;
  /** The cell of a line (from 1) of `text`: its index among all cells of the notebook, from 0, and the line in it, from 1. */
  place(line: number): { readonly cellIndex: number; readonly cellLine: number };
  /** The code cells, with positions in `text`. */
  readonly units: readonly Unit[];
}

interface Part { readonly cellIndex: number; readonly firstLine: number }

/** Reads an .ipynb text; a sentence where it is none. */
export function readNotebook(text: string): NotebookCode | string {
  const cells = cellsOf(text);
  if (typeof cells === 'string') return cells;
  const parts: Part[] = [];
  const sources: string[] = [];
  const units: Unit[] = [];
  let line = 1;
  let from = 0;
  cells.forEach((cell, cellIndex) => {
    const source = codeOf(cell);
    if (source === undefined) return;
    parts.push({ cellIndex, firstLine: line });
    sources.push(source);
    units.push({ pieces: [{ text: source, from }], document: 0 });
    from += source.length + 1;
    line += source.split('\n').length;
  });
  return {
    text: sources.join('\n'), units,
    place: at => {
      const part = parts.findLast(p => p.firstLine <= at) ?? { cellIndex: 0, firstLine: 1 };
      return { cellIndex: part.cellIndex, cellLine: at - part.firstLine + 1 };
    },
  };
}

function cellsOf(text: string): readonly unknown[] | string {
  let notebook: unknown;
  try {
    notebook = JSON.parse(text);
  } catch {
    return 'The notebook is not valid JSON.';
  }
  if (!isPython(notebook)) return [];
  const cells = field(notebook, 'cells') ?? field(first(field(notebook, 'worksheets')), 'cells');
  return Array.isArray(cells) ? cells : 'The notebook has no list of cells.';
}

/** Notebooks of other languages say so; one that says nothing is Python's. */
function isPython(notebook: unknown): boolean {
  const metadata = field(notebook, 'metadata');
  const language = field(field(metadata, 'kernelspec'), 'language') ?? field(field(metadata, 'language_info'), 'name');
  return typeof language !== 'string' || /python|sage|pypy/i.test(language);
}

/** A cell's text; in another language (`%%bash`) it keeps its lines, emptied. */
export function pythonCell(text: string): string {
  return /^\s*%%(?!time|capture|prun)/.test(text) ? text.replace(/[^\n]/g, ' ') : text;
}

function codeOf(cell: unknown): string | undefined {
  if (field(cell, 'cell_type') !== 'code') return undefined;
  const source = field(cell, 'source') ?? field(cell, 'input');
  const text = Array.isArray(source) ? source.filter(s => typeof s === 'string').join('') : typeof source === 'string' ? source : '';
  const language = field(field(field(cell, 'metadata'), 'vscode'), 'languageId');
  return typeof language === 'string' && language !== 'python' ? text.replace(/[^\n]/g, ' ') : pythonCell(text);
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}

function first(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : undefined;
}
