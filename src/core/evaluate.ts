/**
 * A program planned once and run many times: every node has its slot, every step is a list of loops over typed arrays, and
 * nothing is allocated while stepping. Float64; the numbers are those of `interpret`, to the last bit.
 */
import { binaryFunctions, unaryFunctions } from './elementwise';
import type { Values } from './interpret';
import { argumentsOf, type Node, type Program } from './program';
import type { Sizes } from './sizes';

export interface Evaluator {
  /** Slot of each node, by id. A saved node's slot is written by the caller before a step. */
  readonly slots: readonly Float64Array[];
  /** x of the next step, written by the caller. */
  readonly input: Float64Array;
  /** State values by name, zero at first: read by a step, then replaced by its next states. Slots keep what the step read. */
  readonly states: Readonly<Record<string, Float64Array>>;
  step(): void;
}

/** Plans a program for these sizes and parameters, which are copied. Slots hold NaN until they are computed. */
export function evaluator(program: Program, sizes: Sizes, params: Values): Evaluator {
  const input = new Float64Array(sizes[program.input]!);
  const states = Object.fromEntries(program.states.map(s => [s.name, new Float64Array(sizes[s.size]!)]));
  const matrices = Object.fromEntries(Object.entries(params).map(([name, v]) => [name, Float64Array.from(v)]));
  const slots: Float64Array[] = [];
  for (const node of program.nodes) slots.push(slotOf(node, sizes[node.size]!, input, matrices));
  const { once, always } = split(program.nodes);
  for (const id of once) instruction(program.nodes[id]!, id, slots, matrices, sizes)?.();
  const instructions = always.flatMap(id => instruction(program.nodes[id]!, id, slots, matrices, sizes) ?? []);
  const carried = program.states.map(s => ({ from: slots[s.next]!, to: states[s.name]! }));
  const read = program.nodes.flatMap((n, id) => n.op === 'state' ? [{ from: states[n.name]!, to: slots[id]! }] : []);
  return {
    slots, input, states,
    step() {
      for (const { from, to } of read) to.set(from);
      for (const run of instructions) run();
      for (const { from, to } of carried) to.set(from);
    },
  };
}

function slotOf(node: Node, size: number, input: Float64Array, parameters: Readonly<Record<string, Float64Array>>): Float64Array {
  if (node.op === 'input') return input;
  if (node.op === 'parameter') return parameters[node.name]!;
  return new Float64Array(size).fill(NaN);
}

/** What depends on parameters alone is computed once. */
function split(nodes: readonly Node[]): { once: number[]; always: number[] } {
  const fixed: boolean[] = [];
  for (const node of nodes) {
    const leaf = node.op === 'number' || node.op === 'size' || node.op === 'parameter';
    const args = argumentsOf(node);
    fixed.push(leaf || (args.length > 0 && args.every(a => fixed[a]!)));
  }
  const ids = nodes.map((_, id) => id);
  return { once: ids.filter(id => fixed[id]), always: ids.filter(id => !fixed[id]) };
}

function instruction(node: Node, id: number, slots: readonly Float64Array[], matrices: Values, sizes: Sizes): (() => void) | undefined {
  const y = slots[id]!;
  switch (node.op) {
    case 'number': return () => { y[0] = node.value; };
    case 'size': return () => { y[0] = sizes[node.of]!; };
    case 'input': case 'parameter': case 'state': case 'saved': return undefined;
  }
  const a = slots[node.a]!;
  switch (node.op) {
    case 'spread': return () => { y.fill(a[0]!); };
    case 'sum': return () => { y[0] = total(a); };
    case 'copy': return () => { y.set(a); };
    case 'product': {
      const w = matrices[node.matrix] as Float64Array;
      return node.transposed ? () => { multiplyTransposed(w, a, y); } : () => { multiply(w, a, y); };
    }
    case 'add': case 'sub': case 'mul': case 'div': case 'min': case 'max': return pairwise(binaryFunctions[node.op], a, slots[node.b]!, y);
    default: return each(unaryFunctions[node.op], a, y);
  }
}

function each(f: (v: number) => number, a: Float64Array, y: Float64Array): () => void {
  return () => { for (let k = 0; k < y.length; k++) y[k] = f(a[k]!); };
}

function pairwise(f: (v: number, w: number) => number, a: Float64Array, b: Float64Array, y: Float64Array): () => void {
  return () => { for (let k = 0; k < y.length; k++) y[k] = f(a[k]!, b[k]!); };
}

function total(a: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]!;
  return sum;
}

/** y = W v, four rows at a time so that the sums overlap; each row adds up in order. */
function multiply(w: Float64Array, v: Float64Array, y: Float64Array): void {
  const columns = v.length;
  let row = 0;
  for (; row + 4 <= y.length; row += 4) {
    const r0 = row * columns, r1 = r0 + columns, r2 = r1 + columns, r3 = r2 + columns;
    let s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    for (let k = 0; k < columns; k++) {
      const a = v[k]!;
      s0 += w[r0 + k]! * a;
      s1 += w[r1 + k]! * a;
      s2 += w[r2 + k]! * a;
      s3 += w[r3 + k]! * a;
    }
    y[row] = s0; y[row + 1] = s1; y[row + 2] = s2; y[row + 3] = s3;
  }
  for (; row < y.length; row++) {
    let sum = 0;
    for (let k = 0; k < columns; k++) sum += w[row * columns + k]! * v[k]!;
    y[row] = sum;
  }
}

/** y = Wᵀ v, by rows of W, which are contiguous. */
function multiplyTransposed(w: Float64Array, v: Float64Array, y: Float64Array): void {
  const columns = y.length;
  y.fill(0);
  for (let row = 0; row < v.length; row++) {
    const a = v[row]!;
    const at = row * columns;
    for (let k = 0; k < columns; k++) y[k] = y[k]! + w[at + k]! * a;
  }
}
