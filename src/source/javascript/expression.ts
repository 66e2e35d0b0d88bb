/**
 * JavaScript expressions in the words of expression.ts, made on demand from lezer's nodes. Operators and functions of JavaScript become
 * those of Python with the same meaning (`&&` is `and`, `Math.floor(a / b)` is `a / b // 1`), so that folding is the same for both.
 */
import type { SyntaxNode } from '@lezer/common';
import { groups, slice, type Argument, type Expression } from '../code/expression';
import { children } from './nodes';
import type { Span } from '../outline';

/** Deeper code than this is machine-made or broken; it reads as `other`, so that no stack overflows. */
const deepest = 120;

/** Objects that are written out, by the expression made of them: their properties may hold what Python's dicts cannot. */
const objects = new WeakMap<Expression, SyntaxNode>();

/** The `{...}` that an expression was made from. */
export function objectNode(e: Expression): SyntaxNode | undefined {
  return objects.get(e);
}

/** Reads one expression node. `text` is what was parsed. */
export function javascriptExpression(node: SyntaxNode | null, text: string, depth = 0): Expression {
  if (!node) return { kind: 'other', from: 0, to: 0 };
  const span = { from: node.from, to: node.to };
  const read = depth > deepest || !Object.hasOwn(readers, node.name) ? undefined : readers[node.name];
  const found = read?.(node, text, depth + 1, span) ?? { kind: 'other', ...span };
  if (node.name === 'ObjectExpression') objects.set(found, node);
  return found;
}

type Reader = (node: SyntaxNode, text: string, depth: number, span: Span) => Expression | undefined;

/** The same with another span: what stands in brackets, before `as`, behind `=`. */
function around(e: Expression, span: Span): Expression {
  const found = { ...e, ...span };
  const node = objects.get(e);
  if (node) objects.set(found, node);
  return found;
}

const through: Reader = (n, text, depth, span) => widened(javascriptExpression(inside(n), text, depth), span);
/** A call is found by its own place, also in brackets and behind `await`. */
const widened = (e: Expression, span: Span): Expression => (e.kind === 'call' ? e : around(e, span));
const named: Reader = (n, text, _, span) => {
  const name = slice(n, text);
  return name === 'undefined' ? { kind: 'literal', value: null, ...span } : { kind: 'name', name, ...span };
};

const readers: Readonly<Record<string, Reader>> = {
  Number: (n, text, _, span) => literal(number(slice(n, text)), span),
  String: (n, text, _, span) => literal(string(slice(n, text)), span),
  TemplateString: (n, text, _, span) => n.firstChild ? undefined : literal(string(slice(n, text)), span),
  BooleanLiteral: (n, text, _, span) => literal(slice(n, text) === 'true', span),
  null: (_n, _t, _d, span) => literal(null, span),
  VariableName: named,
  VariableDefinition: named,
  PropertyDefinition: named,
  this: named,
  ParenthesizedExpression: through,
  AwaitExpression: through,
  PostfixExpression: (n, text, depth, span) => n.lastChild && slice(n.lastChild, text) === '!' ? through(n, text, depth, span) : undefined,
  MemberExpression: member,
  CallExpression: call,
  NewExpression: (n, text, depth, span) => {
    const [, callee] = children(n);
    return callee ? { kind: 'call', callee: javascriptExpression(callee, text, depth), args: argumentList(n, text, depth), ...span } : undefined;
  },
  UnaryExpression: unary,
  BinaryExpression: binary,
  ConditionalExpression: (n, text, depth, span) => {
    const [test, , then, , otherwise] = children(n);
    if (!test || !then || !otherwise) return undefined;
    const [a, b, c] = [test, then, otherwise].map(c => javascriptExpression(c, text, depth));
    return a && b && c ? { kind: 'conditional', test: a, then: b, otherwise: c, ...span } : undefined;
  },
  AssignmentExpression: (n, text, depth, span) => n.getChild('Equals') ? widened(javascriptExpression(n.lastChild, text, depth), span) : undefined,
  ArrayExpression: (n, text, depth, span) => {
    const inner = children(n).slice(1, -1).filter(c => !c.type.isError);
    return inner.some(c => c.name === 'Spread') ? undefined : { kind: 'list', items: groups(inner).map(g => javascriptExpression(g[0] ?? null, text, depth)), ...span };
  },
  ObjectExpression: (n, text, depth, span) => ({ kind: 'dict', entries: n.getChildren('Property').map(p => entry(p, text, depth)), ...span }),
  PatternProperty: (n, text, depth, span) => {
    const object = taken(n);
    const key = n.getChild('PropertyName') ?? n.getChild('VariableDefinition');
    return object && key ? { kind: 'attribute', object: javascriptExpression(object, text, depth), name: slice(key, text), ...span } : undefined;
  },
};

