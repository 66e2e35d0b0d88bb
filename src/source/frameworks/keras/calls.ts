/** Layers applied to tensors: `x = LSTM(64)(x)`, `self.lstm(x)`. The width of a tensor, from what it was made by. */
import type { SyntaxNode } from '@lezer/common';
import { matchArguments } from '../../code/arguments';
import type { CallExpression, Expression } from '../../code/expression';
import { reaching } from '../../python/flow';
import { fold, inForce, memberBindings } from '../../code/fold';
import { kindOf } from './names';
import { after, common, isOpen, madeBy, open, total, type Made, type Width } from './widths';
import { callOf, moduleOf, type Binding, type CallSite, type Module, type Scope } from '../../code/scopes';
import { target } from '../../code/target';

/** What one question may cost, and how deep it goes. */
interface Following {
  readonly module: Module;
  readonly made: Map<number, Width>;
  readonly openCalls: Set<number>;
  /** How often a call was asked for while it was being followed, as loops do: what rests on that is not the last word. */
  circles: number;
}

const deepest = 80;
/** Circles beyond this are not followed anew. */
const mostCircles = 200;

/**
 * Last axes of what layers are applied to, by the start of the call that makes the layer. `starts` are the layers that are asked for and
 * `holders` the last names of what holds them. A layer is built once: one known width settles it, two that differ leave it open.
 */
export function callWidths(starts: ReadonlySet<number>, holders: ReadonlySet<string>, module: Module, sites: readonly CallSite[]): ReadonlyMap<number, Width> {
  const f: Following = { module, made: new Map(), openCalls: new Set(), circles: 0 };
  const found = new Map<number, Width>();
  for (const { node, scope } of sites) {
    if (!mayApply(node.firstChild, starts, holders, module)) continue;
    const call = callOf({ node, scope }, module);
    const made = call && madeBy(call.callee, scope, module);
    const input = call && inputOf(call);
    if (!made || !input) continue;
    const width = tensor(input, scope, f, 0);
    for (const at of layersIn(made, module)) found.set(at, agreed(found.get(at), width));
  }
  return found;
}

