/** Small looks at lezer's tree of JavaScript. */
import type { SyntaxNode } from '@lezer/common';

/** All child nodes, without comments. */
export function children(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let c = node.firstChild; c; c = c.nextSibling) if (!c.name.endsWith('Comment')) found.push(c);
  return found;
}

/** The node behind the next `=` of a declaration: the value of the name or pattern it stands behind. */
export function valueAfter(target: SyntaxNode): SyntaxNode | undefined {
  let node = target.nextSibling;
  while (node && /^(TypeAnnotation|Optional|LogicOp)$|Comment$/.test(node.name)) node = node.nextSibling;
  return node?.name === 'Equals' ? past(node) : undefined;
}

function past(equals: SyntaxNode): SyntaxNode | undefined {
  let node = equals.nextSibling;
  while (node && node.name.endsWith('Comment')) node = node.nextSibling;
  return node && !node.type.isError && node.name !== ',' && node.name !== ';' ? node : undefined;
}

/** The text between quotes of a String node, as written. */
export function unquoted(node: SyntaxNode, text: string): string {
  return text.slice(node.from + 1, Math.max(node.from + 1, node.to - 1));
}
