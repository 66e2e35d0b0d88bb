/** Which calls in a function can be given what a layer gave: a quick look at names, before values are traced. */
import { children, slice } from '../code/expression';
import { callsIn, frameAt } from '../python/flow';
import type { CallSite, Module, Scope } from '../code/scopes';
import type { Use } from '../uses';

const known = new WeakMap<readonly Use[], Map<Scope, readonly CallSite[]>>();

/** Calls in `scope` whose arguments mention a use of the layer, or a name that comes of one. */
export function callsOn(uses: readonly Use[], scope: Scope, module: Module): readonly CallSite[] {
  const perScope = known.get(uses) ?? new Map<Scope, readonly CallSite[]>();
  known.set(uses, perScope);
  const found = perScope.get(scope) ?? select(uses.filter(u => u.scope === scope), scope, module);
  perScope.set(scope, found);
  return found;
}

function select(uses: readonly Use[], scope: Scope, module: Module): readonly CallSite[] {
  const names = derived(uses, scope, module);
  return callsIn(scope, module).filter(({ node }) => reads(node, uses, names, module));
}

/** A use stands in the node, or a derived name does. */
function reads(node: { readonly from: number; readonly to: number }, uses: readonly Use[], names: ReadonlySet<string>, module: Module): boolean {
  if (uses.some(u => u.node.from >= node.from && u.node.to <= node.to)) return true;
  const words = slice(node, module.text).match(/[A-Za-z_]\w*/g) ?? [];
  return words.some(w => names.has(w));
}

/** Names that are given something made of what the layer gave; twice around, for loops. */
function derived(uses: readonly Use[], scope: Scope, module: Module): ReadonlySet<string> {
  const names = new Set<string>();
  for (let round = 0; round < 2; round++) for (const statement of frameAt(scope, module).assignments) {
    const equals = children(statement).find(c => c.name === 'AssignOp');
    if (!equals || !reads({ from: equals.to, to: statement.to }, uses, names, module)) continue;
    for (const word of module.text.slice(statement.from, equals.from).match(/[A-Za-z_]\w*/g) ?? []) names.add(word);
  }
  names.delete('self');
  return names;
}
