/** One elementwise pass as a function (row, member of the batch): a loop over the vectors of a size, every node a local. */
import { argumentsOf, type Node, type Operation } from '../program';
import type { Sizes } from '../sizes';
import type { Plan } from './lower';
import { LINE, padded, share, type Location, type Placement } from './place';
import { exp, flush, log, relu, sigmoid, step, tanh, type Emitter } from './vectorMath';
import type { WasmFunction } from './wasm';

export interface PassContext extends Emitter { readonly plan: Plan; readonly placed: Placement; readonly sizes: Sizes }

/** The function that computes these nodes of one size, in their order, and stores what others read; this thread's share where it is `shared`. */
export function passFunction(context: PassContext, nodes: readonly number[], size: number, shared: boolean): WasmFunction {
  return new PassEmission(context, nodes, size, shared).function();
}


/** Smaller states count as zero: denormal numbers would slow the loop down by orders of magnitude. */
const FLUSH = 2 ** -100;

class PassEmission {
  /** Locals of a node's value, one per vector that goes side by side. */
  private readonly locals = new Map<number, readonly number[]>();
  /** Row pointers by kind and stride; `base` goes into the instruction. */
  private readonly pointers = new Map<string, number>();
  private readonly inPass: ReadonlySet<number>;
  /** Products of two that become part of the one sum that reads them. */
  private readonly fused: ReadonlySet<number>;
  private readonly next: ReadonlySet<number>;
  /** The first byte of this thread's share, and how many. */
  private readonly first: number;
  private readonly bytes: number;

  constructor(private readonly c: PassContext, private readonly ids: readonly number[], size: number, shared: boolean) {
    this.inPass = new Set(ids);
    this.next = new Set(c.plan.program.states.map(s => s.next));
    this.fused = c.fma ? this.fusible() : new Set();
    const vectors = size === 0 ? 1 : padded(c.sizes[size]!) / 4;
    const { part } = c.placed.layout;
    // Scalars are worked out by every thread: that is cheaper than to wait for one.
    const [from, to] = part && shared && size !== 0 ? share(vectors, part, LINE) : [0, vectors];
    [this.first, this.bytes] = [16 * from, 16 * (to - from)];
  }

  function(): WasmFunction {
    const { f } = this.c;
    this.point();
    const pairs = this.bytes >> 5;
    if (pairs > 0) {
      const left = f.local('i32');
      f.i32(pairs).set(left);
      f.loop(() => {
        this.nodes([0, 16]);
        for (const [key, p] of this.pointers) if (!key.startsWith('scalar')) f.get(p).i32(32).op('i32.add').set(p);
        f.get(left).i32(1).op('i32.sub').tee(left);
      });
    }
    if (this.bytes & 16) this.nodes([0]);
    return f;
  }

  private nodes(offsets: readonly number[]): void {
    this.locals.clear();
    for (const id of this.ids) if (!this.fused.has(id)) this.node(id, offsets);
  }

  private operation(id: number): Node {
    return this.c.plan.program.nodes[id]!;
  }

  /** What a node reads in this pass. */
  private reads(id: number): readonly number[] {
    return this.c.plan.accumulations.get(id)?.others ?? argumentsOf(this.operation(id));
  }

  private fusible(): ReadonlySet<number> {
    const { accumulations, stored } = this.c.plan;
    const readers = new Map<number, number[]>();
    for (const id of this.ids) for (const a of this.reads(id)) readers.set(a, [...(readers.get(a) ?? []), id]);
    return new Set(this.ids.filter(id => {
      const [reader, another] = readers.get(id) ?? [];
      if (this.operation(id).op !== 'mul' || stored.has(id) || this.next.has(id) || reader === undefined || another !== undefined) return false;
      if (accumulations.has(reader)) return true;
      const sum = this.operation(reader);
      return sum.op === 'add' && sum.b === id && sum.a !== id;
    }));
  }

  /** Every pointer the pass will need, set before its loop. */
  private point(): void {
    const { plan, placed } = this.c;
    for (const id of this.ids) {
      if (plan.accumulations.has(id)) this.pointer(placed.sums.get(id)!, this.isScalar(id));
      for (const a of this.reads(id)) if (!this.inPass.has(a)) this.pointer(this.placeOf(a), this.isScalar(a));
      if (plan.stored.has(id)) this.pointer(placed.values.get(id)!, this.isScalar(id));
    }
  }

  private placeOf(id: number): Location {
    return this.c.placed.values.get(this.source(id))!;
  }

