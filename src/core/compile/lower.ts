/**
 * A program, scheduled: what is computed once, ahead for the whole sequence, step by step, and behind; which products add up in one
 * place; which values have to be stored. Sizes and addresses come later (`place.ts`).
 *
 * Constants depend on parameters alone. `pre` is what products need that read only x: matrix-matrix products over the sequence. `loop`
 * is the recurrence, `post` are products that no next state needs. Each phase is a list of stages: all products and sums of a level,
 * then one elementwise pass per size. Elementwise work on x alone waits for the pass that uses it.
 */
import { argumentsOf, type Node, type Program } from '../program';

export type Phase = 'pre' | 'loop' | 'post';
const PHASES: readonly Phase[] = ['pre', 'loop', 'post'];

/** A sum of products, constants and others; the value of node `root`. A product alone is one too. */
export interface Accumulation {
  readonly root: number;
  readonly constants: readonly number[];
  /** In the order they are added up: those ahead first, then by their stage. */
  readonly products: readonly number[];
  /** Added by the pass that reads the accumulated products. */
  readonly others: readonly number[];
}

/** Elementwise nodes of one size, in topological order. */
export interface Pass { readonly size: number; readonly nodes: readonly number[] }

export interface Stage {
  readonly phase: Phase;
  readonly level: number;
  /** Product nodes. */
  readonly products: readonly number[];
  /** `sum` nodes. */
  readonly sums: readonly number[];
  /** Scalars first: vectors of the same stage read them. */
  readonly passes: readonly Pass[];
}

export interface Plan {
  readonly program: Program;
  /** In the order of execution. */
  readonly stages: readonly Stage[];
  readonly accumulations: ReadonlyMap<number, Accumulation>;
  /** Phase of each product. */
  readonly productPhase: ReadonlyMap<number, Phase>;
  /** Nodes whose value is the same at every step and is read by others. */
  readonly constants: readonly number[];
  /** Where computed nodes are kept: a row per step, or one row that each step writes anew. */
  readonly stored: ReadonlyMap<number, 'plane' | 'scratch'>;
}

/** `keep` are nodes to be stored for every step beside signals and states. */
export function lower(program: Program, keep: ReadonlySet<number>): Plan {
  return new Lowering(program, keep).plan();
}

class Lowering {
  private readonly nodes: readonly Node[];
  /** Nodes wanted from outside: never absorbed into a sum, always stored. */
  private readonly wanted = new Set<number>();
  private readonly constant: boolean[] = [];
  /** Does it depend on a state? */
  private readonly recurrent: boolean[] = [];
  /** Does a next state depend on it? */
  private readonly needed: boolean[] = [];
  private readonly uses: number[] = [];
  private readonly absorbed = new Set<number>();
  private readonly accumulations = new Map<number, Accumulation>();
  private readonly productPhase = new Map<number, Phase>();
  private readonly phase = new Map<number, Phase>();
  private readonly level = new Map<number, number>();
  private readonly productLevel = new Map<number, number>();

  constructor(private readonly program: Program, private readonly keep: ReadonlySet<number>) {
    this.nodes = program.nodes;
  }

  plan(): Plan {
    this.want();
    this.classify();
    this.accumulate();
    this.assignPhases();
    this.assignLevels();
    this.order();
    this.sink();
    const stages = this.stages();
    return { program: this.program, stages, accumulations: this.accumulations, productPhase: this.productPhase, constants: this.constants(), stored: this.stored() };
  }

  private want(): void {
    const { signals, states, contributions } = this.program;
    for (const s of signals) this.wanted.add(s.node);
    for (const s of states) this.wanted.add(s.next);
    for (const c of contributions) for (const id of [c.rows, c.columns]) if (id !== undefined) this.wanted.add(id);
    for (const id of this.keep) this.wanted.add(id);
  }

  private classify(): void {
    const { nodes, program } = this;
    const perStep = new Set([...program.signals.map(s => s.node), ...program.states.map(s => s.next)]);
    for (const [id, node] of nodes.entries()) {
      const args = argumentsOf(node);
      const fixed = node.op === 'number' || node.op === 'size' || node.op === 'parameter' || (args.length > 0 && args.every(a => this.constant[a]));
      this.constant.push(fixed && !perStep.has(id));
      this.recurrent.push(node.op === 'state' || args.some(a => this.recurrent[a]));
      this.uses.push(0);
      this.needed.push(false);
      for (const a of args) this.uses[a]!++;
    }
    for (const s of program.states) this.needed[s.next] = true;
    for (let id = nodes.length - 1; id >= 0; id--) if (this.needed[id]) for (const a of argumentsOf(nodes[id]!)) this.needed[a] = true;
  }

