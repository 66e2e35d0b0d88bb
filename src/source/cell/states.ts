/** Of what a step returns, which is the next value of which state; and what the states are called in the equations. */
import { saying } from '../../core/said';
import type { Scope } from '../code/scopes';
import type { Span } from '../outline';
import { byName } from './classes';
import { bodyOf } from './frame';
import type { Machine } from './machine';
import { partsOf, Unread, type Bundle, type Term, type Value } from './values';

/** `output` is the state that the step gives to what follows, -1 where that is none of them. */
export interface Nexts { readonly nexts: readonly Term[]; readonly output: number }

/** @throws Unread where it is not sure */
export function nextStates(returned: Value, bundles: readonly Bundle[], machine: Machine, step: Scope): Nexts {
  const at = returnOf(step);
  const used = bundles.filter(b => b.states.length > 0);
  const count = machine.found.length;
  const items = returned.kind === 'items' ? returned.items : [returned];
  for (const v of items) if (count === 0 && v.kind === 'opaque') throw new Unread(v.why, v.at);
  const tree = used.flatMap(b => b.states.map(s => treeOf(s, machine)));
  const order = leavesOf(tree);
  const names = order.map(k => machine.found[k]!.name);
  const keyed = returned.kind === 'items' && returned.keys ? byKeys(returned.items, returned.keys, names) : undefined;
  if (count === 0) throw new Unread(saying('no state is read. A cell takes the state before, such as h, and returns the next one'), at);
  const { states, first } = keyed ? { states: keyed, first: undefined } : machine.split.size > 0 ? nested(items, tree, machine.dialect.carryFirst) : parted(items, count, machine.dialect.carryFirst, names);
  const unknown = states?.length === count ? undefined : deep(items).find(v => v.kind === 'opaque');
  if (unknown?.kind === 'opaque') throw new Unread(unknown.why, unknown.at);
  if (states?.length !== count && machine.split.size > 0) throw new Unread(saying('some states hold others, and they are returned in another form than they are taken in. Return them in the same form, such as h, (c, n)'), at);
  if (states?.length !== count) throw new Unread(saying('states that are read: {0}; values that are returned: {1}. Which is which is not sure. Return the output and then the states, in their order', count, items.length), at);
  const terms = states.map(s => machine.term(s, at));
  checkSplit(terms, machine, at);
  const kept = used.find(b => b.why && b.states.some(s => terms.includes(s)));
  if (kept?.why) throw new Unread(kept.why, at);
  const nexts = Array.from({ length: count }, (_, k) => terms[order.indexOf(k)]!);
  const change = nexts.find((t, k) => t.kind === 'signal' && isChange(t.signal.name, machine.found[k]!.name)) ?? (/ode/i.test(machine.cell.name) ? nexts.find((t, k) => t.kind !== 'signal' || !resembles(t.signal.name, machine.found[k]!.name)) : undefined);
  if (change) throw new Unread(saying('the step returns how a state changes, and not the next state. Return the state itself, such as h + dt * dh'), at);
  if (!byName.test(machine.cell.name) && count > 1 && !nexts.some((t, k) => t.kind === 'signal' && resembles(t.signal.name, machine.found[k]!.name))) throw new Unread(saying('by their names, what is returned are no next states. Return them under the names of the states'), at);
  const wanted = machine.found.map(s => letterOf(s.name));
  // The names of states inside states are those of their own cells; their form says which is which.
  if (machine.split.size === 0) nexts.forEach((t, k) => {
    const other = t.kind === 'signal' ? letterOf(t.signal.name) : undefined;
    if (other && wanted[k] && other !== wanted[k] && wanted.includes(other)) throw new Unread(saying('states are returned in another order than they are taken. Return them in the same order'), at);
  });
  const output = first?.kind === 'term' ? nexts.findIndex(n => n === first.term || n.kind === 'signal' && first.term.kind === 'signal' && n.signal === first.term.signal) : -1;
  if (first && output < 0) machine.note(saying('What the step returns beside the states is left out.'));
  return { nexts, output: output >= 0 || machine.found.some(s => letterOf(s.name) === 'h') ? output : order[0] ?? -1 };
}

/** (h, c) · h, (h, c) · (y, h) · (y, h, c); where the states come first, (h, c), y · h, y. `first` is the output. */
function parted(items: readonly Value[], count: number, carryFirst: boolean, names: readonly string[]): { readonly states: readonly Value[] | undefined; readonly first: Value | undefined } {
  if (carryFirst) {
    const [carry, y] = items;
    const states = items.length !== 2 ? undefined : carry?.kind === 'items' ? carry.items : [carry!];
    return { states, first: y };
  }
  const nested = items.at(-1);
  if (nested?.kind === 'items' && items.length === 2) return { states: nested.items, first: items[0] };
  if (items.length === count) return { states: items, first: undefined };
  if (items.length !== count + 1) return { states: undefined, first: undefined };
  // The output comes first, unless the names say that it comes last.
  const alike = (v: Value | undefined, k: number): boolean => v?.kind === 'term' && v.term.kind === 'signal' && resembles(v.term.signal.name, names[k]!);
  const last = items.slice(0, count).every(alike) && !items.slice(1).every(alike);
  return last ? { states: items.slice(0, count), first: items.at(-1) } : { states: items.slice(1), first: items[0] };
}

