/**
 * The backward pass of a step, as a program of the same type, so that the same evaluators run it.
 * Its x is the gradient that reaches the output from outside at this step; its state `dh` is the gradient carried from the step
 * after; its signals are `dx` and a `d...` for every signal (`dc`, `dh`: everything that reaches that state at this step);
 * its next states are the gradients for the step before. `contributions` are what the step adds to the parameters' gradients.
 */
import { GraphBuilder } from './equations/graph';
import { outputState, type BinaryOp, type Contribution, type Node, type Program, type Signal, type UnaryOp } from './program';

/** Differentiates a forward program with respect to x, the previous states, every signal and every parameter. */
export function differentiate(program: Program): Program {
  return new Differentiation(program).backward();
}

class Differentiation {
  private readonly g = new GraphBuilder();
  /** Gradient node of each forward node that one reaches. */
  private readonly adjoint = new Map<number, number>();
  private readonly contributions: Contribution[] = [];

  constructor(private readonly forward: Program) {}

  backward(): Program {
    const { forward, g } = this;
    const output = outputState(forward);
    for (const s of forward.states) this.reach(s.next, g.add({ op: 'state', name: `d${s.name}` }, s.size));
    this.reach(output.next, g.add({ op: 'input' }, output.size));
    for (let id = forward.nodes.length - 1; id >= 0; id--) this.visit(id);
    const states = forward.states.map(s => ({ name: `d${s.name}`, size: s.size, next: this.own(this.leaf(n => n.op === 'state' && n.name === s.name), s.size, `next d${s.name}`) }));
    return {
      nodes: g.nodes, classes: forward.classes, links: [], input: output.size, states, signals: this.signals(), parameters: forward.parameters,
      output: `d${forward.output}`, contributions: this.contributions, statements: [],
    };
  }

  private signals(): Signal[] {
    const { forward } = this;
    const dx = { name: 'dx', node: this.own(this.leaf(n => n.op === 'input'), forward.input, 'dx'), size: forward.input };
    const others = forward.signals.map(s => {
      const pre = s.pre === undefined ? {} : { pre: this.own(s.pre, forward.nodes[s.pre]!.size, `pre d${s.name}`) };
      return { name: `d${s.name}`, node: this.own(s.node, s.size, `d${s.name}`), size: s.size, ...pre };
    });
    return [dx, ...others].map(s => ({ ...s, label: `gradient of ${s.name.slice(1)}`, equation: '', kind: 'value' }));
  }

  /** Hands the gradient of node `id` to its arguments. All who read it have larger ids, so it is complete. */
  private visit(id: number): void {
    const node = this.forward.nodes[id]!;
    const d = this.adjoint.get(id);
    if (d === undefined) return;
    switch (node.op) {
      case 'parameter': this.contributions.push({ parameter: node.name, rows: d }); return;
      case 'product': this.product(node, d); return;
      case 'spread': this.reach(node.a, this.g.sum(d)); return;
      case 'sum': this.reach(node.a, this.g.spreadTo(d, this.forward.nodes[node.a]!.size)); return;
      case 'copy': this.reach(node.a, d); return;
      case 'number': case 'size': case 'input': case 'state': case 'saved': return;
    }
    if ('b' in node) pairRules[node.op](this.pair(node, id, d));
    else {
      const rule = rules[node.op];
      if (rule) this.reach(node.a, rule({ g: this.g, d, a: () => this.value(node.a), y: () => this.value(id) }));
    }
  }

  private product({ matrix, transposed, a }: Node & { op: 'product' }, d: number): void {
    this.reach(a, this.g.product(matrix, !transposed, d, this.forward.nodes[a]!.size));
    const v = this.value(a);
    this.contributions.push(transposed ? { parameter: matrix, rows: v, columns: d } : { parameter: matrix, rows: d, columns: v });
  }

