/** Sizes as they can be compared: a number, or a multiple of one named value. */
import type { CallExpression, Expression } from '../code/expression';
import { fold, memberBindings } from '../code/fold';
import { lookup, type Binding, type Module, type Scope } from '../code/scopes';

/** `times` of what `key` names; a plain number where the key is ''. */
export interface Amount { readonly key: string; readonly times: number }

export const amount = (times: number): Amount => ({ key: '', times });
export const multiple = (a: Amount | null, factor: number): Amount | null => a && { key: a.key, times: a.times * factor };

/** True where two amounts cannot be equal (sizes are positive). */
export function surelyDiffer(a: Amount | null, b: Amount | null): boolean {
  return a !== null && b !== null && a.key === b.key && a.times !== b.times;
}

/** An amount as it is read: `2 × hidden`. */
export function amountText(a: Amount, module: Module): string {
  const name = /^\w+/.exec(module.text.slice(Number(a.key.slice(1)), Number(a.key.slice(1)) + 80))?.[0] ?? '?';
  return a.key === '' ? String(a.times) : a.times === 1 ? name : `${a.times} × ${name}`;
}

/** Reads a size: values that only a default supports are known by where they come from, not by their number. */
export function amountOf(e: Expression, scope: Scope, module: Module, depth = 0): Amount | null {
  if (depth > 8) return null;
  const folded = fold(e, scope, module);
  if (typeof folded.value === 'number' && !folded.assumed) return amount(folded.value);
  if (e.kind === 'binary' && e.op === '*') return product(amountOf(e.left, scope, module, depth + 1), amountOf(e.right, scope, module, depth + 1));
  const bindings = e.kind === 'name' ? lookup(e.name, scope) : e.kind === 'attribute' ? memberBindings(e.object, e.name, scope, module) : [];
  const only = bindings.length === 1 ? bindings[0] : undefined;
  if (!only) return null;
  // A class attribute that a subclass may set comes back as a parameter with a fallback: nothing is sure of it.
  if (only.kind === 'parameter') return e.kind === 'name' ? { key: keyOf(only), times: 1 } : null;
  return only.kind === 'value' ? amountOf(module.expression(only.node), only.scope, module, depth + 1) : null;
}

const keyOf = (b: Binding): string => `@${b.at}`;

function product(a: Amount | null, b: Amount | null): Amount | null {
  if (!a || !b || (a.key !== '' && b.key !== '')) return null;
  return { key: a.key || b.key, times: a.times * b.times };
}

/** An argument by name or position; undefined where it is absent, or a splat may hold it. */
export function argument(call: CallExpression, name: string, position: number): Expression | undefined {
  const named = call.args.find(a => a.name === name);
  if (named) return named.value;
  const before = call.args.slice(0, position + 1);
  const at = before[position];
  return before.some(a => a.splat !== undefined || a.name !== undefined) ? undefined : at?.value;
}

/** False where a splat may pass more than is written. */
export const complete = (call: CallExpression): boolean => call.args.every(a => a.splat === undefined);
