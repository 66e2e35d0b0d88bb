/** Operators between what the code handles: sizes, vectors, weights, lists. */
import { saying } from '../../core/said';
import { sourceOf } from '../code/arguments';
import type { Span } from '../outline';
import type { Machine } from './machine';
import { fixed, numberOf, plus, scaled, symbol } from './sizes';
import { multiply } from './tensors';
import { infix, opaque, vector, type Value } from './values';

const infixes = new Map<string, '+' | '-' | '⊙' | '/'>([['+', '+'], ['-', '-'], ['*', '⊙'], ['/', '/']]);

export function combine(op: string, a: Value, b: Value, at: Span, machine: Machine): Value {
  if (a.kind === 'opaque') return a;
  if (b.kind === 'opaque') return b;
  if (!machine.constructing && (a.kind === 'none' || b.kind === 'none')) return opaque(saying('None stands where a vector is needed: the constructor does not say what it is. Make it there'), at);
  if (a.kind === 'size' && b.kind === 'size') return sizes(op, a, b, at, machine);
  if (a.kind === 'items' && b.kind === 'items' && op === '+') return { kind: 'items', items: [...a.items, ...b.items] };
  if (a.kind === 'items' && b.kind === 'size' && op === '*' && (numberOf(b.size) ?? 99) <= 64) return { kind: 'items', items: Array.from({ length: numberOf(b.size)! }, () => a.items).flat() };
  if (op === '@') return multiply(a, b, at, machine);
  if (machine.constructing && a.kind === 'callable') return a;
  if (a.kind === 'weight' && b.kind === 'size' && machine.constructing) return a; // an initial value, scaled
  if (op === '**' && b.kind === 'size' && numberOf(b.size) === 2) { const t = machine.term(a, at); return vector(infix('⊙', t, t)); }
  const known = infixes.get(op);
  if (!known) return opaque(saying('{0} between tensors is not read. Write it by +, -, *, / and functions', op), at);
  if (known === '-' && a.kind === 'size' && numberOf(a.size) === 0) return vector({ kind: 'negate', of: machine.term(b, at) });
  if ((known === '+' || known === '-') && b.kind === 'size' && machine.isNumber(b) && machine.number(b, at) === 0) return vector(machine.term(a, at));
  return vector(infix(known, machine.term(a, at), machine.term(b, at)));
}

const operations = new Map<string, (x: number, y: number) => number>([
  ['+', (p, q) => p + q], ['-', (p, q) => p - q], ['*', (p, q) => p * q], ['/', (p, q) => p / q], ['//', (p, q) => Math.floor(p / q)], ['**', (p, q) => p ** q], ['%', (p, q) => p % q],
]);

function sizes(op: string, a: Value & { kind: 'size' }, b: Value & { kind: 'size' }, at: Span, machine: Machine): Value {
  const [n, m] = [numberOf(a.size), numberOf(b.size)];
  const [x, y] = [n ?? a.fallback, m ?? b.fallback];
  const compute = operations.get(op);
  const fallback = compute && x !== undefined && y !== undefined ? { fallback: compute(x, y) } : {};
  if (compute && n !== undefined && m !== undefined) return { kind: 'size', size: fixed(compute(n, m)) };
  if (op === '+' || op === '-') return { kind: 'size', size: plus(a.size, b.size, op === '+' ? 1 : -1), ...fallback };
  if (op === '*' && (n !== undefined || m !== undefined)) return { kind: 'size', size: n !== undefined ? scaled(b.size, n) : scaled(a.size, m!), ...fallback };
  if (!compute) return opaque(saying('{0} is not read. Write it by +, -, *, / and functions', op), at);
  return { kind: 'size', size: symbol(sourceOf({ kind: 'other', ...at }, machine.module)), ...fallback };
}
