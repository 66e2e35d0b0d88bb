/**
 * A program ready to run in WebAssembly: planned, placed, emitted, instantiated over its memory, parameters packed. Float32.
 * Rows are steps times the members of a batch; a run of `count` steps fills rows [from, from + count).
 */
import { evaluator } from '../evaluate';
import type { Numbers, Values } from '../interpret';
import type { Program } from '../program';
import { shapeOf, type Sizes } from '../sizes';
import { emit, type Emitted, type GradientSlot } from './emit';
import { lower, type Plan } from './lower';
import { padded, place, type Layout, type Part, type Location, type Placement, type ProductRun } from './place';
import { arithmetic } from './support';
import { firstFree, gather, lead, MEETING, type MachineExports, type Team } from './team';

/** Rows of whole vectors in the machine's memory. */
export interface Plane {
  /** The whole memory. */
  readonly memory: Float32Array;
  /** Index of row 0 in `memory`, numbers from row to row (0: the same row at every step), numbers that count. */
  readonly at: number;
  readonly stride: number;
  readonly size: number;
}

export interface Machine {
  readonly batch: number;
  readonly capacity: number;
  readonly input: Plane;
  /** Puts rows of x [steps, size] in: steps [at, at + count) of `x` become rows [from, from + count) of a member of the batch. */
  write(member: number, from: number, count: number, x: Numbers, at: number): void;
  /** Rows of zeros instead. */
  clear(member: number, from: number, count: number): void;
  /** Takes rows of a stored node out, to steps [at, at + count) of `to` [steps, size]. */
  read(node: number, member: number, from: number, count: number, to: Numbers, at: number): void;
  /** A state's values before the first step of the next run and after the last step of the latest, [batch, size]: written and read by the caller. */
  readonly states: Readonly<Record<string, Float32Array>>;
  /** A stored node's rows. */
  plane(node: number): Plane;
  /** Runs steps [from, from + count) of the rows: `input` is read, all planes are written; those behind the loop only where `behind` is true (default). */
  run(from: number, count: number, behind?: boolean): void;
  /** Adds what these steps contribute to the parameters' gradients. */
  accumulate(from: number, count: number): void;
  /** The gradients added up so far, which start again from zero: divided by `scale` and added to `to`, by parameter, in its own layout. */
  drain(to: Readonly<Record<string, Float64Array>>, scale: number): void;
}

export interface MachineOptions {
  readonly batch: number;
  readonly capacity: number;
  readonly reverse: boolean;
  /** Nodes to store at every step, beside signals and states. */
  readonly keep?: readonly number[];
  /** Also adds up the parameters' gradients. */
  readonly gradients?: boolean;
  /** Other threads that share the work; forward machines only. */
  readonly team?: Team | undefined;
  /** For tests: what memory holds before anything is written. */
  readonly poison?: number;
}

/** What depends on the program and its sizes, not on parameters: made once, used by every machine of the kind. */
interface Compiled { readonly plan: Plan; readonly placed: Placement; readonly emitted: Emitted; readonly module: WebAssembly.Module; readonly slots: readonly GradientSlot[]; /** Rows on their way in or out. */ readonly staging: number; readonly end: number }

const compiled = new WeakMap<Program, Map<string, Compiled>>();
const KEPT = 24;

/** A forward machine. */
export function machine(program: Program, sizes: Sizes, params: Values, options: MachineOptions): Machine {
  const { team, ...own } = options;
  const threads = team?.size ?? 1;
  const base = threads > 1 ? firstFree(threads) : 64;
  const [mine, ...others] = Array.from({ length: threads }, (_, index) => {
    const part: Part | undefined = threads > 1 ? { index, of: threads, meeting: MEETING } : undefined;
    return cached(program, JSON.stringify([sizes, own, part]), () => compile(program, sizes, own, base, undefined, part));
  });
  const size = pages(mine!.end);
  const memory = new WebAssembly.Memory(team ? { initial: size, maximum: size, shared: true } : { initial: size });
  const made = instance(program, sizes, params, options, mine!, memory, team && { team, modules: others.map(o => o.module) });
  for (const o of others) writeLiterals(new Int32Array(memory.buffer), o);
  return made;
}

/** A forward machine that keeps what the backward one reads, and the backward one over the same memory, going the other way. */
export function machines(forward: Program, backward: Program, sizes: Sizes, params: Values, options: MachineOptions): { readonly ahead: Machine; readonly back: Machine } {
  const keep = backward.nodes.flatMap(n => n.op === 'saved' ? [n.node] : []).filter(id => 'a' in forward.nodes[id]!);
  const aheadOptions = { batch: options.batch, capacity: options.capacity, reverse: options.reverse, keep, ...(options.poison !== undefined && { poison: options.poison }) };
  const a = cached(forward, JSON.stringify([sizes, aheadOptions]), () => compile(forward, sizes, aheadOptions, 64));
  const backOptions = { ...options, reverse: !options.reverse };
  const b = cached(backward, JSON.stringify([sizes, backOptions]), () => compile(backward, sizes, backOptions, a.end, id => a.placed.values.get(id)!));
  const memory = new WebAssembly.Memory({ initial: pages(b.end) });
  return { ahead: instance(forward, sizes, params, aheadOptions, a, memory), back: instance(backward, sizes, params, backOptions, b, memory) };
}

