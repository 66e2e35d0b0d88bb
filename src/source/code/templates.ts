/** Texts that are put together: `kind + 'Cell'`, `f'{kind}Cell'`, `'{}Cell'.format(kind)`, `'%sCell' % kind`. */
import type { Expression } from './expression';
import { moduleOf, type Module, type Scope } from './scopes';

/** How such a text surely ends: its last letters. */
export function ending(e: Expression, scope: Scope, module: Module): string {
  if (e.kind === 'literal') return typeof e.value === 'string' ? e.value : '';
  if (e.kind === 'binary' && e.op === '+') return ending(e.right, scope, module);
  return /(?:\}|%\w)(\w*)$/.exec(template(e, scope, module))?.[1] ?? '';
}

/** How it surely begins. */
export function beginning(e: Expression, scope: Scope, module: Module): string {
  if (e.kind === 'literal') return typeof e.value === 'string' ? e.value : '';
  if (e.kind === 'binary' && e.op === '+') return beginning(e.left, scope, module);
  return /^[^{%]*/.exec(template(e, scope, module))?.[0] ?? '';
}

function template(e: Expression, scope: Scope, module: Module): string {
  const written = e.kind === 'binary' && e.op === '%' ? e.left : e.kind === 'call' && e.callee.kind === 'attribute' && e.callee.name === 'format' ? e.callee.object : undefined;
  const text = written?.kind === 'literal' ? written.value : formatted(moduleOf(scope, module).text.slice(e.from, e.to));
  return typeof text === 'string' ? text : '';
}

/** What stands in `f'...'`. */
const formatted = (source: string): string | undefined => /^[fF][rR]?(['"])(.*)\1$/.exec(source)?.[2];
