/** What the only call that makes such a cell passes. */
import { matchArguments } from '../code/arguments';
import { slice, type Expression } from '../code/expression';
import { fold } from '../code/fold';
import { callOf, type Module, type Scope } from '../code/scopes';
import { parametersOf } from './frame';

/** An argument, and what it is where that stands in the text; `assumed` where only a default says so. */
export interface Passed { readonly value: number | string | boolean | null | undefined; readonly assumed: boolean; readonly source: Expression; readonly scope: Scope }
export type Made = ReadonlyMap<string, Passed>;

/** What is written, or what `kwargs.get('rate', 0)` is where no one gives it. */
function valueOf(e: Expression, scope: Scope, module: Module): ReturnType<typeof fold> {
  const folded = fold(e, scope, module);
  if (folded.value !== undefined || e.kind !== 'call' || e.callee.kind !== 'attribute' || !/^(pop|get)$/.test(e.callee.name) || !e.args[1]) return folded;
  const { object } = e.callee;
  const isRest = object.kind === 'name' && parametersOf(scope).some(p => p.name === object.name && p.stars === '**');
  return isRest ? { value: fold(e.args[1].value, scope, module).value, assumed: true } : folded;
}

/** By the names of the constructor's parameters, and those that go into its `**kwargs`; empty where the class is made in several places, or in none. */
export function madeWith(cell: Scope, names: readonly string[], module: Module): Made {
  const sites = module.calls.filter(s => s.node.firstChild && slice(s.node.firstChild, module.text) === cell.name);
  const call = sites.length === 1 && sites[0] ? callOf(sites[0], module) : undefined;
  if (!call || !sites[0]) return new Map();
  const given = matchArguments(call, names, sites[0].scope, module);
  const named = call.args.flatMap(a => (a.name !== undefined && !names.includes(a.name) ? [a.name] : []));
  return new Map([...names, ...named].flatMap(name => {
    const found = given.given(name);
    if (!found) return [];
    const { value, assumed } = valueOf(found.value, found.scope, module);
    const plain = value === null || typeof value !== 'object' ? value : undefined;
    return [[name, { value: plain, assumed, source: found.value, scope: found.scope }] as const];
  }));
}
