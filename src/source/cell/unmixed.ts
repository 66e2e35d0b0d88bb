/** Means and sums of vectors whose pieces are used elsewhere, over those pieces: else a tensor would be two parameters, whole and in parts. */
import { saying } from '../../core/said';
import type { Span } from '../outline';
import { part, timesIn } from './cut';
import { plus, scaled, type LinearSize } from './sizes';
import { call, constant, infix, isScalar, partsOf, reduces, sizeOf, Unread, type CodeSignal, type Term } from './values';

/** `tensor` says which columns of a matrix are meant, too. */
interface Rows { readonly tensor: string; readonly from: LinearSize; readonly size: LinearSize }

/** The same next states. @throws Unread where a tensor stays both whole and in parts */
export function unmixed(nexts: readonly Term[], at: Span): readonly Term[] {
  const pieces = piecesIn(nexts);
  if (!pieces.some(p => pieces.some(q => overlap(p, q)))) return nexts;
  const rewriting = new Rewriting(pieces, at);
  const made = nexts.map(t => rewriting.term(t)), left = piecesIn(made);
  if (left.some(p => left.some(q => overlap(p, q)))) throw new Unread(saying('a tensor is used both whole and in pieces. Cut it first, and use the pieces'), at);
  return made;
}

function piecesIn(terms: readonly Term[]): readonly Rows[] {
  const found = new Map<string, Rows>(), seen = new Set<Term>();
  const visit = (t: Term): void => {
    if (seen.has(t)) return;
    seen.add(t);
    const rows = t.kind === 'matrix' ? { tensor: JSON.stringify([t.weight.tensor, t.parts.length > 1 ? t.index : -1, t.weight.start?.map(key)]), from: t.from, size: t.size } : t.kind === 'vector' ? { tensor: t.tensor, from: t.from, size: t.size } : undefined;
    if (rows) found.set(JSON.stringify([rows.tensor, key(rows.from), key(rows.size)]), rows);
    for (const p of partsOf(t)) visit(p);
  };
  for (const t of terms) visit(t);
  return [...found.values()];
}

const key = ({ constant: c, terms }: LinearSize): unknown => [c, ...terms];

/** Whether both surely have rows in common, and not all. */
function overlap(p: Rows, q: Rows): boolean {
  const same = isZero(plus(p.from, q.from, -1)) && isZero(plus(p.size, q.size, -1));
  return p.tensor === q.tensor && !same && isMore(plus(plus(p.from, p.size), q.from, -1)) && isMore(plus(plus(q.from, q.size), p.from, -1));
}

const isZero = ({ constant: c, terms }: LinearSize): boolean => c === 0 && terms.size === 0;
/** Surely more than 0: all names are whole numbers from 1 on. */
const isMore = (s: LinearSize): boolean => !isZero(s) && [s.constant, ...s.terms.values()].every(n => n >= 0);

/** The place of the last line that a term reads; before all lines where it reads none. */
function lastIn(t: Term, seen = new Set<Term>()): number {
  if (seen.has(t)) return -1;
  seen.add(t);
  return Math.max(t.kind === 'signal' ? t.signal.order : -1, ...partsOf(t).map(p => lastIn(p, seen)));
}

class Rewriting {
  private readonly done = new Map<Term, Term>();
  private readonly signals = new Map<CodeSignal, CodeSignal>();

  constructor(private readonly pieces: readonly Rows[], private readonly at: Span) {}

  term(t: Term): Term {
    const known = this.done.get(t);
    if (known) return known;
    const made = this.made(t);
    this.done.set(t, made);
    return made;
  }

  private made(t: Term): Term {
    switch (t.kind) {
      case 'infix': return infix(t.op, this.term(t.left), this.term(t.right));
      case 'negate': return { kind: 'negate', of: this.term(t.of) };
      case 'call': return reduces(t.name) ? this.reduction(t) : { ...t, values: t.values.map(v => this.term(v)) };
      case 'matrix': { const parts = t.parts.map(p => this.term(p)); return { ...t, parts }; }
      case 'signal': return { kind: 'signal', signal: this.signal(t.signal) };
      default: return t;
    }
  }

  private signal(s: CodeSignal): CodeSignal {
    const known = this.signals.get(s);
    if (known) return known;
    const made = { ...s, term: this.term(s.term) };
    this.signals.set(s, made);
    return made;
  }

  /** Over as many pieces as the smallest that is cut from the same rows. */
  private reduction(t: Extract<Term, { kind: 'call' }>): Term {
    const [v] = t.values, all = v && !isScalar(v) ? sizeOf(v) : undefined;
    if (!v || !all) return t;
    const within = piecesIn([v]);
    const counts = this.pieces.filter(p => within.some(w => overlap(p, w))).map(p => timesIn(p.size, all)).filter(n => n !== undefined && n > 1);
    const count = Math.max(0, ...counts.map(n => n!));
    if (count < 2) return { ...t, values: [this.term(v)] };
    const size = scaled(all, 1 / count);
    const sum = Array.from({ length: count }, (_, k): Term => call(t.name, this.term(part(v, scaled(size, k), size, this.at)))).reduce((a, b) => infix('+', a, b));
    const term = t.name === 'mean' ? infix('/', sum, constant(count)) : sum;
    return { kind: 'signal', signal: { name: t.name === 'mean' ? 'centre' : 'total', term, order: lastIn(term) + 1e-6 } };
  }
}
