/** What every expression of a cell's equations was in one step, in float64, one component at a time: only what is asked for is computed. */
import { functionNamed } from '../core/equations/functions';
import { GraphBuilder } from '../core/equations/graph';
import { partsOf, type Placed } from '../core/equations/parts';
import type { Equation, Expression, Statement } from '../core/equations/syntax';
import { step, type Numbers } from '../core/interpret';
import type { Params } from '../core/layer';
import type { Program } from '../core/program';

/** One step of one layer: vectors by name. What is missing makes what needs it undefined. */
export interface StepVectors {
  readonly x?: Numbers | undefined;
  /** States before the step. */
  readonly before: ReadonlyMap<string, Numbers>;
  /** Signals of the step, new states among them, as they were recorded; others are computed from their equations. */
  readonly now: ReadonlyMap<string, Numbers>;
  readonly params?: Params | undefined;
}

/** The right-hand sides, by the path of their statement. */
export function equationsOf(statements: readonly Statement[]): (Equation & Placed)[] {
  return statements.flatMap((s, k) => (s.kind === 'equation' ? [{ ...s, path: String(k), e: s.right }] : []));
}

export class StepValues {
  private readonly vectors = new Map<Expression, Float64Array | undefined>();
  private readonly equations: ReadonlyMap<string, Equation & Placed>;

  constructor(statements: readonly Statement[], private readonly given: StepVectors) {
    this.equations = new Map(equationsOf(statements).map(q => [q.name, q]));
  }

  equation(name: string): (Equation & Placed) | undefined { return this.equations.get(name); }

  /** True for a state's name without a prime: its value before the step. */
  isBefore(e: Expression): boolean { return e.kind === 'name' && !e.primed && this.equations.get(e.name)?.primed === true; }

  /** True for what is learnt. */
  isParameter(e: Expression): boolean { return e.kind === 'name' && e.name !== 'x' && !this.equations.has(e.name); }

  parameter(name: string): { readonly shape: readonly number[]; readonly data: Float32Array } | undefined {
    const { params } = this.given;
    return params && Object.hasOwn(params, name) ? params[name] : undefined;
  }

  /** Component `k`; the only one of a scalar. Undefined where something that it needs is not known. */
  at(e: Expression, k: number): number | undefined {
    const [found] = this.some(e, [k]);
    return found;
  }

  /** All components. */
  whole(e: Expression): Numbers | undefined {
    if (e.kind === 'name') return this.named(e);
    if (!this.vectors.has(e)) {
      const length = this.length(e);
      const made = length === undefined ? undefined : this.some(e, Array.from({ length }, (_, k) => k));
      this.vectors.set(e, made?.every(v => v !== undefined) ? Float64Array.from(made) : undefined);
    }
    return this.vectors.get(e);
  }

  private some(e: Expression, ks: readonly number[]): (number | undefined)[] {
    switch (e.kind) {
      case 'number': return ks.map(() => e.value);
      case 'name': {
        const v = this.named(e);
        return ks.map(k => (v?.length === 1 ? v[0] : v?.[k]));
      }
      case 'negate': return this.some(e.argument, ks).map(v => (v === undefined ? v : -v));
      case 'scale': return this.some(e.argument, ks).map(v => (v === undefined ? v : e.value * v));
      case 'infix': {
        const right = this.some(e.right, ks);
        return this.some(e.left, ks).map((v, k) => (v === undefined || right[k] === undefined ? undefined : INFIX[e.op](v, right[k])));
      }
      case 'matrix': return this.rows(e, ks);
      case 'call': return functionNamed(e.name)!.result === 'elementwise' ? this.elementwise(e, ks) : this.reduced(e, ks);
    }
  }

  private rows(e: Extract<Expression, { kind: 'matrix' }>, ks: readonly number[]): (number | undefined)[] {
    const [w, v] = [this.parameter(e.name), this.whole(e.argument)];
    if (!w || !v) return ks.map(() => undefined);
    return ks.map(k => {
      let sum = 0;
      for (let j = 0; j < v.length; j++) sum += w.data[k * v.length + j]! * v[j]!;
      return Number.isNaN(sum) && (k + 1) * v.length > w.data.length ? undefined : sum;
    });
  }

