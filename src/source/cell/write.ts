/** From terms to equations: which values get a line and a name, and where each parameter lies in the checkpoint. */
import { printStatement } from '../../core/equations/print';
import type { Expression } from '../../core/equations/syntax';
import { saying } from '../../core/said';
import { kept, measured, type Signal } from './lines';
import { labelOf, Names, paperName, plainName } from './names';
import { SPREAD } from './cut';
import { fixed, numberOf, plus, type LinearSize } from './sizes';
import type { CellParameter, Piece } from './spec';
import { namedTerm, nowhere, sizeOf, total, Unread, type CodeSignal, type Term } from './values';

export interface Written {
  readonly equations: string;
  readonly states: readonly string[];
  readonly parameters: readonly CellParameter[];
  readonly inputSize: LinearSize | undefined;
  readonly units: LinearSize | undefined;
}

const place = { line: 1, column: 1 };

/** `nexts` and `names` are by state. The first is the output. */
export function write(nexts: readonly Term[], names: readonly string[]): Written {
  return new Writer(nexts, names).written();
}

class Writer {
  private readonly nexts: readonly Signal[];
  private readonly lines: readonly Signal[];
  private readonly called = new Map<CodeSignal, string>();
  private readonly sure = new Set<CodeSignal>();
  private readonly names = new Names();
  private readonly parameters = new Map<string, { readonly name: string; readonly pieces: readonly Piece[] }>();
  private readonly scalars: string[] = [];
  private readonly sizes: { readonly input: LinearSize | undefined; readonly states: readonly (LinearSize | undefined)[] };
  private suffix = '';

  constructor(nexts: readonly Term[], private readonly states: readonly string[]) {
    const own = new Set<CodeSignal>();
    this.nexts = nexts.map((t, k) => {
      const signal = t.kind === 'signal' && !own.has(t.signal) ? t : namedTerm(states[k]!, t) as Signal;
      own.add(signal.signal);
      return signal;
    });
    this.sizes = measured(this.nexts);
    this.lines = kept(this.nexts, own);
    for (const s of states) this.names.free(s);
    this.nexts.forEach(({ signal }, k) => { this.called.set(signal, `${states[k]!}'`); });
    for (const { signal } of this.lines) if (!this.called.has(signal)) this.called.set(signal, this.nameFor(signal));
  }

  private nameFor(signal: CodeSignal): string {
    const kind = kindOf(signal.term);
    const paper = paperName(signal.name, kind, this.states.includes('c'));
    const name = this.names.free(paper ?? plainName(signal.name));
    if (paper === name) this.sure.add(signal);
    return name;
  }

  written(): Written {
    const equations = this.lines.map(({ signal }) => this.line(signal));
    const scalars = this.scalars.map(name => printStatement({ kind: 'scalar', name, ...place }));
    return {
      equations: [...scalars, ...equations].join('\n'), states: this.states,
      parameters: [...this.parameters.values()], inputSize: this.sizes.input, units: this.sizes.states[this.states.indexOf('h')] ?? this.sizes.states.at(-1),
    };
  }

  private line(signal: CodeSignal): string {
    const name = this.called.get(signal)!;
    const primed = name.endsWith("'"), bare = primed ? name.slice(0, -1) : name;
    this.suffix = bare === 'h' && primed ? '' : bare;
    return printStatement({ kind: 'equation', name: bare, primed, right: this.expression(signal.term), label: labelOf(bare, primed ? /^[hc]$/.test(bare) : this.sure.has(signal)), ...place });
  }

  private expression(t: Term): Expression {
    switch (t.kind) {
      case 'input': return { kind: 'name', name: 'x', primed: false, ...place };
      case 'state': return { kind: 'name', name: this.states[t.index]!, primed: false, ...place };
      case 'number': return { kind: 'number', value: t.value, ...place };
      case 'scalar': return this.leaf(t, plainName(t.tensor.split('.').at(-1)!));
      case 'vector': return this.leaf(t, `b${this.suffix}`);
      case 'matrix': return this.matrix(t);
      case 'negate': return { kind: 'negate', argument: this.expression(t.of), ...place };
      case 'call': return { kind: 'call', name: t.name, values: t.values.map(v => this.expression(v)), numbers: t.numbers, ...place };
      case 'infix': return this.infix(t);
      case 'beside': throw new Unread(saying('vectors that were put side by side are read otherwise than by a layer. Hand them to a linear layer'), nowhere);
      case 'signal': {
        const name = this.called.get(t.signal);
        return name === undefined ? this.expression(t.signal.term) : { kind: 'name', name: name.replace("'", ''), primed: name.endsWith("'"), ...place };
      }
    }
  }

  private matrix(t: Extract<Term, { kind: 'matrix' }>): Expression {
    const own = t.parts[t.index]!;
    const columns = this.columns(t);
    const piece: Piece = { tensor: t.weight.tensor, transposed: t.weight.transposed, rows: { from: t.from, size: t.size }, columns };
    if (numberOf(t.size) === 1) return this.dot({ ...piece, as: 'vector' }, own);
    const name = this.parameter([piece], `${bare(own).kind === 'input' ? 'W' : 'U'}${this.suffix}`);
    return { kind: 'matrix', name, argument: this.expression(own), ...place };
  }

  /** One row of a matrix: a number that goes with every unit. */
  private dot(piece: Piece, v: Term): Expression {
    const name = this.parameter([piece], `w${this.suffix}`);
    const product: Expression = { kind: 'infix', op: '⊙', left: { kind: 'name', name, primed: false, ...place }, right: this.expression(v), ...place };
    return { kind: 'call', name: 'sum', values: [product], numbers: [], ...place };
  }

