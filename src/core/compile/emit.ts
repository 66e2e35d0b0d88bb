/** A placed plan as a WebAssembly module: products by kernels, then one pass per stage that writes every signal where it is kept. */
import type { Node } from '../program';
import type { Sizes } from '../sizes';
import { kernels, type Kernels } from './kernels';
import type { Phase, Plan } from './lower';
import { padded, POOL_VECTORS, type Location, type Placement, type PlacedStage, type ProductRun } from './place';
import { passFunction } from './pass';
import type { Emitter } from './vectorMath';
import { WasmModule, type WasmFunction } from './wasm';

/** Exported: `move(...)` (see machine.ts), `ahead(row, rows)`, `loop(step, steps)`, `behind(row, rows)`, and `gradients(row, rows)` where there are contributions. */
export interface Emitted {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Literal vectors, as the bits of one lane or of four; to be written to the pool. */
  readonly literals: readonly (readonly number[])[];
}

/** Where a parameter's gradient is added up: rows of whole vectors, or one row. */
export interface GradientSlot { readonly parameter: string; readonly rows: number; readonly columns: number; readonly base: number; readonly stride: number }

export function emit(plan: Plan, sizes: Sizes, placed: Placement, fma: boolean, gradients: readonly GradientSlot[]): Emitted {
  return new Emission(plan, sizes, placed, fma).module(gradients);
}

class Emission {
  private readonly wasm: WasmModule;
  private readonly kernels: Kernels;
  private readonly literals = new Map<string, number>();
  private readonly patterns: number[][] = [];

  constructor(private readonly plan: Plan, private readonly sizes: Sizes, private readonly placed: Placement, private readonly fma: boolean) {
    this.wasm = new WasmModule(placed.layout.part !== undefined);
    this.kernels = kernels(this.wasm, fma);
  }

  module(gradients: readonly GradientSlot[]): Emitted {
    const stages = this.placed.stages.map(stage => ({ stage, products: stage.runs.map((run, k) => this.product(`${stage.phase}${stage.level}product${k}`, stage.phase, run)), passes: this.passes(stage) }));
    const meet = this.meeting();
    for (const [name, phase] of [['ahead', 'pre'], ['behind', 'post']] as const) this.sweep(name, stages.filter(s => s.stage.phase === phase));
    this.recurrence(stages.filter(s => s.stage.phase === 'loop'), meet);
    this.mover();
    if (gradients.length > 0) this.gradients(gradients);
    return { bytes: this.wasm.bytes(), literals: this.patterns };
  }

  /** (from, its stride, to, its stride, bytes, rows): copies whole vectors of rows, in order, so that a row may run over into the next. */
  private mover(): void {
    const f = this.wasm.function('move', ['i32', 'i32', 'i32', 'i32', 'i32', 'i32']);
    const [from, fromStride, to, toStride, bytes, rows] = [0, 1, 2, 3, 4, 5];
    const [source, target, end] = [f.local('i32'), f.local('i32'), f.local('i32')];
    f.loop(() => {
      f.get(from).tee(source).get(bytes).op('i32.add').set(end).get(to).set(target);
      f.loop(() => {
        f.get(target).get(source).load().store().get(target).i32(16).op('i32.add').set(target);
        f.get(source).i32(16).op('i32.add').tee(source).get(end).op('i32.lt_u');
      });
      f.get(from).get(fromStride).op('i32.add').set(from).get(to).get(toStride).op('i32.add').set(to);
      f.get(rows).i32(1).op('i32.sub').tee(rows);
    });
  }

  /** Stage after stage, each for all rows. */
  private sweep(name: string, stages: readonly Functions[]): void {
    const f = this.wasm.function(name, ['i32', 'i32']);
    const [row, rows] = [0, 1];
    const [at, end] = [f.local('i32'), f.local('i32')];
    for (const { products, passes } of stages) {
      for (const p of products) f.get(row).get(rows).call(p);
      if (passes.length === 0) continue;
      f.get(row).tee(at).get(rows).op('i32.add').set(end);
      f.loop(() => {
        for (const p of passes) f.get(at).i32(0).call(p);
        f.get(at).i32(1).op('i32.add').tee(at).get(end).op('i32.lt_s');
      });
    }
  }

