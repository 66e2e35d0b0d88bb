/** The width of what each TensorFlow.js layer reads: from the layer before it in a `tf.sequential`, or from what it is applied to. */
import type { SyntaxNode } from '@lezer/common';
import type { CallExpression } from '../../code/expression';
import { fold } from '../../code/fold';
import { javascriptHolder } from '../../javascript/holder';
import { javascriptTarget } from '../../javascript/target';
import { listAt } from '../../javascript/pushes';
import { callOf, lookup, type CallSite, type Module, type Scope } from '../../code/scopes';
import { tfjsLayer, tfjsName } from './names';
import { behind, grows, itemsOf, optionsOf, type Seen } from './options';

type Width = number | null;

/** Widths by the start of the call that makes the layer, as these calls tell them; null where unknown. */
export function inputWidths(module: Module, sites: readonly CallSite[]): ReadonlyMap<number, Width> {
  return new Map([...applied(module, sites), ...inRows(module, sites)]);
}

/** A call that makes a layer, and the layer's name in `tf.layers`; '' where it is another thing. */
interface Made { readonly call: CallExpression; readonly scope: Scope; readonly kind: string }

function madeBy(seen: Seen, module: Module): Made | undefined {
  const { value, scope } = behind(seen, module);
  if (value.kind !== 'call') return undefined;
  const { paths } = javascriptTarget(value.callee, scope, module);
  return { call: value, scope, kind: paths.map(tfjsLayer).find(k => k !== undefined) ?? (paths.some(p => tfjsName(p) === 'input') ? 'input' : '') };
}

/** Layers that leave the last axis as it is. */
const neutral = new Set(['dropout', 'alphaDropout', 'spatialDropout1d', 'gaussianDropout', 'gaussianNoise', 'batchNormalization', 'layerNormalization', 'activation', 'masking',
  'maxPooling1d', 'maxPool1d', 'averagePooling1d', 'avgPool1d', 'avgPooling1d', 'repeatVector', 'leakyReLU', 'reLU', 'elu', 'prelu', 'softmax', 'thresholdedReLU',
  'globalAveragePooling1d', 'globalMaxPooling1d', 'globalMaxPool1d']);
/** Layers with an argument that is the size of their last axis. */
const sized = new Map([['dense', 'units'], ['embedding', 'outputDim'], ['conv1d', 'filters'], ['lstm', 'units'], ['gru', 'units'], ['simpleRNN', 'units'],
  ['lstmCell', 'units'], ['gruCell', 'units'], ['simpleRNNCell', 'units']]);

function after(made: Made | undefined, before: Width, module: Module, depth = 0): Width {
  if (!made || depth > 8) return null;
  const { call, scope, kind } = made;
  if (kind === 'input' || kind === 'inputLayer') return shapeOf(call, scope, module);
  if (neutral.has(kind)) return before ?? shapeOf(call, scope, module);
  const parameter = sized.get(kind);
  if (parameter !== undefined) return sureNumber(optionsOf(call, scope, module).given(parameter), module);
  const inner = { bidirectional: 'layer', timeDistributed: 'layer', rnn: 'cell' }[kind];
  if (inner !== undefined) return wrapped(made, inner, before, module, depth);
  return kind === 'reshape' ? sureNumber(lastOf(optionsOf(call, scope, module).given('targetShape'), module), module) : null;
}

function wrapped({ call, scope, kind }: Made, inner: string, before: Width, module: Module, depth: number): Width {
  const options = optionsOf(call, scope, module);
  const given = options.given(inner);
  const layer = given && kind === 'rnn' ? lastCell(given, module) : given;
  const width = layer ? after(madeBy(layer, module), before, module, depth + 1) : null;
  if (kind !== 'bidirectional' || width === null) return width;
  const merge = options.given('mergeMode');
  if (!merge) return options.splat === undefined ? 2 * width : null;
  const { value, assumed } = fold(merge.value, merge.scope, module);
  return typeof value !== 'string' || assumed ? null : value === 'concat' ? 2 * width : width;
}

