/** The one object that TensorFlow.js's functions take, as arguments by name. */
import type { Arguments } from '../../code/arguments';
import { slice, type CallExpression, type Expression } from '../../code/expression';
import { memberBindings } from '../../code/fold';
import { isDefault } from '../../javascript/read';
import { alternatives } from '../../javascript/bindings';
import { lastBefore } from '../../javascript/flow';
import { objectItems } from '../../javascript/objects';
import { listAt } from '../../javascript/pushes';
import { callOf, lookup, newScope, type Binding, type Module, type Scope } from '../../code/scopes';

/** An expression with the scope that its names are seen from. */
export interface Seen { readonly value: Expression; readonly scope: Scope }

const known = new WeakMap<CallExpression, { readonly scope: Scope; readonly options: Arguments }>();

/** Reads `f({units: 4, ...rest})`: what a spread that cannot be read may change is not known. */
export function optionsOf(call: CallExpression, scope: Scope, module: Module): Arguments {
  const before = known.get(call);
  if (before?.scope === scope) return before.options;
  const options = read(call, scope, module);
  known.set(call, { scope, options });
  return options;
}

function read(call: CallExpression, scope: Scope, module: Module): Arguments {
  const first = call.args[0];
  if (!first) return { given: () => undefined, splat: undefined };
  const items = first.splat ? undefined : objectItems(first.value, scope, module);
  const found = new Map<string, Seen>();
  let splat = items ? undefined : slice(first.value, module.text);
  for (const item of items ?? []) {
    if ('name' in item) found.set(item.name, given(item.bindings, module));
    else {
      found.clear();
      splat = item.unknown;
    }
  }
  return { given: parameter => found.get(parameter), splat };
}

/** One binding is its value; several, or one that nothing is known of, are only a place in the text. */
function given(bindings: readonly Binding[], module: Module): Seen {
  const only = bindings.length === 1 ? bindings[0] : undefined;
  if (only?.kind === 'value') return defaulted(only.node, only.scope, module) ?? { value: module.expression(only.node), scope: only.scope };
  const last = bindings.findLast(b => b.kind === 'value');
  const { from, to } = last?.kind === 'value' ? last.node : { from: 0, to: 0 };
  return { value: { kind: 'other', from, to }, scope: module.scope };
}

/** `options.units || 64` is a parameter of which 64 is the default. */
function defaulted(node: Extract<Binding, { kind: 'value' }>['node'], scope: Scope, module: Module): Seen | undefined {
  const [, fallback] = isDefault(node, scope, module) ? alternatives(node, module.text) : [];
  if (!fallback) return undefined;
  const name = 'default'; // a reserved word: nothing else is called so
  const inner = newScope('function', '', scope.node, scope);
  inner.names.set(name, [{ kind: 'parameter', fallback, at: node.from, scope }]);
  return { value: { kind: 'name', name, from: node.from, to: node.to }, scope: inner };
}

/** What a name stands for, where it is bound once, or where it is used. */
export function behind(seen: Seen, module: Module, depth = 0): Seen {
  const { value: e, scope } = seen;
  const bindings = e.kind === 'name' ? lookup(e.name, scope) : e.kind === 'attribute' ? memberBindings(e.object, e.name, scope, module) : [];
  const only = bindings.length === 1 ? bindings[0] : e.kind === 'name' ? lastBefore(bindings, e.from, module) : undefined;
  return only?.kind === 'value' && depth < 8 ? behind({ value: module.expression(only.node), scope: only.scope }, module, depth + 1) : seen;
}

/** Does the text change a list after it was written? */
export function grows(e: Expression, module: Module, methods: readonly string[] = ['push', 'unshift', 'splice', 'pop', 'shift']): boolean {
  const source = slice(e, module.text);
  return e.kind !== 'list' && (module.stores.has(`${source}[]`) || methods.some(method => module.text.includes(`${source}.${method}(`)));
}

/** What is pushed on a list somewhere, in loops perhaps; [] where other methods change it too. */
export function pushed(e: Expression, module: Module): readonly Seen[] {
  if (grows(e, module, ['unshift', 'splice', 'pop', 'shift'])) return [];
  const source = `${slice(e, module.text)}.push`;
  return module.calls.flatMap(site => {
    const callee = site.node.firstChild;
    if (!callee || slice(callee, module.text) !== source) return [];
    return callOf(site, module)?.args.map(a => ({ value: a.value, scope: site.scope })) ?? [];
  });
}

/** The items of a list, each as often as it stands there once: undefined where the text changes the list in ways that are not followed. */
export function itemsOf(seen: Seen, module: Module): readonly Seen[] | undefined {
  const list = behind(seen, module);
  if (list.value.kind !== 'list') return undefined;
  if (!grows(seen.value, module)) return list.value.items.map(value => ({ value, scope: list.scope }));
  const put = grows(seen.value, module, ['unshift', 'splice', 'pop', 'shift']) ? undefined : listAt(seen.value, seen.scope, module);
  return put?.every(p => p.times === 1 && !p.assumed) === true ? put : undefined;
}