/** What a property of a destructuring pattern is taken from. */
export function taken(property: SyntaxNode): SyntaxNode | undefined {
  const pattern = property.parent;
  if (pattern?.parent?.name === 'PatternProperty') return pattern.parent;
  const equals = pattern?.nextSibling?.name === 'TypeAnnotation' ? pattern.nextSibling.nextSibling : pattern?.nextSibling;
  return equals?.name === 'Equals' && pattern?.parent?.name !== 'ParamList' ? equals.nextSibling ?? undefined : undefined;
}

/** A property of an object as an entry; what a dict has not, such as a spread, has a key that is not known. */
function entry(property: SyntaxNode, text: string, depth: number): { readonly key: Expression; readonly value: Expression } {
  const { name, value } = propertyOf(property, text);
  const key: Expression = name === undefined ? { kind: 'other', from: property.from, to: property.to } : { kind: 'literal', value: name, from: property.from, to: property.to };
  return { key, value: javascriptExpression(value ?? null, text, depth) };
}

/** A property's name and the node of its value; `{units}` stands for both, a method has no value, and a spread or a computed name no name. */
export function propertyOf(property: SyntaxNode, text: string): { readonly name?: string; readonly value?: SyntaxNode; readonly spread?: SyntaxNode } {
  const parts = children(property);
  const [first, second] = parts;
  if (first?.name === 'Spread') return second ? { spread: second } : {};
  const colon = parts.findIndex(c => c.name === ':');
  const key = parts.find(c => c.name === 'PropertyDefinition') ?? (first?.name === 'String' || first?.name === 'Number' ? first : undefined);
  if (!key) return {};
  const name = key.name === 'String' ? string(slice(key, text)) : slice(key, text);
  const value = colon >= 0 ? parts[colon + 1] : parts.some(c => c.name === 'ParamList') ? undefined : key;
  const given = value && !value.type.isError ? value : undefined;
  return name === undefined ? (given ? { value: given } : {}) : given ? { name, value: given } : { name };
}

function member(n: SyntaxNode, text: string, depth: number, span: Span): Expression | undefined {
  const inner = children(n);
  const object = n.firstChild;
  const property = inner.find(c => c.name === 'PropertyName' || c.name === 'PrivatePropertyName');
  if (!object || inner.some(c => c.type.isError)) return undefined;
  const of = javascriptExpression(object, text, depth);
  if (property && slice(property, text) === 'length') return calls('len', [of], span);
  if (property) return { kind: 'attribute', object: of, name: slice(property, text), ...span };
  const at = inner.findIndex(c => c.name === '[');
  const index = javascriptExpression(inner[at + 1] ?? null, text, depth);
  if (index.kind === 'literal' && typeof index.value === 'string') return { kind: 'attribute', object: of, name: index.value, ...span };
  return index.kind === 'unary' ? undefined : { kind: 'subscript', object: of, index: [index], ...span };
}

function calls(name: string, values: readonly Expression[], span: Span): Expression {
  return { kind: 'call', callee: { kind: 'name', name, ...span }, args: values.map(value => ({ value })), ...span };
}

const one = (span: Span): Expression => ({ kind: 'literal', value: 1, ...span });
const minus = (operand: Expression, span: Span): Expression => ({ kind: 'unary', op: '-', operand, ...span });
const two = (op: string, left: Expression, right: Expression, span: Span): Expression => ({ kind: 'binary', op, left, right, ...span });
const floor = (a: Expression, span: Span): Expression => two('//', a, one(span), span);

