/** Names and dotted imports, in this file and in the workspace's files that they come from. */
import type { Expression } from './expression';
import { lookup, moduleOf, type Binding, type Foreign, type Module, type Scope } from './scopes';

/** Longer chains of imports, objects and bases than this are not followed. */
export const deepest = 8;

/** All bindings of a name, in this file or, where it is imported, in the workspace's file that has it. */
export function nameBindings(name: string, scope: Scope, module: Module, found: readonly Binding[] = lookup(name, scope), depth = 0): readonly Binding[] {
  const home = moduleOf(scope, module);
  if (!home.foreign) return found;
  if (found.length === 0) return home.stars.flatMap(star => foreignBindings(home.foreign?.(`${star}.${name}`), depth));
  return found.flatMap(b => {
    const there = b.kind === 'import' ? foreignBindings(home.foreign?.(b.path), depth) : [];
    return there.length > 0 ? there : [b];
  });
}

/** What a dotted import binds in the workspace's file that it names. */
export function foreignBindings(foreign: Foreign | undefined, depth: number): readonly Binding[] {
  const name = foreign?.names.length === 1 ? foreign.names[0] : undefined;
  if (!foreign || name === undefined || depth > deepest) return [];
  return nameBindings(name, foreign.module.scope, foreign.module, foreign.module.scope.names.get(name) ?? [], depth + 1);
}

/** `a.b.c` as a dotted import path, where `a` is imported or bound nowhere. */
export function importPath(e: Expression, scope: Scope): string | undefined {
  if (e.kind === 'attribute') {
    const object = importPath(e.object, scope);
    return object === undefined ? undefined : `${object}.${e.name}`;
  }
  if (e.kind !== 'name') return undefined;
  const bindings = lookup(e.name, scope);
  const last = bindings.at(-1);
  return bindings.length === 0 ? e.name : last?.kind === 'import' ? last.path : undefined;
}
