/** Of what a step returns, which is the next value of which state; and what the states are called in the equations. */
import { saying } from '../../core/said';
import type { Scope } from '../code/scopes';
import type { Span } from '../outline';
import { bodyOf } from './frame';
import type { Machine } from './machine';
import { Unread, type Bundle, type Term, type Value } from './values';

/** `output` is the state that the step gives to what follows, -1 where that is none of them. */
export interface Nexts { readonly nexts: readonly Term[]; readonly output: number }

/** @throws Unread where it is not sure */
export function nextStates(returned: Value, bundles: readonly Bundle[], machine: Machine, step: Scope): Nexts {
  const at = returnOf(step);
  const used = bundles.filter(b => b.states.length > 0);
  const count = machine.found.length;
  const items = returned.kind === 'items' ? returned.items : [returned];
  for (const v of items) if (count === 0 && v.kind === 'opaque') throw new Unread(v.why, v.at);
  if (count === 0) throw new Unread(saying('no state is read. A cell takes the state before, such as h, and returns the next one'), at);
  const { states, first } = parted(items, count, machine.dialect.carryFirst);
  if (states?.length !== count) throw new Unread(saying('states that are read: {0}; values that are returned: {1}. Which is which is not sure. Return the output and then the states, in their order', count, items.length), at);
  const terms = states.map(s => machine.term(s, at));
  const order = used.flatMap(b => b.states.map(s => (s.kind === 'state' ? s.index : 0)));
  const nexts = Array.from({ length: count }, (_, k) => terms[order.indexOf(k)]!);
  const wanted = machine.found.map(s => letterOf(s.name));
  nexts.forEach((t, k) => {
    const other = t.kind === 'signal' ? letterOf(t.signal.name) : undefined;
    if (other && wanted[k] && other !== wanted[k] && wanted.includes(other)) throw new Unread(saying('states are returned in another order than they are taken. Return them in the same order'), at);
  });
  const output = first?.kind === 'term' ? nexts.findIndex(n => n === first.term || n.kind === 'signal' && first.term.kind === 'signal' && n.signal === first.term.signal) : -1;
  if (first && output < 0) machine.note(saying('What the step returns beside the states is left out.'));
  return { nexts, output };
}

/** (h, c) · h, (h, c) · (y, h) · (y, h, c); where the states come first, (h, c), y · h, y. `first` is the output. */
function parted(items: readonly Value[], count: number, carryFirst: boolean): { readonly states: readonly Value[] | undefined; readonly first: Value | undefined } {
  if (carryFirst) {
    const [carry, y] = items;
    const states = items.length !== 2 ? undefined : carry?.kind === 'items' ? carry.items : [carry!];
    return { states, first: y };
  }
  const nested = items.at(-1);
  const states = nested?.kind === 'items' && items.length === 2 ? nested.items : items.length === count ? items : items.length === count + 1 ? items.slice(1) : undefined;
  return { states, first: states !== items ? items[0] : undefined };
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
