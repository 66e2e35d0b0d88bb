/** Where code runs: the names it sees, and the scope they are looked up in where it has none of its own. */
import type { SyntaxNode } from '@lezer/common';
import { children } from '../code/expression';
import type { Scope } from '../code/scopes';
import type { Value } from './values';

export interface Frame { readonly names: Map<string, Value>; readonly scope: Scope }

/** `stars` are those before a name that takes all further arguments: `*args`, `**kwargs`. */
export interface Parameter { readonly name: string; readonly fallback: SyntaxNode | undefined; readonly stars?: '*' | '**' }

/** A function's parameters in order. */
export function parametersOf(method: Scope): readonly Parameter[] {
  const list = method.node.getChild('ParamList');
  return [...method.names].flatMap(([name, [binding]]) => {
    if (!binding || !list || binding.at < list.from || binding.at >= list.to) return [];
    return binding.kind === 'parameter' ? [{ name, fallback: binding.fallback }] : binding.kind === 'opaque' ? starsBefore(list, binding.at).map(stars => ({ name, fallback: undefined, stars })) : [];
  });
}

function starsBefore(list: SyntaxNode, at: number): readonly ('*' | '**')[] {
  const before = children(list).filter(c => c.to <= at).at(-1)?.name;
  return before === '*' || before === '**' ? [before] : [];
}

/** Statements of a body. */
export const statementsOf = (body: SyntaxNode): SyntaxNode[] => children(body).filter(c => c.name !== ':');
/** The body of a function or class. */
export const bodyOf = (node: SyntaxNode): SyntaxNode[] => { const body = node.getChild('Body'); return body ? statementsOf(body) : []; };
