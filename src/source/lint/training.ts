/** Loops that train: those in which backward() is called. */
import type { SyntaxNode } from '@lezer/common';
import { callersOf } from '../code/callers';
import { slice, type Expression } from '../code/expression';
import { lookup, type Module, type Scope } from '../code/scopes';
import type { Span } from '../outline';
import { statementOf } from '../python/flow';
import { heldBy } from './held';
import { oncePerFile } from './once';

/** The class that a scope lies in. */
export function classAround(scope: Scope): Scope | undefined {
  for (let s: Scope | undefined = scope; s; s = s.parent) if (s.kind === 'class') return s;
  return undefined;
}

/** What cuts or resets states, under whatever name. */
const cutting = /\bdetach|\.data\b|no_grad|repackage|truncat/;

const answers = oncePerFile(() => new Map<string, boolean>());

/** True where states may be cut from their graph somewhere in a class or a loop: read once, however many layers are in it. */
export function cuts(node: SyntaxNode, module: Module): boolean {
  const place = `${node.from} ${node.to}`;
  const known = answers(module).get(place) ?? cutting.test(slice(node, module.text));
  answers(module).set(place, known);
  return known;
}

/** The call that made what is called, a model or a layer, and its class where that has a plain name. */
export interface Maker extends Span { readonly className: string | undefined }

/** What `model(x)` calls: of a parameter, what all calls of its function in the file hand to it. */
export function makerOf(callee: Expression, scope: Scope, module: Module): Maker | undefined {
  const own = constructed(callee, scope, module);
  const [binding, ...others] = own || callee.kind !== 'name' ? [] : lookup(callee.name, scope);
  if (own || callee.kind !== 'name' || binding?.kind !== 'parameter' || others.length > 0) return own;
  const [first, ...rest] = callersOf(callee.name, binding, scope, module).map(c => constructed(c.value, c.scope, module));
  return first?.className !== undefined && rest.every(m => m?.className === first.className) ? first : undefined;
}

function constructed(e: Expression, scope: Scope, module: Module): Maker | undefined {
  const { call, from, to } = e.kind === 'call' ? { call: e, from: e.from, to: e.to } : { call: undefined, from: 0, to: 0 };
  const held = call ? undefined : heldBy(e, scope, module);
  const made = call ?? held?.call;
  return made && { className: made.callee.kind === 'name' ? made.callee.name : undefined, from: held?.node.from ?? from, to: held?.node.to ?? to };
}

/** True where one node lies in another. */
export const within = (inner: Span, outer: Span): boolean => outer.from <= inner.from && inner.to <= outer.to;

/** The innermost loop around a statement in whose body, and not in a function within, backward() is called. */
export function loopWithBackward(statement: SyntaxNode, module: Module): { loop: SyntaxNode; backward: SyntaxNode } | undefined {
  for (let n: SyntaxNode | null = statement.parent; n && n.name !== 'FunctionDefinition'; n = n.parent) {
    if (n.name !== 'ForStatement' && n.name !== 'WhileStatement') continue;
    const body = module.text.slice(n.from, n.to);
    const at = /\w\.backward\(/.exec(body);
    if (!at || cuts(n, module)) continue;
    const backward = statementOf(n.resolveInner(n.from + at.index + 2, 1));
    if (backward) return { loop: n, backward };
  }
  return undefined;
}