  /**
   * Step after step, each through all stages. A reverse layer goes from the last step to the first. Threads meet before a stage that
   * reads what all have written: products and sums read whole vectors, and scalars are written by every thread. Passes read only what
   * the same thread has multiplied.
   */
  private recurrence(stages: readonly Functions[], meet: WasmFunction | undefined): void {
    const { batch, reverse } = this.placed.layout;
    const f = this.wasm.function('loop', ['i32', 'i32']);
    const [from, count] = [0, 1];
    const [row, member] = [f.local('i32'), f.local('i32')];
    f.get(from);
    if (reverse) f.get(count).i32(1).op('i32.sub', 'i32.add');
    f.i32(batch).op('i32.mul').set(row);
    f.loop(() => {
      for (const [k, { stage, products, passes }] of stages.entries()) {
        const together = products.length > 0 || stage.sums.length > 0 || stage.passes.some(p => p.size === 0);
        if (meet && (together || k === 0)) f.call(meet);
        for (const p of products) f.get(row).i32(batch).call(p);
        if (passes.length === 0) continue;
        f.i32(0).set(member);
        f.loop(() => {
          for (const p of passes) f.get(row).get(member).op('i32.add').get(member).call(p);
          f.get(member).i32(1).op('i32.add').tee(member).i32(batch).op('i32.lt_s');
        });
      }
      f.get(row).i32(batch).op(reverse ? 'i32.sub' : 'i32.add').set(row);
      f.get(count).i32(1).op('i32.sub').tee(count);
    });
    if (meet) f.call(meet);
  }

  /**
   * Threads wait here for one another: each counts itself in, then looks until all are there. Who waits long sleeps a little between
   * looks; after ten seconds the others are taken for dead.
   */
  private meeting(): WasmFunction | undefined {
    const { part } = this.placed.layout;
    if (!part) return undefined;
    const f = this.wasm.function('meet', []);
    const [target, looks] = [f.local('i32'), f.local('i32')];
    const own = part.meeting + 64 * (1 + part.index);
    f.i32(own).op('i32.load').i32(part.of).op('i32.add').set(target).i32(own).get(target).op('i32.store');
    f.i32(part.meeting).i32(1).op('atomic.add', 'drop');
    f.i32(part.meeting).op('atomic.load').get(target).op('i32.sub').i32(0).op('i32.lt_s').when(() => {
      f.loop(() => {
        f.get(looks).i32(1).op('i32.add').tee(looks).i32(LOOKS).op('i32.gt_s').when(() => {
          f.i32(part.meeting).i32(part.meeting).op('atomic.load').i64(NAP).op('atomic.wait', 'drop');
          f.get(looks).i32(LOOKS + NAPS).op('i32.gt_s').when(() => { f.op('unreachable'); });
        });
        f.i32(part.meeting).op('atomic.load').get(target).op('i32.sub').i32(0).op('i32.lt_s');
      });
    });
    return f;
  }

  /** (row, rows): one run of products for so many rows. */
  private product(name: string, phase: Phase, run: ProductRun): WasmFunction {
    const f = this.wasm.function(name, ['i32', 'i32']);
    const pointer = (l: Location): number => {
      const p = f.local('i32');
      if (l.per === 'step') f.get(0).i32(l.stride).op('i32.mul').i32(l.base).op('i32.add').set(p);
      else f.i32(l.base).set(p);
      return p;
    };
    const [init, out, arg] = [pointer(run.init), pointer(run.out), pointer(run.arg)];
    const { part } = this.placed.layout;
    const panels = part && phase === 'loop' ? run.panels.filter(p => p.owner === part.index) : run.panels;
    const calls = panels.map(({ vectors, at, weights }) => () => {
      const kernel = run.kernel === 'single' ? this.kernels.single(vectors) : this.kernels.pair(vectors);
      const push = (p: number, offset: number, stride: number): void => {
        f.get(p);
        if (offset !== 0) f.i32(offset).op('i32.add');
        if (run.kernel === 'pair') f.i32(stride);
      };
      push(init, at, run.init.stride);
      push(out, at, run.out.stride);
      push(arg, 0, run.arg.stride);
      f.i32(weights).i32(4 * run.columns);
      if (run.kernel === 'pair') f.get(1);
      f.call(kernel);
    });
    const bytes = panels.reduce((sum, p) => sum + 16 * p.vectors * run.columns, 0);
    if (run.kernel === 'single' && bytes > BACK_AND_FORTH) {
      f.get(0).i32(1).op('i32.and').when(() => { for (const call of calls) call(); }, () => { for (const call of [...calls].reverse()) call(); });
    } else for (const call of calls) call();
    return f;
  }

  /** (row, member of the batch): sums, then scalars, then vectors. */
  private passes(stage: PlacedStage): WasmFunction[] {
    const name = `${stage.phase}${stage.level}`;
    const sums = stage.sums.map(id => this.sum(`${name}sum${id}`, id));
    return [...sums, ...stage.passes.map(({ size, nodes }) => passFunction({ ...this.emitter(`${name}pass${size}`), plan: this.plan, placed: this.placed, sizes: this.sizes }, nodes, size, stage.phase === 'loop'))];
  }

  private emitter(name: string): Emitter {
    const f = this.wasm.function(name, ['i32', 'i32']);
    return {
      f, fma: this.fma,
      literal: value => { f.i32(0).load(this.pooled([float(value)])); },
      bits: pattern => { f.i32(0).load(this.pooled([pattern])); },
    };
  }

