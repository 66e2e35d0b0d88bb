/** Which assignment a name's value comes from, where the text settles it: straight-line code, with branches and loops left open. */
import type { SyntaxNode } from '@lezer/common';
import { children, groups, slice } from '../code/expression';
import type { Binding, CallSite, Module, Scope } from '../code/scopes';

/** Where a value was given to a name. */
export interface Definition {
  readonly at: number;
  readonly kind: 'parameter' | 'assigned' | 'other';
  /** Function in which it happens. */
  readonly scope: Scope;
  /** The right side of the assignment, and which item of it: `a, (b, c) = v` gives b the path [1, 0]. */
  readonly value?: SyntaxNode;
  readonly path: readonly number[];
  readonly statement?: SyntaxNode;
}

const loops = new Set(['ForStatement', 'WhileStatement']);
const blocks = new Set(['Body', 'Script']);

/** Which of more bindings than this reaches a place is not asked. */
export const mostBindings = 64;

/** The definition of `name` that surely reaches a position; undefined where several may, or none is seen. */
export function reaching(name: string, position: number, from: Scope, module: Module): Definition | undefined {
  const scope = frameOf(name, from);
  const bindings = scope?.names.get(name);
  if (!scope || !bindings || bindings.length > mostBindings) return undefined;
  const only = bindings.length === 1 ? bindings[0] : undefined;
  if (only?.kind === 'parameter') return { at: only.at, kind: 'parameter', scope, path: [] };
  if (bindings.some(b => b.at < position && isNamed(b, scope) && (statementAt(b.at, scope)?.to ?? 0) > position)) return undefined;
  const before = bindings.filter(b => b.at < position && effectFrom(b, scope) <= position);
  const last = before.at(-1);
  if (!last) return undefined;
  if (last.kind === 'parameter') return broughtBack(bindings, scope.node.from, position, scope) ? undefined : { at: last.at, kind: 'parameter', scope, path: [] };
  const statement = statementAt(last.at, scope);
  const block = blockOf(statement, last.at);
  if (!statement || !block || position < block.from || position > block.to || broughtBack(bindings, last.at, position, scope)) return undefined;
  return definition(last, statement, scope, module);
}

/** Bound by `:=`: whether it already holds elsewhere in its statement depends on what of that is evaluated, and when. */
export function isNamed({ at }: Binding, scope: Scope): boolean {
  const name = scope.node.resolveInner(at, 1);
  return name.parent?.name === 'NamedExpression' || (name.parent?.name === 'ArgList' && name.nextSibling?.name === 'AssignOp');
}

/** The function (or module) whose own name it is; undefined where the use may run at another time. */
function frameOf(name: string, from: Scope): Scope | undefined {
  for (let scope: Scope | undefined = from; scope; scope = scope.parent) {
    if (scope.globals.has(name) || scope.nonlocals.has(name)) return undefined;
    if (scope.names.has(name)) return scope.kind === 'class' ? undefined : scope;
    if (scope.kind === 'class' || scope.node.name === 'FunctionDefinition' || scope.node.name === 'LambdaExpression') return undefined;
  }
  return undefined;
}

/** The statement around a position. */
export function statementAt(position: number, scope: Scope): SyntaxNode | undefined {
  return statementOf(scope.node.resolveInner(position, 1));
}

/** The innermost statement that a node stands in. */
export function statementOf(node: SyntaxNode): SyntaxNode | undefined {
  for (let n: SyntaxNode | null = node; n?.parent; n = n.parent) if (blocks.has(n.parent.name)) return n;
  return undefined;
}

/** The function or loop body, or module, that a statement stands in. A loop's own names belong to its body. */
function blockOf(statement: SyntaxNode | undefined, at: number): SyntaxNode | null {
  const body = statement?.getChild('Body') ?? null;
  return body && at < body.from ? body : statement?.parent ?? null;
}

function effectFrom(binding: Binding, scope: Scope): number {
  if (binding.kind === 'parameter') return 0;
  const statement = statementAt(binding.at, scope);
  const body = statement?.getChild('Body');
  return body ? body.from : statement?.to ?? binding.at;
}

/** True where a loop that holds the use but not the definition gives the name another value, which the next round sees. */
function broughtBack(bindings: readonly Binding[], definedAt: number, position: number, scope: Scope): boolean {
  if (bindings.length === 1) return false;
  for (let n: SyntaxNode | null = scope.node.resolveInner(position, 1); n && !(n.from === scope.node.from && n.to === scope.node.to); n = n.parent) {
    const { from, to, name } = n;
    if (loops.has(name) && (definedAt < from || definedAt > to) && bindings.some(b => b.at > from && b.at < to)) return true;
  }
  return false;
}

