/** What the equations bend: where a sum enters an activation, and the curve of what comes out. Read from the equations alone. */
import { partsOf, type Placed } from '../core/equations/parts';
import { functionNamed } from '../core/equations/functions';
import type { Expression, Statement } from '../core/equations/syntax';
import { equationsOf, StepValues } from './expressions';

export interface Bend {
  /** Path of what the activation reads. */
  readonly pre: string;
  /** The equation's value where that is -6 to 6, in even steps; empty where it depends on more. */
  readonly curve: readonly number[];
}

const CURVE_TO = 6, CURVE_POINTS = 49;

/** Bends by the name of their equation, and by the path of the function for those that have no equation of their own. */
export function bendsOf(statements: readonly Statement[]): Record<string, Bend> {
  const found = new Map<string, Bend>();
  for (const q of equationsOf(statements)) {
    const pre = preOf(statements, q);
    if (pre && pre.path !== q.path) found.set(q.name, { pre: pre.path, curve: curveOf(q, pre, CURVE_TO, CURVE_POINTS) });
    for (const call of callsIn(q)) {
      const [inside] = partsOf(call);
      if (inside && call.path !== q.path) found.set(call.path, { pre: inside.path, curve: curveOf(call, inside, CURVE_TO, CURVE_POINTS) });
    }
  }
  return Object.fromEntries(found);
}

/**
 * The sum that an equation's activation reads (the argument of σ in `σ(Wf x + Uf h + bf)`); all of the right-hand side where no function
 * bends it; undefined where no matrix is in it, so that there is nothing to split.
 */
export function preOf(statements: readonly Statement[], equation: Placed): Placed | undefined {
  if (!isAffine(statements, equation.e)) return undefined;
  return outermost(statements, equation) ?? equation;
}

function outermost(statements: readonly Statement[], p: Placed): Placed | undefined {
  const parts = partsOf(p).filter(part => isAffine(statements, part.e));
  if (parts.length !== 1) return undefined;
  if (p.e.kind === 'call' && functionNamed(p.e.name)?.makes !== undefined) return parts[0];
  return p.e.kind === 'infix' || p.e.kind === 'call' ? outermost(statements, parts[0]!) : undefined;
}

function callsIn(p: Placed): Placed[] {
  const own = p.e.kind === 'call' && functionNamed(p.e.name)?.makes !== undefined ? [p] : [];
  return [...own, ...partsOf(p).flatMap(callsIn)];
}

/** Has a matrix product in it, or a signal that is one before any activation (the s of `f = σ(s)`). */
export function isAffine(statements: readonly Statement[], e: Expression): boolean {
  if (e.kind === 'matrix') return true;
  if (e.kind === 'name') {
    const plain = unbent(statements, e);
    return plain !== undefined && isAffine(statements, plain.e);
  }
  return partsOf({ path: '', e }).some(p => isAffine(statements, p.e));
}

/** The equation of a signal that is a sum and nothing more, which can be put in its place. */
export function unbent(statements: readonly Statement[], e: Expression): Placed | undefined {
  if (e.kind !== 'name' || e.primed) return undefined;
  const q = equationsOf(statements).find(s => s.name === e.name && !s.primed);
  return q && isSum(q.e) ? q : undefined;
}

const isSum = (e: Expression): boolean => e.kind === 'matrix' || (e.kind === 'infix' && (e.op === '+' || e.op === '-') && isSum(e.left));

/** Values of an expression over -to..to of a part of it; empty where that is not all that it reads. */
export function curveOf(whole: Placed, part: Placed, to: number, points: number): number[] {
  const sums = Float64Array.from({ length: points }, (_, k) => -to + (2 * to * k) / (points - 1));
  // Everything is taken out but the part, in whose place stands x.
  const values = new StepValues([], { x: sums, before: new Map(), now: new Map() });
  const e = replaced(whole, part.path);
  return namesIn(e) === 1 ? [...values.whole(e) ?? []] : [];
}

const namesIn = (e: Expression): number => (e.kind === 'name' ? 1 : e.kind === 'matrix' ? Infinity : partsOf({ path: '', e }).reduce((n, p) => n + namesIn(p.e), 0));

/** The expression with x in the place of one of its parts. */
function replaced(p: Placed, path: string): Expression {
  const { e } = p;
  if (p.path === path) return { kind: 'name', name: 'x', primed: false, line: e.line, column: e.column };
  if (!path.startsWith(`${p.path}.`)) return e;
  const parts = partsOf(p).map(part => replaced(part, path));
  switch (e.kind) {
    case 'infix': return { ...e, left: parts[0]!, right: parts[1]! };
    case 'scale': case 'negate': return { ...e, argument: parts[0]! };
    case 'call': return { ...e, values: parts };
    default: return e;
  }
}
