/** What a constructed object is called: the variable, attribute or parameter that ends up holding it. */
import type { SyntaxNode } from '@lezer/common';
import { children, groups, slice } from '../code/expression';

/** Methods that hand back the very module they are called on. */
const returnsItself = new Set(['to', 'cuda', 'cpu', 'double', 'float', 'half', 'bfloat16', 'eval', 'train', 'requires_grad_', 'apply', 'share_memory', 'type']);
/** Methods that put their argument into the object they are called on. */
const takesIn = new Set(['append', 'insert', 'extend', 'add', 'appendleft']);

/** The holder's name without `self.`; '' where nothing holds it. */
export function holderOf(call: SyntaxNode, text: string): string {
  let node = call;
  for (let parent = node.parent; parent; parent = node.parent) {
    const step = steps[parent.name]?.(node, parent, text);
    if (step === undefined) return '';
    if (typeof step === 'string') return step.replace(/^(self|cls)\./, '');
    node = step;
  }
  return '';
}

/** The name; the node to go on from; or undefined where nothing holds it. */
type Step = (node: SyntaxNode, parent: SyntaxNode, text: string) => string | SyntaxNode | undefined;

const onwards: Step = (_, parent) => parent;

const steps: Readonly<Record<string, Step>> = {
  ParenthesizedExpression: onwards, ArrayExpression: onwards, TupleExpression: onwards, DictionaryExpression: onwards, SetExpression: onwards,
  ArrayComprehensionExpression: onwards, DictionaryComprehensionExpression: onwards, ComprehensionExpression: onwards, ConditionalExpression: onwards, BinaryExpression: onwards,
  NamedExpression: (_, parent, text) => parent.firstChild ? slice(parent.firstChild, text) : '',
  ArgList: (node, parent, text) => isWalrus(node, text) ? slice(node.prevSibling?.prevSibling ?? node, text) : parent.parent?.name === 'CallExpression' ? taken(parent, parent.parent, text) : undefined,
  MemberExpression: (node, parent, text) => {
    const method = parent.getChild('PropertyName');
    const call = parent.parent;
    return method && call?.name === 'CallExpression' && node.from === parent.from && returnsItself.has(slice(method, text)) ? call : undefined;
  },
  AssignStatement: (node, parent, text) => assigned(node, parent, text),
  ParamList: (node, _, text) => {
    const name = node.prevSibling?.prevSibling;
    return name?.name === 'VariableName' ? slice(name, text) : name?.name === 'TypeDef' && name.prevSibling ? slice(name.prevSibling, text) : undefined;
  },
};

/** `f(name := value)`: inside a call, lezer gives it no node of its own. */
function isWalrus(node: SyntaxNode, text: string): boolean {
  return node.prevSibling?.name === 'AssignOp' && slice(node.prevSibling, text) === ':=';
}

function taken(list: SyntaxNode, call: SyntaxNode, text: string): string | SyntaxNode {
  const callee = call.firstChild;
  const method = callee?.name === 'MemberExpression' ? callee.getChild('PropertyName') : callee;
  const name = method ? slice(method, text) : '';
  if (name === 'add_module' || name === 'register_module' || name === 'setattr') return literalName(list, name === 'setattr' ? 1 : 0, text);
  return takesIn.has(name) && callee?.name === 'MemberExpression' && callee.firstChild ? base(callee.firstChild, text) : call;
}

function literalName(list: SyntaxNode, index: number, text: string): string {
  const name = groups(children(list).slice(1, -1))[index]?.[0];
  return name?.name === 'String' ? slice(name, text).replace(/^['"]|['"]$/g, '') : '';
}

function assigned(node: SyntaxNode, parent: SyntaxNode, text: string): string {
  const sides: SyntaxNode[][] = [[]];
  for (const c of children(parent)) {
    if (c.name === 'AssignOp') sides.push([]);
    else if (c.name !== 'TypeDef' && !c.type.isError) sides.at(-1)?.push(c);
  }
  const values = groups(sides.at(-1) ?? []);
  const targets = groups(flat(sides[0] ?? []));
  const at = values.findIndex(v => v.some(c => c.from === node.from && c.to === node.to));
  if (at < 0) return '';
  const position = values.length > 1 ? at : node.name === 'TupleExpression' ? -1 : targets.length > 1 ? -1 : 0;
  const target = targets[position]?.[0];
  return target ? base(target, text) : '';
}

function flat(side: readonly SyntaxNode[]): readonly SyntaxNode[] {
  const only = side[0];
  return side.length === 1 && only?.name === 'TupleExpression' ? children(only).slice(1, -1) : side;
}

/** `self.layers[i]` is `self.layers`. */
function base(target: SyntaxNode, text: string): string {
  let node = target;
  while (node.name === 'MemberExpression' && !node.getChild('PropertyName') && node.firstChild) node = node.firstChild;
  return /^[\w.\s]+$/.test(slice(node, text)) ? slice(node, text).replace(/\s/g, '') : '';
}
