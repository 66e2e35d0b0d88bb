/** What the rounds of a loop give: `for i, u in enumerate((64, 32))` has two, each with names of its own. */
import type { SyntaxNode } from '@lezer/common';
import type { Arguments } from '../../code/arguments';
import { same, truth, type Value } from '../../code/arithmetic';
import { children, slice, type CallExpression, type Expression } from '../../code/expression';
import { fold } from '../../code/fold';
import { lookup, moduleOf, newScope, type Binding, type Module, type Scope } from '../../code/scopes';

/** A scope for each round, in which the loop's names are what they are then; `assumed` where a default says how many there are. */
export interface Rounds { readonly loop: SyntaxNode; readonly scopes: readonly Scope[]; readonly assumed: boolean }

/** More rounds are not gone through. */
const most = 32;

/** The rounds of the loops around a place that come there, where the text settles them; a loop that may be left early, or that sets its own names, has none. */
export function roundsAround(position: number, scope: Scope, module: Module): Rounds | undefined {
  const home = moduleOf(scope, module);
  if (home.flows !== true) return undefined;
  const [loops, branches]: [SyntaxNode[], SyntaxNode[]] = [[], []];
  for (let n: SyntaxNode | null = scope.node.resolveInner(position, 1); n && n.from >= scope.node.from && n.to <= scope.node.to; n = n.parent) {
    if (n.name === 'ForStatement') loops.unshift(n);
    if (n.name === 'Body' && n.parent?.name === 'IfStatement' && loops.length === 0) branches.push(n);
    if (/^(While|Function|Class)|Comprehension/.test(n.name) && n.from > scope.node.from) return undefined;
  }
  return coming(nested(loops, scope, home), branches, home);
}

/** How often a statement runs in its function: through loops that are all settled, and the branches of these. `end` is where the outermost ends. */
export function timesOf(statement: SyntaxNode, scope: Scope, module: Module): { readonly value: number; readonly assumed: boolean; readonly end: number } | undefined {
  const [loops, branches]: [SyntaxNode[], SyntaxNode[]] = [[], []];
  for (let n = statement.parent; n && !(n.from === scope.node.from && n.name === scope.node.name); n = n.parent) {
    if (n.name === 'ForStatement') loops.unshift(n);
    else if (n.name === 'IfStatement') branches.push(n);
    else if (n.name !== 'Body') return undefined;
  }
  if (loops.length === 0 || branches.some(b => b.from < (loops[0]?.from ?? 0)) || loops.some((_, i) => !nested(loops.slice(0, i + 1), scope, module))) return undefined;
  const rounds = roundsAround(statement.from, scope, module);
  return rounds && { value: rounds.scopes.length, assumed: rounds.assumed, end: loops[0]?.to ?? 0 };
}

/** The rounds of the innermost loop, in each round of those around it that are settled. */
function nested(loops: readonly SyntaxNode[], scope: Scope, module: Module): Rounds | undefined {
  let all: Rounds | undefined;
  for (const loop of loops) {
    const each = (all?.scopes ?? [scope]).map(s => roundsOf(loop, s, module));
    const known = each.every(r => r !== undefined) ? each : undefined;
    const scopes = known?.flatMap(r => r.scopes) ?? [];
    all = known && scopes.length <= most ? { loop, scopes, assumed: all?.assumed === true || known.some(r => r.assumed) } : undefined;
  }
  return all;
}

/** The rounds in which the branches of conditions are taken; undefined where a test is not settled. */
function coming(rounds: Rounds | undefined, branches: readonly SyntaxNode[], module: Module): Rounds | undefined {
  if (!rounds || branches.length === 0) return rounds;
  const each = rounds.scopes.map(s => branches.map(b => isTaken(b, s, module)));
  return each.some(e => e.includes(undefined)) ? undefined : { ...rounds, scopes: rounds.scopes.filter((_, i) => each[i]?.every(t => t === true)) };
}

/** Whether a branch runs: none before it does, and its own test holds. */
function isTaken(branch: SyntaxNode, scope: Scope, module: Module): boolean | undefined {
  let test: SyntaxNode | undefined;
  for (const child of branch.parent ? children(branch.parent) : []) {
    if (child.name !== 'Body') { test = /^(if|elif|else)$/.test(child.name) ? undefined : child; continue; }
    const value = test ? fold(module.expression(test), scope, module).value : true;
    if (value === undefined) return undefined;
    if (child.from === branch.from) return truth(value);
    if (truth(value)) return false;
  }
  return undefined;
}

const leaves = /\b(break|continue|return|raise|yield)\b/;

