/** What a Haiku core is made of: DeepRNN's list, the core in a ResetCore, or the core itself. */
import { classNames, constructions, type Construction } from './shared';
import type { Expression } from '../../code/expression';
import { lookup, type Module, type Scope } from '../../code/scopes';

const prefix = /^(\?\.)?(hk|haiku)(\._src(\.\w+)?)?(\.nets)?$/;

/** Haiku's name of a callee: `DeepRNN`, `Linear`; undefined where it is not of Haiku. */
export const haikuName = (paths: readonly string[]): string | undefined => classNames(paths, prefix)[0];

/** The list of a stack, written at once or under a name that is bound once. */
export function listOf(e: Expression | undefined, scope: Scope, module: Module): { readonly items: readonly Expression[]; readonly scope: Scope } | undefined {
  if (e?.kind === 'list') return { items: e.items, scope };
  const bindings = e?.kind === 'name' ? lookup(e.name, scope) : [];
  const only = bindings.length === 1 ? bindings[0] : undefined;
  if (only?.kind !== 'value' || (e?.kind === 'name' && new RegExp(`\\b${e.name}\\s*(\\.(append|extend|insert)\\(|\\+=)`).test(module.text))) return undefined;
  const value = module.expression(only.node);
  return value.kind === 'list' ? { items: value.items, scope: only.scope } : undefined;
}

/** Starts of the calls that make the cores in a core. */
export function coresIn(e: Expression | undefined, scope: Scope, module: Module, depth = 0): readonly number[] {
  return depth > 3 ? [] : constructions(e, scope, module).flatMap(found => partsOf(found, module, depth));
}

function partsOf(found: Construction, module: Module, depth: number): readonly number[] {
  const name = haikuName(found.paths);
  const first = found.call.args[0]?.value;
  if (name === 'ResetCore') return coresIn(first, found.scope, module, depth + 1);
  if (name !== 'DeepRNN' && name !== 'deep_rnn_with_skip_connections') return [found.call.from];
  const list = listOf(first, found.scope, module);
  return list?.items.flatMap(item => coresIn(item, list.scope, module, depth + 1)) ?? [];
}
