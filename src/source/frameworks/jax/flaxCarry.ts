/** Flax before 0.7: a cell's size is what `initialize_carry(key, batch_dims, size)` is told, where such a call is in sight. */
import { sourceOf } from '../../code/arguments';
import { constructions, readsField } from './shared';
import type { CallExpression } from '../../code/expression';
import { fold } from '../../code/fold';
import { callOf, ownerOf, type CallSite, type Module, type Scope } from '../../code/scopes';
import { target } from '../../code/target';

interface CarrySize { readonly units: number | null; readonly symbols: Record<string, string>; readonly assumed: readonly string[] }

/** The size that all calls for this class in the same class or function agree on; undefined where there is none. */
export function sizeOfCarry(call: CallExpression, scope: Scope, paths: readonly string[], module: Module): CarrySize | undefined {
  const owner = ownerOf(scope);
  const told = askings(module).flatMap(site => {
    const size = ownerOf(site.scope) === owner ? sizeIn(site, call, paths, module) : undefined;
    return size ? [size] : [];
  });
  const first = told[0];
  if (!first) return undefined;
  const same = told.every(t => t.units === first.units && t.source === first.source);
  const known = same || told.every(t => t.units !== null && t.units === first.units);
  return {
    units: known ? first.units : null,
    symbols: known && first.plain ? {} : { units: [...new Set(told.map(t => t.source))].join(', ') },
    assumed: told.some(t => t.assumed) && known && first.units !== null ? ['units'] : [],
  };
}

const known = new WeakMap<Module, readonly CallSite[]>();

/** All calls of `initialize_carry` in a file. */
function askings(module: Module): readonly CallSite[] {
  const found = known.get(module) ?? module.calls.filter(({ node: { firstChild: callee } }) => callee !== null && module.text.slice(callee.from, callee.to).endsWith('.initialize_carry'));
  known.set(module, found);
  return found;
}

interface Told { readonly units: number | null; readonly source: string; readonly plain: boolean; readonly assumed: boolean }

/** The third argument, where the call is on our class, or on a name that holds our very call. */
function sizeIn(site: CallSite, ours: CallExpression, paths: readonly string[], module: Module): Told | undefined {
  const call = callOf(site, module);
  if (call?.callee.kind !== 'attribute') return undefined;
  const third = call.args.find(a => a.name === 'size') ?? (call.args.slice(0, 3).every(a => a.name === undefined && !a.splat) ? call.args[2] : undefined);
  if (!third || !isAbout(call.callee.object, site.scope, ours, paths, module)) return undefined;
  const { value, assumed } = fold(third.value, site.scope, module);
  return {
    units: typeof value === 'number' ? value : null, source: sourceOf(third.value, module), plain: third.value.kind === 'literal',
    assumed: assumed || readsField(third.value, site.scope, module),
  };
}

function isAbout(object: CallExpression['callee'], scope: Scope, ours: CallExpression, paths: readonly string[], module: Module): boolean {
  if (object.kind === 'call') return target(object.callee, scope, module).paths.some(p => paths.includes(p));
  const found = target(object, scope, module);
  return found.paths.some(p => paths.includes(p)) || holds(object, scope, ours, module);
}

function holds(object: CallExpression['callee'], scope: Scope, ours: CallExpression, module: Module): boolean {
  return constructions(object, scope, module).some(c => c.call.from === ours.from);
}