/** Functions that sizes are computed with, by their text, in Python's words. */
const functions = new Map<string, (args: readonly Expression[], span: Span) => Expression | undefined>([
  ['Math.floor', ([a], span) => a && floor(a, span)],
  ['Math.ceil', ([a], span) => a && minus(floor(minus(a, span), span), span)],
  ['Math.round', ([a], span) => a && floor(two('+', a, { kind: 'literal', value: 0.5, ...span }, span), span)],
  ['Math.trunc', (args, span) => calls('int', args.slice(0, 1), span)],
  ['Math.max', (args, span) => calls('max', args, span)],
  ['Math.min', (args, span) => calls('min', args, span)],
  ['Math.abs', (args, span) => calls('abs', args.slice(0, 1), span)],
  ['Math.pow', ([a, b], span) => a && b && two('**', a, b, span)],
  ['parseInt', (args, span) => calls('int', args.slice(0, 1), span)],
  ['Number.parseInt', (args, span) => calls('int', args.slice(0, 1), span)],
  ['parseFloat', (args, span) => calls('float', args.slice(0, 1), span)],
  ['Number', (args, span) => calls('float', args.slice(0, 1), span)],
  ['Boolean', (args, span) => calls('bool', args.slice(0, 1), span)],
  ['Object.freeze', ([a], span) => a && around(a, span)],
]);

function call(n: SyntaxNode, text: string, depth: number, span: Span): Expression | undefined {
  if (!n.firstChild) return undefined;
  const args = argumentList(n, text, depth);
  const known = n.firstChild.to - n.firstChild.from < 20 && args.every(a => !a.splat) ? functions.get(slice(n.firstChild, text)) : undefined;
  const made = known?.(args.map(a => a.value), span);
  return made ?? { kind: 'call', callee: javascriptExpression(n.firstChild, text, depth), args, ...span };
}

function argumentList(n: SyntaxNode, text: string, depth: number): readonly Argument[] {
  const list = n.getChild('ArgList');
  if (!list) return [];
  return groups(children(list).filter(c => c.name !== '(' && c.name !== ')' && !c.type.isError)).flatMap(([first, second]): Argument[] => {
    if (!first) return [];
    return first.name === 'Spread' ? [{ splat: '*', value: javascriptExpression(second ?? null, text, depth) }] : [{ value: javascriptExpression(first, text, depth) }];
  });
}

function unary(n: SyntaxNode, text: string, depth: number, span: Span): Expression | undefined {
  const [op, operand] = children(n);
  if (!op || !operand) return undefined;
  const sign = slice(op, text);
  const twice = operand.name === 'UnaryExpression' && operand.firstChild && slice(operand.firstChild, text) === '~' ? operand.lastChild : undefined;
  if (sign === '~' && twice) return calls('int', [javascriptExpression(twice, text, depth)], span);
  return { kind: 'unary', op: sign === '!' ? 'not' : sign, operand: javascriptExpression(operand, text, depth), ...span };
}

/** Operators that Python calls otherwise; `in` asks something else there. */
const operators: Readonly<Record<string, string>> = { '===': '==', '!==': '!=', '&&': 'and', '||': 'or', in: 'has' };

function binary(n: SyntaxNode, text: string, depth: number, span: Span): Expression | undefined {
  const [a, op, b] = children(n);
  if (!a || !op || !b) return undefined;
  const left = javascriptExpression(a, text, depth);
  const sign = slice(op, text);
  if (sign === 'as' || sign === 'satisfies') return around(left, span);
  const right = javascriptExpression(b, text, depth);
  if (sign === '|' && right.kind === 'literal' && right.value === 0) return calls('int', [left], span);
  if (sign === '??') return { kind: 'conditional', test: two('!=', left, { kind: 'literal', value: null, ...span }, span), then: left, otherwise: right, ...span };
  return two(Object.hasOwn(operators, sign) ? operators[sign] ?? sign : sign, left, right, span);
}

/** The expression within brackets or behind a keyword. */
function inside(n: SyntaxNode): SyntaxNode | null {
  return children(n).find(c => !/^[()]$|^await$/.test(c.name) && !c.type.isError) ?? null;
}

function literal(value: number | string | boolean | null | undefined, span: Span): Expression | undefined {
  return value === undefined ? undefined : { kind: 'literal', value, ...span };
}

function number(source: string): number | undefined {
  const value = Number(source.replaceAll('_', ''));
  return Number.isNaN(value) ? undefined : value;
}

/** A plain string's value; strings with escapes are left unread, nothing here needs them. */
function string(source: string): string | undefined {
  return /^(['"`])([^\\]*)\1$/s.exec(source)?.[2];
}
