/** What `self.fc` or `fc` holds: the call that made it, where the file makes it once and lets nobody change it. */
import type { SyntaxNode } from '@lezer/common';
import type { CallExpression, Expression } from '../code/expression';
import type { Found } from '../framework';
import { classOf, lookup, type Binding, type Module, type Scope } from '../code/scopes';
import { target } from '../code/target';
import { oncePerFile } from './once';

/** A constructor call and what it may construct. */
export interface Held { readonly call: CallExpression; readonly scope: Scope; readonly node: SyntaxNode; readonly paths: readonly string[] }

const held = new WeakMap<Binding, Held | null>();

/** The constructor behind a callee or an object, if it is the only value of that name. */
export function heldBy(e: Expression, scope: Scope, module: Module): Held | undefined {
  const binding = onlyBinding(e, scope, module);
  if (binding?.kind !== 'value') return undefined;
  const known = held.get(binding);
  if (known !== undefined) return known ?? undefined;
  const made = constructor(binding.node, binding.scope, module);
  held.set(binding, made ?? null);
  return made;
}

function onlyBinding(e: Expression, scope: Scope, module: Module): Binding | undefined {
  if (e.kind === 'name') return single(lookup(e.name, scope));
  if (e.kind !== 'attribute' || e.object.kind !== 'name') return undefined;
  const owner = classOf(e.object.name, scope);
  if (!owner || owner.names.has(e.name)) return undefined;
  return subclassed(owner, e.name, module) ? undefined : single(owner.attributes.get(e.name) ?? []);
}

const single = (list: readonly Binding[]): Binding | undefined => list.length === 1 ? list[0] : undefined;

/** The classes of a file by what they derive from, as written. */
const byBase = oncePerFile(({ classes, text }) => {
  const found = new Map<string, Scope[]>();
  for (const c of classes) for (const { from, to } of c.bases) {
    const base = text.slice(from, to);
    const list = found.get(base);
    if (list) list.push(c);
    else found.set(base, [c]);
  }
  return found;
});

/** Another class of the file that derives from the owner by name, and sets an attribute or has a method of this name. */
export function subclassed(owner: Scope, name: string, module: Module): boolean {
  return byBase(module).get(owner.name)?.some(c => c !== owner && (c.attributes.has(name) || c.names.has(name))) === true;
}

const stays = new Set(['to', 'cuda', 'cpu', 'double', 'float', 'half']);

function constructor(node: SyntaxNode, scope: Scope, module: Module): Held | undefined {
  const e = module.expression(node);
  if (e.kind !== 'call' || node.name !== 'CallExpression') return undefined;
  const first = node.firstChild;
  const inner = first?.name === 'MemberExpression' && first.firstChild?.name === 'CallExpression' && e.callee.kind === 'attribute' && stays.has(e.callee.name) ? first.firstChild : undefined;
  if (inner) return constructor(inner, scope, module);
  return { call: e, scope, node, paths: target(e.callee, scope, module).paths };
}

/** Last name of a path into torch, as `Linear` or `pad_packed_sequence`; '' where it is not of torch. */
export function torchName(paths: readonly string[]): string {
  const path = paths.length === 1 ? paths[0] ?? '' : '';
  return /^(\?\.)?(torch(\.|$)|F\.\w+$|nn\.)/.test(path) || /^\?\.(pack_padded_sequence|pad_packed_sequence|pad_sequence)$/.test(path) ? path.slice(path.lastIndexOf('.') + 1) : '';
}

const byStart = new WeakMap<readonly Found[], ReadonlyMap<number, Found>>();

/** The recurrent layer whose constructor is at a node. */
export function foundAt(node: { readonly from: number; readonly to: number }, all: readonly Found[]): Found | undefined {
  const known = byStart.get(all) ?? new Map(all.map(f => [f.candidate.node.from, f]));
  byStart.set(all, known);
  const found = known.get(node.from);
  return found?.candidate.node.to === node.to ? found : undefined;
}
