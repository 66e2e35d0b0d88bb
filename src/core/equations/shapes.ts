/** What every name in the statements means, and which vectors must be equally long: union-find over names. */
import * as errors from './errors';
import { functionNamed } from './functions';
import { printExpression } from './print';
import type { SizeClass, SizeLink } from '../program';
import { isMatrixName, type Equation, type Expression, type Place, type Statement } from './syntax';

export type Meaning = 'input' | 'previous' | 'next' | 'signal' | 'parameter' | 'scalar';

/** The key of scalars; x, states, signals and vectors have their name as key, matrices `W rows` and `W columns`. */
const SCALAR = '';

export interface Shapes {
  readonly classes: readonly SizeClass[];
  readonly links: readonly SizeLink[];
  readonly scalars: ReadonlySet<string>;
  /** Size class of a key: a name, or `W rows`. */
  classOf(key: string): number;
  meaning(name: string, primed: boolean): Meaning;
}

/** Resolves names and sizes. @throws EquationError */
export function inferShapes(statements: readonly Statement[]): Shapes {
  const scope = new Scope(statements);
  const sizes = new Sizes();
  for (const equation of scope.equations) {
    const key = infer(equation.right, scope, sizes);
    if (equation.primed || key !== SCALAR) sizes.join(equation.name, key || equation.name, equation, () => `${equation.name}${equation.primed ? "'" : ''} = ${printExpression(equation.right)}`);
    else scope.scalarSignals.add(equation.name);
    scope.done.add(equation);
  }
  const named = ['x', ...scope.states, ...scope.equations.filter(e => !e.primed && !scope.scalarSignals.has(e.name)).map(e => e.name)];
  const { classes, classOf } = sizes.classes(named);
  return { classes, links: sizes.links, scalars: scope.scalars, classOf: key => scope.scalarSignals.has(key) || scope.scalars.has(key) ? 0 : classOf(key), meaning: (name, primed) => scope.meaning(name, primed) };
}

/** Key of the expression's size. */
function infer(e: Expression, scope: Scope, sizes: Sizes): string {
  const key = keyOf(e, scope, sizes);
  if (key !== SCALAR) sizes.touch(key);
  return key;
}

function keyOf(e: Expression, scope: Scope, sizes: Sizes): string {
  switch (e.kind) {
    case 'number': return SCALAR;
    case 'name': return scope.key(e);
    case 'negate': case 'scale': return infer(e.argument, scope, sizes);
    case 'matrix': {
      const argument = infer(e.argument, scope, sizes);
      if (argument === SCALAR) throw errors.matrixOnNumber(e.name)(e.argument);
      sizes.join(`${e.name} columns`, argument, e, () => printExpression(e));
      return `${e.name} rows`;
    }
    case 'infix': return joined([e.left, e.right], e, scope, sizes);
    case 'call': {
      const { name, result } = functionNamed(e.name)!;
      const key = joined(e.values, e, scope, sizes);
      if (result !== 'elementwise' && key === SCALAR) throw errors.needsVector(name)(e.values[0]!);
      return result === 'scalar' ? SCALAR : key;
    }
  }
}

function joined(parts: readonly Expression[], whole: Expression, scope: Scope, sizes: Sizes): string {
  const keys = parts.map(p => infer(p, scope, sizes));
  const [first = SCALAR, ...others] = keys.filter(k => k !== SCALAR);
  for (const other of others) sizes.join(first, other, whole, () => printExpression(whole));
  return first;
}

/** Names: what is defined where. */
class Scope {
  readonly equations: readonly Equation[];
  readonly states: readonly string[];
  readonly scalars: ReadonlySet<string>;
  readonly scalarSignals = new Set<string>();
  /** Equations above the one being read. */
  readonly done = new Set<Equation>();
  private readonly defined = new Map<string, Equation>();

  constructor(statements: readonly Statement[]) {
    this.equations = statements.filter(s => s.kind === 'equation');
    const declared = new Map(statements.filter(s => s.kind === 'scalar').map(s => [s.name, s]));
    for (const s of statements) this.checkName(s);
    for (const e of this.equations) this.define(e, declared.get(e.name));
    this.scalars = new Set(declared.keys());
    this.states = this.equations.filter(e => e.primed).map(e => e.name);
    if (statements.length === 0) throw errors.empty({ line: 1, column: 1 });
    if (this.states.length === 0) throw errors.noState(this.equations.at(-1) ?? statements[0]!);
  }

  meaning(name: string, primed: boolean): Meaning {
    if (primed) return 'next';
    if (name === 'x') return 'input';
    if (this.scalars.has(name)) return 'scalar';
    const equation = this.defined.get(name);
    if (!equation) return 'parameter';
    return equation.primed ? 'previous' : 'signal';
  }

  key(e: Expression & { kind: 'name' }): string {
    const equation = this.defined.get(e.name);
    if (e.primed && !equation?.primed) throw errors.notAState(e.name)(e);
    const meaning = this.meaning(e.name, e.primed);
    if (equation && (meaning === 'next' || meaning === 'signal') && !this.done.has(equation)) {
      throw errors.notYet(e.primed ? `${e.name}'` : e.name, equation.line)(e);
    }
    return meaning === 'scalar' || this.scalarSignals.has(e.name) ? SCALAR : e.name;
  }

  private checkName(s: Statement): void {
    if (s.name === 'x') throw errors.inputDefined(s);
    if (isMatrixName(s.name)) throw errors.matrixDefined(s.name)(s);
  }

  private define(e: Equation, declared: Statement | undefined): void {
    const before = this.defined.get(e.name);
    if (before) throw (before.primed === e.primed ? errors.twice(e.primed ? `${e.name}'` : e.name, before.line) : errors.stateAndSignal(e.name, before.line))(e);
    if (declared) throw errors.scalarDefined(e.name, declared.line)(e);
    this.defined.set(e.name, e);
  }
}

class Sizes {
  readonly links: SizeLink[] = [];
  private readonly parent = new Map<string, string>();

  /** Makes sure that the key has a class, even if nothing is joined with it. */
  touch(key: string): void {
    this.root(key);
  }

  join(a: string, b: string, { line, column }: Place, text: () => string): void {
    const [ra, rb] = [this.root(a), this.root(b)];
    if (a !== b) this.links.push({ a, b, text: text(), line, column });
    if (ra !== rb) this.parent.set(rb, ra);
  }

  /** Numbers the classes: 0 is the scalar, then in the order in which names and then parameters come. */
  classes(named: readonly string[]): { classes: SizeClass[]; classOf(key: string): number } {
    const numbers = new Map<string, number>();
    const names: string[][] = [[]];
    const classOf = (key: string): number => {
      const root = this.root(key);
      const known = numbers.get(root);
      if (known !== undefined) return known;
      numbers.set(root, names.length);
      return names.push([]) - 1;
    };
    for (const name of named) names[classOf(name)]!.push(name);
    for (const key of [...this.parent.keys()]) classOf(key);
    return { classes: names.map(n => ({ names: n })), classOf };
  }

  private root(key: string): string {
    let root = key;
    for (let up = this.parent.get(root); up !== undefined && up !== root; up = this.parent.get(root)) root = up;
    this.parent.set(key, root);
    return root;
  }
}

