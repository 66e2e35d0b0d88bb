/** Hover over the name of a class that is a cell: its equations as they were read, or why they were not. */
import * as vscode from 'vscode';
import type { Said } from '../core/said';
import { l10n } from '../l10n';
import { cellMarkdown } from '../source/cell/describe';
import { isRead } from '../source/cell/spec';
import type { HoverAction } from '../source/describe/markdown';
import { cellLink, isMeant } from './codeCell';
import { outlineOf } from './outlines';

export interface HoverTools {
  readonly tell: (said: Said) => string;
  readonly link: (command: string, ...args: readonly unknown[]) => string;
  readonly line: (line: number) => string;
  readonly enabledCommands: readonly string[];
}

/** undefined where the position is on no such name. */
export function cellHover(document: vscode.TextDocument, position: vscode.Position, { tell, link, line, enabledCommands }: HoverTools): vscode.Hover | undefined {
  const offset = document.offsetAt(position);
  const cell = outlineOf(document).cells?.find(({ span }) => span.from <= offset && offset <= span.to);
  if (!cell) return undefined;
  const target = cellLink(document, cell);
  const actions: HoverAction[] = isRead(cell) && isMeant(document, cell) ? [
    { label: l10n('Visualize'), icon: 'pulse', url: link('gatescope.visualize', target) },
    { label: l10n('Compare'), icon: 'split-horizontal', url: link('gatescope.visualize', { ...target, view: 'compare' }) },
    { label: l10n('Use a checkpoint…'), icon: 'file-binary', url: link('gatescope.visualize', { ...target, choose: 'checkpoint' }) },
  ] : [];
  const text = new vscode.MarkdownString(cellMarkdown(cell, { tell, line, actions }), true);
  text.isTrusted = { enabledCommands };
  return new vscode.Hover(text, new vscode.Range(document.positionAt(cell.span.from), document.positionAt(cell.span.to)));
}
