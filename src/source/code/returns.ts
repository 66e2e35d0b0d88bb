/** Functions of the file that give a class: what their returns say. */
import type { SyntaxNode } from '@lezer/common';
import { children, type Expression } from './expression';
import { memberBindings } from './objects';
import { nameBindings } from './names';
import { moduleOf, type Module, type Scope } from './scopes';

/** An expression and the scope that it is seen from. */
interface Returned { readonly value: Expression; readonly scope: Scope }

/** More returns than this are not looked at. */
const most = 16;

/** What a call of a function or method of seen code may give; undefined where it is none, or gives something that is not written out. */
export function returnedClasses(callee: Expression, scope: Scope, module: Module): readonly Returned[] | undefined {
  const bindings = callee.kind === 'name' ? nameBindings(callee.name, scope, module) : callee.kind === 'attribute' ? memberBindings(callee.object, callee.name, scope, module) : [];
  const only = bindings.length === 1 ? bindings[0] : undefined;
  const body = only?.kind === 'function' ? only.body : undefined;
  if (!body || !givesItsReturns(body.node, moduleOf(body, module).text)) return undefined;
  const home = moduleOf(body, module);
  const values = returns(body.node).map(onlyValue);
  return values.length > 0 && values.length <= most && values.every(v => v !== undefined) ? values.map(v => ({ value: home.expression(v), scope: body })) : undefined;
}

/** A coroutine gives something else, and a decorator may give anything, but for those of classes and caches. */
function givesItsReturns(node: SyntaxNode, text: string): boolean {
  const around = node.parent?.name === 'DecoratedStatement' ? node.parent : undefined;
  const known = (d: SyntaxNode): boolean => /^@(staticmethod|classmethod|((functools\.)?(lru_)?cache)\b.*)$/s.test(text.slice(d.from, d.to).trim());
  return !text.startsWith('async', node.from) && (around === undefined || around.getChildren('Decorator').every(known));
}

/** What stands behind `return`; undefined where that is nothing, or a tuple without brackets. */
function onlyValue(statement: SyntaxNode): SyntaxNode | undefined {
  const [, value, ...more] = children(statement);
  return more.every(m => m.name === ';') ? value : undefined;
}

const inner = /^(FunctionDefinition|ClassDefinition|LambdaExpression)$/;

/** Statements that stand deeper than this are machine-made. */
const deepest = 40;

/** The return statements of a function itself. */
function returns(node: SyntaxNode, found: SyntaxNode[] = [], depth = 0): readonly SyntaxNode[] {
  for (const child of children(node.name === 'FunctionDefinition' ? node.getChild('Body') ?? node : node)) {
    if (child.name === 'ReturnStatement') found.push(child);
    else if (depth < deepest && !inner.test(child.name) && /Statement|Body|Clause/.test(child.name)) returns(child, found, depth + 1);
  }
  return found;
}