const deep = (values: readonly Value[]): readonly Value[] => values.flatMap(v => (v.kind === 'items' ? deep(v.items) : [v]));

/** A state, or those that it holds. */
type Tree = number | readonly Tree[];
const treeOf = (s: Term, machine: Machine): Tree => machine.split.get(s)?.map(p => treeOf(p, machine)) ?? (s.kind === 'state' ? s.index : 0);
const leavesOf = (tree: Tree): readonly number[] => (typeof tree === 'number' ? [tree] : tree.flatMap(leavesOf));

/** States inside states come back in the same form: `h, (c, n)`; with the output before them, or after. */
function nested(items: readonly Value[], tree: readonly Tree[], carryFirst: boolean): ReturnType<typeof parted> {
  const [a, b] = items, listed = (v: Value | undefined): readonly Value[] => (v?.kind === 'items' ? v.items : []);
  const ways: readonly (readonly [readonly Value[], Value | undefined])[] = carryFirst ? [[listed(a), b]] : [[items, undefined], [listed(b), a], [items.slice(1), a]];
  const found = ways.map(([states, first]) => ({ states: alike(states, tree), first }));
  return found.find(f => f.states !== undefined) ?? { states: undefined, first: undefined };
}

/** The values at the places of the states; undefined where the forms differ. */
function alike(values: readonly Value[], tree: readonly Tree[]): readonly Value[] | undefined {
  if (values.length !== tree.length) return undefined;
  const found = values.map((v, k): readonly Value[] | undefined => {
    const own = tree[k]!;
    if (typeof own === 'number') return v.kind === 'items' ? undefined : [v];
    return v.kind === 'items' ? alike(v.items, own) : undefined;
  });
  return found.every(f => f !== undefined) ? found.flatMap(f => f) : undefined;
}

/** @throws Unread where several states are also used as one */
function checkSplit(terms: readonly Term[], machine: Machine, at: Span): void {
  const seen = new Set<Term>();
  const visit = (t: Term): void => {
    if (seen.has(t)) return;
    seen.add(t);
    if (machine.split.has(t)) throw new Unread(saying('{0} is used both as one state and as several. Unpack it first, such as h, c = {0}', machine.wholeName(t)), at);
    for (const p of partsOf(t)) visit(p);
  };
  if (machine.split.size > 0) for (const t of terms) visit(t);
}

/** `dh` and `h_dot` are how `h` changes. */
function isChange(next: string, before: string): boolean {
  const letter = before.replace(/[^a-zA-Z].*$/, '').slice(0, 1).toLowerCase();
  return new RegExp(`^(d|delta)_?(${letter}|hidden|state)(_?dt)?$|^(${letter}|hidden|state)_?dot$|deriv`, 'i').test(next);
}

/** `{'h_n': h, 'c_n': c, ...}`: the states by their names. */
function byKeys(items: readonly Value[], keys: readonly string[], names: readonly string[]): readonly Value[] | undefined {
  const found = names.map(name => keys.findIndex(key => resembles(key, name)));
  return found.every((f, k) => f >= 0 && found.indexOf(f) === k) ? found.map(f => items[f]!) : undefined;
}

/** `new_state` is the next `state`, `hy` that of `hx`. */
function resembles(next: string, before: string): boolean {
  const bare = (name: string): string => name.toLowerCase().replace(/new|next|prev|last|old|cur(rent)?|_|\d|tm1/g, '');
  const [a, b] = [letterOf(next), letterOf(before)];
  return a !== undefined && a === b || bare(next) !== '' && bare(next) === bare(before);
}

/** The last statement of a step. */
export function returnOf(step: Scope): Span {
  const last = bodyOf(step.node).at(-1) ?? step.node;
  return { from: last.from, to: last.to };
}

/** `h_prev` is h, `cx` is c. */
function letterOf(name: string): 'h' | 'c' | undefined {
  return /^(h|hx|h_.*|hid.*|h0|h\d|prev_h.*|last_h.*|old_h.*|next_h|new_h|hy|ht)$/i.test(name) ? 'h' : /^(c|cx|c_.*|cell.*|c0|prev_c.*|last_c.*|old_c.*|next_c|new_c|cy|ct)$/i.test(name) ? 'c' : undefined;
}

/** The output is h, since the language takes h for it; other states keep their names. */
export function stateNames(code: readonly string[], output: number): readonly string[] {
  const letters = code.map(letterOf);
  const named = letters.indexOf('h');
  const h = output >= 0 ? output : named >= 0 ? named : 0;
  const taken = new Set(['h', 'x']);
  return code.map((name, k) => {
    if (k === h) return 'h';
    const wish = letters[k] === 'c' || code.length === 2 && /^(state|h|carry)\w*[01]$/.test(name) ? 'c' : name.replace(/[^a-zA-Z0-9]/g, '').replace(/^[A-Z]/, c => c.toLowerCase()) || 's';
    let free = wish === 'h' ? 's' : wish;
    for (let n = 2; taken.has(free); n++) free = `${wish}${n}`;
    taken.add(free);
    return free;
  });
}
