/** Names that Keras gives to layers without one: the class in snake case, numbered in the order they are made. */
import type { SyntaxNode } from '@lezer/common';
import type { Found } from '../../framework';
import { eraOf } from './era';
import { kindOf } from './names';
import type { Module, Scope } from '../../code/scopes';
import { target } from '../../code/target';

/**
 * Names for layers that nothing in the code holds, such as `x = LSTM(64)(x)`. A name is given only where the order is settled: all layers
 * of that class are made in one function, and none in a loop or under a condition.
 */
export function autoNames(found: readonly Found[], module: Module): ReadonlyMap<Found, string> {
  const names = new Map<Found, string>();
  const made = new Map<string, Order>();
  for (const f of found.filter(f => f.candidate.holder === '' && f.draft.ownName === undefined && !f.draft.isCell && f.candidate.certain && isApplied(f.candidate.node))) {
    const kind = kindOf(f.candidate.paths);
    if (kind === '') continue;
    const order = made.get(kind) ?? orderOf(kind, module);
    made.set(kind, order);
    const position = order.scope === f.candidate.scope ? order.positions.get(f.candidate.node.from) : undefined;
    if (position !== undefined) names.set(f, numbered(kind, position, f, module));
  }
  return names;
}

function isApplied(node: SyntaxNode): boolean {
  return node.parent?.name === 'CallExpression' && node.parent.firstChild?.from === node.from;
}

/** How many of a class are made before each; no scope where that depends on what runs. */
interface Order { readonly scope: Scope | undefined; readonly positions: ReadonlyMap<number, number> }

function orderOf(kind: string, module: Module): Order {
  const positions = new Map<number, number>();
  let home: Scope | undefined;
  for (const { node, scope } of module.calls) {
    const callee = node.firstChild;
    if (!callee || !module.text.startsWith(kind, callee.to - kind.length) || kindOf(target(module.expression(callee), scope, module).paths) !== kind) continue;
    home ??= scope;
    if (scope !== home || !straight(node, home.node)) return { scope: undefined, positions };
    positions.set(node.from, positions.size);
  }
  return { scope: home, positions };
}

function straight(node: SyntaxNode, frame: SyntaxNode): boolean {
  for (let n = node.parent; n && !(n.from === frame.from && n.to === frame.to); n = n.parent) if (/^(For|While|If|Try|Conditional)|Comprehension/.test(n.name)) return false;
  return true;
}

function numbered(kind: string, position: number, { candidate }: Found, module: Module): string {
  const name = kind.replace(/(.)([A-Z][a-z0-9]+)/g, '$1_$2').replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
  // Keras by itself counted from 1 for as long as its graph did; tf.keras and Keras 3 leave the first without a number.
  const from = candidate.paths.some(p => p.startsWith('keras.')) && !eraOf(candidate.paths, module).resetAfter ? 1 : 0;
  return position + from === 0 ? name : `${name}_${position + from}`;
}
