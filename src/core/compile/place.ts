/** A plan with numbers: how long everything is and where it lies in memory. All addresses and strides are bytes; lanes are float32. */
import type { Program } from '../program';
import type { Sizes } from '../sizes';
import type { Accumulation, Phase, Plan, Stage } from './lower';

/** An address: `base`, and `stride` more per row of the sequence (`step`) or of the batch (`batch`); `fixed` has no rows. */
export interface Location { readonly base: number; readonly stride: number; readonly per: 'step' | 'batch' | 'fixed' }

/** One matrix's rows in a product. */
export interface Block { readonly matrix: string; readonly transposed: boolean; readonly rows: number }

/** Some rows of a packed matrix, column after column. */
export interface Panel {
  /** Of four rows each. */
  readonly vectors: number;
  /** Bytes from the start of the run's rows. */
  readonly at: number;
  /** Address of its numbers. */
  readonly weights: number;
  /** Which thread multiplies it: the one whose passes read the result. */
  readonly owner: number;
}

/** Products of one argument whose results lie side by side: one packed matrix. */
export interface ProductRun {
  readonly arg: Location;
  /** Numbers of the argument. */
  readonly columns: number;
  /** What the sums start from. */
  readonly init: Location;
  readonly out: Location;
  readonly parts: readonly Block[];
  readonly panels: readonly Panel[];
  /** Row after row (a lone vector), or two rows at once. */
  readonly kernel: 'single' | 'pair';
}

export interface PlacedStage extends Stage { readonly runs: readonly ProductRun[] }

/** Which share of the work a thread does, of how many; and where in memory they meet. */
export interface Part { readonly index: number; readonly of: number; readonly meeting: number }

export interface Layout {
  readonly batch: number;
  /** Steps that planes hold. */
  readonly capacity: number;
  readonly reverse: boolean;
  /** Widest panels, in vectors. */
  readonly widest: { readonly single: number; readonly pair: number };
  /** First free byte. */
  readonly base: number;
  /** Several threads share the work of every step: the first is 0. */
  readonly part?: Part | undefined;
  /** Backward programs: where the forward program's nodes are. */
  readonly saved?: (node: number) => Location;
}

export interface Placement {
  readonly layout: Layout;
  readonly stages: readonly PlacedStage[];
  readonly input: Location;
  /** A state before a step and after it, by name. */
  readonly states: ReadonlyMap<string, { readonly before: Location; readonly after: Location; readonly size: number }>;
  readonly constants: ReadonlyMap<number, Location>;
  /** Where each node's value can be read, leaves included. */
  readonly values: ReadonlyMap<number, Location>;
  /** Where an accumulation's products have been added up. */
  readonly sums: ReadonlyMap<number, Location>;
  /** What accumulations start from: to be filled with the sum of their constants. */
  readonly starts: ReadonlyMap<number, Location>;
  /** Address of the pool of literal vectors. */
  readonly pool: number;
  readonly end: number;
}

export const POOL_VECTORS = 96;

/** The share [from, to) of `count` things; `grain` things stay together. */
export function share(count: number, { index, of }: Part, grain: number): readonly [number, number] {
  const border = (k: number): number => k === of ? count : Math.min(count, Math.round(count * k / of / grain) * grain);
  return [border(index), border(index + 1)];
}

/** Numbers a vector of so many takes in memory: whole vectors of four. */
export function padded(size: number): number {
  return (size + 3) & ~3;
}

export function place(plan: Plan, sizes: Sizes, layout: Layout): Placement {
  return new Placing(plan, sizes, layout).placement();
}

interface Row { readonly roots: readonly number[]; readonly at: ReadonlyMap<number, number>; readonly bytes: number }

class Placing {
  private end: number;
  private readonly values = new Map<number, Location>();
  private readonly sums = new Map<number, Location>();
  private readonly starts = new Map<number, Location>();
  private readonly program: Program;

  constructor(private readonly plan: Plan, private readonly sizes: Sizes, private readonly layout: Layout) {
    this.program = plan.program;
    this.end = layout.base;
  }

