/** From the panel back to the code. */
import * as vscode from 'vscode';
import { findLayer, outlineAt } from './outlines';
import { revealCell } from './ownCellEditor';
import type { Target } from './target';

export async function revealInCode(target: Target): Promise<void> {
  if (target.kind === 'cell') return revealCell(target.uri);
  if (target.kind === 'codeCell') return revealClass(target.uri, target.name);
  if (target.kind !== 'code') return;
  const { outline } = await outlineAt(target.uri);
  const spec = findLayer(target.key, outline.layers);
  if (target.uri.path.endsWith('.ipynb')) return revealInNotebook(target.uri, spec?.cellIndex ?? 0);
  const document = await vscode.workspace.openTextDocument(target.uri);
  const selection = spec && new vscode.Range(document.positionAt(spec.callee.from), document.positionAt(spec.callee.to));
  await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.One, ...(selection ? { selection } : {}) });
}

/** The class that is a cell. */
async function revealClass(uri: vscode.Uri, name: string): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri);
  const cell = (await outlineAt(uri)).outline.cells?.find(c => c.name === name);
  const selection = cell && new vscode.Range(document.positionAt(cell.span.from), document.positionAt(cell.span.to));
  await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.One, ...(selection ? { selection } : {}) });
}

/** The cell that makes the layer. */
async function revealInNotebook(uri: vscode.Uri, cell: number): Promise<void> {
  const notebook = await vscode.workspace.openNotebookDocument(uri);
  const editor = await vscode.window.showNotebookDocument(notebook, { viewColumn: vscode.ViewColumn.One, selections: [new vscode.NotebookRange(cell, cell + 1)] });
  editor.revealRange(new vscode.NotebookRange(cell, cell + 1), vscode.NotebookEditorRevealType.InCenterIfOutsideViewport);
}