  /** Sums are flattened from their roots, so larger ids first. */
  private accumulate(): void {
    for (let id = this.nodes.length - 1; id >= 0; id--) {
      const node = this.nodes[id]!;
      if (this.constant[id] || this.absorbed.has(id)) continue;
      if (node.op === 'product') this.accumulations.set(id, { root: id, constants: [], products: [id], others: [] });
      else if (node.op === 'add') this.flatten(id);
    }
  }

  private flatten(root: number): void {
    const [constants, products, others, inner]: [number[], number[], number[], number[]] = [[], [], [], []];
    const visit = (id: number): void => {
      const node = this.nodes[id]!;
      if (id !== root && this.constant[id]) { constants.push(id); return; }
      const own = this.uses[id] === 1 && !this.wanted.has(id);
      if (id === root || (own && node.op === 'add')) {
        if (id !== root) inner.push(id);
        for (const a of argumentsOf(node)) visit(a);
      } else if (own && node.op === 'product') products.push(id);
      else others.push(id);
    };
    visit(root);
    if (products.length === 0) return;
    for (const id of [...inner, ...products]) this.absorbed.add(id);
    this.accumulations.set(root, { root, constants, products, others });
  }

  private assignPhases(): void {
    const { nodes } = this;
    for (const [id, node] of nodes.entries()) {
      if (node.op === 'product' && !this.constant[id]) this.productPhase.set(id, !this.recurrent[id] ? 'pre' : this.needed[id] ? 'loop' : 'post');
    }
    const ahead = this.neededAhead();
    for (const id of this.computed()) {
      const behind = this.inputs(id).some(a => this.phase.get(a) === 'post') || this.productsOf(id).some(p => this.productPhase.get(p) === 'post');
      this.phase.set(id, ahead.has(id) ? 'pre' : behind ? 'post' : 'loop');
    }
  }

  /** What products ahead of the loop read, and all that leads there. */
  private neededAhead(): ReadonlySet<number> {
    const ahead = new Set<number>();
    for (let id = this.nodes.length - 1; id >= 0; id--) {
      const reads = this.productPhase.get(id) === 'pre' ? argumentsOf(this.nodes[id]!) : ahead.has(id) && !this.isLeaf(id) ? argumentsOf(this.nodes[id]!) : [];
      for (const a of reads) ahead.add(a);
    }
    return ahead;
  }

  /** Nodes that a pass or a sum computes: no leaves, no constants, nothing absorbed. In topological order. */
  private computed(): number[] {
    return this.nodes.flatMap((_, id) => this.constant[id] || this.isLeaf(id) || this.absorbed.has(id) ? [] : [id]);
  }

  private isLeaf(id: number): boolean {
    return argumentsOf(this.nodes[id]!).length === 0;
  }

  private productsOf(id: number): readonly number[] {
    return this.accumulations.get(id)?.products ?? [];
  }

  /** What computing a node reads besides its products: stored or computed values, no constants. */
  private inputs(id: number): readonly number[] {
    const reads = this.accumulations.get(id)?.others ?? argumentsOf(this.nodes[id]!);
    return reads.filter(a => !this.constant[a]);
  }

  /** A level is reached in a phase; what earlier phases made is there from the start. */
  private assignLevels(): void {
    const at = (id: number, phase: Phase): number => this.phase.get(id) === phase ? this.level.get(id) ?? 0 : 0;
    for (const [id, node] of this.nodes.entries()) {
      const own = this.productPhase.get(id);
      if (own && node.op === 'product') this.productLevel.set(id, at(node.a, own) + 1);
      const phase = this.phase.get(id);
      if (!phase) continue;
      const products = this.productsOf(id).filter(p => this.productPhase.get(p) === phase).map(p => this.productLevel.get(p)!);
      const reached = Math.max(0, ...products, ...this.inputs(id).map(a => at(a, phase)));
      this.level.set(id, node.op === 'sum' ? reached + 1 : reached);
    }
  }