function pages(bytes: number): number {
  return Math.ceil(bytes / 65536) + 1;
}

function cached(program: Program, key: string, make: () => Compiled): Compiled {
  const known = compiled.get(program) ?? new Map<string, Compiled>();
  compiled.set(program, known);
  const found = known.get(key);
  if (found) return found;
  if (known.size >= KEPT) known.clear();
  const made = make();
  known.set(key, made);
  return made;
}

function compile(program: Program, sizes: Sizes, options: MachineOptions, base: number, saved?: (node: number) => Location, part?: Part): Compiled {
  const { fma, widest: panels } = arithmetic();
  const plan = lower(program, new Set(options.keep));
  const layout: Layout = { batch: options.batch, capacity: options.capacity, reverse: options.reverse, widest: panels, base, ...(saved && { saved }), ...(part && { part }) };
  const placed = place(plan, sizes, layout);
  const { slots, end: staging } = gradientSlots(program, sizes, options, placed.end);
  const emitted = emit(plan, sizes, placed, fma, slots);
  const widest = Math.max(...program.classes.map((_, k) => padded(sizes[k]!)));
  return { plan, placed, emitted, module: new WebAssembly.Module(emitted.bytes), slots, staging, end: staging + 4 * options.capacity * widest + 64 };
}

function gradientSlots(program: Program, sizes: Sizes, options: MachineOptions, base: number): { slots: GradientSlot[]; end: number } {
  if (!options.gradients) return { slots: [], end: base };
  let end = base;
  const slots = program.contributions.map(c => {
    const p = program.parameters.find(q => q.name === c.parameter)!;
    const [rows = 1, columns = 1] = shapeOf(p, sizes);
    const matrix = c.columns !== undefined;
    const stride = padded(matrix ? columns : rows) * 4;
    const slot = { parameter: c.parameter, rows, columns: matrix ? columns : 1, base: end, stride: matrix ? stride : 0 };
    end += stride * (matrix ? rows : 1) + 64;
    return slot;
  });
  return { slots, end: (end + 63) & ~63 };
}

/** The mates' modules, one each. */
interface Mates { readonly team: Team; readonly modules: readonly WebAssembly.Module[] }

function instance(program: Program, sizes: Sizes, params: Values, options: MachineOptions, c: Compiled, memory: WebAssembly.Memory, mates?: Mates): Machine {
  const numbers = new Float32Array(memory.buffer);
  const exports = new WebAssembly.Instance(c.module, { m: { memory } }).exports as unknown as MachineExports;
  if (options.poison !== undefined) numbers.fill(options.poison, c.placed.layout.base / 4, c.end / 4);
  for (const { base, rows, stride } of c.slots) numbers.fill(0, base / 4, base / 4 + Math.max(padded(rows), rows * stride / 4));
  pack(program, sizes, params, c, numbers);
  const { batch, capacity, reverse } = options;
  const states = Object.fromEntries([...c.placed.states].map(([name, { size }]) => [name, new Float32Array(batch * size)]));
  const planeAt = (l: Location, size: number): Plane => ({ memory: numbers, at: l.base / 4, stride: l.per === 'fixed' ? 0 : l.stride / 4, size });
  const carry = (copy: (plane: Float32Array, at: number, values: Float32Array, member: number, size: number) => void, step: number, which: 'before' | 'after'): void => {
    for (const [name, state] of c.placed.states) {
      const l = state[which];
      for (let m = 0; m < batch; m++) copy(numbers, (l.base + (step * batch + m) * l.stride) / 4, states[name]!, m, state.size);
    }
  };
  const sizeOf = (node: number): number => sizes[program.nodes[node]!.size]!;
  const input = c.placed.input;
  const inputSize = sizes[program.input]!;
  return {
    batch, capacity, states,
    input: planeAt(input, inputSize),
    write(member, from, count, x, at) {
      const rows = x.subarray(at * inputSize, (at + count) * inputSize);
      if (batch === 1 && input.stride === 4 * inputSize) { numbers.set(rows, (input.base + from * input.stride) / 4); return; }
      numbers.set(rows, c.staging / 4);
      exports.move(c.staging, 4 * inputSize, input.base + (from * batch + member) * input.stride, batch * input.stride, input.stride, count);
    },
    clear(member, from, count) {
      for (let t = from; t < from + count; t++) numbers.fill(0, (input.base + (t * batch + member) * input.stride) / 4, (input.base + (t * batch + member + 1) * input.stride) / 4);
    },
    read(node, member, from, count, to, at) {
      const l = c.placed.values.get(node)!;
      const size = sizeOf(node);
      let start = (l.base + (from * batch + member) * l.stride) / 4;
      if (batch > 1 || l.stride !== 4 * size) {
        exports.move(4 * start, batch * l.stride, c.staging, 4 * size, 4 * padded(size), count);
        start = c.staging / 4;
      }
      to.set(numbers.subarray(start, start + count * size), at * size);
    },
    plane: node => planeAt(c.placed.values.get(node)!, sizeOf(node)),
    run(from, count, behind = true) {
      const [first, last] = reverse ? [from + count - 1, from] : [from, from + count - 1];
      carry(putIn, first, 'before');
      if (mates) {
        gather(mates.team, memory, mates.modules, batch);
        lead(exports, memory, c.placed.layout.part!, batch, from, count, behind);
      } else {
        exports.ahead(from * batch, count * batch);
        exports.loop(from, count);
        if (behind) exports.behind(from * batch, count * batch);
      }
      carry(takeOut, last, 'after');
    },
    accumulate(from, count) { exports.gradients?.(from * batch, count * batch); },
    drain(to, scale) { for (const slot of c.slots) drain(numbers, slot, to[slot.parameter]!, scale); },
  };
}

