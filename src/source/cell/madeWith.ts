/** What the only call that makes such a cell passes. */
import { matchArguments } from '../code/arguments';
import { slice, type Expression } from '../code/expression';
import { fold } from '../code/fold';
import { callOf, type Module, type Scope } from '../code/scopes';

/** An argument, and what it is where that stands in the text; `assumed` where only a default says so. */
export interface Passed { readonly value: number | string | boolean | null | undefined; readonly assumed: boolean; readonly source: Expression; readonly scope: Scope }
export type Made = ReadonlyMap<string, Passed>;

/** By the names of the constructor's parameters; empty where the class is made in several places, or in none. */
export function madeWith(cell: Scope, names: readonly string[], module: Module): Made {
  const sites = module.calls.filter(s => s.node.firstChild && slice(s.node.firstChild, module.text) === cell.name);
  const call = sites.length === 1 && sites[0] ? callOf(sites[0], module) : undefined;
  if (!call || !sites[0]) return new Map();
  const given = matchArguments(call, names, sites[0].scope, module);
  return new Map(names.flatMap(name => {
    const found = given.given(name);
    if (!found) return [];
    const { value, assumed } = fold(found.value, found.scope, module);
    const plain = value === null || typeof value !== 'object' ? value : undefined;
    return [[name, { value: plain, assumed, source: found.value, scope: found.scope }] as const];
  }));
}