/** The rounds of one loop. */
export function roundsOf(loop: SyntaxNode, scope: Scope, module: Module): Rounds | undefined {
  const parts = children(loop);
  const at = parts.findIndex(p => p.name === 'in');
  const [over, body] = [parts[at + 1], loop.getChild('Body')];
  if (parts[0]?.name !== 'for' || at < 0 || !over || !body || leaves.test(slice(body, module.text))) return undefined;
  const names = parts.slice(1, at).flatMap(p => p.name === 'TupleExpression' ? children(p) : [p]).filter(p => p.name === 'VariableName').map(p => slice(p, module.text));
  if (names.some(name => lookup(name, scope).some(b => b.at >= body.from && b.at < body.to))) return undefined;
  const items = itemsOf(module.expression(over), scope, module);
  if (!items || items.rows.some(row => row.length !== names.length)) return undefined;
  return { loop, assumed: items.assumed, scopes: items.rows.map(row => roundScope(names, row, items.assumed, loop, scope)) };
}

function roundScope(names: readonly string[], row: readonly Value[], assumed: boolean, loop: SyntaxNode, scope: Scope): Scope {
  const inner = newScope('function', '', scope.node, scope);
  names.forEach((name, i) => {
    const value = row[i];
    const plain = value === null || typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean';
    const binding: Binding = plain ? { kind: 'given', value: { kind: 'literal', value, from: loop.from, to: loop.from }, assumed, at: loop.from, scope } : { kind: 'opaque', at: loop.from, scope };
    inner.names.set(name, [binding]);
  });
  return inner;
}

interface Items { readonly rows: readonly (readonly Value[])[]; readonly assumed: boolean }

/** What a loop goes over: a list that is known, `enumerate` of one, or a range. */
function itemsOf(e: Expression, scope: Scope, module: Module): Items | undefined {
  const called = e.kind === 'call' && e.callee.kind === 'name' && lookup(e.callee.name, scope).length === 0 && e.args.every(a => a.name === undefined && !a.splat) ? e : undefined;
  const name = called?.callee.kind === 'name' ? called.callee.name : '';
  if (called && name === 'range') return ranged(called.args.map(a => fold(a.value, scope, module)));
  const over = called && name === 'enumerate' && called.args.length === 1 ? called.args[0]?.value : e;
  const { value, assumed } = over ? fold(over, scope, module) : { value: undefined, assumed: false };
  if (!Array.isArray(value) || value.length > most) return undefined;
  return { rows: (value as Value[]).map((v, i) => over === e ? [v] : [i, v]), assumed };
}

function ranged(bounds: readonly { readonly value: Value | undefined; readonly assumed: boolean }[]): Items | undefined {
  const values = bounds.map(b => b.value);
  if (values.length === 0 || values.length > 2 || !values.every(v => typeof v === 'number' && Number.isInteger(v))) return undefined;
  const [first, end] = values.length === 1 ? [0, values[0]] : values;
  const count = Math.max(0, Number(end) - Number(first));
  return count > most ? undefined : { rows: Array.from({ length: count }, (_, i) => [Number(first) + i]), assumed: bounds.some(b => b.assumed) };
}

/** Arguments of a call in a loop: what each round gives alike is known, too. */
export function acrossRounds(args: Arguments, { from }: CallExpression, scope: Scope, module: Module): Arguments {
  const rounds = roundsAround(from, scope, module);
  if (!rounds || rounds.scopes.length === 0) return args;
  return {
    splat: args.splat,
    given: parameter => {
      const given = args.given(parameter);
      if (!given || given.scope !== scope || !isWithin(given.value, rounds.loop) || fold(given.value, scope, module).value !== undefined) return given;
      const [first, ...others] = rounds.scopes.map(s => fold(given.value, s, module));
      const alike = first?.value !== undefined && others.every(o => o.value !== undefined && same(o.value, first.value ?? null));
      return alike ? { ...given, scope: rounds.scopes[0] ?? scope, assumed: given.assumed === true || rounds.assumed } : given;
    },
  };
}

/** The numbers that an argument has in the rounds of its loop, as a text: `64, 32`. */
export function eachRound(args: Arguments, parameter: string, { from }: CallExpression, scope: Scope, module: Module): string | undefined {
  const given = args.given(parameter);
  const rounds = given?.scope === scope ? roundsAround(from, scope, module) : undefined;
  if (!given || !rounds || rounds.scopes.length === 0 || !isWithin(given.value, rounds.loop)) return undefined;
  const values = rounds.scopes.map(s => fold(given.value, s, module).value);
  return values.every(v => typeof v === 'number') ? values.join(', ') : undefined;
}

const isWithin = (e: Expression, loop: SyntaxNode): boolean => loop.from <= e.from && e.to <= loop.to;
