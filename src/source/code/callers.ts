/** Who calls a function of the file, and with what: for parameters that hand a config object on. */
import type { Expression } from './expression';
import type { Binding, CallSite, Module, Scope } from './scopes';

/** More calls than this are not looked at. */
const most = 40;

/** What the calls in the file pass for a parameter; empty where there are none, or where one cannot be read. */
export function callersOf(name: string, parameter: Binding, scope: Scope, module: Module): readonly { readonly value: Expression; readonly scope: Scope }[] {
  let body: Scope | undefined = scope;
  while (body && !body.names.get(name)?.includes(parameter)) body = body.parent;
  if (!body || body.names.get(name)?.length !== 1 || body.name === '') return [];
  const owner = body.parent?.kind === 'class' ? body.parent : undefined;
  if (owner && body.name !== '__init__') return [];
  const called = owner?.name ?? body.name;
  const position = [...body.names.keys()].indexOf(name) - (owner ? 1 : 0);
  const sites = callsOf(called, module);
  if (sites.length > most) return [];
  const passed = sites.map(site => {
    const call = module.expression(site.node);
    const args = call.kind === 'call' && !call.args.some(a => a.splat) ? call.args : [];
    const value = args.find(a => a.name === name)?.value ?? args.filter(a => a.name === undefined)[position]?.value;
    return value ? { value, scope: site.scope } : undefined;
  });
  return passed.every(p => p !== undefined) ? passed : [];
}

const known = new WeakMap<Module, ReadonlyMap<string, readonly CallSite[]>>();

/** The calls of a name in a file. */
function callsOf(name: string, module: Module): readonly CallSite[] {
  let byName = known.get(module);
  if (!byName) known.set(module, byName = gather(module));
  return byName.get(name) ?? [];
}

function gather({ calls, text }: Module): ReadonlyMap<string, readonly CallSite[]> {
  const found = new Map<string, CallSite[]>();
  for (const site of calls) {
    const callee = site.node.firstChild;
    if (callee?.name !== 'VariableName') continue;
    const name = text.slice(callee.from, callee.to);
    const list = found.get(name);
    if (list) list.push(site);
    else found.set(name, [site]);
  }
  return found;
}