  private columns({ parts, index, weight }: Extract<Term, { kind: 'matrix' }>): NonNullable<Piece['columns']> {
    const axis = weight.transposed ? 0 : 1, start = weight.start?.[axis] ?? fixed(0);
    const all = weight.shape[axis] ?? fixed(0);
    if (parts.length === 1) return { from: start, size: all };
    const of = (leaf: Term): LinearSize | undefined => (leaf.kind === 'input' ? this.sizes.input : leaf.kind === 'state' ? this.sizes.states[leaf.index] : undefined);
    const before = total(parts.slice(0, index), of), own = sizeOf(parts[index]!, of), after = total(parts.slice(index + 1), of);
    const from = before ?? (own && after ? plus(plus(all, own, -1), after, -1) : undefined);
    const size = own ?? (before && after ? plus(plus(all, before, -1), after, -1) : undefined);
    if (!from || !size) throw new Unread(saying('how long the vectors side by side are is not settled in the text. Give each a linear layer of its own'), nowhere);
    return { from: plus(start, from), size };
  }

  private leaf(t: Extract<Term, { kind: 'vector' | 'scalar' }>, wish: string): Expression {
    const name = this.parameter([pieceOf(t)], wish);
    if (t.kind === 'scalar' && !this.scalars.includes(name)) this.scalars.push(name);
    return { kind: 'name', name, primed: false, ...place };
  }

  private parameter(pieces: readonly Piece[], wish: string): string {
    const key = JSON.stringify(pieces, (_, v: unknown) => (v instanceof Map ? [...v] : v));
    const known = this.parameters.get(key);
    if (known) return known.name;
    // A second vector of an equation is called c, as GRUs have it.
    const wished = wish.startsWith('b') && [...this.parameters.values()].some(p => p.name === wish) ? `c${wish.slice(1)}` : wish;
    const name = this.names.free(wished);
    this.parameters.set(key, { name, pieces });
    return name;
  }

  private infix(t: Extract<Term, { kind: 'infix' }>): Expression {
    if (t.op === '+') return this.sum(this.flattened(t));
    const [left, right] = t.op === '⊙' ? ordered(t.left, t.right) : [t.left, t.right];
    const first = t.op === '⊙' && left.kind === 'vector' ? this.leaf(left, `${isNormed(right) ? 'a' : 'p'}${this.suffix}`) : this.expression(left);
    return { kind: 'infix', op: t.op, left: first, right: this.expression(right), ...place };
  }

  /** Terms of a sum, also of sums that have no line of their own. */
  private flattened(t: Term): Term[] {
    if (t.kind === 'infix' && t.op === '+') return [...this.flattened(t.left), ...this.flattened(t.right)];
    return t.kind === 'signal' && !this.called.has(t.signal) ? this.flattened(t.signal.term) : [t];
  }

  /** Products first, biases last and as one. */
  private sum(terms: readonly Term[]): Expression {
    const biases = terms.filter(t => t.kind === 'vector');
    const hasWeights = terms.some(t => t.kind === 'matrix') || biases.length > 0;
    const rank = (t: Term): number => (t.kind === 'matrix' ? (bare(t.parts[t.index]!).kind === 'input' ? 0 : 1) : t.kind === 'infix' && t.op === '⊙' && (t.left.kind === 'vector' || t.right.kind === 'vector') ? 2 : t.kind === 'vector' ? 3 : 4);
    const sorted = hasWeights ? terms.map((t, k) => ({ t, k })).sort((a, b) => rank(a.t) - rank(b.t) || a.k - b.k).map(s => s.t) : terms;
    const parts: Expression[] = [];
    for (const t of sorted) {
      if (t.kind !== 'vector') parts.push(this.expression(t));
      else if (t === biases[0]) parts.push({ kind: 'name', name: this.parameter(biases.map(b => pieceOf(b)), `b${this.suffix}`), primed: false, ...place });
    }
    return parts.reduce((left, right) => ({ kind: 'infix', op: '+', left, right, ...place }));
  }
}

const pieceOf = (t: Extract<Term, { kind: 'vector' | 'scalar' }>): Piece =>
  ({ tensor: t.tensor, transposed: false, ...(t.kind === 'vector' ? { rows: { from: t.from, size: t.size } } : { rows: { from: t.from ?? fixed(0), size: fixed(1) }, as: 'scalar' as const }) });

/** A whole vector normalised, or a piece of one: what it is multiplied by is a gain. */
const isNormed = (t: Term): boolean => t.kind === 'call' ? t.name === 'norm' : t.kind === 'infix' && t.op === '/' && t.right.kind === 'signal' && t.right.signal.name === SPREAD;

const bare = (t: Term): Term => (t.kind === 'signal' && t.signal.term.kind === 'input' ? t.signal.term : t);

/** Parameters before what they weigh, values of this step before states. */
function ordered(a: Term, b: Term): [Term, Term] {
  const rank = (t: Term): number => (t.kind === 'vector' || t.kind === 'scalar' ? 0 : t.kind === 'state' ? 2 : 1);
  return rank(a) > rank(b) ? [b, a] : [a, b];
}

function kindOf(t: Term): 'gate' | 'candidate' | 'other' {
  if (t.kind !== 'call') return 'other';
  return t.name === 'σ' || t.name === 'hardσ' ? 'gate' : t.name === 'norm' || t.name === 'exp' || t.name === 'log' || t.name === 'sqrt' ? 'other' : 'candidate';
}