/** The cell whose output counts: the last of a list. */
function lastCell(cell: Seen, module: Module): Seen {
  const items = behind(cell, module).value.kind === 'list' ? grows(cell.value, module) ? listAt(cell.value, cell.scope, module)?.filter(p => p.times > 0) : itemsOf(cell, module) : undefined;
  return items?.at(-1) ?? cell;
}

function sureNumber(seen: Seen | undefined, module: Module): Width {
  if (!seen) return null;
  const { value, assumed } = fold(seen.value, seen.scope, module);
  return typeof value === 'number' && !assumed ? value : null;
}

/** The last item of a list that is written out. */
export function lastOf(seen: Seen | undefined, module: Module): Seen | undefined {
  if (!seen || grows(seen.value, module)) return undefined;
  const { value, scope } = behind(seen, module);
  const last = value.kind === 'list' ? value.items.at(-1) : undefined;
  return last && { value: last, scope };
}

const shapes = ['inputShape', 'shape', 'batchInputShape', 'batchShape'];

function shapeOf(call: CallExpression, scope: Scope, module: Module): Width {
  const options = optionsOf(call, scope, module);
  return shapes.map(name => sureNumber(lastOf(options.given(name), module), module)).find(w => w !== null) ?? null;
}

/** Layers whose width is asked for. */
const recurrent = new Set(['lstm', 'gru', 'simpleRNN', 'rnn', 'bidirectional', '*', 'lstmCell', 'gruCell', 'simpleRNNCell']);

/** `layer.apply(x)`: x is as wide as what it was made by gives. A layer applied to widths that differ has none. */
function applied(module: Module, sites: readonly CallSite[]): Map<number, Width> {
  const found = new Map<number, Width>();
  for (const { node, scope } of sites) {
    const callee = node.firstChild;
    if (!callee?.firstChild || !module.text.slice(Math.max(callee.from, callee.to - 6), callee.to).endsWith('.apply')) continue;
    const made = madeBy({ value: module.expression(callee.firstChild), scope }, module);
    const input = made && recurrent.has(made.kind) ? callOf({ node, scope }, module)?.args[0] : undefined;
    if (!made || !input) continue;
    const width = widthOf({ value: input.value, scope }, module, 0);
    const before = found.get(made.call.from);
    found.set(made.call.from, before === undefined || before === width ? width : null);
  }
  return found;
}

const tensors = new WeakMap<Module, Map<number, Width>>();

/** The last axis of a tensor that layers made; null for one that is made of itself. */
function widthOf(seen: Seen, module: Module, depth: number): Width {
  const behindIt = behind(seen, module);
  const known = tensors.get(module) ?? new Map<number, Width>();
  tensors.set(module, known);
  const key = behindIt.value.from * (module.text.length + 1) + behindIt.value.to;
  const found = known.get(key);
  if (found !== undefined || depth > 60) return found ?? null;
  known.set(key, null);
  const width = tensorWidth(behindIt, module, depth);
  known.set(key, width);
  return width;
}

function tensorWidth({ value, scope }: Seen, module: Module, depth: number): Width {
  if (value.kind === 'subscript') return widthOf({ value: value.object, scope }, module, depth + 1);
  if (value.kind !== 'call') return null;
  const input = value.args[0];
  if (value.callee.kind !== 'attribute' || value.callee.name !== 'apply') {
    return madeBy({ value, scope }, module)?.kind === 'input' ? shapeOf(value, scope, module) : null;
  }
  const made = madeBy({ value: value.callee.object, scope }, module);
  if (made?.kind === 'concatenate' && input?.value.kind === 'list') return sum(input.value.items.map(i => widthOf({ value: i, scope }, module, depth + 1)), made, module);
  return after(made, input && input.value.kind !== 'list' ? widthOf({ value: input.value, scope }, module, depth + 1) : null, module);
}

/** Side by side, unless another axis is given. */
function sum(widths: readonly Width[], { call, scope }: Made, module: Module): Width {
  const axis = optionsOf(call, scope, module).given('axis');
  if (axis && sureNumber(axis, module) !== -1) return null;
  return widths.reduce((a, b) => a === null || b === null ? null : a + b, 0);
}

/** A `tf.sequential` while its layers are gathered. */
interface Row { readonly block: SyntaxNode; width: Width }

