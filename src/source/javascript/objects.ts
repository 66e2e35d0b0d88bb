/** Objects that are written out, with what spreads and assignments add to them. */
import { slice, type Expression } from '../code/expression';
import { memberBindings } from '../code/fold';
import { objectNode, propertyOf } from './expression';
import { lookup, type Binding, type Module, type Scope } from '../code/scopes';

/** A property's bindings, in the order of the text; `unknown` is the source text of what may hold any property. */
export type Item = { readonly name: string; readonly bindings: readonly Binding[] } | { readonly unknown: string };

interface Search { readonly module: Module; budget: number }

/** The properties of an object in order, later ones hiding earlier; undefined where it is not written out in this text. */
export function objectItems(e: Expression, scope: Scope, module: Module): readonly Item[] | undefined {
  return items(e, scope, { module, budget: 200 });
}

function items(e: Expression, scope: Scope, s: Search): readonly Item[] | undefined {
  if (s.budget-- <= 0) return undefined;
  if (e.kind === 'dict') return written(e, scope, s);
  if (e.kind === 'call') return assigned(e, scope, s);
  if (e.kind !== 'name' && e.kind !== 'attribute') return undefined;
  const bindings = e.kind === 'name' ? lookup(e.name, scope) : memberBindings(e.object, e.name, scope, s.module);
  const only = bindings.length === 1 ? bindings[0] : undefined;
  const found = only?.kind === 'value' ? items(s.module.expression(only.node), only.scope, s) : undefined;
  return found && [...found, ...later(slice(e, s.module.text), s.module)];
}

function written(e: Expression, scope: Scope, s: Search): readonly Item[] | undefined {
  const { text } = s.module;
  const node = objectNode(e);
  return node?.getChildren('Property').flatMap((property): readonly Item[] => {
    const { name, value, spread } = propertyOf(property, text);
    if (spread) return items(s.module.expression(spread), scope, s) ?? [{ unknown: `...${slice(spread, text)}` }];
    if (name === undefined) return [{ unknown: slice(property, text) }];
    return [{ name, bindings: [value ? { kind: 'value', node: value, at: property.from, scope } : { kind: 'opaque', at: property.from, scope }] }];
  });
}

/** `Object.assign({}, a, b)`. */
function assigned(e: Extract<Expression, { kind: 'call' }>, scope: Scope, s: Search): readonly Item[] | undefined {
  if (e.callee.kind !== 'attribute' || slice(e.callee, s.module.text) !== 'Object.assign') return undefined;
  return e.args.flatMap(({ value, splat }) => (splat ? undefined : items(value, scope, s)) ?? [{ unknown: slice(value, s.module.text) }]);
}

/** What is assigned to properties of an object of that name somewhere in the text: whether and when is not known, so the value is not. */
function later(source: string, { stores }: Module): readonly Item[] {
  const found: Item[] = stores.has(`${source}[]`) ? [{ unknown: source }] : [];
  for (const [key, bindings] of stores) {
    const name = key.startsWith(`${source}.`) ? key.slice(source.length + 1) : '';
    const [first] = bindings;
    if (first && /^[\w$]+$/.test(name)) found.push({ name, bindings: [{ kind: 'opaque', at: first.at, scope: first.scope }, ...bindings] });
  }
  return found;
}

/** The bindings of one property; [] where the object has none or is not known. */
export function objectMembers(e: Expression, name: string, scope: Scope, module: Module): readonly Binding[] {
  const found = objectItems(e, scope, module)?.findLast(item => 'unknown' in item || item.name === name);
  return found && 'bindings' in found ? found.bindings : [];
}

/** Is the object written out, so that a property it lacks is surely absent? */
export function isWritten(e: Expression, scope: Scope, module: Module): boolean {
  return objectItems(e, scope, module)?.every(item => 'name' in item) ?? false;
}

