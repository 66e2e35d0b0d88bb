/** Layers in a row: the list of a `tf.sequential({layers: [...]})` and what `model.add(...)` puts behind it. */
import type { SyntaxNode } from '@lezer/common';
import type { CallExpression } from '../../code/expression';
import { callOf, type Module, type Scope } from '../../code/scopes';
import { javascriptTarget } from '../../javascript/target';
import { tfjsLayer, tfjsName } from './names';
import { behind, itemsOf, optionsOf, type Seen } from './options';

/** One layer of a row; `kind` is its name in `tf.layers`, '' where it is another thing. */
export interface Entry { readonly call: CallExpression; readonly kind: string; readonly scope: Scope }
export interface Row { readonly entries: readonly Entry[] }

interface Growing { readonly entries: Entry[]; readonly block: SyntaxNode | undefined; certain: boolean; to: number }

const known = new WeakMap<Module, readonly Row[]>();

/** All rows of a file that are built in one block, one layer after the other. */
export function sequentials(module: Module): readonly Row[] {
  const found = known.get(module) ?? (/sequential\b/.test(module.text) ? [...rows(module).values()].filter(r => r.certain) : []);
  known.set(module, found);
  return found;
}

/** By the start of the call of `tf.sequential`. */
function rows(module: Module): ReadonlyMap<number, Growing> {
  const all = new Map<number, Growing>();
  for (const { node, scope } of module.calls) {
    const callee = node.firstChild;
    const source = callee ? module.text.slice(callee.from, callee.to) : '';
    if (!callee) continue;
    if (/(^|\.)sequential$/.test(source) && isSequential({ value: module.expression(callee), scope }, module)) all.set(node.from, begun(node, scope, module));
    else if (source.endsWith('.add') && callee.firstChild) add(callee.firstChild, node, scope, module, all);
  }
  return all;
}

const isSequential = ({ value, scope }: Seen, module: Module): boolean => javascriptTarget(value, scope, module).paths.some(p => tfjsName(p) === 'sequential');

function begun(node: SyntaxNode, scope: Scope, module: Module): Growing {
  const call = callOf({ node, scope }, module);
  const options = call && optionsOf(call, scope, module);
  const given = options?.given('layers');
  const written = given && itemsOf(given, module);
  const entries = written?.map(item => entry(item, module)) ?? [];
  return { entries, block: blockOf(node), certain: options?.splat === undefined && (given === undefined || written !== undefined), to: node.to };
}

function entry(seen: Seen, module: Module): Entry {
  const { value, scope } = behind(seen, module);
  if (value.kind !== 'call') return { call: { kind: 'call', callee: value, args: [], from: value.from, to: value.to }, kind: '', scope };
  const { paths, certain } = javascriptTarget(value.callee, scope, module);
  const kinds = new Set(paths.map(p => tfjsLayer(p) ?? (tfjsName(p) === 'input' ? 'input' : '')));
  return { call: value, kind: certain && kinds.size === 1 ? [...kinds][0] ?? '' : '', scope };
}

/** An `add` in a branch, a loop or another function makes its row uncertain, and so does another's hand on the model in between. */
function add(model: SyntaxNode, node: SyntaxNode, scope: Scope, module: Module, all: ReadonlyMap<number, Growing>): void {
  const row = all.get(behind({ value: module.expression(model), scope }, module).value.from);
  const item = row && callOf({ node, scope }, module)?.args[0];
  if (!row) return;
  const name = module.text.slice(model.from, model.to).replace(/[.$]/g, '\\$&');
  const handled = new RegExp(`[(,]\\s*${name}\\s*[,)]|${name}\\.(pop|layers)\\b`).test(module.text.slice(row.to, node.from));
  if (!item || item.splat || handled || node.parent?.name !== 'ExpressionStatement' || node.parent.parent?.from !== row.block?.from || node.from < row.to) row.certain = false;
  if (item) row.entries.push(entry({ value: item.value, scope }, module));
  row.to = node.to;
}

function blockOf(node: SyntaxNode): SyntaxNode | undefined {
  for (let n: SyntaxNode | null = node; n; n = n.parent) if (n.name === 'Block' || n.name === 'Script') return n;
  return undefined;
}
