/** Jupyter notebooks: the code cells' sources joined by one newline, and the way back from a line to its cell. */

/** Code of a notebook. */
export interface NotebookCode {
  readonly text: string;
  /** The cell of a line (from 1) of `text`: its index among all cells of the notebook, from 0, and the line in it, from 1. */
  place(line: number): { readonly cellIndex: number; readonly cellLine: number };
}

interface Part { readonly cellIndex: number; readonly firstLine: number }

/** Reads an .ipynb text; a sentence where it is none. */
export function readNotebook(text: string): NotebookCode | string {
  const cells = cellsOf(text);
  if (typeof cells === 'string') return cells;
  const parts: Part[] = [];
  const sources: string[] = [];
  let line = 1;
  cells.forEach((cell, cellIndex) => {
    const source = codeOf(cell);
    if (source === undefined) return;
    parts.push({ cellIndex, firstLine: line });
    sources.push(source);
    line += source.split('\n').length;
  });
  return {
    text: sources.join('\n'),
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
  const cells = field(notebook, 'cells') ?? field(first(field(notebook, 'worksheets')), 'cells');
  return Array.isArray(cells) ? cells : 'The notebook has no list of cells.';
}

/** A code cell's text; a cell in another language (`%%bash`) keeps its lines, emptied. */
function codeOf(cell: unknown): string | undefined {
  if (field(cell, 'cell_type') !== 'code') return undefined;
  const source = field(cell, 'source') ?? field(cell, 'input');
  const text = Array.isArray(source) ? source.filter(s => typeof s === 'string').join('') : typeof source === 'string' ? source : '';
  return /^\s*%%(?!time|capture|prun)/.test(text) ? text.replace(/[^\n]/g, ' ') : text;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}

function first(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : undefined;
}
