/** Resolved statements into a program. */
import { functionNamed } from './functions';
import { GraphBuilder } from './graph';
import { printExpression } from './print';
import type { Parameter, Program, Signal, SignalKind, StateVariable } from '../program';
import { inferShapes, type Shapes } from './shapes';
import type { Equation, Expression, Statement } from './syntax';

/** Builds the graph of one step. @throws EquationError */
export function lower(statements: readonly Statement[]): Program {
  return new Lowering(statements, inferShapes(statements)).program();
}

const INFIX = { '+': 'add', '-': 'sub', '⊙': 'mul', '/': 'div' } as const;

class Lowering {
  private readonly graph = new GraphBuilder();
  private readonly parameters = new Map<string, Parameter>();
  /** Nodes of signals (`f`) and next states (`h'`). */
  private readonly known = new Map<string, number>();
  private readonly kinds = new Map<string, SignalKind>();

  constructor(private readonly statements: readonly Statement[], private readonly shapes: Shapes) {}

  program(): Program {
    const equations = this.statements.filter(s => s.kind === 'equation');
    const signals = equations.map(e => this.signal(e));
    const states = equations.flatMap((e, k): StateVariable[] => e.primed ? [{ name: e.name, size: signals[k]!.size, next: signals[k]!.node }] : []);
    const { classes, links, classOf } = this.shapes;
    const output = states.some(s => s.name === 'h') ? 'h' : states.at(-1)!.name;
    return {
      nodes: this.graph.nodes, classes, links, input: classOf('x'), states, signals, parameters: [...this.parameters.values()],
      output, contributions: [], statements: this.statements,
    };
  }

  private signal(e: Equation): Signal {
    const size = this.shapes.classOf(e.name);
    const node = this.graph.claim(this.graph.spreadTo(this.node(e.right), size), e.name);
    this.known.set(e.primed ? `${e.name}'` : e.name, node);
    const kind = e.primed ? 'state' : this.kind(e.right);
    this.kinds.set(e.name, kind);
    const pre = this.preactivation(e.right);
    return { name: e.name, label: e.label, equation: printExpression(e.right), kind, node, size, ...(pre === undefined ? {} : { pre }) };
  }

  private node(e: Expression): number {
    const g = this.graph;
    switch (e.kind) {
      case 'number': return g.number(e.value);
      case 'name': return this.name(e.name, e.primed);
      case 'negate': return g.unary('neg', this.node(e.argument));
      case 'scale': return g.binary('mul', g.number(e.value), this.node(e.argument));
      case 'infix': return g.binary(INFIX[e.op], this.node(e.left), this.node(e.right));
      case 'matrix': {
        const [rows, columns] = [this.shapes.classOf(`${e.name} rows`), this.shapes.classOf(`${e.name} columns`)];
        this.parameter({ name: e.name, kind: 'matrix', rows, columns });
        return g.product(e.name, false, this.node(e.argument), rows);
      }
      case 'call': {
        const [v, w = v] = e.values.map(a => this.node(a));
        return functionNamed(e.name)!.build(g, v!, w!, e.numbers);
      }
    }
  }

  private name(name: string, primed: boolean): number {
    const meaning = this.shapes.meaning(name, primed);
    const size = this.shapes.classOf(name);
    if (meaning === 'input') return this.graph.add({ op: 'input' }, size);
    if (meaning === 'previous') return this.graph.add({ op: 'state', name }, size);
    if (meaning === 'next' || meaning === 'signal') return this.known.get(primed ? `${name}'` : name)!;
    this.parameter({ name, kind: meaning === 'scalar' ? 'scalar' : 'vector', rows: size });
    return this.graph.add({ op: 'parameter', name }, size);
  }

  private parameter(parameter: Parameter): void {
    if (!this.parameters.has(parameter.name)) this.parameters.set(parameter.name, parameter);
  }

  private preactivation(e: Expression): number | undefined {
    return e.kind === 'call' && functionNamed(e.name)!.makes ? this.node(e.values[0]!) : undefined;
  }

  /** By the outermost function; what is made of gates alone and stays in 0..1 is a gate too (`f = 1 - i`). */
  private kind(e: Expression): SignalKind {
    if (e.kind === 'name') return !e.primed && this.kinds.get(e.name) === 'gate' ? 'gate' : 'value';
    if (e.kind === 'call') {
      const { makes } = functionNamed(e.name)!;
      return makes === 'candidate' && !isAffine(e.values[0]!) ? 'value' : makes ?? 'value';
    }
    if (e.kind !== 'infix') return 'value';
    const complement = e.op === '-' && e.left.kind === 'number' && e.left.value === 1;
    const gates = (complement ? [e.right] : [e.left, e.right]).every(p => this.kind(p) === 'gate');
    return gates && (complement || e.op === '⊙') ? 'gate' : 'value';
  }
}

/** Has a matrix product among its terms. */
function isAffine(e: Expression): boolean {
  switch (e.kind) {
    case 'matrix': return true;
    case 'infix': return isAffine(e.left) || isAffine(e.right);
    case 'negate': case 'scale': return isAffine(e.argument);
    case 'call': return e.values.some(isAffine);
    default: return false;
  }
}
