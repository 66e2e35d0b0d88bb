/** What a constructed object is called in JavaScript: the variable, field or property that ends up holding it. */
import type { SyntaxNode } from '@lezer/common';
import { slice } from '../code/expression';

/** Methods that put their argument into the object they are called on. */
const takesIn = new Set(['add', 'push', 'unshift', 'splice']);

/** The holder's name without `this.`; '' where nothing holds it. */
export function javascriptHolder(call: SyntaxNode, text: string): string {
  let node = call;
  for (let parent = node.parent; parent; parent = node.parent) {
    const step = steps[parent.name]?.(node, parent, text);
    if (step === undefined) return '';
    if (typeof step === 'string') return step.replace(/^(this|self)\./, '').replace(/^#/, '');
    node = step;
  }
  return '';
}

/** The name; the node to go on from; or undefined where nothing holds it. */
type Step = (node: SyntaxNode, parent: SyntaxNode, text: string) => string | SyntaxNode | undefined;

const onwards: Step = (_, parent) => parent;
const declared: Step = (node, _, text) => {
  let target = node.prevSibling;
  if (target?.name !== 'Equals') return undefined;
  for (target = target.prevSibling; target?.name === 'TypeAnnotation' || target?.name === 'Optional' || target?.name === 'LogicOp';) target = target.prevSibling;
  return target && /Definition$/.test(target.name) ? slice(target, text) : undefined;
};

const steps: Readonly<Record<string, Step>> = {
  ParenthesizedExpression: onwards, ArrayExpression: onwards, ObjectExpression: onwards, ConditionalExpression: onwards, BinaryExpression: onwards,
  AwaitExpression: onwards, PostfixExpression: onwards,
  VariableDeclaration: declared, PropertyDeclaration: declared, ParamList: declared,
  AssignmentExpression: (node, parent, text) => parent.firstChild && parent.firstChild.from !== node.from ? base(parent.firstChild, text) : undefined,
  Property: (_, parent, text) => {
    const key = parent.getChild('PropertyDefinition');
    return parent.parent?.parent?.name === 'ArgList' ? parent : key ? slice(key, text) : undefined;
  },
  ArgList: (_, parent, text) => parent.parent?.name === 'CallExpression' ? taken(parent.parent, text) : undefined,
};

function taken(call: SyntaxNode, text: string): string | SyntaxNode {
  const callee = call.firstChild;
  const method = callee?.name === 'MemberExpression' ? callee.getChild('PropertyName') : undefined;
  return method && callee?.firstChild && takesIn.has(slice(method, text)) ? base(callee.firstChild, text) : call;
}

/** `this.layers[i]` is `this.layers`. */
function base(target: SyntaxNode, text: string): string {
  let node = target;
  while (node.name === 'MemberExpression' && !/PropertyName$/.test(node.lastChild?.name ?? '') && node.firstChild) node = node.firstChild;
  return /^[\w$.#\s]+$/.test(slice(node, text)) ? slice(node, text).replace(/\s/g, '') : '';
}