function inRows(module: Module, sites: readonly CallSite[]): Map<number, Width> {
  const found = new Map<number, Width>();
  const rows = new Map<Scope, Map<string, Row>>();
  for (const { node, scope } of sites) {
    const callee = node.firstChild;
    const source = callee ? module.text.slice(callee.from, callee.to) : '';
    if (source.endsWith('.add') && callee?.firstChild) {
      const name = module.text.slice(callee.firstChild.from, callee.firstChild.to);
      const home = homeOf(name, scope);
      if (!rows.get(home)?.has(name) && !/\blayers\s*[.[]/.test(module.text.slice(callee.to, Math.min(node.to, callee.to + 200)))) continue;
      const row = rows.get(home)?.get(name) ?? { block: blockOf(node), width: null };
      rows.set(home, (rows.get(home) ?? new Map<string, Row>()).set(name, row));
      add(row, node, scope, module, found);
    } else if (/(^|\.)sequential$/.test(source) && callee && isSequential(callee, scope, module)) {
      const row = { block: blockOf(node), width: listed(node, scope, module, found) };
      const name = held(node, module);
      const home = homeOf(name, scope);
      if (name) rows.set(home, (rows.get(home) ?? new Map<string, Row>()).set(name, row));
    }
  }
  return found;
}

function isSequential(callee: SyntaxNode, scope: Scope, module: Module): boolean {
  return javascriptTarget(module.expression(callee), scope, module).paths.some(p => tfjsName(p) === 'sequential');
}

/** The variable that holds a call, with `this.` where it is a field. */
function held(node: SyntaxNode, module: Module): string {
  const name = javascriptHolder(node, module.text);
  const left = node.parent?.name === 'AssignmentExpression' ? node.parent.firstChild : undefined;
  return left && left.from !== node.from ? module.text.slice(left.from, left.to) : name;
}

/** Where a name is declared: rows of one name in two functions are two. */
function homeOf(name: string, scope: Scope): Scope {
  const root = /^[\w$]+/.exec(name)?.[0] ?? '';
  const home = root === 'this' ? undefined : lookup(root, scope)[0];
  let s = scope;
  while (s.parent && (root === 'this' ? s.kind !== 'class' : !home || !s.names.get(root)?.includes(home))) s = s.parent;
  return s;
}

/** The layers in `tf.sequential({layers: [...]})`; gives the width behind the last. */
function listed(node: SyntaxNode, scope: Scope, module: Module, found: Map<number, Width>): Width {
  const call = callOf({ node, scope }, module);
  const layers = call ? optionsOf(call, scope, module).given('layers') : undefined;
  let width: Width = null;
  for (const item of (layers && itemsOf(layers, module)) ?? []) {
    const made = madeBy(item, module);
    if (made) found.set(made.call.from, width);
    width = after(made, width, module);
  }
  return width;
}

/** What stands in a loop or a branch may come often or not at all: a width behind it is known where both ways give one. */
function add(row: Row, node: SyntaxNode, scope: Scope, module: Module, found: Map<number, Width>): void {
  const item = callOf({ node, scope }, module)?.args[0]?.value;
  const made = item && madeBy({ value: item, scope }, module);
  const before = row.width;
  const next = after(made, before, module);
  const way = wayTo(node, row.block);
  if (made) found.set(made.call.from, way === 'often' && next !== before ? null : before);
  row.width = way === 'straight' || next === before ? next : null;
}

const often = /^(For|While|Do)Statement$|Function|^MethodDeclaration$/;
const perhaps = /^(IfStatement|SwitchStatement|ConditionalExpression|CatchClause)$/;

function wayTo(node: SyntaxNode, block: SyntaxNode): 'straight' | 'perhaps' | 'often' {
  let way: 'straight' | 'perhaps' = 'straight';
  for (let n = node.parent; n; n = n.parent) {
    if (n.from === block.from && n.to === block.to && n.name === block.name) return way;
    if (often.test(n.name)) return 'often';
    if (perhaps.test(n.name)) way = 'perhaps';
  }
  return 'often';
}

function blockOf(node: SyntaxNode): SyntaxNode {
  let n = node;
  while (n.parent && n.name !== 'Block' && n.name !== 'Script') n = n.parent;
  return n;
}