  /** A constant number repeated is read as the number. */
  private source(id: number): number {
    const { values } = this.c.placed;
    const node = this.operation(id);
    return node.op === 'spread' && values.get(id)?.per === 'fixed' && values.get(node.a)?.per === 'fixed' ? node.a : id;
  }

  private isScalar(id: number): boolean {
    return this.operation(this.source(id)).size === 0;
  }

  private pointer(l: Location, scalar: boolean): number {
    const { f } = this.c;
    const key = `${scalar ? 'scalar' : 'vector'} ${l.per} ${l.stride}`;
    const known = this.pointers.get(key);
    if (known !== undefined) return known;
    const p = f.local('i32');
    f.i32(scalar ? 0 : this.first);
    if (l.per !== 'fixed') f.get(l.per === 'step' ? 0 : 1).i32(l.stride).op('i32.mul', 'i32.add');
    f.set(p);
    this.pointers.set(key, p);
    return p;
  }

  private read(l: Location, scalar: boolean, offset: number): void {
    this.c.f.get(this.pointer(l, scalar)).load(l.base + (scalar ? 0 : offset));
  }

  /** The locals of a value: computed in this pass, or read here. */
  private value(id: number, offsets: readonly number[]): readonly number[] {
    const known = this.locals.get(id);
    if (known) return known;
    const { f } = this.c;
    const read = offsets.map(offset => {
      const local = f.local('v128');
      this.read(this.placeOf(id), this.isScalar(id), offset);
      f.set(local);
      return local;
    });
    this.locals.set(id, read);
    return read;
  }

  private node(id: number, offsets: readonly number[]): void {
    const { f, plan, placed } = this.c;
    const y = offsets.map(() => f.local('v128'));
    this.compute(id, y, offsets);
    if (this.next.has(id)) flush(this.c, y, FLUSH);
    this.locals.set(id, y);
    if (!plan.stored.has(id)) return;
    const to = placed.values.get(id)!;
    for (const [k, offset] of offsets.entries()) f.get(this.pointer(to, this.isScalar(id))).get(y[k]!).store(to.base + offset);
  }

  private compute(id: number, y: readonly number[], offsets: readonly number[]): void {
    const { f, plan, placed } = this.c;
    const node = this.operation(id);
    const sum = plan.accumulations.get(id);
    if (sum) {
      for (const [k, offset] of offsets.entries()) {
        this.read(placed.sums.get(id)!, this.isScalar(id), offset);
        f.set(y[k]!);
      }
      for (const b of sum.others) this.add(y, b, y, offsets);
    } else if (node.op === 'add') this.add(this.value(node.a, offsets), node.b, y, offsets);
    else if ('b' in node) {
      const [a, b] = [this.value(node.a, offsets), this.value(node.b, offsets)];
      for (const k of offsets.keys()) f.get(a[k]!).get(b[k]!).op(BINARY[node.op]).set(y[k]!);
    } else if ('a' in node) {
      const a = this.value(node.a, offsets);
      for (const k of offsets.keys()) f.get(a[k]!).set(y[k]!);
      this.unary(node.op, y);
    } else throw new Error(`node ${id} (${node.op}) is not elementwise`);
  }

  /** y = a + b, with b multiplied out where it is fused. */
  private add(a: readonly number[], b: number, y: readonly number[], offsets: readonly number[]): void {
    const { f } = this.c;
    const product = this.operation(b);
    if (this.fused.has(b) && product.op === 'mul') {
      const [v, w] = [this.value(product.a, offsets), this.value(product.b, offsets)];
      for (const k of offsets.keys()) f.get(v[k]!).get(w[k]!).get(a[k]!).op('f32x4.madd').set(y[k]!);
      return;
    }
    const other = this.value(b, offsets);
    for (const k of offsets.keys()) f.get(a[k]!).get(other[k]!).op('f32x4.add').set(y[k]!);
  }

  private unary(op: Operation['op'], y: readonly number[]): void {
    const { c } = this;
    switch (op) {
      case 'copy': case 'spread': return;
      case 'sigmoid': sigmoid(c, y); return;
      case 'tanh': tanh(c, y); return;
      case 'exp': exp(c, y); return;
      case 'log': log(c, y); return;
      case 'relu': relu(c, y); return;
      case 'step': step(c, y); return;
      case 'neg': case 'sqrt': for (const v of y) c.f.get(v).op(op === 'neg' ? 'f32x4.neg' : 'f32x4.sqrt').set(v); return;
      default: throw new Error(`no elementwise instruction for ${op}`);
    }
  }
}

const BINARY = { sub: 'f32x4.sub', mul: 'f32x4.mul', div: 'f32x4.div', min: 'f32x4.min', max: 'f32x4.max' } as const;
