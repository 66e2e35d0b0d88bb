/** Vectors cut into pieces: what is made number by number is cut where its parts are. */
import { saying, type Said } from '../../core/said';
import type { Span } from '../outline';
import { fixed, numberOf, plus, scaled, type LinearSize } from './sizes';
import { call, constant, infix, isScalar, namedTerm, opaque, sizeOf, Unread, vector, type Term, type Value, type Weight } from './values';

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
  if (isScalar(t)) return t;
  switch (t.kind) {
    case 'vector': return numberOf(size) === 1 ? { kind: 'scalar', tensor: t.tensor, from: plus(t.from, from) } : { ...t, from: plus(t.from, from), size };
    case 'matrix': return { ...t, from: plus(t.from, from), size };
    case 'infix': return infix(t.op, inside(t.left), inside(t.right));
    case 'negate': return { kind: 'negate', of: inside(t.of) };
    case 'signal': return inside(t.signal.term);
    case 'beside': return besidePart(t, from, size, at);
    case 'call': return t.name === 'norm' ? normedPart(t, from, size, at) : { ...t, values: t.values.map(inside) };
    default: throw new Unread(uncut(t), at);
  }
}

/** Whole ones of vectors side by side. */
function besidePart(t: Extract<Term, { kind: 'beside' }>, from: LinearSize, size: LinearSize, at: Span): Term {
  const sizes = t.parts.map(p => sizeOf(p));
  const ends = sizes.reduce<(LinearSize | undefined)[]>((sum, s) => [...sum, sum.at(-1) && s && plus(sum.at(-1)!, s)], [fixed(0)]);
  const place = (wanted: LinearSize): number => ends.findIndex(e => e && isNone(plus(e, wanted, -1)));
  const [first, last] = [place(from), place(plus(from, size))];
  if (first < 0 || last <= first) throw new Unread(saying('vectors that were put side by side are cut at another place. Take each by the name it had before'), at);
  return last === first + 1 ? t.parts[first]! : { kind: 'beside', parts: t.parts.slice(first, last) };
}

const isNone = ({ constant, terms }: LinearSize): boolean => constant === 0 && terms.size === 0;

type Call = Extract<Term, { kind: 'call' }>;
interface Shared { readonly pieces: readonly Term[]; readonly mean: Term; readonly spread: Term }
const shared = new WeakMap<Call, Shared>();

/** A piece of what is normalised whole: mean and spread are those of all pieces, which get lines of their own. */
function normedPart(t: Call, from: LinearSize, size: LinearSize, at: Span): Term {
  const all = sizeOf(t.values[0]!), known = shared.get(t);
  const own = all && timesIn(size, all), index = isNone(from) ? 0 : timesIn(size, from);
  const count = own !== undefined && index !== undefined && own === (known?.pieces.length ?? own) ? own : undefined;
  if (all && count === undefined) return severalNormed(t, { from, size, all }, at);
  if (count === undefined || index === undefined || (known && known.pieces.length !== count)) throw new Unread(saying('all gates are normalised together and then cut into pieces that differ. Cut them into equal ones'), at);
  const { pieces: each, mean, spread } = known ?? together(t, count, size, at);
  return infix('/', infix('-', each[index]!, mean), spread);
}

/** Three gates at once and then the fourth: by pieces that are as small as the names of the sizes allow. */
function severalNormed(t: Call, { from, size, all }: { readonly from: LinearSize; readonly size: LinearSize; readonly all: LinearSize }, at: Span): Term {
  const [name, only] = [...all.terms][0] ?? [], count = shared.get(t)?.pieces.length ?? only;
  const unit = count && only && all.terms.size === 1 && all.constant === 0 && Number.isInteger(count) ? scaled(all, 1 / count) : undefined;
  const [first, times] = unit ? [isNone(from) ? 0 : timesIn(unit, from), timesIn(unit, size)] : [];
  if (!name || first === undefined || times === undefined || count! > MOST_PIECES) throw new Unread(saying('all gates are normalised together and then cut into pieces that differ. Cut them into equal ones'), at);
  const parts = Array.from({ length: times }, (_, k) => normedPart(t, scaled(unit!, first + k), unit!, at));
  return parts.length === 1 ? parts[0]! : { kind: 'beside', parts };
}

function together(t: Call, count: number, size: LinearSize, at: Span): Shared {
  const each = Array.from({ length: count }, (_, k) => namedTerm(`v${k + 1}`, part(t.values[0]!, scaled(size, k), size, at), true));
  const averaged = (terms: readonly Term[]): Term => infix('/', terms.map(v => call('mean', v)).reduce((a, b) => infix('+', a, b)), constant(count));
  const mean = namedTerm('centre', averaged(each));
  const squares = each.map(v => infix('-', v, mean)).map(d => infix('⊙', d, d));
  const spread = namedTerm(SPREAD, call('sqrt', infix('+', averaged(squares), constant(t.numbers[0] ?? 1e-5))));
  const made: Shared = { pieces: each, mean, spread };
  shared.set(t, made);
  return made;
}

/** What the square root of the variance of several vectors is called. */
export const SPREAD = 'spread';

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
  if (count !== undefined) return pieces(cut, count);
  const whole = all && wholeTimes(lengths, all);
  return whole === undefined ? opaque(manyPieces(), cut.at) : piecesOf(cut, [...Array.from({ length: whole }, () => lengths), plus(all!, lengths, -whole)]);
}

/** How many times a size fits into another of which something is left: 3 H goes once into 4 H. */
function wholeTimes(size: LinearSize, all: LinearSize): number | undefined {
  const [first] = size.terms;
  const [n, m] = first ? [all.terms.get(first[0]) ?? 0, first[1]] : [numberOf(all) ?? 0, size.constant];
  const exact = plus(all, size, -n / m), count = Math.floor(n / m);
  return exact.terms.size === 0 && exact.constant === 0 && count > 0 && count < MOST_PIECES ? count : undefined;
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
export function timesIn(size: LinearSize, all: LinearSize): number | undefined {
  const [first] = size.terms;
  const [n, m] = first ? [all.terms.get(first[0]) ?? 0, first[1]] : [numberOf(all) ?? 0, size.constant];
  const count = n / m;
  const rest = plus(all, size, -count);
  return Number.isInteger(count) && count > 0 && rest.terms.size === 0 && rest.constant === 0 ? count : undefined;
}
