/** Which assignment of a name is in force at a place of JavaScript: the last before it, where nothing but straight code lies between. */
import type { SyntaxNode } from '@lezer/common';
import type { Binding, Module } from '../code/scopes';

const blocks = new Set(['Block', 'Script', 'SwitchBody']);
const functions = /Function|^MethodDeclaration$/;
const loops = /^(For|While|Do)Statement$/;
const branches = /^(If|Labeled)Statement$|^(Conditional|Binary)Expression$/;

/** The binding that surely holds at a position; undefined where several may. */
export function lastBefore(bindings: readonly Binding[], position: number, module: Module): Binding | undefined {
  if (bindings.length > 64) return undefined;
  const top = module.scope.node;
  const before = bindings.filter(b => (b.kind === 'value' ? b.node.to : b.at) <= position);
  const last = before.reduce<Binding | undefined>((a, b) => a && a.at > b.at ? a : b, undefined);
  const home = last && blockAround(top.resolveInner(last.at, 1));
  if (!last || !home) return undefined;
  const path = ancestors(top.resolveInner(position, 1), home);
  if (!path || path.some(n => functions.test(n.name)) || bindings.some(b => functionAround(top.resolveInner(b.at, 1))?.from !== functionAround(home)?.from)) return undefined;
  const round = path.filter(n => loops.test(n.name));
  if (round.some(n => bindings.some(b => b.at > n.from && b.at < n.to))) return undefined;
  return home.name === 'SwitchBody' && labelBetween(home, last.at, position) ? undefined : last;
}

/** The block whose statement a node is part of; undefined where a branch decides over it. */
function blockAround(node: SyntaxNode): SyntaxNode | undefined {
  for (let n: SyntaxNode | null = node; n; n = n.parent) {
    if (blocks.has(n.name)) return n;
    if (branches.test(n.name) || loops.test(n.name) || functions.test(n.name)) return undefined;
  }
  return undefined;
}

/** The nodes from one up to a block around it; undefined where it does not stand in that block. */
function ancestors(node: SyntaxNode, block: SyntaxNode): readonly SyntaxNode[] | undefined {
  const path: SyntaxNode[] = [];
  for (let n: SyntaxNode | null = node; n; n = n.parent) {
    if (n.from === block.from && n.to === block.to && n.name === block.name) return path;
    path.push(n);
  }
  return undefined;
}

function functionAround(node: SyntaxNode): SyntaxNode | null {
  let n: SyntaxNode | null = node;
  while (n && !functions.test(n.name)) n = n.parent;
  return n;
}

/** Does another case of a `switch` begin between two places of it? */
function labelBetween(body: SyntaxNode, from: number, to: number): boolean {
  return [...body.getChildren('CaseLabel'), ...body.getChildren('DefaultLabel')].some(l => l.from > from && l.from < to);
}
