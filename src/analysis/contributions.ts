/**
 * Why was this gate open? The sum that an activation reads, split into its parts: each bias, each input feature, each unit of h, peepholes.
 * Parts add up exactly, in float64 from the float32 weights and states. Read from the equations, for any cell.
 */
import { partsOf, type Placed } from '../core/equations/parts';
import { functionNamed } from '../core/equations/functions';
import type { Expression, Statement } from '../core/equations/syntax';
import { curveOf, isAffine, preOf, unbent } from './activations';
import { apply, StepValues, type StepVectors } from './expressions';
import { written } from './written';

export interface Factor { readonly text: string; readonly value: number }
export interface Single { readonly kind: 'single'; readonly role: 'bias' | 'constant' | 'own' | 'whole' | 'held'; readonly text: string; readonly amount: number; readonly weight?: number; readonly value?: number; readonly factors: readonly Factor[] }
export interface Row { readonly kind: 'matrix'; readonly matrix: string; readonly source: string; readonly text: string; readonly weights: Float64Array; readonly values: Float64Array; readonly amounts: Float64Array; readonly factors: readonly Factor[] }
export type Part = Single | Row;

export interface Split {
  readonly parts: readonly Part[];
  readonly sum: number;
  readonly bend: string;
  readonly curve: { readonly to: number; readonly values: Float64Array };
  readonly held: boolean;
}

const CURVE_TO = 12, CURVE_STEP = 0.05;

/** Signals that can be split: those whose equations have a matrix product in them. */
export function splittable(statements: readonly Statement[]): string[] {
  return statements.flatMap(s => (s.kind === 'equation' && preOf(statements, { path: '', e: s.right }) ? [s.name] : []));
}

/** Splits what a signal's activation read, for one unit. @throws Error with a message for people */
export function split(statements: readonly Statement[], signal: string, unit: number, given: StepVectors): Split {
  const values = new StepValues(statements, given);
  const equation = values.equation(signal);
  const pre = equation && preOf(statements, equation);
  if (!equation || !pre) throw new Error(`${signal} has no weights of its own: it is made of other signals.`);
  const splitting = new Splitting(statements, values, unit);
  const parts = splitting.parts(pre.e, 1, []);
  const sum = parts.reduce((s, p) => s + amountOf(p), 0);
  const to = Math.max(CURVE_TO, Math.ceil(Math.abs(Number.isFinite(sum) ? sum : 0)) + 4);
  return { parts, sum, held: splitting.held, bend: bendText(equation, pre), curve: { to, values: Float64Array.from(curveOf(equation, pre, to, 2 * to / CURVE_STEP + 1)) } };
}

/** What a part adds in all. */
export const amountOf = (part: Part): number => (part.kind === 'single' ? part.amount : part.amounts.reduce((a, b) => a + b, 0));

/** `σ`, `1 − σ`: what stands around the sum. */
function bendText(equation: Placed, pre: Placed): string {
  if (equation.path === pre.path) return '';
  return written(equation.e, pre.e, '').replace(/\(\)/g, '').trim();
}

class Splitting {
  held = false;

  constructor(private readonly statements: readonly Statement[], private readonly values: StepValues, private readonly unit: number) {}

  /** `times` is the product of `factors` and signs. */
  parts(e: Expression, times: number, factors: readonly Factor[]): Part[] {
    switch (e.kind) {
      case 'negate': return this.parts(e.argument, -times, factors);
      case 'scale': return this.parts(e.argument, e.value * times, [...factors, { text: String(e.value), value: e.value }]);
      case 'matrix': return [this.row(e, times, factors)];
      case 'name': return this.name(e, times, factors);
      case 'call': return this.call(e, times, factors);
      case 'infix': break;
      default: return [this.single('constant', e, times, factors)];
    }
    if (e.op === '+' || e.op === '-') return [...this.parts(e.left, times, factors), ...this.parts(e.right, e.op === '-' ? -times : times, factors)];
    return e.op === '⊙' ? this.product(e.left, e.right, e, times, factors) : this.quotient(e, times, factors);
  }

  private name(e: Extract<Expression, { kind: 'name' }>, times: number, factors: readonly Factor[]): Part[] {
    const plain = unbent(this.statements, e);
    if (plain) return this.parts(plain.e, times, factors);
    return [this.single(this.values.isParameter(e) ? 'bias' : 'own', e, times, factors)];
  }

