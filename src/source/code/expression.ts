/** Python expressions as plain data, made on demand from lezer's nodes: only what folding and calls need, the rest is `other`. */
import type { SyntaxNode } from '@lezer/common';
import type { Span } from '../outline';

export interface Argument {
  /** Absent for a positional one. */
  readonly name?: string;
  /** `*args` or `**kwargs`. */
  readonly splat?: '*' | '**';
  readonly value: Expression;
}

export type Expression = Span & (
  | { readonly kind: 'literal'; readonly value: number | string | boolean | null }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'attribute'; readonly object: Expression; readonly name: string }
  | { readonly kind: 'call'; readonly callee: Expression; readonly args: readonly Argument[] }
  | { readonly kind: 'subscript'; readonly object: Expression; readonly index: readonly Expression[] }
  | { readonly kind: 'slice'; readonly full: boolean }
  | { readonly kind: 'unary'; readonly op: string; readonly operand: Expression }
  | { readonly kind: 'binary'; readonly op: string; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'conditional'; readonly test: Expression; readonly then: Expression; readonly otherwise: Expression }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'dict'; readonly entries: readonly { readonly key: Expression; readonly value: Expression }[] }
  | { readonly kind: 'other' });

/** A call with its parts. */
export type CallExpression = Extract<Expression, { kind: 'call' }>;

/** Deeper code than this is machine-made or broken; it reads as `other`, so that no stack overflows. */
const deepest = 120;

/** Reads one expression node. `text` is what was parsed. */
export function expression(node: SyntaxNode | null, text: string, depth = 0): Expression {
  if (!node) return { kind: 'other', from: 0, to: 0 };
  const read = depth > deepest ? undefined : readers[node.name];
  const span = { from: node.from, to: node.to };
  return read?.(node, text, depth + 1, span) ?? { kind: 'other', ...span };
}

type Reader = (node: SyntaxNode, text: string, depth: number, span: Span) => Expression | undefined;

const readers: Readonly<Record<string, Reader>> = {
  Number: (n, text, _, span) => literal(number(slice(n, text)), span),
  String: (n, text, _, span) => literal(string(slice(n, text)), span),
  ContinuedString: (n, text, _, span) => literal(joined(n, text), span),
  Boolean: (n, text, _, span) => literal(slice(n, text) === 'True', span),
  None: (_n, _t, _d, span) => ({ kind: 'literal', value: null, ...span }),
  VariableName: (n, text, _, span) => ({ kind: 'name', name: slice(n, text), ...span }),
  ParenthesizedExpression: (n, text, depth, span) => ({ ...expression(parts(n)[0] ?? null, text, depth), ...span }),
  NamedExpression: (n, text, depth, span) => ({ ...expression(n.lastChild, text, depth), ...span }),
  MemberExpression: member,
  CallExpression: (n, text, depth, span) => {
    const list = n.getChild('ArgList');
    return list && n.firstChild ? { kind: 'call', callee: expression(n.firstChild, text, depth), args: argumentList(list, text, depth), ...span } : undefined;
  },
  UnaryExpression: (n, text, depth, span) => {
    const [op, operand] = children(n);
    return op && operand ? { kind: 'unary', op: slice(op, text), operand: expression(operand, text, depth), ...span } : undefined;
  },
  BinaryExpression: (n, text, depth, span) => {
    const all = children(n);
    const [left, right] = [all[0], all.at(-1)];
    if (!left || !right || all.length < 3) return undefined;
    const op = all.slice(1, -1).map(o => slice(o, text)).join(' ');
    return { kind: 'binary', op, left: expression(left, text, depth), right: expression(right, text, depth), ...span };
  },
  ConditionalExpression: (n, text, depth, span) => {
    const [then, , test, , otherwise] = children(n);
    return then && test && otherwise
      ? { kind: 'conditional', test: expression(test, text, depth), then: expression(then, text, depth), otherwise: expression(otherwise, text, depth), ...span }
      : undefined;
  },
  TupleExpression: list,
  ArrayExpression: list,
  SetExpression: list,
  DictionaryExpression: dict,
};

function list(n: SyntaxNode, text: string, depth: number, span: Span): Expression | undefined {
  if (children(n).some(c => c.name === '*')) return undefined;
  return { kind: 'list', items: parts(n).map(c => expression(c, text, depth)), ...span };
}