  /** Each product starts from what the one before it has left, so they stand in the order in which they are multiplied. */
  private order(): void {
    const turn = (id: number): number => PHASES.indexOf(this.productPhase.get(id)!) * this.nodes.length + this.productLevel.get(id)!;
    for (const [root, a] of this.accumulations) this.accumulations.set(root, { ...a, products: [...a.products].sort((p, q) => turn(p) - turn(q) || p - q) });
  }

  /** Elementwise nodes move to the pass that first reads them: what stays in a pass need not be stored. */
  private sink(): void {
    const latest = new Map<number, number>();
    const limit = (id: number, level: number): void => { latest.set(id, Math.min(level, latest.get(id) ?? Infinity)); };
    for (let id = this.nodes.length - 1; id >= 0; id--) {
      const node = this.nodes[id]!;
      if (this.productPhase.get(id) === 'loop') for (const a of argumentsOf(node)) limit(a, this.productLevel.get(id)! - 1);
      if (this.phase.get(id) !== 'loop') continue;
      if (node.op !== 'sum') this.level.set(id, Math.max(this.level.get(id)!, latest.get(id) ?? 0));
      for (const a of this.inputs(id)) limit(a, node.op === 'sum' ? this.level.get(id)! - 1 : this.level.get(id)!);
    }
  }

  private stages(): Stage[] {
    const made = new Map<string, { phase: Phase; level: number; products: number[]; sums: number[]; sizes: Map<number, number[]> }>();
    const stage = (phase: Phase, level: number): { products: number[]; sums: number[]; sizes: Map<number, number[]> } => {
      const key = `${phase}${level}`;
      const found = made.get(key) ?? { phase, level, products: [], sums: [], sizes: new Map<number, number[]>() };
      made.set(key, found);
      return found;
    };
    for (const [id, phase] of this.productPhase) stage(phase, this.productLevel.get(id)!).products.push(id);
    for (const id of this.computed()) {
      const { sums, sizes } = stage(this.phase.get(id)!, this.level.get(id)!);
      const { op, size } = this.nodes[id]!;
      if (op === 'sum') sums.push(id);
      else sizes.set(size, [...(sizes.get(size) ?? []), id]);
    }
    return [...made.values()]
      .sort((a, b) => PHASES.indexOf(a.phase) - PHASES.indexOf(b.phase) || a.level - b.level)
      .map(({ phase, level, products, sums, sizes }) => ({ phase, level, products, sums, passes: [...sizes].sort(([a], [b]) => a - b).map(([size, nodes]) => ({ size, nodes })) }));
  }

  private constants(): number[] {
    const read = new Set<number>();
    for (const [id, node] of this.nodes.entries()) if (!this.constant[id]) for (const a of argumentsOf(node)) if (this.constant[a]) read.add(a);
    for (const id of this.wanted) if (this.constant[id]) read.add(id);
    // A repeated constant is read as the one number it is.
    for (const id of read) { const node = this.nodes[id]!; if (node.op === 'spread') read.add(node.a); }
    return [...read].sort((a, b) => a - b);
  }

  private stored(): Map<number, 'plane' | 'scratch'> {
    const stored = new Map<number, 'plane' | 'scratch'>();
    const computed = this.computed();
    const place = (id: number): string => `${this.phase.get(id)} ${this.level.get(id)} ${this.nodes[id]!.op === 'sum' ? `sum ${id}` : this.nodes[id]!.size}`;
    const need = (id: number, phase: Phase): void => {
      if (!this.phase.has(id)) return;
      const across = this.phase.get(id) !== phase || phase !== 'loop';
      if (across || !stored.has(id)) stored.set(id, across ? 'plane' : 'scratch');
    };
    for (const id of computed) {
      const node = this.nodes[id]!;
      if (node.op === 'sum') need(id, this.phase.get(id)!);
      for (const a of this.inputs(id)) if (place(a) !== place(id)) need(a, this.phase.get(id)!);
    }
    for (const [id, phase] of this.productPhase) for (const a of argumentsOf(this.nodes[id]!)) need(a, phase);
    for (const id of this.wanted) if (this.phase.has(id)) stored.set(id, 'plane');
    return stored;
  }
}