  private pair(node: Node & { op: BinaryOp }, id: number, d: number): Pair {
    return {
      g: this.g, d, a: () => this.value(node.a), b: () => this.value(node.b), y: () => this.value(id),
      toA: part => { if (!isConstant(this.forward.nodes, node.a)) this.reach(node.a, part()); },
      toB: part => { if (!isConstant(this.forward.nodes, node.b)) this.reach(node.b, part()); },
    };
  }

  private reach(id: number, part: number): void {
    const before = this.adjoint.get(id);
    this.adjoint.set(id, before === undefined ? part : this.g.binary('add', before, part));
  }

  /** A forward value in the backward program: saved, or made anew where it is the same at every step. */
  private value(id: number): number {
    const node = this.forward.nodes[id]!;
    if (node.op === 'number' || node.op === 'size' || node.op === 'parameter') return this.g.add(node, node.size);
    if (node.op === 'spread' && isConstant(this.forward.nodes, node.a)) return this.g.spreadTo(this.value(node.a), node.size);
    return this.g.add({ op: 'saved', node: id }, node.size);
  }

  private leaf(is: (node: Node) => boolean): number {
    return this.forward.nodes.findIndex(is);
  }

  /** The gradient of a forward node as a node that nothing else claims; zero where none reaches it. */
  private own(id: number, size: number, name: string): number {
    return this.g.claim(this.adjoint.get(id) ?? this.g.spreadTo(this.g.number(0), size), name);
  }
}

function isConstant(nodes: readonly Node[], id: number): boolean {
  const node = nodes[id]!;
  return node.op === 'number' || node.op === 'size' || (node.op === 'spread' && isConstant(nodes, node.a));
}

/** For y = f(a): given d = dL/dy, the node of dL/da. Rules read the output where they can, since it is recorded anyway. */
interface Single { readonly g: GraphBuilder; readonly d: number; a(): number; y(): number }

const rules: Readonly<Record<UnaryOp, ((s: Single) => number) | undefined>> = {
  neg: ({ g, d }) => g.unary('neg', d),
  sigmoid: ({ g, d, y }) => g.binary('mul', d, g.binary('mul', y(), complement(g, y()))),
  tanh: ({ g, d, y }) => g.binary('mul', d, complement(g, g.binary('mul', y(), y()))),
  relu: ({ g, d, y }) => g.binary('mul', d, g.unary('step', y())),
  step: undefined,
  exp: ({ g, d, y }) => g.binary('mul', d, y()),
  log: ({ g, d, a }) => g.binary('div', d, a()),
  sqrt: ({ g, d, y }) => g.binary('div', d, g.binary('add', y(), y())),
};

/** For y = f(a, b). Parts are thunks: nothing is built where an argument is constant. */
interface Pair extends Single {
  b(): number;
  toA(part: () => number): void;
  toB(part: () => number): void;
}

const pairRules: Readonly<Record<BinaryOp, (p: Pair) => void>> = {
  add: ({ d, toA, toB }) => { toA(() => d); toB(() => d); },
  sub: ({ g, d, toA, toB }) => { toA(() => d); toB(() => g.unary('neg', d)); },
  mul: ({ g, d, a, b, toA, toB }) => { toA(() => g.binary('mul', d, b())); toB(() => g.binary('mul', d, a())); },
  div: ({ g, d, b, y, toA, toB }) => {
    toA(() => g.binary('div', d, b()));
    toB(() => g.unary('neg', g.binary('div', g.binary('mul', d, y()), b())));
  },
  max: p => { choose(p, () => p.g.unary('step', p.g.binary('sub', p.a(), p.b()))); },
  min: p => { choose(p, () => p.g.unary('step', p.g.binary('sub', p.b(), p.a()))); },
};

/** `won` is 1 where a is the result. A tie goes to b. */
function choose({ g, d, toA, toB }: Pair, won: () => number): void {
  toA(() => g.binary('mul', d, won()));
  toB(() => g.binary('mul', d, complement(g, won())));
}

function complement(g: GraphBuilder, v: number): number {
  return g.binary('sub', g.like(v, 1), v);
}