function dict(n: SyntaxNode, text: string, depth: number, span: Span): Expression | undefined {
  const all = children(n);
  if (all.some(c => c.name === '**')) return undefined;
  const entries = all.flatMap((c, i) => {
    const [key, value] = [all[i - 1], all[i + 1]];
    return c.name === ':' && key && value ? [{ key: expression(key, text, depth), value: expression(value, text, depth) }] : [];
  });
  return { kind: 'dict', entries, ...span };
}

function member(n: SyntaxNode, text: string, depth: number, span: Span): Expression | undefined {
  const object = n.firstChild;
  const property = n.getChild('PropertyName');
  if (!object || children(n).some(c => c.type.isError)) return undefined;
  if (property) return { kind: 'attribute', object: expression(object, text, depth), name: slice(property, text), ...span };
  const inner = children(n).slice(2, -1);
  return { kind: 'subscript', object: expression(object, text, depth), index: groups(inner).map(g => index(g, text, depth, span)), ...span };
}

function index(group: readonly SyntaxNode[], text: string, depth: number, span: Span): Expression {
  const only = group[0];
  if (group.length === 1 && only && only.name !== ':') return expression(only, text, depth);
  return { kind: 'slice', full: group.every(c => c.name === ':'), from: only?.from ?? span.from, to: group.at(-1)?.to ?? span.to };
}

/** The arguments between the parentheses of a call. */
function argumentList(list: SyntaxNode, text: string, depth = 0): readonly Argument[] {
  const inner = children(list).filter(c => c.name !== '(' && c.name !== ')');
  if (inner.some(c => c.name === 'for')) return [{ splat: '*', value: { kind: 'other', from: list.from, to: list.to } }];
  return groups(inner).flatMap(g => argument(g, text, depth));
}

function argument(group: readonly SyntaxNode[], text: string, depth: number): readonly Argument[] {
  const [first, second, third] = group.filter(c => !c.type.isError);
  if (!first) return [];
  if (first.name === '*' || first.name === '**') return [{ splat: first.name, value: expression(second ?? null, text, depth) }];
  if (third && second?.name === 'AssignOp' && slice(second, text) === ':=') return [{ value: expression(third, text, depth) }];
  if (second?.name !== 'AssignOp') return [{ value: expression(first, text, depth) }];
  const missing: Expression = { kind: 'other', from: second.to, to: second.to };
  return [{ name: slice(first, text), value: third ? expression(third, text, depth) : missing }];
}

/** Splits nodes at commas. */
export function groups(nodes: readonly SyntaxNode[]): SyntaxNode[][] {
  const found: SyntaxNode[][] = [[]];
  for (const node of nodes) {
    if (node.name === ',') found.push([]);
    else found.at(-1)?.push(node);
  }
  return found.filter(g => g.length > 0);
}

/** All child nodes, without comments. */
export function children(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let c = node.firstChild; c; c = c.nextSibling) if (c.name !== 'Comment') found.push(c);
  return found;
}

/** The source text of a span. */
export function slice(span: Span, text: string): string {
  return text.slice(span.from, span.to);
}

const punctuation = new Set(['(', ')', '[', ']', '{', '}', ',', ':']);
function parts(n: SyntaxNode): SyntaxNode[] {
  return children(n).filter(c => !punctuation.has(c.name) && !c.type.isError);
}

function literal(value: number | string | boolean | undefined, span: Span): Expression | undefined {
  return value === undefined ? undefined : { kind: 'literal', value, ...span };
}

function number(source: string): number | undefined {
  if (/^0\d*[1-9]/.test(source) && /^\d+$/.test(source)) return undefined;
  const value = Number(source.replaceAll('_', ''));
  return Number.isFinite(value) ? value : undefined;
}

/** A plain string's value; byte strings and strings with escapes are left unread, nothing here needs them. */
function string(source: string): string | undefined {
  const match = /^[uUrR]?('''|"""|'|")([^\\]*)\1$/s.exec(source);
  return match?.[2];
}

function joined(n: SyntaxNode, text: string): string | undefined {
  const all = children(n).map(c => string(slice(c, text)));
  return all.every(s => s !== undefined) ? all.join('') : undefined;
}
