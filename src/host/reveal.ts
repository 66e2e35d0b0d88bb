/** From the panel back to the code. */
import * as vscode from 'vscode';
import { findLayer, outlineAt } from './outlines';
import { revealCell } from './ownCellEditor';
import type { Target } from './target';

export async function revealInCode(target: Target): Promise<void> {
  if (target.kind === 'cell') return revealCell(target.uri);
  if (target.kind !== 'code') return;
  const { outline } = await outlineAt(target.uri);
  const document = await vscode.workspace.openTextDocument(target.uri);
  const spec = findLayer(target.key, outline.layers);
  const selection = spec && new vscode.Range(document.positionAt(spec.callee.from), document.positionAt(spec.callee.to));
  await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.One, ...(selection ? { selection } : {}) });
}