function mayApply(callee: SyntaxNode | null, starts: ReadonlySet<number>, holders: ReadonlySet<string>, { text }: Module): boolean {
  if (callee?.name === 'CallExpression') return starts.has(callee.from) || /TimeDistributed\s*\($/.test(text.slice(callee.from, (callee.getChild('ArgList')?.from ?? callee.from) + 1));
  if (callee?.name !== 'VariableName' && callee?.name !== 'MemberExpression') return false;
  const source = text.slice(callee.from, callee.to);
  return holders.has(source.slice(source.lastIndexOf('.') + 1));
}

/** The layer itself, and the one that is applied to every step of a sequence. */
function layersIn({ call, scope, kind }: Made, module: Module): readonly number[] {
  const inner = kind === 'TimeDistributed' ? madeBy(call.args[0]?.value, scope, module) : undefined;
  return inner ? [call.from, inner.call.from] : [call.from];
}

const differ: Width = { ...open };

function agreed(before: Width | undefined, width: Width): Width {
  if (before === undefined || before === differ) return before ?? width;
  if (before.value === null) return width.value === null ? before : width;
  return width.value === null || width.value === before.value ? before : differ;
}

/** What a layer is called with. */
function inputOf(call: CallExpression): Expression | undefined {
  return call.args.find(a => a.name === undefined && !a.splat)?.value ?? call.args.find(a => a.name === 'inputs' || a.name === 'sequence' || a.name === 'x')?.value;
}

function tensor(e: Expression, scope: Scope, f: Following, depth: number): Width {
  if (depth > deepest) return open;
  if (e.kind === 'call') return called(e, scope, f, depth);
  if (e.kind === 'name') return named(e, scope, f, depth);
  if (e.kind === 'attribute') return alike(memberBindings(e.object, e.name, scope, f.module), f, depth);
  if (e.kind === 'subscript') return item(e, scope, f, depth);
  return open;
}

/** `out[0]` of a layer that gives its states too. */
function item({ object, index }: Extract<Expression, { kind: 'subscript' }>, scope: Scope, f: Following, depth: number): Width {
  const at = index.length === 1 && index[0]?.kind === 'literal' ? index[0].value : undefined;
  const value = object.kind === 'name' ? reaching(object.name, object.from, scope, f.module) : undefined;
  return typeof at === 'number' && value?.value && value.path.length === 0 ? part(f.module.expression(value.value), [at], value.scope, f, depth + 1) : open;
}

function named(e: Extract<Expression, { kind: 'name' }>, scope: Scope, f: Following, depth: number): Width {
  const definition = reaching(e.name, e.from, scope, f.module);
  if (definition?.kind === 'assigned' && definition.value) return part(f.module.expression(definition.value), definition.path, definition.scope, f, depth + 1);
  return definition ? open : alike(inForce(e.name, e.from, scope, f.module).bindings.filter(b => b.scope !== scope || isAbove(b, e) || inLoop(e, scope)), f, depth);
}

/** `x = f(x)`: the name on the right has not got this value yet. */
function isAbove(b: Binding, { from }: Expression): boolean {
  return b.at < from && !(b.kind === 'value' && b.node.from <= from && from < b.node.to);
}

/** In a loop, what stands below may come before. */
function inLoop({ from }: Expression, { node }: Scope): boolean {
  for (let n: SyntaxNode | null = node.resolveInner(from, 1); n && n.from > node.from; n = n.parent) if (/^(For|While)Statement$/.test(n.name)) return true;
  return false;
}

/** Several assignments may be in force: then they must agree. */
function alike(bindings: readonly Binding[], f: Following, depth: number): Width {
  if (bindings.length === 0 || bindings.length > 8) return open;
  const widths = bindings.map(b => b.kind === 'value' ? tensor(moduleOf(b.scope, f.module).expression(b.node), b.scope, f, depth + 1) : open);
  return widths.length === 1 ? widths[0] ?? open : same(widths);
}

/** One of the things that an expression gives: of a layer with states, first its output. */
function part(e: Expression, path: readonly number[], scope: Scope, f: Following, depth: number): Width {
  const [at] = path;
  if (at === undefined) return tensor(e, scope, f, depth);
  if (e.kind === 'list') return e.items[at] ? part(e.items[at], path.slice(1), scope, f, depth + 1) : open;
  const made = e.kind === 'call' ? madeBy(e.callee, scope, f.module) : undefined;
  if (!made || e.kind !== 'call' || path.length > 1 || !givesStates(made, f.module)) return open;
  return at === 0 ? called(e, scope, f, depth) : state(made, f.module);
}

/** The layer behind wrappers. */
function innermost(made: Made, module: Module): Made {
  const inner = made.kind === 'Bidirectional' ? madeBy(made.call.args[0]?.value, made.scope, module) : undefined;
  return inner ?? made;
}

function givesStates(made: Made, module: Module): boolean {
  const { call, scope } = innermost(made, module);
  const given = matchArguments(call, [], scope, module).given('return_state');
  return given !== undefined && fold(given.value, given.scope, module).value === true;
}

function state(made: Made, module: Module): Width {
  const layer = innermost(made, module);
  return after(layer, open, module);
}

const joins = /^(C|c)oncatenate$/;
const itemwise = /^([Aa]dd|[Aa]verage|[Mm]aximum|[Mm]inimum|[Mm]ultiply|[Ss]ubtract)$/;

function called(call: CallExpression, scope: Scope, f: Following, depth: number): Width {
  const key = call.from * (f.module.text.length + 1) + call.to;
  const seen = f.made.get(key);
  if (seen) return seen;
  const before = f.circles;
  if (f.openCalls.has(key)) { f.circles++; return open; }
  f.openCalls.add(key);
  const width = result(call, scope, f, depth);
  f.openCalls.delete(key);
  if (!isOpen(width) || f.circles === before || f.circles > mostCircles) f.made.set(key, width);
  return width;
}

function result(call: CallExpression, scope: Scope, f: Following, depth: number): Width {
  const layer = madeBy(call.callee, scope, f.module);
  const model = layer && modelIn(layer, f.module);
  if (model) return outputOf(model, f, depth);
  if (layer) return joins.test(layer.kind) || itemwise.test(layer.kind) ? together(layer.kind, layer.call, call, layer.scope, scope, f, depth) : after(layer, before(call, scope, f, depth), f.module);
  const ways = alternatives(call.callee, scope, f.module);
  if (ways.length > 0) return same(ways.map(way => joins.test(way.kind) || itemwise.test(way.kind) ? open : after(way, before(call, scope, f, depth), f.module)));
  const { paths, certain } = target(call.callee, scope, f.module);
  const kind = certain ? kindOf(paths) : '';
  if (kind === 'Input') return after({ call, scope, kind }, open, f.module);
  if (kind === 'merge') return merge(call, scope, f, depth);
  return joins.test(kind) || itemwise.test(kind) ? together(kind, call, call, scope, scope, f, depth) : open;
}

/** A model that is applied as a layer, also to every step. */
function modelIn(layer: Made, module: Module): Made | undefined {
  const inner = layer.kind === 'TimeDistributed' ? madeBy(layer.call.args[0]?.value, layer.scope, module) : layer;
  return inner?.kind === 'Model' ? inner : undefined;
}

/** `Model(inputs, outputs)` gives what its outputs are. */
function outputOf({ call, scope }: Made, f: Following, depth: number): Width {
  const args = matchArguments(call, ['inputs', 'outputs'], scope, f.module);
  const given = args.given('outputs') ?? args.given('output');
  return given ? tensor(given.value, given.scope, f, depth + 1) : open;
}

/** Layers of which a condition picks one. */
function alternatives(e: Expression, scope: Scope, module: Module): readonly Made[] {
  const bindings = e.kind === 'name' ? inForce(e.name, e.from, scope, module).bindings : e.kind === 'attribute' ? memberBindings(e.object, e.name, scope, module) : [];
  if (bindings.length < 2 || bindings.length > 8) return [];
  const made = bindings.flatMap(b => b.kind === 'value' ? madeBy(moduleOf(b.scope, module).expression(b.node), b.scope, module) ?? [] : []);
  return made.length === bindings.length ? made : [];
}

/** One width where all are that. */
function same(widths: readonly Width[]): Width {
  const [first] = widths;
  return first && first.value !== null && widths.every(w => w.value === first.value) ? { ...first, assumed: widths.some(w => w.assumed) } : open;
}

function before(call: CallExpression, scope: Scope, f: Following, depth: number): Width {
  const input = inputOf(call);
  return input ? tensor(input, scope, f, depth + 1) : open;
}

/** `Concatenate(axis=-1)([a, b])`, `concatenate([a, b])`, `Add()([a, b])`: `options` has the axis, `call` the tensors. */
function together(kind: string, options: CallExpression, call: CallExpression, optionsScope: Scope, scope: Scope, f: Following, depth: number): Width {
  const list = inputOf(call);
  if (list?.kind !== 'list') return open;
  const widths = list.items.map(i => tensor(i, scope, f, depth + 1));
  if (!joins.test(kind)) return common(widths);
  const axis = matchArguments(options, options === call ? ['inputs', 'axis'] : ['axis'], optionsScope, f.module).given('axis');
  if (!axis) return total(widths);
  const { value } = fold(axis.value, axis.scope, f.module);
  return value === -1 || value === 2 ? total(widths) : open;
}

/** Keras 1: `merge([a, b], mode='concat', concat_axis=-1)`. */
function merge(call: CallExpression, scope: Scope, f: Following, depth: number): Width {
  const args = matchArguments(call, ['inputs', 'mode', 'concat_axis'], scope, f.module);
  const list = args.given('inputs')?.value;
  if (list?.kind !== 'list') return open;
  const widths = list.items.map(i => tensor(i, scope, f, depth + 1));
  const word = (name: string): unknown => { const given = args.given(name); return given ? fold(given.value, given.scope, f.module).value : undefined; };
  const mode = word('mode') ?? 'sum';
  if (mode === 'concat') return args.given('concat_axis') === undefined || word('concat_axis') === -1 || word('concat_axis') === 2 ? total(widths) : open;
  return mode === 'sum' || mode === 'mul' || mode === 'ave' || mode === 'max' ? common(widths) : open;
}
