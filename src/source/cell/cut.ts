/** Vectors cut into pieces: what is made number by number is cut where its parts are. */
import { saying, type Said } from '../../core/said';
import type { Span } from '../outline';
import { fixed, numberOf, plus, scaled, type LinearSize } from './sizes';
import { infix, opaque, sizeOf, Unread, vector, type Term, type Value, type Weight } from './values';

/** More pieces are no gates. */
const MOST_PIECES = 64;

/** Part `index` of `count` equal ones. */
export const equalPart = (t: Term, index: number, count: number, at: Span): Term => {
  if (t.kind === 'beside' && t.parts.length === count) return t.parts[index] ?? t;
  const size = sizeOf(t);
  if (!size) throw new Unread(uncut(t), at);
  return part(t, scaled(size, index / count), scaled(size, 1 / count), at);
};

const uncut = (t: Term): Said => {
  if (t.kind === 'state') return saying('a state is cut into pieces, but a state of the equations is one vector. Hand each piece over as a state of its own, such as (h, c)');
  return t.kind === 'input' ? saying('the input is cut into pieces, but x of the equations is one vector. Hand the other piece over as a state, or read it by a layer of its own') : unknownLength();
};

const unknownLength = (): Said => saying('a vector is cut into pieces, and the code does not say how long it is. Cut the result of one layer, such as gates = self.linear(x)');

/** Components `from` to `from + size`. @throws Unread */
export function part(t: Term, from: LinearSize, size: LinearSize, at: Span): Term {
  const inside = (v: Term): Term => part(v, from, size, at);
  switch (t.kind) {
    case 'number': case 'scalar': return t;
    case 'vector': case 'matrix': return { ...t, from: plus(t.from, from), size };
    case 'infix': return infix(t.op, inside(t.left), inside(t.right));
    case 'negate': return { kind: 'negate', of: inside(t.of) };
    case 'signal': return inside(t.signal.term);
    case 'call':
      if (t.name === 'norm') throw new Unread(saying('all gates are normalised together and then cut; equations normalise one vector at a time. Cut first, and normalise each gate'), at);
      return { ...t, values: t.values.map(inside) };
    default: throw new Unread(t.kind === 'beside' ? saying('vectors that were put side by side are cut at another place. Take each by the name it had before') : uncut(t), at);
  }
}

/** What is cut: a vector, or a matrix along one of its axes. */
export interface Cut { readonly value: Value; readonly axis: 0 | 1; readonly at: Span; readonly term: (v: Value) => Term }

const allOf = ({ value, axis, term }: Cut): LinearSize | undefined => (value.kind === 'weight' ? value.weight.shape[axis] : sizeOf(term(value)));

/** `count` equal pieces. */
export function pieces(cut: Cut, count: number): Value {
  const { value, axis, at, term } = cut;
  if (!Number.isInteger(count) || count < 1 || count > MOST_PIECES) return opaque(manyPieces(), at);
  if (value.kind === 'weight') return piecesOf(cut, Array.from({ length: count }, () => scaled(value.weight.shape[axis] ?? fixed(0), 1 / count)));
  const t = term(value);
  return { kind: 'items', items: Array.from({ length: count }, (_, k) => vector(equalPart(t, k, count, at))) };
}

const manyPieces = (): Said => saying('into how many pieces this is cut is not settled in the text. Write the number');

/** Pieces of these lengths, one behind the other; of one length where it is a single size. */
export function piecesOf(cut: Cut, lengths: LinearSize | readonly LinearSize[]): Value {
  if (!('constant' in lengths)) return cutAt(cut, starts(lengths), lengths);
  const all = allOf(cut);
  const count = all && timesIn(lengths, all);
  return count === undefined ? opaque(manyPieces(), cut.at) : pieces(cut, count);
}

/** Pieces that begin at 0 and at each of these places, as NumPy's `split` has it. */
export function piecesAt(cut: Cut, places: readonly LinearSize[]): Value {
  const all = allOf(cut);
  if (!all) return opaque(unknownLength(), cut.at);
  const from = [fixed(0), ...places], to = [...places, all];
  return cutAt(cut, from, from.map((f, k) => plus(to[k]!, f, -1)));
}

const starts = (lengths: readonly LinearSize[]): LinearSize[] => lengths.map((_, k) => lengths.slice(0, k).reduce((a, b) => plus(a, b), fixed(0)));

function cutAt({ value, axis, at, term }: Cut, from: readonly LinearSize[], lengths: readonly LinearSize[]): Value {
  const one = (k: number): Value => (value.kind === 'weight' ? { kind: 'weight', weight: slab(value.weight, axis, from[k]!, lengths[k]!) } : vector(part(term(value), from[k]!, lengths[k]!, at)));
  return { kind: 'items', items: lengths.map((_, k) => one(k)) };
}

/** A matrix from `from` on in one axis, `size` long. */
export function slab(weight: Weight, axis: 0 | 1, from: LinearSize, size: LinearSize): Weight {
  const start = weight.start ?? weight.shape.map(() => fixed(0));
  return { ...weight, start: start.map((s, k) => (k === axis ? plus(s, from) : s)), shape: weight.shape.map((s, k) => (k === axis ? size : s)) };
}

/** How many times a size goes into another; undefined where the text does not say. */
function timesIn(size: LinearSize, all: LinearSize): number | undefined {
  const [first] = size.terms;
  const [n, m] = first ? [all.terms.get(first[0]) ?? 0, first[1]] : [numberOf(all) ?? 0, size.constant];
  const count = n / m;
  const rest = plus(all, size, -count);
  return Number.isInteger(count) && count > 0 && rest.terms.size === 0 && rest.constant === 0 ? count : undefined;
}