  placement(): Placement {
    const { plan, program, layout } = this;
    const { of, index } = layout.part ?? { of: 1, index: 0 };
    // Threads need different literals in a different order.
    const pool = this.take(of * POOL_VECTORS * 16) + index * POOL_VECTORS * 16;
    const input = this.plane(this.bytes(program.input));
    const states = this.states();
    const constants = new Map(plan.constants.map(id => [id, this.fixed(this.bytes(program.nodes[id]!.size))] as const));
    this.leaves(input, states, constants);
    for (const [id, kind] of plan.stored) {
      if (this.values.has(id)) continue;
      const bytes = this.bytes(program.nodes[id]!.size);
      this.values.set(id, kind === 'plane' ? this.plane(bytes) : this.scratch(bytes));
    }
    const stages = this.products();
    return { layout, stages, input, states, constants, values: this.values, sums: this.sums, starts: this.starts, pool, end: this.end };
  }

  private states(): Map<string, { before: Location; after: Location; size: number }> {
    const { batch, reverse } = this.layout;
    return new Map(this.program.states.map(s => {
      const stride = this.bytes(s.size);
      const first = this.plane(stride, batch);
      const second = { ...first, base: first.base + batch * stride };
      const [before, after] = reverse ? [second, first] : [first, second];
      this.values.set(s.next, after);
      return [s.name, { before, after, size: this.sizes[s.size]! }] as const;
    }));
  }

  private leaves(input: Location, states: ReadonlyMap<string, { before: Location }>, constants: ReadonlyMap<number, Location>): void {
    for (const [id, node] of this.program.nodes.entries()) {
      const constant = constants.get(id);
      if (constant) this.values.set(id, constant);
      else if (node.op === 'input') this.values.set(id, input);
      else if (node.op === 'state') this.values.set(id, states.get(node.name)!.before);
      else if (node.op === 'saved') this.values.set(id, this.layout.saved!(node.node));
    }
  }

  /** Sums of products lie in rows: what is made ahead, in the loop and behind; neighbours in a row become one matrix. */
  private products(): PlacedStage[] {
    const { plan } = this;
    const all = [...plan.accumulations.values()].filter(a => a.products.length > 0);
    const has = (a: Accumulation, phase: Phase): boolean => a.products.some(p => plan.productPhase.get(p) === phase);
    const rowOf = (phase: Phase, other: Phase): Row => this.row(all.filter(a => has(a, phase)), phase, other);
    const [ahead, loop] = [rowOf('pre', 'loop'), rowOf('loop', 'pre')];
    const behind = this.row(all.filter(a => has(a, 'post') && !has(a, 'pre')), 'post', 'pre');
    const rows: Readonly<Record<Phase, { row: Row; location: Location; start: Location }>> = {
      pre: { row: ahead, location: this.plane(ahead.bytes), start: this.fixed(ahead.bytes) },
      loop: { row: loop, location: this.scratch(loop.bytes), start: this.fixed(loop.bytes) },
      post: { row: behind, location: this.plane(behind.bytes), start: this.fixed(behind.bytes) },
    };
    const within = (location: Location, row: Row, root: number): Location => ({ ...location, base: location.base + row.at.get(root)! });
    const target = (a: Accumulation, phase: Phase): Location => {
      const { row, location } = rows[phase === 'post' && has(a, 'pre') ? 'pre' : phase];
      return within(location, row, a.root);
    };
    for (const a of all) {
      const first: Phase = has(a, 'pre') ? 'pre' : has(a, 'loop') ? 'loop' : 'post';
      this.starts.set(a.root, within(rows[first].start, rows[first].row, a.root));
      this.sums.set(a.root, target(a, has(a, 'post') ? 'post' : has(a, 'loop') ? 'loop' : 'pre'));
    }
    return plan.stages.map(stage => {
      const jobs = stage.products.map(id => {
        const a = all.find(x => x.products.includes(id))!;
        const before = a.products.indexOf(id) - 1;
        const out = target(a, stage.phase);
        const init = before < 0 ? this.starts.get(a.root)! : target(a, plan.productPhase.get(a.products[before]!)!);
        return { id, out, init, bytes: this.bytes(this.program.nodes[id]!.size), turn: before };
      });
      return { ...stage, runs: this.runs(stage.phase, jobs) };
    });
  }