  private elementwise(e: Extract<Expression, { kind: 'call' }>, ks: readonly number[]): (number | undefined)[] {
    const values = e.values.map(v => this.some(v, ks));
    const known = ks.map((_, k) => values.every(v => v[k] !== undefined));
    const made = apply(e, values.map(v => Float64Array.from(v, n => n ?? 0)));
    return ks.map((_, k) => (known[k] ? made[k] : undefined));
  }

  private reduced(e: Extract<Expression, { kind: 'call' }>, ks: readonly number[]): (number | undefined)[] {
    const values = e.values.map(v => this.whole(v));
    if (!values.every(v => v !== undefined)) return ks.map(() => undefined);
    const made = apply(e, values.map(v => Float64Array.from(v)));
    return ks.map(k => (made.length === 1 ? made[0] : made[k]));
  }

  private named(e: Extract<Expression, { kind: 'name' }>): Numbers | undefined {
    if (e.name === 'x') return this.given.x;
    if (this.isBefore(e)) return this.given.before.get(e.name);
    const equation = this.equations.get(e.name);
    if (equation) return this.given.now.get(e.name) ?? this.whole(equation.right);
    return this.parameter(e.name)?.data;
  }

  private length(e: Expression): number | undefined {
    switch (e.kind) {
      case 'number': return 1;
      case 'name': return this.named(e)?.length;
      case 'matrix': return this.parameter(e.name)?.shape[0];
      case 'call': if (functionNamed(e.name)!.result === 'scalar') return 1;
    }
    const lengths = partsOf({ path: '', e }).map(p => this.length(p.e));
    return lengths.some(n => n === undefined) ? undefined : Math.max(...lengths.map(n => n ?? 0));
  }
}

const INFIX = { '+': (a: number, b: number) => a + b, '-': (a: number, b: number) => a - b, '⊙': (a: number, b: number) => a * b, '/': (a: number, b: number) => a / b } as const;

/** A function of the equations, of vectors of one length, by the graph that it stands for. */
export function apply(call: { readonly name: string; readonly numbers: readonly number[] }, values: readonly Float64Array[]): Float64Array {
  const graph = new GraphBuilder();
  const [v, w = v] = values.map((_, k) => graph.add({ op: 'parameter', name: String(k) }, 1));
  const node = functionNamed(call.name)!.build(graph, v!, w!, call.numbers);
  const program: Program = { nodes: graph.nodes, classes: [], links: [], input: 0, states: [], signals: [], parameters: [], output: '', contributions: [], statements: [] };
  const length = Math.max(...values.map(a => a.length));
  const same = values.map(a => (a.length === length ? a : new Float64Array(length).fill(a[0]!)));
  return step(program, [1, length], Object.fromEntries(same.map((a, k) => [String(k), a])), new Float64Array()).nodes[node]!;
}

/** A unit's component of every expression that can be known. */
export function partValues(statements: readonly Statement[], given: StepVectors, unit: number): Record<string, number> {
  const values = new StepValues(statements, given);
  const found: Record<string, number> = {};
  const walk = (p: Placed): void => {
    const v = values.at(p.e, unit);
    if (v !== undefined) found[p.path] = v;
    if (p.e.kind === 'scale') found[`${p.path}.n`] = p.e.value;
    for (const part of partsOf(p)) if (p.e.kind !== 'matrix' || isShown(part.e)) walk(part);
  };
  for (const q of equationsOf(statements)) {
    walk(q);
    const recorded = given.now.get(q.name)?.[unit];
    if (recorded !== undefined) found[q.path] = recorded;
  }
  return found;
}

/** Behind a matrix a component belongs to another unit: only products, as in Un (r ⊙ h), are shown. */
const isShown = (e: Expression): boolean => e.kind !== 'name' && e.kind !== 'number';
