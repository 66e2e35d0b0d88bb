/** Layers in a row: the list of a `Sequential([...])` and chains of `model.add(...)`, with the width each layer is given. */
import type { SyntaxNode } from '@lezer/common';
import { matchArguments } from './arguments';
import type { CallExpression, Expression } from './expression';
import { fold } from './fold';
import { holderOf } from './holder';
import { kerasClass } from './kerasNames';
import { callOf, type Module, type Scope } from './scopes';
import { target } from './target';

/** One layer of a row. */
export interface Entry {
  readonly call: CallExpression;
  /** Keras's name of its class; '' where it is the project's own. */
  readonly kind: string;
  readonly scope: Scope;
  /** Size of the last axis of what it reads; null where unknown. */
  readonly features: number | null;
}

export interface Row { readonly entries: readonly Entry[] }

const known = new WeakMap<Module, readonly Row[]>();

/** All rows of a file. */
export function sequences(module: Module): readonly Row[] {
  const found = known.get(module) ?? rows(module).map(r => widths(r, module));
  known.set(module, found);
  return found;
}

interface Draft { readonly items: { e: Expression; scope: Scope }[]; readonly block: SyntaxNode | null; certain: boolean }

function rows(module: Module): Draft[] {
  const all: Draft[] = [];
  const byName = new Map<Scope, Map<string, Draft>>();
  const named = (scope: Scope): Map<string, Draft> => {
    const map = byName.get(scope) ?? new Map<string, Draft>();
    byName.set(scope, map);
    return map;
  };
  for (const { node, scope } of module.calls) {
    const callee = node.firstChild;
    if (!callee) continue;
    const source = module.text.slice(callee.from, callee.to);
    if (/(^|\.)Sequential$/.test(source) && isSequential(module.expression(callee), scope, module)) {
      const list = callOf({ node, scope }, module)?.args[0]?.value;
      const row: Draft = { items: list?.kind === 'list' ? list.items.map(e => ({ e, scope })) : [], block: blockOf(node), certain: list === undefined || list.kind === 'list' };
      all.push(row);
      const name = holderOf(node, module.text);
      if (name) named(scope).set(name, row);
    } else if (source.endsWith('.add')) {
      const name = source.slice(0, -4).replace(/^self\./, '');
      const row = named(scope).get(name) ?? fragment(name, scope, node, module, all, named(scope));
      const item = callOf({ node, scope }, module)?.args[0]?.value;
      if (!row || !item) continue;
      // A layer added under a condition or in a loop leaves open what follows what.
      if (blockOf(node) !== row.block && (blockOf(node)?.from !== row.block?.from)) row.certain = false;
      row.items.push({ e: item, scope });
    }
  }
  return all.filter(r => r.certain);
}

/** `model.add(...)` in a fragment that does not show where model comes from. */
function fragment(name: string, scope: Scope, node: SyntaxNode, module: Module, all: Draft[], named: Map<string, Draft>): Draft | undefined {
  if (!/^\w+$/.test(name) || scope.names.has(name) || scope !== module.scope) return undefined;
  const row: Draft = { items: [], block: blockOf(node), certain: true };
  all.push(row);
  named.set(name, row);
  return row;
}

function isSequential(callee: Expression, scope: Scope, module: Module): boolean {
  const { paths } = target(callee, scope, module);
  return paths.some(p => kerasClass(p) === 'Sequential' || p === '?.Sequential');
}

function blockOf(node: SyntaxNode): SyntaxNode | null {
  let n: SyntaxNode | null = node;
  while (n && n.name !== 'Body' && n.name !== 'Script') n = n.parent;
  return n;
}

function widths(row: Draft, module: Module): Row {
  const entries: Entry[] = [];
  let features: number | null = null;
  for (const { e, scope } of row.items) {
    if (e.kind !== 'call') { features = null; continue; }
    const paths = target(e.callee, scope, module).paths;
    const kind = paths.map(p => kerasClass(p) ?? (/^\?\.[A-Z]\w*$/.test(p) ? p.slice(2) : undefined)).find(k => k !== undefined) ?? '';
    entries.push({ call: e, kind, scope, features });
    features = after(kind, e, features, scope, module);
  }
  return { entries };
}

/** Layers that leave the last axis as it is. */
const neutral = new Set(['Dropout', 'SpatialDropout1D', 'BatchNormalization', 'LayerNormalization', 'Activation', 'Masking', 'GaussianNoise', 'MaxPooling1D', 'AveragePooling1D', 'RepeatVector', 'LeakyReLU', 'ReLU']);
/** Layers whose argument is the size of the last axis: its name, and its position. */
const sized: Readonly<Record<string, readonly [string, number]>> = {
  Dense: ['units', 0], Embedding: ['output_dim', 1], Conv1D: ['filters', 0], LSTM: ['units', 0], GRU: ['units', 0], SimpleRNN: ['units', 0],
};

function after(kind: string, call: CallExpression, before: number | null, scope: Scope, module: Module): number | null {
  if (neutral.has(kind)) return before ?? shapeOf(call, scope, module);
  if (kind === 'Input' || kind === 'InputLayer') return shapeOf(call, scope, module);
  const first = call.args[0]?.value;
  if ((kind === 'TimeDistributed' || kind === 'Bidirectional') && first?.kind === 'call') return wrapped(kind, call, first, scope, module);
  const row = Object.hasOwn(sized, kind) ? sized[kind] : undefined;
  return row ? numberAt(call, row, scope, module) : null;
}

function wrapped(kind: string, call: CallExpression, first: CallExpression, scope: Scope, module: Module): number | null {
  const inner = target(first.callee, scope, module).paths.map(p => kerasClass(p) ?? p.slice(2))[0] ?? '';
  const width = after(inner, first, null, scope, module);
  if (kind === 'TimeDistributed' || width === null) return kind === 'TimeDistributed' ? width : null;
  const merge = matchArguments(call, ['layer', 'merge_mode'], scope, module).given('merge_mode')?.value;
  if (!merge) return 2 * width;
  return merge.kind !== 'literal' ? null : merge.value === 'concat' ? 2 * width : merge.value === null ? null : width;
}

function numberAt(call: CallExpression, [name, at]: readonly [string, number], scope: Scope, module: Module): number | null {
  const signature = Array.from({ length: at + 1 }, (_, i) => i === at ? name : `before${i}`);
  const given = matchArguments(call, signature, scope, module).given(name);
  const value = given ? fold(given.value, given.scope, module).value : undefined;
  return typeof value === 'number' ? value : null;
}

function shapeOf(call: CallExpression, scope: Scope, module: Module): number | null {
  const args = matchArguments(call, ['shape'], scope, module);
  for (const name of ['shape', 'input_shape', 'batch_shape', 'batch_input_shape']) {
    const given = args.given(name);
    const last = given?.value.kind === 'list' ? given.value.items.at(-1) : undefined;
    const value = last && given ? fold(last, given.scope, module).value : undefined;
    if (typeof value === 'number') return value;
  }
  return null;
}
