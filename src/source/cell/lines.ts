/** Which values get a line of their own in the equations, and how long x and the states are. */
import { plus, type LinearSize } from './sizes';
import { sizeOf, total, type CodeSignal, type Term } from './values';

/** A term with a name. */
export type Signal = Extract<Term, { kind: 'signal' }>;

/** What a term is made of, at one remove. */
function partsOf(t: Term): readonly Term[] {
  switch (t.kind) {
    case 'infix': return [t.left, t.right];
    case 'negate': return [t.of];
    case 'call': return t.values;
    case 'matrix': return [t.parts[t.index]!];
    case 'signal': return [t.signal.term];
    default: return [];
  }
}

function isAffine(t: Term): boolean {
  if (t.kind === 'matrix' || t.kind === 'vector' || t.kind === 'scalar' || t.kind === 'number') return true;
  if (t.kind === 'signal') return isAffine(t.signal.term);
  return (t.kind === 'negate' || t.kind === 'infix' && (t.op === '+' || t.op === '-')) && partsOf(t).every(isAffine);
}

/** Signals with a line of their own, in the code's order: next states, and what is neither a sum of products nor read by one function only. */
export function kept(nexts: readonly Signal[], own: ReadonlySet<CodeSignal>): readonly Signal[] {
  const uses = new Map<CodeSignal, { readonly signal: Signal; count: number; bare: boolean }>();
  const visit = (t: Term, inCall: boolean): void => {
    if (t.kind === 'signal') {
      const known = uses.get(t.signal);
      if (known) { known.count++; known.bare &&= inCall; return; }
      uses.set(t.signal, { signal: t, count: 1, bare: inCall });
    }
    for (const p of partsOf(t)) visit(p, t.kind === 'call');
  };
  for (const n of nexts) visit(n, false);
  return [...uses.values()].filter(({ signal: { signal }, count, bare: inCall }) => own.has(signal) || signal.line === true || !isAffine(signal.term) && !(count === 1 && inCall && signal.term.kind !== 'call'))
    .map(u => u.signal).sort((a, b) => a.signal.order - b.signal.order);
}

/** Lengths of x and the states, from what gives them and from the matrices that read them. */
export function measured(nexts: readonly Signal[]): { readonly input: LinearSize | undefined; readonly states: readonly (LinearSize | undefined)[] } {
  const matrices: Extract<Term, { kind: 'matrix' }>[] = [];
  const seen = new Set<Term>();
  const visit = (t: Term): void => {
    if (seen.has(t)) return;
    seen.add(t);
    if (t.kind === 'matrix') matrices.push(t);
    for (const p of t.kind === 'matrix' ? t.parts : partsOf(t)) visit(p);
  };
  for (const n of nexts) visit(n);
  const alone = (is: (t: Term) => boolean): LinearSize | undefined => {
    const found = matrices.find(m => m.parts.length === 1 && is(m.parts[0]!));
    return found?.weight.shape[found.weight.transposed ? 0 : 1];
  };
  const states = nexts.map((n, k) => sizeOf(n) ?? alone(t => t.kind === 'state' && t.index === k));
  const of = (leaf: Term): LinearSize | undefined => (leaf.kind === 'state' ? states[leaf.index] : undefined);
  const beside = matrices.find(m => m.parts.length > 1 && m.parts[m.index]?.kind === 'input');
  const others = beside && total(beside.parts.filter((_, k) => k !== beside.index), of);
  const columns = beside?.weight.shape[beside.weight.transposed ? 0 : 1];
  return { input: alone(t => t.kind === 'input') ?? (others && columns ? plus(columns, others, -1) : undefined), states };
}