function definition(binding: Binding, statement: SyntaxNode, scope: Scope, module: Module): Definition {
  const { at } = binding;
  if (binding.kind === 'value') return { at, kind: 'assigned', scope, value: binding.node, path: [], statement };
  const sides = sidesOf(statement);
  const path = sides ? pathTo(at, sides.target, module) : undefined;
  return path && sides ? { at, kind: 'assigned', scope, value: sides.value, path, statement } : { at, kind: 'other', scope, path: [], statement };
}

/** The target nodes and the value of `a, b = v`; undefined for other statements. */
export function sidesOf(statement: SyntaxNode): { readonly target: readonly SyntaxNode[]; readonly value: SyntaxNode } | undefined {
  if (statement.name !== 'AssignStatement') return undefined;
  const all = children(statement).filter(c => c.name !== 'TypeDef');
  const equals = all.findIndex(c => c.name === 'AssignOp');
  const value = all[equals + 1];
  return equals > 0 && value && equals + 2 === all.length ? { target: all.slice(0, equals), value } : undefined;
}

/** Which item of a target a position is in. */
function pathTo(at: number, target: readonly SyntaxNode[], module: Module): readonly number[] | undefined {
  const items = targetItems(target);
  if (!items) return target[0]?.from === at ? [] : undefined;
  const index = items.findIndex(i => i.from <= at && at < i.to);
  const item = items[index];
  if (!item || slice(item, module.text).startsWith('*') || items.slice(0, index).some(i => i.name === '*')) return undefined;
  const rest = pathTo(at, [item], module);
  return rest && [index, ...rest];
}

/** The items of a tuple of targets; undefined where it is one target. */
export function targetItems(target: readonly SyntaxNode[]): readonly SyntaxNode[] | undefined {
  const only = target.length === 1 ? target[0] : undefined;
  if (only && /^(Tuple|Array)Expression$/.test(only.name)) return groups(children(only).slice(1, -1)).flatMap(g => g.slice(0, 1));
  return only ? undefined : groups(target).flatMap(g => g.slice(0, 1));
}

/** What a walk over a function gathers once: nested functions are left out. */
interface Frame {
  /** All places where a name is written, its targets too. */
  readonly names: Map<string, SyntaxNode[]>;
  /** `...[...]` */
  readonly subscripts: SyntaxNode[];
  readonly assignments: SyntaxNode[];
}

const frames = new WeakMap<Module, Map<number, Frame>>();

/** The walk over a function, made when it is first asked for. */
export function frameAt(scope: Scope, module: Module): Frame {
  const perScope = frames.get(module) ?? new Map<number, Frame>();
  frames.set(module, perScope);
  const known = perScope.get(scope.node.from) ?? gather(scope, module);
  perScope.set(scope.node.from, known);
  return known;
}

/** All places in a function where a name is written. */
export function references(name: string, scope: Scope, module: Module): readonly SyntaxNode[] {
  return frameAt(scope, module).names.get(name) ?? [];
}

const elsewhere = new Set(['FunctionDefinition', 'LambdaExpression', 'ClassDefinition']);

function gather(scope: Scope, { text }: Module): Frame {
  const frame: Frame = { names: new Map(), subscripts: [], assignments: [] };
  scope.node.cursor().iterate(ref => {
    const { name, from, to } = ref;
    if (elsewhere.has(name) && from !== scope.node.from) return false;
    if (name === 'MemberExpression' && text.charCodeAt(to - 1) === 93) frame.subscripts.push(ref.node);
    else if (name === 'AssignStatement') frame.assignments.push(ref.node);
    else if (name === 'VariableName') {
      const word = text.slice(from, to);
      const list = frame.names.get(word);
      if (list) list.push(ref.node);
      else frame.names.set(word, [ref.node]);
    }
    return true;
  });
  return frame;
}

const sites = new WeakMap<Module, Map<Scope, CallSite[]>>();

/** The calls that stand directly in a function. */
export function callsIn(scope: Scope, module: Module): readonly CallSite[] {
  const known = sites.get(module) ?? new Map<Scope, CallSite[]>();
  if (!sites.has(module)) {
    sites.set(module, known);
    for (const site of module.calls) {
      const list = known.get(site.scope);
      if (list) list.push(site);
      else known.set(site.scope, [site]);
    }
  }
  return known.get(scope) ?? [];
}