  /** Address of a vector in the pool. */
  private pooled(lanes: readonly number[]): number {
    const four = lanes.length === 4 ? lanes : Array.from({ length: 4 }, () => lanes[0]!);
    const key = four.join();
    let k = this.literals.get(key);
    if (k === undefined) {
      k = this.patterns.push([...four]) - 1;
      if (k >= POOL_VECTORS) throw new Error(`more than ${POOL_VECTORS} different numbers in a cell`);
      this.literals.set(key, k);
    }
    return this.placed.pool + 16 * k;
  }

  /** A vector's components added up, in all four lanes; those beyond its end do not count, whatever they hold. */
  private sum(name: string, id: number): WasmFunction {
    const { f } = this.emitter(name);
    const { placed, plan, sizes } = this;
    const node = plan.program.nodes[id] as Node & { op: 'sum' };
    const size = sizes[plan.program.nodes[node.a]!.size]!;
    const [at, total] = [address(f, placed.values.get(node.a)!), f.local('v128')];
    const whole = size >> 2;
    const left = f.local('i32');
    if (whole > 0) {
      f.i32(whole).set(left);
      f.loop(() => {
        f.get(total).get(at).load().op('f32x4.add').set(total).get(at).i32(16).op('i32.add').set(at);
        f.get(left).i32(1).op('i32.sub').tee(left);
      });
    }
    if (size & 3) f.get(total).get(at).load().i32(0).load(this.pooled([0, 1, 2, 3].map(k => k < (size & 3) ? -1 : 0))).op('v128.and', 'f32x4.add').set(total);
    f.get(total).lanes(total, [2, 3, 0, 1]).op('f32x4.add').set(total).get(total).lanes(total, [1, 0, 3, 2]).op('f32x4.add').set(total);
    f.get(address(f, placed.values.get(id)!)).get(total).store();
    return f;
  }

  /** (row, rows): adds what these rows contribute to every parameter's gradient. */
  private gradients(slots: readonly GradientSlot[]): void {
    const jobs = this.plan.program.contributions.map(({ rows, columns }, k) => {
      const slot = slots[k]!;
      const left = this.placed.values.get(rows)!;
      return columns === undefined ? this.columnSums(`bias${k}`, slot, left) : this.outerProducts(`matrix${k}`, slot, left, this.placed.values.get(columns)!);
    });
    const f = this.wasm.function('gradients', ['i32', 'i32']);
    for (const job of jobs) f.get(0).get(1).call(job);
  }

  private outerProducts(name: string, slot: GradientSlot, left: Location, right: Location): WasmFunction {
    const f = this.wasm.function(name, ['i32', 'i32']);
    const [l, r] = [address(f, left), address(f, right)];
    const vectors = padded(slot.columns) / 4;
    const count = Math.ceil(vectors / 6);
    for (let k = 0, at = 0; k < count; k++) {
      const n = Math.floor((vectors + count - 1 - k) / count);
      f.i32(slot.base + at).i32(slot.stride).get(l).i32(left.stride).get(r).i32(at).op('i32.add').i32(right.stride).get(1).i32(slot.rows).call(this.kernels.outer(n));
      at += 16 * n;
    }
    return f;
  }

  private columnSums(name: string, slot: GradientSlot, from: Location): WasmFunction {
    const f = this.wasm.function(name, ['i32', 'i32']);
    const [start, at, left, lane, total] = [address(f, from), f.local('i32'), f.local('i32'), f.local('i32'), f.local('v128')];
    f.loop(() => {
      f.get(start).get(lane).op('i32.add').set(at).get(1).set(left);
      f.get(lane).load(slot.base).set(total);
      f.loop(() => {
        f.get(total).get(at).load().op('f32x4.add').set(total).get(at).i32(from.stride).op('i32.add').set(at);
        f.get(left).i32(1).op('i32.sub').tee(left);
      });
      f.get(lane).get(total).store(slot.base);
      f.get(lane).i32(16).op('i32.add').tee(lane).i32(padded(slot.rows) * 4).op('i32.lt_s');
    });
    return f;
  }
}

/** Beyond about half the second cache, a matrix is read forth and back in turn: what was read last is still there. */
const BACK_AND_FORTH = 512 * 1024;

/**
 * Looks before a thread takes a nap, nanoseconds of a nap, and naps before it gives up. Looks must last far longer than a nap: else who
 * waits for a napping thread naps as well, and so on, step after step.
 */
const LOOKS = 400_000;
const NAP = 100_000;
const NAPS = 100_000;

interface Functions { readonly stage: PlacedStage; readonly products: readonly WasmFunction[]; readonly passes: readonly WasmFunction[] }

/** The address of a row: local 0 is the row of the sequence, local 1 the member of the batch. */
function address(f: WasmFunction, l: Location): number {
  const p = f.local('i32');
  f.i32(l.base);
  if (l.per !== 'fixed') f.get(l.per === 'step' ? 0 : 1).i32(l.stride).op('i32.mul', 'i32.add');
  f.set(p);
  return p;
}

const scratch = new DataView(new ArrayBuffer(4));

/** The bits of a float32. */
function float(value: number): number {
  scratch.setFloat32(0, value);
  return scratch.getInt32(0);
}
