/** Fields of a dataclass, which Flax's modules are: names with a type in the class's body, and what they are unless given. */
import type { SyntaxNode } from '@lezer/common';
import { children, slice } from '../code/expression';
import { lookup, type Module, type Scope } from '../code/scopes';
import { bodyOf } from './frame';

export interface Field { readonly name: string; readonly fallback: SyntaxNode | undefined }

/** Those of bases come first. */
export function fieldsOf(of: Scope, module: Module, depth = 0): readonly Field[] {
  const bases = of.bases.flatMap(b => lookup(slice(b, module.text), of.parent ?? of).flatMap(x => (x.kind === 'class' && x.body !== of ? [x.body] : [])));
  const above = depth > 4 ? [] : bases.flatMap(b => fieldsOf(b, module, depth + 1));
  const own = bodyOf(of.node).flatMap(s => field(s, module));
  return [...above.filter(a => !own.some(o => o.name === a.name)), ...own];
}

function field(s: SyntaxNode, { text }: Module): readonly Field[] {
  const [name, type, equals, value] = children(s);
  if (s.name !== 'AssignStatement' || name?.name !== 'VariableName' || type?.name !== 'TypeDef') return [];
  return [{ name: slice(name, text), fallback: equals?.name === 'AssignOp' ? value : undefined }];
}
