/** marimo notebooks are Python files: a cell is a function, its parameters are names of other cells, and what it binds, they may take. */
import type { SyntaxNode } from '@lezer/common';
import type { Scope } from '../code/scopes';

/** The cells of all notebooks that were read: what they bind is bound for the file, too. */
export const marimoCells = new WeakSet<Scope>();

/** `@app.cell` above a function of the outermost level, in a file that speaks of marimo. */
export function isMarimoCell(node: SyntaxNode, around: Scope, text: string): boolean {
  const whole = node.parent;
  return around.kind === 'module' && whole?.name === 'DecoratedStatement' && /^@\s*\w+\.cell\b/.test(text.slice(whole.from, node.from)) && text.includes('marimo');
}