  /** Sums with the same arguments, here and in the other phase, lie side by side. */
  private row(list: readonly Accumulation[], phase: Phase, other: Phase): Row {
    const args = (a: Accumulation, p: Phase): string => a.products.filter(id => this.plan.productPhase.get(id) === p).map(id => this.argument(id)).join();
    const key = (a: Accumulation): string => `${args(a, phase)} ${args(a, other) === '' ? 1 : 0} ${args(a, other)}`;
    const roots = list.map(a => ({ root: a.root, key: key(a) })).sort((a, b) => a.key < b.key ? -1 : a.key > b.key ? 1 : a.root - b.root).map(a => a.root);
    const at = new Map<number, number>();
    let bytes = 0;
    for (const root of roots) {
      at.set(root, bytes);
      bytes += this.bytes(this.program.nodes[root]!.size);
    }
    return { roots, at, bytes };
  }

  private runs(phase: Phase, jobs: readonly Job[]): ProductRun[] {
    const runs: Job[][] = [];
    for (const job of [...jobs].sort((a, b) => a.turn - b.turn || a.out.base - b.out.base)) {
      const last = runs.at(-1)?.at(-1);
      const joins = last && this.argument(last.id) === this.argument(job.id) && follows(last.out, job.out, last.bytes) && follows(last.init, job.init, last.bytes);
      if (joins) runs.at(-1)!.push(job);
      else runs.push([job]);
    }
    return runs.map(run => this.run(phase, run));
  }

  private run(phase: Phase, jobs: readonly Job[]): ProductRun {
    const { nodes } = this.program;
    const first = jobs[0]!;
    const arg = this.argument(first.id);
    const columns = this.sizes[nodes[arg]!.size]!;
    const kernel = phase === 'loop' && this.layout.batch === 1 ? 'single' : 'pair';
    const panels = this.panels(jobs, columns, this.layout.widest[kernel]);
    const parts = jobs.map(({ id }) => {
      const node = nodes[id]!;
      if (node.op !== 'product') throw new Error(`node ${id} is no product`);
      return { matrix: node.matrix, transposed: node.transposed, rows: this.sizes[node.size]! };
    });
    return { arg: this.values.get(arg)!, columns, init: first.init, out: first.out, parts, panels, kernel };
  }

  /** The run's rows in nearly equal panels. Threads share every sum's rows as they share the passes that read them. */
  private panels(jobs: readonly Job[], columns: number, widest: number): Panel[] {
    const { part } = this.layout;
    const total = jobs.reduce((sum, j) => sum + j.bytes, 0) / 16;
    const shares = part
      ? jobs.flatMap(j => Array.from({ length: part.of }, (_, owner) => { const [from, to] = share(j.bytes / 16, { ...part, index: owner }, LINE); return { owner, vectors: to - from }; }))
      : [{ owner: 0, vectors: total }];
    let at = 0;
    const panels = shares.flatMap(({ owner, vectors: count }) => even(count, widest).map(vectors => {
      const panel = { vectors, at, owner, weights: this.end };
      this.end += 16 * vectors * columns;
      at += 16 * vectors;
      return panel;
    }));
    return panels;
  }

  private argument(product: number): number {
    const node = this.program.nodes[product]!;
    return node.op === 'product' ? node.a : -1;
  }

  private bytes(size: number): number {
    return padded(this.sizes[size]!) * 4;
  }

  private plane(stride: number, more = 0): Location {
    const { capacity, batch } = this.layout;
    return { base: this.take(stride * (capacity * batch + more)), stride, per: 'step' };
  }

  private scratch(stride: number): Location {
    return { base: this.take(stride * this.layout.batch), stride, per: 'batch' };
  }

  private fixed(bytes: number): Location {
    return { base: this.take(bytes), stride: 0, per: 'fixed' };
  }

  /** Whole cache lines, and not all at the same place within a page: rows of many planes are used together. */
  private take(bytes: number): number {
    const base = (this.end + 63) & ~63;
    this.end = base + bytes + SKEW;
    return base;
  }
}

const SKEW = 192;

/** Vectors of a cache line: threads should not write to the same. */
export const LINE = 4;

interface Job { readonly id: number; readonly out: Location; readonly init: Location; readonly bytes: number; readonly turn: number }

function follows(a: Location, b: Location, bytes: number): boolean {
  return a.per === b.per && a.stride === b.stride && b.base === a.base + bytes;
}

/** `total` in as few parts of at most `widest` as possible, all nearly equal. */
function even(total: number, widest: number): number[] {
  const count = Math.ceil(total / widest);
  return Array.from({ length: count }, (_, k) => Math.floor((total + count - 1 - k) / count));
}
