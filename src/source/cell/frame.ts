/** Where code runs: the names it sees, and the scope they are looked up in where it has none of its own. */
import type { SyntaxNode } from '@lezer/common';
import { children } from '../code/expression';
import type { Scope } from '../code/scopes';
import type { Value } from './values';

export interface Frame { readonly names: Map<string, Value>; readonly scope: Scope }

/** A function's parameters in order. */
export function parametersOf(method: Scope): readonly { readonly name: string; readonly fallback: SyntaxNode | undefined }[] {
  const list = method.node.getChild('ParamList');
  return [...method.names].flatMap(([name, [binding]]) => binding?.kind === 'parameter' && list && binding.at >= list.from && binding.at < list.to ? [{ name, fallback: binding.fallback }] : []);
}

/** Statements of a body. */
export const statementsOf = (body: SyntaxNode): SyntaxNode[] => children(body).filter(c => c.name !== ':');
/** The body of a function or class. */
export const bodyOf = (node: SyntaxNode): SyntaxNode[] => { const body = node.getChild('Body'); return body ? statementsOf(body) : []; };