  /** One side has the sum, the other multiplies it; a parameter times a state is a peephole. */
  private product(left: Expression, right: Expression, whole: Expression, times: number, factors: readonly Factor[]): Part[] {
    const [a, b] = [this.splits(left), this.splits(right)];
    if (a && b) return [this.single('whole', whole, times, factors)];
    if (!a && !b) return [this.peephole(left, right, whole, times, factors)];
    const [sum, factor] = a ? [left, right] : [right, left];
    const value = this.value(factor);
    return this.parts(sum, times * value, [...factors, { text: written(factor), value }]);
  }

  private quotient(e: Extract<Expression, { kind: 'infix' }>, times: number, factors: readonly Factor[]): Part[] {
    if (this.splits(e.right)) return [this.single('whole', e, times, factors)];
    const value = this.value(e.right);
    return this.parts(e.left, times / value, [...factors, { text: `1/${written(e.right)}`, value: 1 / value }]);
  }

  private splits(e: Expression): boolean {
    return isAffine(this.statements, e) || (e.kind === 'infix' && (e.op === '+' || e.op === '-'));
  }

  private peephole(left: Expression, right: Expression, whole: Expression, times: number, factors: readonly Factor[]): Single {
    const [weight, read] = this.values.isParameter(left) ? [left, right] : this.values.isParameter(right) ? [right, left] : [undefined, undefined];
    if (!weight || !read || this.values.isParameter(read)) return this.single(weight ? 'bias' : 'own', whole, times, factors);
    return { ...this.single('own', whole, times, factors), weight: this.value(weight), value: this.value(read) };
  }

  /** norm(v) is (v - mean) / spread: with both as they were, its parts are those of v. What else bends is one part. */
  private call(e: Extract<Expression, { kind: 'call' }>, times: number, factors: readonly Factor[]): Part[] {
    const argument = e.values[0]!;
    if (e.name !== 'norm') return functionNamed(e.name)?.makes && e.name === 'clip' ? this.clipped(e, times, factors) : [this.single('whole', e, times, factors)];
    const whole = this.values.whole(argument);
    if (!whole) throw missing();
    const v = Float64Array.from(whole);
    this.held = true;
    const mean = v.reduce((a, b) => a + b, 0) / v.length;
    // The spread as norm has it, from any component that is not the mean itself; where all are equal, norm is 0.
    const normed = apply(e, [v]);
    const k = normed.reduce((best, n, j) => (Math.abs(n) > Math.abs(normed[best]!) ? j : best), 0);
    const scale = normed[k] === 0 || v[k] === mean ? 0 : normed[k]! / (v[k]! - mean);
    const factor = { text: '1/spread', value: scale };
    return [...this.parts(argument, times * scale, [...factors, factor]), { kind: 'single', role: 'held', text: '−mean', amount: -mean * scale * times, value: mean, factors: [...factors, factor] }];
  }

  /** The parts of what was clipped, and what clipping took away. */
  private clipped(e: Extract<Expression, { kind: 'call' }>, times: number, factors: readonly Factor[]): Part[] {
    const cut = (this.value(e) - this.value(e.values[0]!)) * times;
    return [...this.parts(e.values[0]!, times, factors), { kind: 'single', role: 'whole', text: `clip(${e.numbers.join(', ')})`, amount: cut, factors }];
  }

  private row({ name, argument }: Extract<Expression, { kind: 'matrix' }>, times: number, factors: readonly Factor[]): Row {
    const [w, v] = [this.values.parameter(name), this.values.whole(argument)];
    if (!w || !v) throw missing();
    const weights = Float64Array.from(w.data.subarray(this.unit * v.length, (this.unit + 1) * v.length));
    if (weights.length !== v.length) throw new Error(`Unit ${this.unit} is not one of ${name}'s ${w.shape[0]} rows.`);
    return { kind: 'matrix', matrix: name, source: sourceIn(argument), text: written(argument), weights, values: Float64Array.from(v), amounts: weights.map((weight, j) => weight * v[j]! * times), factors };
  }

  private single(role: Single['role'], e: Expression, times: number, factors: readonly Factor[]): Single {
    const value = this.value(e);
    return { kind: 'single', role, text: written(e), amount: value * times, value, factors };
  }

  private value(e: Expression): number {
    const value = this.values.at(e, this.unit);
    if (value === undefined) throw missing();
    return value;
  }
}

const missing = (): Error => new Error('A trace holds signals but no weights; open its checkpoint to see this.');

/** What a vector is made of, by the last name in it that is no gate: the h of `r ⊙ h`. */
function sourceIn(e: Expression): string {
  if (e.kind === 'name') return e.primed ? `${e.name}'` : e.name;
  return partsOf({ path: '', e }).map(p => sourceIn(p.e)).findLast(s => s !== '') ?? '';
}