function putIn(plane: Float32Array, at: number, values: Float32Array, member: number, size: number): void {
  for (let k = 0; k < size; k++) plane[at + k] = values[member * size + k]!;
}

function takeOut(plane: Float32Array, at: number, values: Float32Array, member: number, size: number): void {
  for (let k = 0; k < size; k++) values[member * size + k] = plane[at + k]!;
}

function drain(numbers: Float32Array, { base, rows, columns, stride }: GradientSlot, to: Float64Array, scale: number): void {
  for (let r = 0; r < (stride === 0 ? 1 : rows); r++) {
    const at = (base + r * stride) / 4;
    const width = stride === 0 ? rows : columns;
    for (let k = 0; k < width; k++) to[r * width + k] = to[r * width + k]! + numbers[at + k]! / scale;
    numbers.fill(0, at, at + width);
  }
}

/** Writes literals, constants and packed matrices. Constants are worked out in float64 and rounded once. */
function pack(program: Program, sizes: Sizes, params: Values, { plan, placed, emitted }: Compiled, numbers: Float32Array): void {
  writeLiterals(new Int32Array(numbers.buffer), { placed, emitted });
  const { slots } = evaluator(program, sizes, params);
  const write = (l: Location, values: ArrayLike<number>, scalar: boolean): void => {
    const at = l.base / 4;
    if (scalar) numbers.fill(values[0]!, at, at + 4);
    else numbers.set(values, at);
  };
  for (const [id, l] of placed.constants) write(l, slots[id]!, program.nodes[id]!.size === 0);
  for (const [root, l] of placed.starts) {
    const node = program.nodes[root]!;
    const sum = new Float64Array(sizes[node.size]!);
    for (const id of plan.accumulations.get(root)!.constants) for (let k = 0; k < sum.length; k++) sum[k] = sum[k]! + slots[id]![k]!;
    write(l, sum, node.size === 0);
  }
  for (const stage of placed.stages) for (const run of stage.runs) packRun(numbers, run, params);
}

function writeLiterals(integers: Int32Array, { placed, emitted }: Pick<Compiled, 'placed' | 'emitted'>): void {
  for (const [k, lanes] of emitted.literals.entries()) integers.set(lanes, placed.pool / 4 + 4 * k);
}

function packRun(numbers: Float32Array, run: ProductRun, params: Values): void {
  const lanes = run.parts.flatMap(part => Array.from({ length: padded(part.rows) }, (_, row) => row < part.rows ? { part, row } : undefined));
  for (const { vectors, at, weights } of run.panels) {
    for (let j = 0; j < 4 * vectors; j++) {
      const lane = lanes[at / 4 + j];
      if (lane) fillLane(numbers, weights / 4 + j, 4 * vectors, run.columns, params[lane.part.matrix]!, lane.part, lane.row);
    }
  }
}

/** One row of a matrix, spread out so that consecutive columns are a panel's width apart. */
function fillLane(numbers: Float32Array, at: number, width: number, columns: number, w: ArrayLike<number>, part: { readonly transposed: boolean; readonly rows: number }, row: number): void {
  const [from, step] = part.transposed ? [row, part.rows] : [row * columns, 1];
  for (let k = 0; k < columns; k++) numbers[at + k * width] = w[from + k * step]!;
}
